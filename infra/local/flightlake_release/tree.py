"""The tracked files of a clone. What git does not track can hold secrets and is never read."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from flightlake_local.errors import LocalError

# A git hook sets them for another repository than the one that is asked about.
_OTHER_REPOSITORY = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")


@dataclass(frozen=True)
class Tree:
    """A clone at a commit; what is in its files counts, committed or not."""

    root: Path

    @cached_property
    def commit(self) -> str:
        """The full id of the commit that is checked out."""
        return self._git("rev-parse", "HEAD").strip()

    @cached_property
    def committed_at(self) -> datetime:
        """When that commit was made."""
        return datetime.fromtimestamp(int(self._git("show", "-s", "--format=%ct")), UTC)

    @cached_property
    def is_dirty(self) -> bool:
        """Whether a tracked file is not as it was committed."""
        return bool(self._git("status", "--porcelain", "--untracked-files=no"))

    @cached_property
    def release(self) -> str:
        """The id of the release that is built from these files."""
        return f"{self.commit}-dirty" if self.is_dirty else self.commit

    def history(self, commit: str) -> frozenset[str]:
        """A commit and all that it was made on, as far as the clone has them."""
        return frozenset(self._git("rev-list", commit).splitlines())

    def read(self, name: str) -> bytes:
        """The bytes of a tracked file, by its path below the root.

        Raises:
            LocalError: git does not track it, or it is a link, which can lead out of the clone.
        """
        path = self.root / name
        if name not in self._tracked or path.is_symlink():
            raise LocalError(f"{name} is not a file that git tracks; `git add` it, or put it back.")
        return path.read_bytes()

    def below(self, folder: str) -> dict[str, bytes]:
        """Every tracked file at any depth of a folder, by its path in that folder."""
        prefix = f"{folder}/"
        return {
            name.removeprefix(prefix): self.read(name)
            for name in self._tracked
            if name.startswith(prefix) and (self.root / name).exists()
        }

    @cached_property
    def _tracked(self) -> tuple[str, ...]:
        top = Path(self._git("rev-parse", "--show-toplevel").strip())
        if top.resolve() != self.root.resolve():
            raise LocalError(_NO_CLONE.format(root=self.root))
        return tuple(sorted(self._git("ls-files", "-z").split("\0")[:-1]))

    def _git(self, *arguments: str) -> str:
        environment = {k: v for k, v in os.environ.items() if k not in _OTHER_REPOSITORY}
        try:
            done = subprocess.run(  # noqa: S603
                ["git", "--no-optional-locks", "-C", str(self.root), *arguments],  # noqa: S607
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
        except FileNotFoundError:
            raise LocalError(
                "git is missing, and a release is made of the files that git tracks."
                " Install git (Debian: git) and run this again."
            ) from None
        if done.returncode:
            said = done.stderr.strip().splitlines()[-1:] or ["no message"]
            raise LocalError(f"{_NO_CLONE.format(root=self.root)} git said: {said[0]}")
        return done.stdout


_NO_CLONE = (
    "{root} is not a git clone with a commit, and a release is made of the files that git tracks."
    " Run this in a clone of the repository."
)
