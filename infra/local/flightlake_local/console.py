"""Progress for people: live on a terminal, plain lines everywhere else; 100 columns at most."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

WIDTH = 100
PLAIN_EVERY_S = 15.0
"""Without a terminal: how long a step may be silent while it has something to say."""


def make_console() -> Console:
    """A console that never prints wider than 100 columns."""
    probe = Console()
    return Console(width=min(WIDTH, probe.width) if probe.is_terminal else WIDTH)


class Steps:
    """Steps of a command, which may overlap: each says when it began to matter and how it ended."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._started = self._last_line = time.monotonic()
        self._lock = threading.Lock()
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )

    @property
    def elapsed_s(self) -> float:
        """Seconds since the command began."""
        return time.monotonic() - self._started

    @contextmanager
    def live(self) -> Iterator[Steps]:
        """Show running steps while the body runs."""
        with self._progress:
            yield self

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """A step: shown while it runs, then kept as one line with its seconds."""
        task = self._progress.add_task(title)
        step = Step(lambda detail: self._show(task, f"{title}: {detail}"))
        began = time.monotonic()
        try:
            yield step
        except BaseException:
            self._line("[red]✗[/]", f"{title} failed", time.monotonic() - began)
            raise
        else:
            self._line("[green]✓[/]", step.outcome or title, time.monotonic() - began)
        finally:
            self._progress.remove_task(task)

    def _show(self, task: TaskID, text: str) -> None:
        self._progress.update(task, description=text)
        is_due = time.monotonic() - self._last_line > PLAIN_EVERY_S
        if is_due and not self.console.is_terminal:
            self.say(text)

    def say(self, message: str) -> None:
        """A line of its own."""
        self._line(" ", message, None)

    def _line(self, mark: str, text: str, seconds: float | None) -> None:
        took = f" [dim]({seconds:.1f} s)[/]" if seconds is not None else ""
        with self._lock:
            self._last_line = time.monotonic()
            self.console.print(f"[dim]{self.elapsed_s:6.1f} s[/] {mark} {text}{took}")


class Step:
    """A running step; ``outcome`` replaces its title in the line that stays."""

    def __init__(self, update: Callable[[str], None]) -> None:
        self.update = update
        self.outcome: str | None = None
