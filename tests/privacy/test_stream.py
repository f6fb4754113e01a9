"""The filter: line for line, as it comes, and what is wrong in one line spoils no other."""

import io
import json
from collections.abc import Iterator

import pytest

from scarline.privacy import Cleaner, Filtered, default_policy, redact_lines
from scarline.privacy.stream import MOST_BYTES
from tests.privacy.keys import PRIVATE_KEY

CLEANER = Cleaner(default_policy())


class Pipe(io.RawIOBase):
    """Gives what it has in the pieces that it was given, as a pipe does."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces: Iterator[bytes] = iter(pieces)

    def read1(self, _: int) -> bytes:
        return next(self._pieces, b"")


def filtered(*pieces: bytes, jsonl: bool = False) -> tuple[bytes, Filtered]:
    """Return what comes out, and what was found."""
    sink = io.BytesIO()
    done = redact_lines(Pipe(list(pieces)), sink, CLEANER, jsonl=jsonl)  # type: ignore[arg-type]
    return sink.getvalue(), done


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (b"", b""),
        (b"no end", b"no end"),
        (b"a\n\nb\r\n", b"a\n\nb\r\n"),
        (b"to jane@example.org\nfine\n", b"to [email]\nfine\n"),
        (b"bad \xff jane@example.org\nfine\n", b"[dropped]\nfine\n"),
    ],
)
def test_text(text: bytes, clean: bytes) -> None:
    """Lines stay lines."""
    assert filtered(text)[0] == clean


def test_pieces_are_joined_to_lines() -> None:
    """An address that comes in two pieces goes."""
    assert filtered(b"to jane@ex", b"ample.org now\nne", b"xt\n")[0] == b"to [email] now\nnext\n"


def test_what_has_come_goes_out_before_more_comes() -> None:
    """Who follows a log sees each line when it is there."""
    sink = io.BytesIO()
    seen: list[bytes] = []

    def pieces() -> Iterator[bytes]:
        yield b"one\n"
        seen.append(sink.getvalue())
        yield b"two\n"

    source = Pipe([])
    source._pieces = pieces()  # noqa: SLF001 - the test's own
    redact_lines(source, sink, CLEANER, jsonl=False)  # type: ignore[arg-type]
    assert seen == [b"one\n"]


def test_a_private_key_is_one_thing() -> None:
    """Its lines are held until its end has come."""
    begin, rest = PRIVATE_KEY[:90], PRIVATE_KEY[90:]
    clean, done = filtered(b"key:\n" + begin, rest + b"\nthen\n")
    assert clean == b"key:\n[private_key]\nthen\n"
    assert done.account.removed == {"private_key": 1}


def test_jsonl() -> None:
    """Each line is a document; empty lines stay; digits stay."""
    clean, done = filtered(
        b'{"user":{"email":"x"},"n":1.50}\n\n["jane@example.org",NaN]\n', jsonl=True
    )
    assert clean == b'{"user":{"email":"[email]"},"n":1.50}\n\n["[email]",null]\n'
    assert done.report() == {
        "lines": 3,
        "removed": {"contact": {"email": 2}},
        "dropped": {},
        "not_json": [],
    }


def test_a_line_that_is_no_json_is_named() -> None:
    """It is cleaned as text and written as JSON, so that nothing is lost and nothing leaks."""
    clean, done = filtered(b'{"a":1}\nto jane@example.org\n{"b":\n', jsonl=True)
    assert [json.loads(line) for line in clean.splitlines()] == [{"a": 1}, "to [email]", '{"b":']
    assert done.not_json == [2, 3]


def test_one_line_tells_nothing_of_another() -> None:
    """Each line of JSON is a document of its own."""
    clean, _ = filtered(b'{"user_id":"u-771-zq"}\n{"log":"u-771-zq: left"}\n', jsonl=True)
    assert clean.splitlines()[1] == b'{"log":"u-771-zq: left"}'


def test_deep_json_is_dropped() -> None:
    """A line too deep to read is dropped, the next one stays."""
    clean, done = filtered(b"[" * 10_000 + b"]" * 10_000 + b'\n{"a":1}\n', jsonl=True)
    assert clean == b'"[dropped]"\n{"a":1}\n'
    assert done.report()["dropped"] == {"too deep": 1}


def test_an_endless_line_is_dropped() -> None:
    """Memory does not grow with a line."""
    piece = b"jane@example.org " * 4_000
    clean, _ = filtered(*[piece] * (MOST_BYTES // len(piece) + 2), b"\nfine\n")
    assert clean == b"[dropped]\nfine\n"
