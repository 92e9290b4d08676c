"""Requests into parameters, checked against botocore's own model of the service."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape
from dateutil import parser as date_parser

from emr_serverless_local.errors import ValidationException

_NOT_BLANK = r".*\S.*"


@cache
def service_model() -> ServiceModel:
    """Return the model of emr-serverless that the installed botocore carries."""
    return botocore.session.get_session().get_service_model("emr-serverless")


def parameters_of(
    operation: OperationModel,
    path_values: Mapping[str, str],
    query_values: Sequence[tuple[str, str]],
    body: bytes,
) -> dict[str, Any]:
    """Return the operation's input members; times become epoch seconds.

    Members that the model does not know are left out, as the service does. Raise
    ValidationException at the first member that breaks a constraint.
    """
    members = operation.input_shape.members if operation.input_shape else {}
    given: dict[str, Any] = {}
    from_body = _json_object(body) if operation.http["method"] in {"POST", "PATCH"} else {}
    for name, shape in members.items():
        location = shape.serialization.get("location")
        wire_name = shape.serialization.get("name", name)
        if location == "uri":
            given[name] = path_values[wire_name]
        elif location == "querystring":
            texts = [value for key, value in query_values if key == wire_name]
            if texts:
                given[name] = _from_query(shape, texts, name)
        elif from_body.get(name) is not None:
            given[name] = from_body[name]
    return _checked(operation.input_shape, given, "") if operation.input_shape else {}


def _json_object(body: bytes) -> dict[str, Any]:
    if not body:
        return {}
    try:
        value = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ValidationException("The request body is not valid JSON.") from error
    if not isinstance(value, dict):
        raise ValidationException("The request body is not a JSON object.")
    return value


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _from_query(shape: Shape, texts: list[str], name: str) -> Any:
    if isinstance(shape, ListShape):
        return texts
    text = texts[-1]
    try:
        if shape.type_name in {"integer", "long"}:
            return int(text)
        if shape.type_name == "timestamp":
            return _epoch_s(text)
    except (ValueError, OverflowError) as error:
        raise ValidationException(f"Value at '{name}' is not a {shape.type_name}.") from error
    if shape.type_name == "boolean":
        return text == "true"
    return text


def _epoch_s(text: str) -> float:
    if re.fullmatch(r"\d{1,11}(\.\d+)?", text):
        return float(text)
    moment: datetime = date_parser.isoparse(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _checked(shape: Shape, value: Any, path: str) -> Any:
    if isinstance(shape, StructureShape):
        return _checked_structure(shape, value, path)
    if isinstance(shape, MapShape):
        return _checked_map(shape, value, path)
    if isinstance(shape, ListShape):
        if not isinstance(value, list):
            raise _wrong_type(path, "a list")
        _check_size(shape, len(value), path, "length")
        return [_checked(shape.member, each, f"{path}.{n}") for n, each in enumerate(value, 1)]
    return _CHECKS[shape.type_name](shape, value, path)


def _checked_structure(shape: StructureShape, value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong_type(path, "an object")
    prefix = f"{path}." if path else ""
    for name in shape.required_members:
        if value.get(name) is None:
            raise _broken(f"{prefix}{name}", "Member must not be null")
    known = {name: value[name] for name in shape.members if value.get(name) is not None}
    if shape.metadata.get("union") and len(known) != 1:
        raise _broken(path, f"Member must have exactly one of {sorted(shape.members)}")
    return {
        name: _checked(shape.members[name], each, f"{prefix}{name}") for name, each in known.items()
    }


def _checked_map(shape: MapShape, value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong_type(path, "a map")
    _check_size(shape, len(value), path, "length")
    return {
        _checked(shape.key, key, f"{path}.key"): _checked(shape.value, each, f"{path}.value")
        for key, each in value.items()
        if each is not None
    }


def _checked_string(shape: Shape, value: Any, path: str) -> str:
    if not isinstance(value, str):
        raise _wrong_type(path, "a string")
    if not value.isascii() and re.search("[\ud800-\udfff]", value):
        raise _broken(path, "Member must be valid Unicode")
    choices = getattr(shape, "enum", [])
    if choices and value not in choices:
        raise _broken(path, f"Member must satisfy enum value set: {choices}")
    _check_size(shape, len(value), path, "length")
    pattern = shape.metadata.get("pattern")
    if pattern and not _matches(pattern, value):
        raise _broken(path, f"Member must satisfy regular expression pattern: {pattern}")
    return value


def _checked_integer(shape: Shape, value: Any, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong_type(path, "a whole number")
    _check_size(shape, value, path, "value")
    return value


def _checked_boolean(shape: Shape, value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong_type(path, f"a {shape.type_name}")
    return value


def _checked_number(shape: Shape, value: Any, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _wrong_type(path, f"a {shape.type_name}")
    return float(value)


_CHECKS: dict[str, Callable[[Shape, Any, str], Any]] = {
    "string": _checked_string,
    "integer": _checked_integer,
    "long": _checked_integer,
    "boolean": _checked_boolean,
    "double": _checked_number,
    "timestamp": _checked_number,
}


def _matches(pattern: str, value: str) -> bool:
    if pattern == _NOT_BLANK:
        # The model's own form takes quadratic time on a long run of blanks.
        return not value.isspace() and value != ""
    return re.fullmatch(pattern, value, re.DOTALL) is not None


def _check_size(shape: Shape, size: float, path: str, what: str) -> None:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and size < low:
        raise _broken(path, f"Member must have {what} greater than or equal to {low}")
    if high is not None and size > high:
        raise _broken(path, f"Member must have {what} less than or equal to {high}")


def _wrong_type(path: str, expected: str) -> ValidationException:
    return _broken(path or "body", f"Member must be {expected}")


def _broken(path: str, constraint: str) -> ValidationException:
    # The value itself stays out: entry point arguments and Spark properties may be secret.
    return ValidationException(
        f"1 validation error detected: Value at '{path}' failed to satisfy constraint: {constraint}"
    )
