"""Who is compared: Scarline, and what one would reach for otherwise.

Presidio is asked for its pattern recognisers alone, as no model can be fetched here: an NLP
engine that finds nothing stands in for spaCy's. Two ways: as it comes, and with the pattern
recognisers of every country, which it leaves off by default. The others are as they come.

The rivals are given a document as one line of JSON. Those that would open a connection
(Presidio's e-mail recogniser fetches a list of domains) are refused it, which is counted.
"""

import json
import logging
import os
import re
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

from scarline.privacy import DROPPED, redact_json, redact_text
from scarline.privacy.fields import built_in_fields
from scarline.privacy.rules import built_in

Spans = Sequence[tuple[int, int]]
Find = Callable[[str], Spans]

_MARK = "\ue000"  # of private use: stands in no text
_MARKS = re.compile(_MARK)

# What the answers to "how do I mask personal data in my logs" have in common.
_FOUR = re.compile(
    r"(?P<email>[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,})"
    r"|(?P<ssn>\b\d{3}-\d{2}-\d{4}\b)"
    r"|(?P<card>\b(?:\d[ -]?){12,15}\d\b)"
    r"|(?P<phone>(?:\+?1[-. ]?)?\(?\b\d{3}\)?[-. ]?\d{3}[-. ]?\d{4}\b)"
)


def _own_marks() -> re.Pattern[str]:
    told = {"person", "place"}
    told |= {it.name for it in built_in()} | {it.name for it in built_in_fields()}
    return re.compile(rf"\[(?:{'|'.join(sorted(told))})\]|{re.escape(DROPPED)}")


class Side(NamedTuple):
    """One of those that are compared: what it makes of a text and of a document."""

    name: str
    text: Callable[[str], str]
    document: Callable[[Any], Any]
    marks: re.Pattern[str]
    share: float = 1.0  # of the cases that it is given: the slow ones get fewer

    def run(self, given: Any) -> Any:
        """Return what it makes of a text or a document."""
        return self.text(given) if isinstance(given, str) else self.document(given)


def sides() -> tuple[list[Side], list[str]]:
    """Return Scarline first, then all rivals that are installed, and what is to be said."""
    found = [Side("scarline", redact_text, redact_json, _own_marks())]
    said = []
    for name, share, make in (
        ("presidio", 0.25, partial(_presidio, everywhere=False)),
        ("presidio, all", 0.25, partial(_presidio, everywhere=True)),
        ("scrubadub", 0.25, _scrubadub),
        ("datafog", 0.5, _datafog),
        ("four regexes", 0.5, _four_regexes),
    ):
        try:
            find = make()
        except ImportError as error:
            said.append(f"without {name}: {error}")
            continue
        found.append(_rival(name, find, share))
    return found, said


def _rival(name: str, find: Find, share: float) -> Side:
    def text(given: str) -> str:
        pieces, at = [], 0
        for start, end in sorted(find(given)):
            if end > at:
                pieces += [given[at : max(start, at)], _MARK]
                at = end
        return "".join([*pieces, given[at:]])

    def document(given: Any) -> Any:
        output = text(json.dumps(given, ensure_ascii=False))
        try:
            return json.loads(output)
        except ValueError:
            return output

    return Side(name, text, document, _MARKS, share)


def _four_regexes() -> Find:
    return lambda text: [match.span() for match in _FOUR.finditer(text)]


def _scrubadub() -> Find:
    import scrubadub  # noqa: PLC0415 - only where it is installed

    scrubber = scrubadub.Scrubber()
    return lambda text: [(it.beg, it.end) for it in scrubber.iter_filth(text)]


def _datafog() -> Find:
    import datafog  # noqa: PLC0415 - only where it is installed

    return lambda text: [(it.start, it.end) for it in datafog.scan(text).entities]


def _presidio(*, everywhere: bool) -> Find:
    from presidio_analyzer import (  # noqa: PLC0415 - only where it is installed
        AnalyzerEngine,
        RecognizerRegistry,
    )

    from bench.privacy.no_model import NoModel  # noqa: PLC0415 - stands on Presidio

    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
    logging.getLogger("tldextract").setLevel(logging.CRITICAL)
    registry = RecognizerRegistry(supported_languages=["en"])
    if everywhere:
        for recogniser in _pattern_recognisers():
            registry.add_recognizer(recogniser)
    else:
        registry.load_predefined_recognizers(languages=["en"])
        registry.remove_recognizer("SpacyRecognizer")
    engine = AnalyzerEngine(registry=registry, nlp_engine=NoModel(), supported_languages=["en"])
    return lambda text: [(it.start, it.end) for it in engine.analyze(text, "en")]


def _pattern_recognisers() -> Iterator[Any]:
    from presidio_analyzer import (  # noqa: PLC0415 - only where it is installed
        PatternRecognizer,
        predefined_recognizers,
    )

    for name in dir(predefined_recognizers):
        kind = getattr(predefined_recognizers, name)
        if not isinstance(kind, type) or not name.endswith("Recognizer"):
            continue
        if issubclass(kind, PatternRecognizer) or name == "PhoneRecognizer":
            yield kind(supported_language="en")


@contextmanager
def offline() -> Iterator[list[str]]:
    """Refuse every connection over the network and yield where to, as they are tried."""
    tried: list[str] = []
    os.environ.setdefault("TLDEXTRACT_CACHE", "")  # Presidio's: so that no earlier run answers
    own, look_up = socket.socket.connect, socket.getaddrinfo

    def refuse(*where: Any, **_: Any) -> Any:
        tried.append(str(where[0] if isinstance(where[0], str) else where[-1]))
        raise OSError("a redactor opens no connection")

    socket.socket.connect = refuse  # type: ignore[method-assign]
    socket.getaddrinfo = refuse
    try:
        yield tried
    finally:
        socket.socket.connect = own  # type: ignore[method-assign]
        socket.getaddrinfo = look_up
