"""What a kind of fault is made of; the kinds themselves are in `replies`, `changes` and `waits`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from scarline.sandbox.endpoint import Ask, Reply
from scarline.sandbox.quotas import Standing

Value = float | str | None
"""What stands behind the name of a fault, as in `slow:2`; None for kinds that take nothing."""

Document = dict[str, Any]
"""A decoded answer."""


@dataclass(frozen=True, slots=True)
class Plight:
    """The request that a fault meets: where its bucket stands, and how many came before.

    `serial` counts the requests that this fault has matched, this one included, from 1.
    """

    ask: Ask
    standing: Standing | None
    serial: int


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault: what it does in words, its default value, where it makes sense.

    Exactly one of the ways is set: `reply` answers instead of the endpoint (or returns None to
    let it pass), `change` alters a good document in place, `waits` says that the value is a
    number of seconds to wait, `wire` that the server acts on the name itself.
    """

    sentence: str
    default: Value = None
    path: str = "/api/"
    reply: Callable[[float, Plight], Reply | None] | None = None
    change: Callable[[Document, Value, Plight], None] | None = None
    waits: bool = False
    wire: bool = False


Kinds = Mapping[str, Kind]
