"""The entry script of every Spark job: the first argument names the step."""

from __future__ import annotations

import logging
import sys
from importlib import import_module

STEPS = (
    "states_hourly",
    "flights_daily",
    "export_table",
    "reference_refresh",
    "restore_table",
    "lake_maintenance",
)

log = logging.getLogger("flightlake.main")


def main(arguments: list[str]) -> int:
    """Run a step and turn what went wrong into a line that says so; returns the exit code."""
    if not arguments or arguments[0] not in STEPS:
        print(f"usage: main.py STEP …, where STEP is one of: {', '.join(STEPS)}", file=sys.stderr)
        return 2
    step, *rest = arguments
    try:
        import_module("flightlake.io.logs").configure_logs(step, rest)
        exit_code: int = import_module(f"flightlake.steps.{step}").main(rest)
    except Exception as error:
        log.exception("%s failed", step)
        # The last line is what the scheduler's task log and the run's state details show: text in
        # whatever form the others are.
        reason = next(iter(str(error).strip().splitlines()), "no message")
        print(f"{type(error).__name__}: {step} failed: {reason}", file=sys.stderr)
        return 1
    return exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
