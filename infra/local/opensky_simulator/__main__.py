"""Run the simulator: python -m opensky_simulator --port 0."""

import argparse
import os
import socket
import sys
from pathlib import Path

import uvicorn

from opensky_simulator.clock import SettableClock
from opensky_simulator.credits import TIERS
from opensky_simulator.replay import Replay, ReplayError
from opensky_simulator.server import Source, create_app
from opensky_simulator.tokens import Client
from opensky_simulator.world import World

_HOST = "127.0.0.1"
# A fault may keep an answer hanging for an hour; stopping must not wait for it.
_LAST_ANSWERS_S = 1
_SECRET_VARIABLE = "OPENSKY_SIMULATOR_SECRET"  # noqa: S105


class _Server(uvicorn.Server):
    """Says on standard output when and where it can be reached."""

    def __init__(self, config: uvicorn.Config, ready_line: str) -> None:
        super().__init__(config)
        self._ready_line = ready_line

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start and print the ready line."""
        await super().startup(sockets)
        if self.started:
            print(self._ready_line, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; returns 1 with one clear line if that is not possible."""
    options = _parser().parse_args(arguments)
    try:
        client = Client(options.client_id, _secret(options.client_secret_file))
        listener = _listener(options.port)
        clock = SettableClock()
        source: Source
        if options.replay is None:
            source = World(options.seed, options.aircraft)
            what = f"seed {options.seed}, {options.aircraft} aircraft"
        else:
            source = Replay(options.replay)
            clock.shift(source.first_time_s - clock())
            what = f"replay of {options.replay}"
    except (OSError, ReplayError) as error:
        print(f"opensky_simulator cannot start: {error}", file=sys.stderr)
        return 1
    app = create_app(source, client, options.tier, clock)
    port = listener.getsockname()[1]
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_LAST_ANSWERS_S,
    )
    server = _Server(config, f"opensky_simulator ready at http://{_HOST}:{port} ({what})")
    server.run(sockets=[listener])
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m opensky_simulator",
        description="A simulator of the OpenSky Network's REST API, on loopback only.",
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one (default)")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another world")
    parser.add_argument("--aircraft", type=int, default=6500, help="states in a typical answer")
    parser.add_argument("--replay", type=Path, help="serve recorded answers: a file or a folder")
    parser.add_argument("--client-id", default="opensky-simulator")
    parser.add_argument(
        "--client-secret-file",
        type=Path,
        help=f"without it the secret is taken from {_SECRET_VARIABLE}; without both all visitors "
        "are anonymous",
    )
    tiers = [name for name in TIERS if name != "anonymous"]
    parser.add_argument("--tier", choices=tiers, default="standard", help="of the client")
    return parser


def _secret(file: Path | None) -> str | None:
    if file is not None:
        return file.read_text(encoding="utf-8").strip()
    return os.environ.get(_SECRET_VARIABLE) or None


def _listener(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_HOST, port))
    except OSError as error:
        listener.close()
        raise OSError(f"port {port} on {_HOST} is taken or not allowed ({error})") from error
    return listener


if __name__ == "__main__":
    sys.exit(main())
