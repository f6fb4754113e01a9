"""Groups of failures beside the usual ways: pairs of labelled spans that are put together rightly.

Of all pairs of spans that a way puts into one group, precision is the part whose cause is one;
of all pairs of one cause, recall is the part that it puts into one group.
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import orjson
import pyarrow as pa
from drain3 import TemplateMiner
from drain3.masking import MaskingInstruction
from drain3.template_miner_config import TemplateMinerConfig

from bench.report import Report, best, table
from scarline.failures.groups import groups
from scarline.failures.judge import Judgement, judge
from scarline.failures.judged import blamed
from scarline.failures.rules import read_rules
from scarline.failures.signature import signature
from scarline.failures.span import Span
from scarline.kinds import DECISION, INSTANT
from scarline.privacy import redact_json
from tests.failures.labelled.reading import FRESH, HALVES, labelled

PRECISION, RECALL = 0.95, 0.80
"""What is asked of the signature on all labelled spans."""

MASKS = (
    (r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}", "UUID"),
    (r"https?://[^\s'\"]+", "URL"),
    (r"[\w.+-]+@[\w-]+\.[\w.]+", "EMAIL"),
    (r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b", "IP"),
    (r"\b(?:0x)?[0-9a-fA-F]{8,}\b", "HEX"),
    (r"[+-]?\d+(?:[.,]\d+)*", "NUM"),
)
"""What both templates and exact texts are masked with, in this order."""

Way = Callable[[Sequence["Failure"]], Sequence[str]]
"""Names the group of each failure."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A labelled span with what the rules say of it."""

    half: str
    cause: str
    span: Span
    judgement: Judgement

    @property
    def type(self) -> str:
        """Return the type of the failure; the rules do not speak of every labelled span."""
        return self.judgement.leading.type if self.judgement.failed else "error"

    @property
    def blamed(self) -> Sequence[str] | None:
        """Return the evaluations that made it that type of failure, None where no rule speaks."""
        return blamed(self.span, self.judgement.reasons) if self.judgement.failed else None


def run() -> None:
    """Print precision and recall of each way on each half and on all, and what ours costs."""
    rules = read_rules()
    found = [
        Failure(half, it.cause, it.span, judge(it.span, rules))
        for half in (*HALVES, FRESH)
        for it in labelled(half)
    ]
    ways: dict[str, Way] = {
        "signature": signatures,
        "masked text": masked_texts,
        "Drain3": mined,
        "coarse key": coarse,
    }
    named = {name: way(found) for name, way in ways.items()}
    rows = []
    for half in (*HALVES, FRESH, "all"):
        at = [number for number, it in enumerate(found) if half in {it.half, "all"}]
        causes = [found[it].cause for it in at]
        measured = [pairs(causes, [keys[it] for it in at]) for keys in named.values()]
        rows.append((f"{half}: precision ({len(at)} spans)", [f"{it[0]:.3f}" for it in measured]))
        rows.append(
            (f"{half}: recall ({len(set(causes))} causes)", [f"{it[1]:.3f}" for it in measured])
        )
        rows.append(
            (f"{half}: groups", [str(len({keys[it] for it in at})) for keys in named.values()])
        )
    table("pairs of labelled failures", "share", list(ways), rows)
    precision, recall = pairs([it.cause for it in found], named["signature"])
    reached = precision >= PRECISION and recall >= RECALL
    print(f"  asked of all: {PRECISION:.2f} and {RECALL:.2f}: {'reached' if reached else 'missed'}")
    unjudged = sum(not it.judgement.failed for it in found)
    print(f"  of {unjudged} of {len(found)} spans no rule speaks: they have the type error")
    same(found, named["signature"])
    costs(found, ways)
    folded()


def pairs(causes: Sequence[str], groups: Sequence[str]) -> tuple[float, float]:
    """Return the precision and the recall of pairs."""
    both = _pairs(Counter(zip(causes, groups, strict=True)))
    return both / max(1, _pairs(Counter(groups))), both / max(1, _pairs(Counter(causes)))


def same(found: Sequence[Failure], keys: Sequence[str]) -> None:
    """Print for how many spans redaction changes the signature: it should for none."""
    changed = sum(
        signature(redacted(it.span), it.type, it.blamed).signature != key
        for it, key in zip(found, keys, strict=True)
    )
    print(f"  redaction changes the signature of {changed} of {len(found)} spans")


