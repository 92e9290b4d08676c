"""The API: OpenSky's routes with their rules, on top of a world or a recording."""

import asyncio
import gzip
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qs

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from opensky_simulator import control, datasets, faults, queries
from opensky_simulator.clock import SettableClock
from opensky_simulator.credits import Accounts, flights_cost, states_cost
from opensky_simulator.register import Airframe
from opensky_simulator.request_log import RequestLog, RequestLogMiddleware
from opensky_simulator.tokens import TOKEN_LIFETIME_S, Client, Tokens
from opensky_simulator.world import BoundingBox

TOKEN_PATH = "/auth/realms/opensky-network/protocol/openid-connect/token"  # noqa: S105
_GZIP_LEVEL = 5


class Source(Protocol):
    """What can be served: a World or a Replay."""

    def answer(self, time_s: int, extended: bool, bbox: BoundingBox | None) -> bytes:
        """Return the JSON body for a moment."""

    def flights(self, begin_s: float, end_s: float) -> list[dict[str, Any]]:
        """Return the true flights of an interval."""

    def airframes(self) -> list[Airframe]:
        """Return what an aircraft database knows."""


@dataclass
class Simulator:
    """Everything that a running simulator knows."""

    source: Source
    clock: SettableClock
    accounts: Accounts
    tokens: Tokens
    faults: faults.FaultQueue
    log: RequestLog


def create_app(
    source: Source,
    client: Client | None = None,
    tier: str = "standard",
    clock: Callable[[], float] = time.time,
) -> FastAPI:
    """Return the ASGI application; ``clock`` gives unix seconds, ``tier`` is that of ``client``."""
    settable = clock if isinstance(clock, SettableClock) else SettableClock(clock)
    simulator = Simulator(
        source=source,
        clock=settable,
        accounts=Accounts(tier, settable),
        tokens=Tokens(client or Client(), settable),
        faults=faults.FaultQueue(),
        log=RequestLog(),
    )
    app = FastAPI(openapi_url=None)
    app.state.simulator = simulator
    app.add_middleware(RequestLogMiddleware, log=simulator.log)
    app.add_api_route(TOKEN_PATH, _token, methods=["POST"])
    app.add_api_route("/api/states/all", _states_all, methods=["GET"])
    app.add_api_route("/api/states/own", _states_own, methods=["GET"])
    app.add_api_route("/api/flights/all", _flights_all, methods=["GET"])
    app.add_api_route(datasets.AIRPORTS_PATH, _airports, methods=["GET"])
    app.add_api_route(datasets.RUNWAYS_PATH, _runways, methods=["GET"])
    app.add_api_route(datasets.DOUBLE_QUOTED_PATH, _double_quoted, methods=["GET"])
    app.add_api_route(datasets.SINGLE_QUOTED_PATH, _single_quoted, methods=["GET"])
    app.add_api_route("/health", _health, methods=["GET"])
    app.include_router(control.router)
    app.add_exception_handler(queries.QueryError, _bad_request)
    return app


async def _health(request: Request) -> Response:
    return JSONResponse({"status": "ok", "now_s": _simulator(request).clock()})


async def _token(request: Request) -> Response:
    simulator = _simulator(request)
    if (fault := simulator.faults.take("token")) is not None:
        await _hang(fault)
        if (response := faults.instead(fault)) is not None:
            return response
    form = parse_qs((await request.body()).decode("utf-8", "replace"))
    fields = [form.get(name, [""])[0] for name in ("grant_type", "client_id", "client_secret")]
    token = simulator.tokens.issue(*fields)
    if token is None:
        return JSONResponse({"error": "unauthorized_client"}, 401)
    return JSONResponse(
        {"access_token": token, "expires_in": TOKEN_LIFETIME_S, "token_type": "Bearer"}
    )


async def _states_all(request: Request) -> Response:
    simulator = _simulator(request)
    fault = simulator.faults.take("states")
    if fault is not None:
        await _hang(fault)
        if (response := faults.instead(fault)) is not None:
            return response
    authenticated = _authenticated(request)
    if authenticated is None:
        return _error(request, 401)
    query = queries.states_query(request.query_params, simulator.clock(), authenticated)
    bucket = simulator.accounts.bucket(authenticated, "states")
    if not bucket.take(states_cost(query.bbox)):
        return _too_many(request, bucket.retry_after_s())
    body = await run_in_threadpool(
        simulator.source.answer, query.time_s, query.extended, query.bbox
    )
    if query.icao24:
        body = _only(body, query.icao24)
    if fault is not None:
        body = faults.rewritten(fault, body)
        if (broken := faults.transported(fault, body)) is not None:
            return broken
    return await _packed(request, body, _credits_left(bucket.remaining))


