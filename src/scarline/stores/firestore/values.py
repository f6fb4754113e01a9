"""Documents as they travel: Firestore's own messages, filled and read without a class between.

The official client's classes take forty times as long for a document of twenty fields, so its
generated messages are used beneath them.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from google.cloud.firestore_v1 import types

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MILLION = 1_000_000


def message(of: Any) -> Any:
    """Return the class of the plain message behind one of the client's."""
    return type(of.pb(of()))


Write = message(types.Write)
Value = message(types.Value)


class Instant(NamedTuple):
    """A time in microseconds since 1970."""

    microseconds: int


def instant(at: datetime) -> Instant:
    """Return an aware time as Firestore keeps it."""
    return Instant((at - _EPOCH) // _MICROSECOND)


def moment(at: Instant) -> datetime:
    """Return an instant as an aware time, in UTC."""
    return _EPOCH + at.microseconds * _MICROSECOND


def micros(timestamp: Any) -> int:
    """Return a ``Timestamp`` in microseconds since 1970."""
    return int(timestamp.seconds * _MILLION + timestamp.nanos // 1000)


def timed(timestamp: Any, microseconds: int) -> None:
    """Set a ``Timestamp`` to so many microseconds since 1970."""
    timestamp.seconds, rest = divmod(microseconds, _MILLION)
    timestamp.nanos = rest * 1000


def fill(value: Any, given: object) -> None:  # noqa: C901 - one branch for each type
    """Set a ``Value`` to what is given; raises ``TypeError`` for what Firestore does not know."""
    if isinstance(given, str):
        value.string_value = given
    elif isinstance(given, bool):
        value.boolean_value = given
    elif isinstance(given, int):
        value.integer_value = given
    elif isinstance(given, float):
        value.double_value = given
    elif isinstance(given, Instant):
        timed(value.timestamp_value, given.microseconds)
    elif isinstance(given, bytes):
        value.bytes_value = given
    elif isinstance(given, list):
        value.array_value.SetInParent()
        for one in given:
            fill(value.array_value.values.add(), one)
    elif isinstance(given, Mapping):
        value.map_value.SetInParent()
        for name, one in given.items():
            fill(value.map_value.fields[name], one)
    elif given is None:
        value.null_value = 0
    else:
        raise TypeError(f"Firestore has no {type(given).__name__}")


def read(value: Any) -> Any:
    """Return what a ``Value`` says, as :func:`fill` takes it."""
    form = value.WhichOneof("value_type")
    if form == "timestamp_value":
        return Instant(micros(value.timestamp_value))
    if form == "array_value":
        return [read(it) for it in value.array_value.values]
    if form == "map_value":
        return {name: read(it) for name, it in value.map_value.fields.items()}
    return None if form in (None, "null_value") else getattr(value, form)


def fields(document: Any) -> dict[str, Any]:
    """Return all that a document says, or nothing if there is none."""
    return {name: read(it) for name, it in document.fields.items()} if document is not None else {}


def put(name: str, given: Mapping[str, object], *, exists: bool | None = None) -> Any:
    """Return the write of a whole document; ``exists`` is what must be so before."""
    write = Write()
    write.update.name = name
    for field, value in given.items():
        fill(write.update.fields[field], value)
    if exists is not None:
        write.current_document.exists = exists
    return write


def patch(name: str, given: Mapping[str, object]) -> Any:
    """Return the write of some fields of a document that must be there."""
    write = put(name, given, exists=True)
    write.update_mask.field_paths.extend(given)
    return write


def remove(name: str) -> Any:
    """Return the write that takes a document away; nothing happens if it is gone."""
    write = Write()
    write.delete = name
    return write
