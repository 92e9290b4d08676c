"""The REST API over HTTP: every route comes from botocore's model of the service."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any

from botocore import xform_name
from botocore.model import OperationModel
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from emr_serverless_local.errors import (
    MissingAuthenticationTokenException,
    ServiceError,
    ValidationException,
)
from emr_serverless_local.log_page import PAGE_HEADERS, render
from emr_serverless_local.runner import Runner
from emr_serverless_local.service import Service, attempt_of
from emr_serverless_local.validation import parameters_of, service_model

MAX_BODY_BYTES = 1 << 20
Endpoint = Callable[[Request], Awaitable[Response]]

logger = logging.getLogger(__name__)


def build_app(service: Service, runner: Runner) -> Starlette:
    """Return the web application: the API, the log pages and ``/health``."""
    model = service_model()
    routes = [_route(model.operation_model(name), service) for name in model.operation_names]
    routes += [
        Route("/health", _health, methods=["GET"]),
        Route("/pages/{application_id}/{run_id}", _log_page(service, runner), methods=["GET"]),
    ]
    # The host check keeps out web pages that rebind a name of theirs to this address.
    hosts = Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
    return Starlette(routes=routes, middleware=[hosts])


def _route(operation: OperationModel, service: Service) -> Route:
    # An ARN has slashes in it, so it takes the rest of the path.
    path = operation.http["requestUri"].replace("{resourceArn}", "{resourceArn:path}")
    return Route(path, _endpoint(operation, service), methods=[operation.http["method"]])


def _endpoint(operation: OperationModel, service: Service) -> Endpoint:
    perform = getattr(service, xform_name(operation.name), None)

    async def endpoint(request: Request) -> Response:
        try:
            _require_signature(request)
            if perform is None:
                raise ValidationException(f"{operation.name} is not supported by this server.")
            body = await _body(request)
            query = request.query_params.multi_items()
            parameters = parameters_of(operation, request.path_params, query, body)
            return JSONResponse(await run_in_threadpool(perform, parameters))
        except ServiceError as error:
            return _error_response(error)
        except Exception:
            logger.exception("%s failed.", operation.name)
            return _error_response(ServiceError("Internal failure; the server's log says more."))

    return endpoint


def _require_signature(request: Request) -> None:
    """Refuse what no AWS SDK sends; above all, what a web page makes a browser send.

    The signature itself is not verified: every local user could choose the keys.
    """
    if not request.headers.get("authorization", "").startswith("AWS4-HMAC-SHA256 "):
        raise MissingAuthenticationTokenException("The request is not signed (SigV4).")


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise ValidationException(f"The request body is over {MAX_BODY_BYTES} bytes.")
    return body


def _error_response(error: ServiceError) -> JSONResponse:
    content: dict[str, Any] = {"message": str(error)}
    return JSONResponse(content, error.status, {"x-amzn-ErrorType": error.code})


async def _health(_: Request) -> Response:
    return PlainTextResponse("ok\n")


def _log_page(service: Service, runner: Runner) -> Endpoint:
    def page(application_id: str, run_id: str, attempt_text: str) -> str:
        run = service.run_of({"applicationId": application_id, "jobRunId": run_id})
        number = int(attempt_text) if re.fullmatch(r"\d{1,4}", attempt_text) else None
        attempt = attempt_of(run, number)
        return render(run, attempt, runner.files(run, attempt.number))

    async def endpoint(request: Request) -> Response:
        try:
            text = await run_in_threadpool(
                page, **request.path_params, attempt_text=request.query_params.get("attempt", "")
            )
        except ServiceError as error:
            return PlainTextResponse(f"{error}\n", error.status)
        return HTMLResponse(text, headers=PAGE_HEADERS)

    return endpoint