async def _states_own(request: Request) -> Response:
    """The simulator's account has no receivers, so it sees nothing of its own."""
    if not _authenticated(request):
        return _error(request, 403)
    return JSONResponse({"time": int(_simulator(request).clock()), "states": None})


async def _flights_all(request: Request) -> Response:
    simulator = _simulator(request)
    if (fault := simulator.faults.take("flights")) is not None:
        await _hang(fault)
        if (response := faults.instead(fault)) is not None:
            return response
    authenticated = _authenticated(request)
    if authenticated is None:
        return _error(request, 401)
    begin_s, end_s = queries.flights_window(request.query_params)
    now_s = simulator.clock()
    bucket = simulator.accounts.bucket(authenticated, "flights")
    if not bucket.take(flights_cost(now_s, begin_s)):
        return _too_many(request, bucket.retry_after_s())
    true_flights = await run_in_threadpool(simulator.source.flights, begin_s, end_s)
    found = queries.estimated_flights(true_flights, begin_s, end_s, now_s)
    if not found:
        return Response(status_code=404)
    return await _packed(request, json.dumps(found).encode(), _credits_left(bucket.remaining))


async def _airports(request: Request) -> Response:
    return await _dataset(request, datasets.airports_csv)


async def _runways(request: Request) -> Response:
    return await _dataset(request, datasets.runways_csv)


async def _double_quoted(request: Request) -> Response:
    source = _simulator(request).source
    return await _dataset(request, lambda: datasets.double_quoted_csv(source.airframes()))


async def _single_quoted(request: Request) -> Response:
    source = _simulator(request).source
    return await _dataset(request, lambda: datasets.single_quoted_csv(source.airframes()))


async def _dataset(request: Request, body_of: Callable[[], bytes]) -> Response:
    """A file of a web server: no login, no credits."""
    fault = _simulator(request).faults.take("datasets")
    if fault is not None:
        await _hang(fault)
        if (response := faults.instead(fault)) is not None:
            return response
    body = await run_in_threadpool(body_of)
    if fault is not None and (broken := faults.transported(fault, body)) is not None:
        return broken
    return await _packed(request, body, {}, "text/csv")


def _simulator(request: Request) -> Simulator:
    simulator: Simulator = request.app.state.simulator
    return simulator


def _authenticated(request: Request) -> bool | None:
    """Return whether the request has a valid token; None if it has one that is not valid."""
    authorization = request.headers.get("authorization")
    if authorization is None:
        return False
    return True if _simulator(request).tokens.valid(authorization) else None


async def _hang(fault: faults.Fault) -> None:
    if fault.kind == "hang":
        await asyncio.sleep(fault.seconds)


def _only(body: bytes, icao24: frozenset[str]) -> bytes:
    answer = json.loads(body)
    states = [state for state in answer["states"] or [] if state[0] in icao24]
    return json.dumps(answer | {"states": states or None}, separators=(",", ":")).encode()


def _credits_left(remaining: int) -> dict[str, str]:
    return {"X-Rate-Limit-Remaining": str(remaining)}


async def _packed(
    request: Request, body: bytes, headers: dict[str, str], media_type: str = "application/json"
) -> Response:
    headers["Vary"] = "Accept-Encoding"
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        body = await run_in_threadpool(gzip.compress, body, _GZIP_LEVEL, mtime=0)
    return Response(body, headers=headers, media_type=media_type)


def _too_many(request: Request, retry_after_s: int) -> Response:
    response = _error(request, 429)
    response.headers["X-Rate-Limit-Retry-After-Seconds"] = str(retry_after_s)
    return response


async def _bad_request(request: Request, error: Exception) -> Response:
    return _error(request, 400, str(error))


def _error(request: Request, status: int, message: str = "") -> Response:
    return JSONResponse({"status": status, "message": message, "path": request.url.path}, status)
