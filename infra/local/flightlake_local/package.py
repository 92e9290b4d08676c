"""What EMR gets: ``main.py`` and ``flightlake.zip``, the same bytes for the same code."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_FOLDERS = (Path("jobs/flightlake"), Path("expectations"))


def files_of(root: Path) -> dict[str, Path]:
    """Every file of the package by its name in the zip: both packages at its root."""
    return {
        str(Path(folder.name) / path.relative_to(root / folder)): path
        for folder in _FOLDERS
        for path in sorted((root / folder).rglob("*"))
        if path.is_file() and path.suffix != ".pyc" and not path.name.startswith(".")
    }


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """A zip that depends on nothing but names and contents."""
    buffer = io.BytesIO()
    # Not compressed: what deflate makes of the same bytes differs from one zlib to the next.
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, body in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = _UNIX
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, body)
    return buffer.getvalue()


def build(root: Path, target: Path) -> list[Path]:
    """Write the package below ``target``; a file that would not change is not touched.

    Args:
        root: the repository.
        target: the folder for ``main.py`` and ``flightlake.zip``.
    """
    target.mkdir(parents=True, exist_ok=True)
    contents = {
        "main.py": (root / "jobs/main.py").read_bytes(),
        "flightlake.zip": zip_bytes(
            {name: path.read_bytes() for name, path in files_of(root).items()}
        ),
    }
    written = []
    for name, body in contents.items():
        path = target / name
        if not path.exists() or path.read_bytes() != body:
            aside = path.with_suffix(".new")
            aside.write_bytes(body)
            aside.replace(path)
        written.append(path)
    return written