def redacted(span: Span) -> Span:
    """Return a span as it is after redaction."""
    fields = {it: getattr(span, it) for it in ("error_message", "error_stack", "output", "input")}
    told = redact_json({f"{it}_text": value for it, value in fields.items()})
    own = {it: getattr(span, it) for it in Span.__slots__}
    return Span(**{**own, **{it: told[f"{it}_text"] for it in fields}})


def costs(found: Sequence[Failure], ways: dict[str, Way]) -> None:
    """Print how many failures a second each way groups."""
    report = Report("grouping", "failures/s")
    for name, way in ways.items():
        report.add(name, len(found) / best(partial(way, found), times=3))
    report.show("signature")


def folded(failures: int = 100_000, count: int = 1_000) -> None:
    """Print how long so many failures take to be that many groups."""
    chance = random.Random(failures)  # noqa: S311 - the work is the same at each run
    now = datetime(2026, 11, 1, tzinfo=UTC)
    texts: dict[str, Callable[[], str]] = {
        "signature": lambda: f"v1:{chance.randrange(count):032x}",
        "trace_id": lambda: f"{chance.getrandbits(128):032x}",
        "span_id": lambda: f"{chance.getrandbits(64):016x}",
        "user_hash": lambda: f"{chance.randrange(failures // 20):024x}",
        "severity": lambda: chance.choice(("low", "medium", "high", "critical")),
        "title": lambda: "Timed out: search",
    }
    names = ("failure_type", "service_name", "ml_app", "span_kind", "span_name", "error_type")
    for name in (*names, "version", "model"):
        texts[name] = lambda name=name: f"{name} {chance.randrange(9)}"  # type: ignore[misc]
    columns = {name: pa.array([draw() for _ in range(failures)]) for name, draw in texts.items()}
    seen = [now - timedelta(seconds=chance.randrange(3_000_000)) for _ in range(failures)]
    columns |= {name: pa.array(seen, INSTANT) for name in ("failed_at", "fetched_at")}
    rows, decisions = pa.table(columns), DECISION.schema.empty_table()
    assert len(groups(rows, decisions, now)) == count
    seconds = best(lambda: groups(rows, decisions, now), times=3)
    print(f"  {failures:,} failures to {count:,} groups: {seconds:.2f} s")


def signatures(failures: Sequence[Failure]) -> list[str]:
    """Name groups as Scarline does."""
    return [signature(it.span, it.type, it.blamed).signature for it in failures]


def masked_texts(failures: Sequence[Failure]) -> list[str]:
    """Name groups by application, type of the error, and the whole text with its masks."""
    return ["\n".join((*_owner(it), _masked(text_of(it)))) for it in failures]


def mined(failures: Sequence[Failure]) -> list[str]:
    """Name groups by application and the template that Drain3 finds, masked as the others are."""
    config = TemplateMinerConfig()
    config.masking_instructions = [MaskingInstruction(it, name) for it, name in MASKS]
    config.profiling_enabled = False
    miners: dict[str, TemplateMiner] = {}
    keys = []
    for it in failures:
        application = it.span.ml_app or ""
        miner = miners.setdefault(application, TemplateMiner(config=config))
        cluster: dict[str, Any] = miner.add_log_message(text_of(it).replace("\n", " "))
        keys.append(f"{application}\n{cluster['cluster_id']}")
    return keys


def coarse(failures: Sequence[Failure]) -> list[str]:
    """Name groups by type, service and severity."""
    return [
        f"{it.type}\n{it.span.service}\n"
        f"{it.judgement.leading.severity if it.judgement.failed else 'medium'}"
        for it in failures
    ]


def text_of(failure: Failure) -> str:
    """Return the text that a template is made of: the error, or else what was given back."""
    span = failure.span
    given = span.output if isinstance(span.output, str) else orjson.dumps(span.output).decode()
    failed = " ".join(it.name for it in span.evaluations if it.assessment == "fail")
    return span.error_message or (span.error_stack or "").strip() or failed or given


def _owner(failure: Failure) -> tuple[str, str]:
    return failure.span.ml_app or "", failure.span.error_type or ""


def _masked(text: str) -> str:
    for pattern, name in MASKS:
        text = re.sub(pattern, f"<{name}>", text)
    return text


def _pairs(counts: Counter[Any]) -> int:
    return sum(it * (it - 1) // 2 for it in counts.values())
