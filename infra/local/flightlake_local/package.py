"""What EMR gets: ``main.py`` and ``flightlake.zip``, the same bytes for the same code."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

_EPOCH = (1980, 1, 1, 0, 0, 0)
_FOLDERS = (Path("jobs/flightlake"), Path("expectations"))


def files_of(root: Path) -> dict[str, Path]:
    """Every file of the package by its name in the zip: both packages at its root."""
    return {
        str(Path(folder.name) / path.relative_to(root / folder)): path
        for folder in _FOLDERS
        for path in sorted((root / folder).rglob("*"))
        if path.is_file() and path.suffix != ".pyc" and not path.name.startswith(".")
    }


def zip_bytes(files: dict[str, Path]) -> bytes:
    """A zip that depends on nothing but names and contents."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())
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
        "flightlake.zip": zip_bytes(files_of(root)),
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
