"""Redaction as a filter: what comes in goes out without personal data, as it comes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from scarline.privacy.account import Account
from scarline.privacy.documents import Cleaner, Documents
from scarline.privacy.marks import DROPPED
from scarline.privacy.plain import Unreadable
from scarline.privacy.wrapped import parsed, written

BLOCK_BYTES = 65_536
"""About how much is cleaned at once; what is less is cleaned when nothing more has come."""

MOST_BYTES = 4_000_000
"""A longer line is dropped."""

_KEY, _KEY_END = b"-----BEGIN ", b"-----END "


@dataclass(slots=True)
class Filtered:
    """What a filter did: what was found, and which lines were not what they should be."""

    account: Account = field(default_factory=Account)
    lines: int = 0
    not_json: list[int] = field(default_factory=list)

    def report(self) -> dict[str, Any]:
        """Return how much was removed, by category and by name, and what was dropped and why."""
        removed: dict[str, dict[str, int]] = {}
        dropped: dict[str, int] = {}
        for name, count in sorted(self.account.removed.items()):
            if name.startswith("dropped: "):
                dropped[name.removeprefix("dropped: ")] = count
            else:
                removed.setdefault(self.account.categories[name].value, {})[name] = count
        return {
            "lines": self.lines,
            "removed": removed,
            "dropped": dropped,
            "not_json": self.not_json,
        }


def redact_lines(source: BinaryIO, sink: BinaryIO, cleaner: Cleaner, *, jsonl: bool) -> Filtered:
    """Copy ``source`` to ``sink`` redacted, line for line; ``jsonl``: one JSON value a line.

    A line that is no UTF-8 is dropped, one that is no JSON is cleaned as a text and written
    as a text of JSON.
    """
    done = Filtered()
    clean = _clean_values if jsonl else _clean_text
    for block in _blocks(source, keys=not jsonl):
        sink.write(clean(block, cleaner, done))
        sink.flush()
        done.lines += block.count(b"\n")
    return done


def _blocks(source: BinaryIO, *, keys: bool) -> Iterator[bytes]:
    """Yield whole lines; the lines of one private key, if ``keys``, together."""
    held = b""
    read: Callable[[int], bytes] = getattr(source, "read1", source.read)
    while piece := read(BLOCK_BYTES):
        held += piece
        end = held.rfind(b"\n") + 1
        if keys:
            begin = held.rfind(_KEY, 0, end)
            if begin >= 0 and held.find(_KEY_END, begin, end) < 0 and end - begin < BLOCK_BYTES:
                end = held.rfind(b"\n", 0, begin) + 1
        if end:
            yield held[:end]
            held = held[end:]
        elif len(held) > MOST_BYTES:
            held = _skipped(held, read)
    if held:
        yield held


def _skipped(held: bytes, read: Callable[[int], bytes]) -> bytes:
    """Read to the end of a line that is too long; return what is to stand for it, and the rest."""
    while b"\n" not in held:
        held = read(BLOCK_BYTES) or b"\n"
    return b"\xff" + held[held.index(b"\n") :]


def _clean_text(block: bytes, cleaner: Cleaner, done: Filtered) -> bytes:
    documents = Documents(cleaner, done.account)
    try:
        clean = documents.clean([block.decode()])[0]
    except UnicodeDecodeError:
        clean = DROPPED
    if clean == DROPPED:  # the whole block: so that only what is wrong in it goes
        lines = block.split(b"\n")
        return b"\n".join(str(it).encode() for it in Documents(cleaner, done.account).clean(lines))
    return str(clean).encode()


def _clean_values(block: bytes, cleaner: Cleaner, done: Filtered) -> bytes:
    lines = block.split(b"\n")
    values = []
    for number, line in enumerate(lines, done.lines + 1):
        if not line.strip():
            continue
        try:
            values.append(parsed(line))
        except Unreadable as reason:
            done.account.drop(str(reason))
            values.append(DROPPED)
        except ValueError:
            done.not_json.append(number)
            values.append(line)
    clean = iter(Documents(cleaner, done.account).clean(values, traces=range(len(values))))
    return b"\n".join(written(next(clean)).encode() if line.strip() else line for line in lines)
