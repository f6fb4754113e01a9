"""What an endpoint is: a path, what it costs, what it needs, and a function from Ask to Answer.

An endpoint family is one file with a tuple `ENDPOINTS`; `app.py` lists the families.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import orjson

from scarline.sandbox.world import World

JSON = "application/json"
JSON_API = "application/vnd.api+json"
_MOST_DIGITS = 15


class Refusal(Exception):
    """The endpoint will not answer this; what it says goes into `errors`, as Datadog words it.

    An error is a sentence, or an object with `detail` where the API has such.
    """

    def __init__(self, status: int, *errors: str | Mapping[str, str]) -> None:
        """Keep the HTTP status and the errors."""
        super().__init__(*errors)
        self.status = status
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Ask:
    """A request as an endpoint sees it: `now` in epoch seconds, `params` of the query string.

    `base_url` is this sandbox's own address, without a slash at the end, for links.
    """

    world: World
    now: float
    path: str
    params: Mapping[str, str]
    body: bytes
    base_url: str

    def whole(self, name: str, default: int | None = None, least: int = 0) -> int:
        """Read a parameter as a whole number of at least `least`.

        Raises Refusal (400) if it is missing without a default, or not such a number.
        """
        text = self.params.get(name)
        if text is None:
            if default is None:
                raise Refusal(400, f"The parameter '{name}' is required")
            return default
        number = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
        if not number or int(text) < least:
            raise Refusal(400, f"The value provided for parameter '{name}' is invalid")
        return int(text)


@dataclass(frozen=True, slots=True)
class Answer:
    """A document that orjson can write (numpy arrays and fragments included), status 200."""

    document: object
    media: str = JSON

    def reply(self) -> "Reply":
        """Write it out. NaN in an array becomes null."""
        content = orjson.dumps(self.document, option=orjson.OPT_SERIALIZE_NUMPY)
        return Reply(200, content, self.media)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as bytes, not yet compressed."""

    status: int
    content: bytes
    media: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


def refused(
    status: int, *errors: str | Mapping[str, str], headers: Mapping[str, str] | None = None
) -> Reply:
    """Write an error as Datadog does: `{"errors": ["..."]}`, or objects in place of sentences."""
    return Reply(status, orjson.dumps({"errors": errors}), JSON, headers or {})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method on one path.

    bucket: the quota that a call is counted on (None: not limited).
    scope: the permission that the application key needs (None: the API key is enough).
    """

    method: Literal["GET", "POST"]
    path: str
    answer: Callable[[Ask], Answer]
    bucket: str | None
    scope: str | None
