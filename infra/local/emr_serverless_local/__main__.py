"""The command: ``python -m emr_serverless_local [serve|stop-all] --state-dir DIR …``."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
from pathlib import Path

from emr_serverless_local.server import LocalEmrServerless, ServerError, stop_all
from emr_serverless_local.settings import Settings, SettingsError, load_settings


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return the process's exit code."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    if options.command == "stop-all":
        count = stop_all(options.state_dir, options.grace)
        print(f"Ended {count} job run(s).")
        return 0
    try:
        settings = load_settings(options.config) if options.config else Settings()
        server = LocalEmrServerless(settings, options.state_dir, options.port)
        return _serve(server)
    except (SettingsError, ServerError) as error:
        print(error, file=sys.stderr)
        return 1


def _serve(server: LocalEmrServerless) -> int:
    asked_to_stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked_to_stop.set())
    with server:
        print(f"EMR Serverless (local) is ready at {server.url}", flush=True)
        asked_to_stop.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m emr_serverless_local",
        description="A local EMR Serverless for boto3 that runs jobs with spark-submit.",
    )
    parser.add_argument(
        "command",
        nargs="?",
        choices=["serve", "stop-all"],
        default="serve",
        help="serve (default), or stop-all: end all job runs and their processes",
    )
    parser.add_argument("--state-dir", type=Path, required=True, help="folder of all state")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0: a free one")
    parser.add_argument("--config", type=Path, help="JSON file with the settings")
    parser.add_argument(
        "--grace", type=float, default=5.0, help="stop-all: seconds between TERM and KILL"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
