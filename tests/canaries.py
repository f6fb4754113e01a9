"""Planted secrets: one for every rule, wherever a span or a point can carry text."""

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from scarline.model import Asked, Batch, Missing, Window
from scarline.privacy.fields import built_in_fields
from scarline.privacy.finder import Finder
from scarline.privacy.rules import built_in, drawn
from tests.fakes import EPOCH, batch, failed, loaded

HOUR = Window(EPOCH, EPOCH.replace(hour=1))
WORD = re.compile(rb"[0-9A-Za-z\x80-\xff]{8,}")
FEWEST = 4  # different characters: a row of zeros is found anywhere
DIGIT = re.compile(rb"[0-9]")
HARMLESS = frozenset(
    (b"example", b"helicone", b"linkedin", b"password")
)  # stand beside what is secret


@dataclass(frozen=True)
class Canary:
    """A text with something planted in it, and what of it no store may hold."""

    name: str
    text: str
    secret: bytes


def _of_rules() -> Iterator[Canary]:
    for rule in built_in():
        text = drawn(rule.goes, sum(rule.name.encode()))
        data = text.encode()
        found = Finder([rule]).find(data)[0]
        words = {it for it in WORD.findall(data[found.start : found.end]) if len(set(it)) >= FEWEST}
        words -= HARMLESS
        if words:
            told = max(words, key=lambda it: (DIGIT.search(it) is not None, len(it), it))
            yield Canary(rule.name, text, told)


CANARIES: Sequence[Canary] = tuple(_of_rules())

PEOPLE: Sequence[Canary] = (
    Canary("person", "My name is Wilhelmina Featherstonehaugh.", b"Featherstonehaugh"),
    Canary("person", "Dear Mr. Krzysztof Brzezinski, thank you", b"Brzezinski"),
)
"""Looked for in what people write, not in the names of machines."""

FIELDS: Sequence[tuple[str, str, str]] = tuple(
    (field.name, field.phrases[0], f"qz{number}xw 47{number:06}")
    for number, field in enumerate(built_in_fields())
    if field.shape in {"any", "spaced"} and not field.kept
)
"""Names of fields that say what their value is, each with a value that nothing else betrays."""


def secrets() -> list[bytes]:
    """Return all that must be nowhere."""
    fields = [value.split()[0].encode() for _, _, value in FIELDS]
    return [canary.secret for canary in (*CANARIES, *PEOPLE)] + fields


def span(text: str) -> dict[str, Any]:
    """Return what Datadog tells of an LLM span, with ``text`` wherever it can be."""
    said = f"see {text} ok"
    return {
        "name": f"call {text}",
        "kind": "llm",
        "meta": {
            "input": {"value": said, "messages": [{"role": "user", "content": f"I said {text}"}]},
            "output": {
                "messages": [
                    {
                        "role": "assistant",
                        "content": f"so {text} it is",
                        "tool_calls": [
                            {
                                "name": "look_up",
                                "arguments": json.dumps(
                                    {"query": said, "deep": json.dumps([text])}
                                ),
                            }
                        ],
                    },
                    {"role": "tool", "content": f"found {text}."},
                ]
            },
            "metadata": {"note": said, "nested": [[{"more": said}]], text: "as a key"},
            "error": {"message": f"ValueError: {text}", "stack": f"line 1\n  {text}\nline 3"},
        },
        "tags": ["env:prod", f"note:{text}"],
        "evaluations": [{"label": "toxic", "reasoning": f"because of {text}, clearly"}],
        "url": f"https://shop.example/q?text={quote(text)}",
        "base64": b64encode(said.encode()).decode(),
        "hex": said.encode().hex(),
        "escaped": "".join(f"\\u{ord(it):04x}" for it in text if ord(it) < 0x10000),
        "joined": "\u200b".join(text),
        "streamed": [{"delta": {"content": part}} for part in _thirds(said)],
        "number": int(text) if text.isdecimal() and text[0] != "0" else None,
    }


def _thirds(text: str) -> list[str]:
    size = len(text) // 3
    return [text[:size], text[size : 2 * size], text[2 * size :]]


def spans() -> Batch:
    """Return failed spans, a trace for each canary, with it in every place."""
    rows: list[dict[str, Any]] = [
        {
            "trace_id": f"{number:032x}",
            "span_id": str(number),
            "failed_at": EPOCH + timedelta(seconds=number),
            "trace_payload": json.dumps(span(canary.text)),
            "evaluations": json.dumps([{"reasoning": f"for {canary.text} alone"}]),
            **({} if canary in PEOPLE else _columns(canary.text)),
        }
        for number, canary in enumerate((*CANARIES, *PEOPLE), 1)
    ]
    fields = json.dumps({phrase.replace(" ", "_"): value for _, phrase, value in FIELDS})
    rows.append({"trace_id": "f", "span_id": "0", "trace_payload": fields})
    return failed(*rows, **_account(CANARIES))


def _columns(text: str) -> dict[str, str]:
    """Return identifiers with ``text`` in them: nobody is looked for by name there."""
    return {"service_name": f"shop {text}", "ml_app": text, "signature": f"E {text}"}


def series(canaries: Iterable[Canary]) -> Batch:
    """Return points whose every name and sentence has a canary in it."""
    own = list(canaries)
    rows = [
        row
        for number, canary in enumerate(own)
        for row in (
            (f"app{number}.{canary.text}", "a", 0, 1.0),
            ("cpu", f"host{number} of {canary.text}", 0, 2.0),
        )
    ]
    return batch(*rows, unit=f"per {own[0].text}", **_account(own))


def flows(canaries: Iterable[Canary]) -> Batch:
    """Return flows whose systems, owners and tags have canaries in them."""
    told = {
        (f"app{number}.{it.text}", f"host{number} of {it.text}"): {
            "owner_team": f"team {it.text} .",
            "tags": f"note:{it.text}",
        }
        for number, it in enumerate(canaries)
    }
    return loaded(told, "prod")


def _account(canaries: Iterable[Canary]) -> dict[str, Any]:
    own = list(canaries)
    return {
        "asked": tuple(Asked(f"avg:cpu{{of {it.text} }}", HOUR) for it in own),
        "missing": tuple(
            Missing(f"of {it.text} .", HOUR, f"said: {it.text} ; try later") for it in own
        ),
        "kept_out": {f"because {it.text} .": 1 for it in own},
    }
