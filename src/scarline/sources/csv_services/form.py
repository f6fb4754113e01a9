"""How a file is written: encoding, line ends, separator, header. Its digest on the way."""

import codecs
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import StringIO
from typing import BinaryIO

import numpy as np

from scarline.errors import UsageError
from scarline.sources.csv_services.headings import recognised

CHUNK_BYTES = 1 << 20
"""How much of a file is in hand at once."""

HEAD_BYTES = 1 << 16
"""How much of a file is looked at for its encoding, and the most that a header may take."""

UTF8, WINDOWS = "utf-8", "cp1252"
"""Windows-1252 is Latin-1 with letters where that has control codes; the WHATWG's Encoding
Standard reads all that calls itself Latin-1 so."""

BROKEN = "\ufffd"
"""Stands for bytes that cannot be decoded."""

SEPARATORS = (",", ";", "\t")

_MARKS = (
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BINARY = {
    b"PK\x03\x04": "a zip archive or a workbook (xlsx)",
    b"\xd0\xcf\x11\xe0": "an old workbook (xls)",
    b"\x1f\x8b": "compressed (gzip)",
    b"PAR1": "a Parquet file",
    b"%PDF": "a PDF",
}
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r"))
_LEAD, _FOLLOW = 0xC2, 0x80  # the first byte of a sequence of UTF-8, and the top of the others
_BLANK = codecs.BOM_UTF8 + codecs.BOM_UTF16 + b" \t\r\n\0"
_FEW, _SOME = 4, 0.02  # control codes that a text may have by mistake: some, and a share
_HALF = 0.4  # share of NUL bytes at even or odd places from which a file is UTF-16


@dataclass(frozen=True, slots=True)
class Form:
    """How one file is written, and which bytes it has."""

    name: str
    size_bytes: int
    digest: str
    """The SHA-256 of the bytes of the file, in hexadecimal digits."""
    encoding: str
    mark_bytes: int
    """Length of the byte order mark."""
    old_line_ends: bool
    """Whether lines end with a carriage return alone."""
    separator: str
    titles: tuple[str, ...]
    header_lines: int
    header_bytes: int
    """Length of the header in the file as UTF-8 without its mark."""

    def text(self, file: BinaryIO) -> Iterator[bytes]:
        r"""Yield the rows below the header as UTF-8 in which lines end with ``\n``.

        What cannot be decoded in another encoding becomes U+FFFD; UTF-8 comes as it is.
        """
        file.seek(self.mark_bytes)
        skip = self.header_bytes
        for chunk in _utf8(file, self.encoding, old_line_ends=self.old_line_ends):
            if len(chunk) > skip:
                yield chunk[skip:]
            skip = max(0, skip - len(chunk))


def formed(file: BinaryIO, name: str) -> Form:
    """Return how ``file`` is written, after reading all of it once.

    Raises ``UsageError`` for a file that is empty, is not text, or has no header that names
    services.
    """
    head = file.read(HEAD_BYTES)
    if not head.strip(_BLANK):
        raise UsageError(f"{name} is empty: give a list of services, a header and a row for each")
    for magic, what in _BINARY.items():
        if head.startswith(magic):
            raise UsageError(f"{name} is {what}, not text: save it as CSV first")
    encoding, mark = _wide(head)
    if encoding is None and _controls(head) > _FEW + len(head) * _SOME:
        raise UsageError(f"{name} is a binary file, not text: save it as CSV first")
    file.seek(0)
    size, digest, narrow = _whole(file)
    encoding = encoding or narrow
    file.seek(mark)
    start = next(_utf8(file, encoding, old_line_ends=False), b"")[:HEAD_BYTES]
    old = b"\n" not in start and b"\r" in start
    text = (start.replace(b"\r", b"\n") if old else start).decode(UTF8, "ignore")
    separator, titles, lines, length = _header(text, name)
    return Form(name, size, digest, encoding, mark, old, separator, titles, lines, length)


def _wide(head: bytes) -> tuple[str | None, int]:
    """Return the encoding that the first bytes show, and the length of their mark."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, len(mark)
    half = _HALF * len(head) / 2
    if head[1::2].count(0) > half:
        return "utf-16-le", 0
    return ("utf-16-be", 0) if head[::2].count(0) > half else (None, 0)


def _controls(head: bytes) -> int:
    """Return how many control codes there are that do not part cells or lines."""
    return len(head) - len(head.translate(None, _CONTROLS))


def _whole(file: BinaryIO) -> tuple[int, str, str]:
    """Return size and digest of a file, and UTF-8 or Windows-1252, whichever fits it better.

    UTF-8 it is unless more bytes are wrong in it than sequences of two and more are right.
    """
    digest, size, right, wrong = sha256(), 0, 0, 0
    decoder = codecs.getincrementaldecoder(UTF8)("replace")
    while chunk := file.read(CHUNK_BYTES):
        digest.update(chunk)
        size += len(chunk)
        text = decoder.decode(chunk)
        if not chunk.isascii():
            codes = np.frombuffer(chunk, dtype=np.uint8)
            leads, follows = codes[:-1] >= _LEAD, codes[1:] & 0xC0 == _FOLLOW
            right += int(np.count_nonzero(leads & follows))
            wrong += text.count(BROKEN)
    wrong += decoder.decode(b"", final=True).count(BROKEN)
    return size, digest.hexdigest(), WINDOWS if wrong > right else UTF8


def _utf8(file: BinaryIO, encoding: str, *, old_line_ends: bool) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    while chunk := file.read(CHUNK_BYTES):
        own = chunk if encoding == UTF8 else decoder.decode(chunk).encode()
        yield own.replace(b"\r", b"\n") if old_line_ends else own
    if rest := b"" if encoding == UTF8 else decoder.decode(b"", final=True).encode():
        yield rest


def _header(text: str, name: str) -> tuple[str, tuple[str, ...], int, int]:
    """Return separator, titles, number of lines and of bytes of the header of a file.

    Of the separators the one that shows most columns we know, then the one that shows most.
    Empty lines above a header belong to it.
    """
    read = [(it, *_first_record(text, it)) for it in SEPARATORS]
    separator, titles, lines, length = max(
        read, key=lambda it: (len(recognised(it[1])), len(it[1]))
    )
    if "service" not in recognised(titles):
        found = ", ".join(repr(it[:40]) for it in titles[:10]) or "none that can be read"
        raise UsageError(
            f"line {max(1, lines)} of {name} names no column of services, it has {found}: "
            "call one of them service, name or service_name"
        )
    return separator, titles, lines, length


def _first_record(text: str, separator: str) -> tuple[tuple[str, ...], int, int]:
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in StringIO(text, newline="\n"):
            taken.append(line)
            yield line

    titles: Sequence[str] = ()
    try:
        reader = csv.reader(lines(), delimiter=separator, skipinitialspace=True)
        titles = next((row for row in reader if row), [])
    except csv.Error:  # a carriage return, or a cell without end: this is no header
        return (), len(taken), 0
    return tuple(titles), len(taken), len("".join(taken).encode())
