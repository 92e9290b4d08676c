"""Looks for a secret that was planted, in the forms in which it could come out."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote


def forms(secret: str) -> set[bytes]:
    """A secret as it is, in JSON, in a URL, and in base64 wherever in a longer text it stands."""
    plain = secret.encode()
    found = {plain, json.dumps(secret)[1:-1].encode(), quote(secret, safe="").encode()}
    for before in range(3):
        # The first and the last characters hold bits of what stands beside it.
        encoded = b64encode(b"x" * before + plain).rstrip(b"=")
        found.add(encoded[-(-before * 8 // 6) : -1])
    return found


def places(secret: str, texts: Mapping[str, bytes]) -> list[str]:
    """The names of those texts that hold it in one of its forms."""
    looked_for = forms(secret)
    return [name for name, text in texts.items() if any(form in text for form in looked_for)]


def files_below(folder: Path) -> dict[str, bytes]:
    """All files at any depth, unpacked, by their path."""
    return dict(_files_below(folder))


def _files_below(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            body = path.read_bytes()
            yield str(path), gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
