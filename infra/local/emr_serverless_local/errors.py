"""The errors of the service, in the shape that AWS SDKs understand."""

from __future__ import annotations


class ServiceError(Exception):
    """An error answer of the API: ``code`` is the exception's name in the service model."""

    code = "InternalServerException"
    status = 500


class ValidationException(ServiceError):  # noqa: N818 - the service's own name
    """The input does not satisfy the service's constraints, or the state forbids the call."""

    code = "ValidationException"
    status = 400


class ResourceNotFoundException(ServiceError):  # noqa: N818
    """No such application or job run."""

    code = "ResourceNotFoundException"
    status = 404


class ConflictException(ServiceError):  # noqa: N818
    """The same client token came with other parameters."""

    code = "ConflictException"
    status = 409


class ServiceQuotaExceededException(ServiceError):  # noqa: N818
    """The application's maximum capacity cannot hold what was asked for."""

    code = "ServiceQuotaExceededException"
    status = 402


class MissingAuthenticationTokenException(ServiceError):  # noqa: N818
    """The request is not signed, so it does not come from an AWS SDK."""

    code = "MissingAuthenticationTokenException"
    status = 403
