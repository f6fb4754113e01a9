"""How fast: Scarline's structured layer alone, and with names, beside the others.

Processor time, so that what else runs on the machine does not count. Each side has been warmed
up on other texts. The rivals are given as much as they can do in about five seconds.
"""

import io
import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any

from bench.privacy.sides import Side
from bench.privacy.traces import about_things, prose, traces
from bench.report import Report
from scarline.privacy import Cleaner, Policy, default_policy, redact_json, redact_lines, redact_text

SECONDS = 5.0
_PIECE = 2_000  # characters of prose in a text


def none(texts: Sequence[str]) -> list[list[tuple[int, int, str]]]:
    """Find no names in any of ``texts``."""
    return [[] for _ in texts]


def run(rivals: Sequence[Side], characters: int) -> None:
    """Print the speed of all on traces and on prose."""
    documents, warm = list(traces(Random(31), characters)), list(traces(Random(32), 200_000))  # noqa: S311
    texts, others = _prose(33, characters), _prose(34, 200_000)
    plain = replace(default_policy(), names=none)
    _on_traces(plain, documents, warm, rivals)
    _on_prose(plain, texts, others, rivals)


def _on_traces(
    plain: Policy, documents: Sequence[Any], warm: Sequence[Any], rivals: Sequence[Side]
) -> None:
    size = sum(len(_line(it)) for it in documents)
    report = Report(f"speed on {size / 1e6:.1f} MB of JSON traces", "MB/s of CPU time")
    for name, policy in (("names", default_policy()), ("structured layer alone", plain)):
        clean = partial(redact_json, policy=policy)
        _timed(clean, warm)
        report.add(f"scarline, {name}, redact_json", size / _timed(clean, documents) / 1e6)
        cleaner = Cleaner(policy)
        _lines(cleaner, warm)
        report.add(f"scarline, {name}, redact --jsonl", size / _lines(cleaner, documents) / 1e6)
    _rivals(report, rivals, [_line(it).decode() for it in documents])
    report.show("scarline, names, redact_json")


def _on_prose(
    plain: Policy, texts: Sequence[str], warm: Sequence[str], rivals: Sequence[Side]
) -> None:
    size = sum(len(it.encode()) for it in texts)
    report = Report(f"speed on {size / 1e6:.1f} MB of prose", "MB/s of CPU time")
    for name, policy in (("names", default_policy()), ("structured layer alone", plain)):
        clean = partial(redact_text, policy=policy)
        _timed(clean, warm)
        report.add(f"scarline, {name}, redact_text", size / _timed(clean, texts) / 1e6)
    _rivals(report, rivals, texts)
    report.show("scarline, names, redact_text")


def _rivals(report: Report, rivals: Sequence[Side], texts: Sequence[str]) -> None:
    for side in rivals:
        side.text("warm up: mail somebody@example.com about 4111 1111 1111 1111")
        done = 0
        start = time.process_time()
        for text in texts:
            for at in range(0, len(text), _PIECE):
                side.text(text[at : at + _PIECE])
                done += len(text[at : at + _PIECE].encode())
                if time.process_time() - start > SECONDS:
                    break
            else:
                continue
            break
        took = time.process_time() - start
        report.add(side.name, done / took / 1e6, f"on {done / 1e6:.2f} MB")


def _timed(work: Callable[[Any], object], given: Iterable[Any]) -> float:
    start = time.process_time()
    for it in given:
        work(it)
    return time.process_time() - start


def _lines(cleaner: Cleaner, documents: Sequence[Any]) -> float:
    source = io.BytesIO(b"".join(_line(it) for it in documents))
    sink = io.BytesIO()
    start = time.process_time()
    redact_lines(source, sink, cleaner, jsonl=True)
    took = time.process_time() - start
    assert sink.getvalue().count(b"\n") == len(documents)
    return took


def _line(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode() + b"\n"


def _prose(seed: int, characters: int) -> list[str]:
    dice = Random(seed)  # noqa: S311 - texts, not keys
    texts = []
    while characters > 0:
        text = ""
        while len(text) < _PIECE:
            text += dice.choice((prose, prose, about_things))(dice) + "\n\n"
        texts.append(text)
        characters -= len(text)
    return texts
