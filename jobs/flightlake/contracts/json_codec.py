"""The codec of all records that the lake keeps as JSON: a dataclass becomes bytes, and back.

A record outlives the release that wrote it. A field of a newer release is ignored, so that an
older release still reads the record; a field that an older release did not write has its default.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_Record = TypeVar("_Record", bound="DataclassInstance")


class DamagedRecordError(ValueError):
    """Bytes that are no record of the expected kind; the message lists every fault."""


def to_json(record: DataclassInstance) -> bytes:
    """A record as it is stored."""
    return _adapter(type(record)).dump_json(record, indent=1, fallback=str)


def from_json(kind: type[_Record], body: bytes) -> _Record:
    """Parse a stored record.

    Raises:
        DamagedRecordError: the bytes are no JSON, or a field is missing or of another type.
    """
    try:
        # Strict: a text is no number, and 1.5 no count.
        return _adapter(kind).validate_json(body, strict=True)
    except ValidationError as error:
        raise _damaged(kind, error) from None


def from_fields(kind: type[_Record], fields: Mapping[str, Any]) -> _Record:
    """The record that a row of a table holds; lists and structs become nested records.

    Raises:
        DamagedRecordError: a field is missing or of another type.
    """
    try:
        return _adapter(kind).validate_python(dict(fields))
    except ValidationError as error:
        raise _damaged(kind, error) from None


@cache
def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _damaged(kind: type[Any], error: ValidationError) -> DamagedRecordError:
    faults = (
        ": ".join(filter(None, [".".join(map(str, fault["loc"])), fault["msg"]]))
        for fault in error.errors(include_url=False, include_input=False)
    )
    return DamagedRecordError(f"not a {kind.__name__}: {'; '.join(faults)}")
