"""The services' output, followed with the system's own ``tail``."""

from __future__ import annotations

import os

from flightlake_local.errors import LocalError
from flightlake_local.settings import LocalSettings


def follow(settings: LocalSettings, service: str) -> None:
    """Become ``tail -F`` on the log of one service, or of all.

    Raises:
        LocalError: there is no such log.
    """
    logs = sorted(str(path) for path in settings.logs_dir.glob(f"{service or '*'}.log"))
    if not logs:
        known = ", ".join(sorted(path.stem for path in settings.logs_dir.glob("*.log")))
        raise LocalError(f"No log of {service or 'any service'}; there are: {known or 'none'}.")
    os.execvp("tail", ["tail", "-n", "40", "-F", *logs])  # noqa: S606, S607
