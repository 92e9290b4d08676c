"""How often to poll, in a form that Airflow's ``schedule`` takes."""

from __future__ import annotations

from datetime import timedelta


def every(seconds: int) -> str | timedelta:
    """A schedule that fires every so many seconds (1 or more).

    A divisor of 60 becomes a six-field cron string, seconds last, which stays on the beat; a
    ``timedelta`` starts counting anew at each run and drifts, but takes any length.
    """
    if seconds == 60:
        return "* * * * *"
    if seconds < 60 and 60 % seconds == 0:
        return f"* * * * * */{seconds}"
    return timedelta(seconds=seconds)
