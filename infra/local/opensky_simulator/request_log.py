"""What was asked of the simulator, for tests that count requests."""

from collections import deque
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTROL_PREFIX = "/_simulator/"
_KEPT = 1_000


class RequestLog:
    """The last 1,000 requests except control requests; header values are never kept."""

    def __init__(self) -> None:
        self.count = 0
        self.entries: deque[dict[str, Any]] = deque(maxlen=_KEPT)

    def clear(self) -> None:
        """Start counting again."""
        self.count = 0
        self.entries.clear()


class RequestLogMiddleware:
    """Writes a line into the log for each request, also if its answer is cut off."""

    def __init__(self, app: ASGIApp, log: RequestLog) -> None:
        self._app = app
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and note its path, query, status and who asked."""
        if scope["type"] != "http" or scope["path"].startswith(CONTROL_PREFIX):
            await self._app(scope, receive, send)
            return
        entry: dict[str, Any] = {
            "method": scope["method"],
            "path": scope["path"],
            "query": scope["query_string"].decode("latin-1"),
            "authorization": any(name == b"authorization" for name, _ in scope["headers"]),
            "status": None,
        }
        self._log.count += 1
        self._log.entries.append(entry)

        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry["status"] = message["status"]
            await send(message)

        await self._app(scope, receive, note)
