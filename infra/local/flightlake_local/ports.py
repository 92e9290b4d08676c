"""Whether the ports that the stack wants are free, and who has them where they are not."""

from __future__ import annotations

import socket
from collections.abc import Mapping

import psutil

from flightlake_local.errors import LocalError
from flightlake_local.settings import HOST


def is_free(port: int) -> bool:
    """Whether a server could bind to the port on loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def require_free(ports: Mapping[str, int]) -> None:
    """Make sure that every port is free and none is asked for twice.

    Args:
        ports: the port of each service, by the name of its setting, such as ``airflow_port``.

    Raises:
        LocalError: one line for each port that is taken.
    """
    numbers = list(ports.values())
    problems = [
        f"Port {port} is taken by {_holder(port)}. Free it, or choose another: "
        f"make up FLIGHTLAKE_LOCAL_{name.upper()}=<port>"
        for name, port in ports.items()
        if not is_free(port)
    ]
    problems += [
        f"FLIGHTLAKE_LOCAL_{name.upper()} is {port}, as is another port; give each its own."
        for position, (name, port) in enumerate(ports.items())
        if port in numbers[:position]
    ]
    if problems:
        raise LocalError("\n".join(problems))


def _holder(port: int) -> str:
    try:
        for connection in psutil.net_connections("tcp"):
            is_listening = connection.status == psutil.CONN_LISTEN
            is_this = getattr(connection.laddr, "port", None) == port
            if is_listening and is_this and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
    except psutil.Error:
        pass
    return "another program"
