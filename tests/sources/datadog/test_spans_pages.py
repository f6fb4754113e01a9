"""Pages of spans: what an answer says of itself, and what spoils only itself."""

import json
from typing import Any

import pytest

from scarline.errors import SourceChanged, SourceUnavailable
from scarline.sources.datadog.refusals import Complaint
from scarline.sources.datadog.spans_pages import read_page, read_row


def body(**document: Any) -> bytes:
    """An answer with one span, and what is said besides."""
    return json.dumps({"data": [{"id": "1"}], **document}).encode()


@pytest.mark.parametrize(
    ("meta", "after"),
    [
        (None, None),
        ({"page": None, "status": "done"}, None),
        ({"page": {}}, None),
        ({"page": {"after": None}}, None),
        ({"page": {"after": ""}}, None),
        ({"page": {"after": "x"}, "elapsed": 3, "request_id": "r"}, "x"),
    ],
)
def test_the_cursor_of_the_next_page(meta: Any, after: str | None) -> None:
    """It may be absent in every way; a bare list of rows has none."""
    assert read_page(body(meta=meta)).after == after
    assert read_page(b'{"data":[]}').data == []


@pytest.mark.parametrize("status", ["timeout", "TIMEOUT", "running"])
def test_a_page_that_is_not_whole(status: str) -> None:
    """Its rows are not to be trusted to be all."""
    with pytest.raises(Complaint, match=f"status '{status}'"):
        read_page(body(meta={"status": status, "page": None}))


def test_errors_with_status_200() -> None:
    """As the query of metrics does, so may this."""
    with pytest.raises(Complaint, match="no shard: gone"):
        read_page(b'{"errors":[{"title":"no shard","detail":"gone"}]}')


@pytest.mark.parametrize(
    ("told", "read"),
    [
        (rb'"\ud83d\ude00"', "\N{GRINNING FACE}"),
        (rb'"a\ud83d b"', "a\ufffd b"),
        (rb'"\ude00\ud83d"', "\ufffd\ufffd"),
        (rb'"\\ud83d"', "\\ud83d"),
        (rb'"\\\ud83d"', "\\\ufffd"),
        (b'"\xff"', "\ufffd"),
        (b"NaN", None),
        (b"1e999", float("inf")),
    ],
)
def test_what_is_no_character_and_no_number_spoils_only_itself(told: bytes, read: Any) -> None:
    """The other spans of the page are kept."""
    page = read_page(b'{"data":[{"a":' + told + b'},{"b":1}]}')
    assert [read_row(it) for it in page.data] == [{"a": read}, {"b": 1}]


@pytest.mark.parametrize(
    ("told", "error"),
    [
        (b'{"data":[{"a":1', SourceUnavailable),
        (b'\xff{"data":', SourceUnavailable),
        (b"<!DOCTYPE html><title>Log in</title>", SourceUnavailable),
        (b'{"data":' + b"[" * 5_000, SourceChanged),
        (b'{"data":{"a":1}}', SourceChanged),
        (b"[]", SourceChanged),
    ],
)
def test_a_page_that_cannot_be_read(told: bytes, error: type[Exception]) -> None:
    """Half of it may come whole another time; another shape will not."""
    with pytest.raises(error):
        read_page(told)
