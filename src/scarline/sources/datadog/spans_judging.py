"""Which spans are failures: each is read, known again or not, and judged; the log says why."""

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec
import structlog

from scarline.failures.judge import Judgement, judge
from scarline.failures.seen import asks_trace
from scarline.failures.span import Span
from scarline.failures.trace import TraceAccount
from scarline.sources.datadog.shapes import uncollected
from scarline.sources.datadog.spans_apm import of_llm, read_apm
from scarline.sources.datadog.spans_config import Spans
from scarline.sources.datadog.spans_known import Paths, Seen
from scarline.sources.datadog.spans_pages import read_row
from scarline.sources.datadog.spans_read import Malformed, read_llm
from scarline.sources.datadog.spans_searches import Search

log = structlog.get_logger(__name__)

Failing = tuple[Span, Judgement]
Judged = tuple[Span, Judgement | None]
"""A span with what the rules say, None until all is known that other spans say of it."""

TWICE = "span that came twice"
ANOTHER_APP = "span of another application"
ANOTHER_SERVICE = "span of another service"
NO_LLM = "span of no LLM application"

MOST_TRACES = 10_000
"""How many traces with tools are remembered, in some 15 MB: those of an hour and more."""

READERS = {"llm": read_llm, "apm": read_apm}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a search as its spans are told of: times in seconds since 1970.

    Spans before ``start`` are read for the paths alone. Those before ``known_until`` were read
    before in this pull, so that they come again.
    """

    search: Search
    start: int
    known_until: int


@dataclass(frozen=True, slots=True)
class Read:
    """What came of a page: the spans that are to be told of, and how many lie in the window.

    ``reached`` is the latest start of a span, in seconds since 1970, None without any. ``mark`` is
    the same for a page of the same spans.
    """

    fresh: list[Judged]
    inside: int
    reached: float | None
    mark: int


@dataclass(slots=True)
class Decision:
    """What was decided about the spans of one trace, and why the first of them was kept."""

    spans: int = 0
    user: str | None = None
    why: str = "no rule spoke"
    kept: Counter[str] = field(default_factory=Counter)


@dataclass
class Judging:
    """Reads and judges the spans of a pull, one pass, each span once."""

    config: Spans
    paths: Paths = field(default_factory=Paths)
    kept_out: Counter[str] = field(default_factory=Counter)
    _seen: Seen = field(init=False)
    _traces: TraceAccount = field(default_factory=lambda: TraceAccount(MOST_TRACES))
    _decisions: dict[str, Decision] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Remember the spans of the fullest window: more than that does not come again."""
        self._seen = Seen(2 * self.config.pages_per_window * self.config.page_size)

    @uncollected()
    def read(self, rows: Iterable[msgspec.Raw], part: Part) -> Read:
        """Read the rows of a page; spans that are left out are counted, with the reason.

        A span is judged at once where it can be, so that what did not fail takes no room.
        """
        read, telling = READERS[part.search.by], log.is_enabled_for(logging.INFO)
        fresh, times, ids = list[Judged](), list[float](), list[object]()
        for row in rows:
            document = read_row(row)
            ids.append(_id(document))
            try:
                span = read(document)
            except Malformed as malformed:
                self.kept_out[str(malformed)] += 1
                continue
            self.paths.add(span.trace_id, span.span_id, span.name, span.parent_id)
            self._traces.feed(span)
            at = span.started_at.timestamp()
            if at < part.start:
                continue
            times.append(at)
            if self._wanted(span, part, known=at < part.known_until):
                judgement = None if asks_trace(span) else judge(span, self.config.rules)
                if judgement is None or judgement.failed or telling:
                    fresh.append((span, judgement))
        return Read(fresh, len(times), max(times, default=None), hash(repr(ids)))

    @uncollected()
    def judged(self, fresh: Iterable[Judged]) -> list[Failing]:
        """Return the spans that a rule spoke about; the traces of those that ask them are known."""
        failing, telling = [], log.is_enabled_for(logging.INFO)
        for span, known in fresh:
            judgement = known or judge(span, self.config.rules, self._traces.facts(span.trace_id))
            if judgement.failed:
                failing.append((span, judgement))
            if telling:
                self._decide(span, judgement)
        return failing

    def _decide(self, span: Span, judgement: Judgement) -> None:
        decision = self._decisions.setdefault(span.trace_id, Decision())
        decision.spans += 1
        decision.user = decision.user or span.user
        if judgement.failed:
            if not decision.kept:
                decision.why = judgement.leading.why
            decision.kept[judgement.leading.type] += 1

    def told(self) -> Counter[str]:
        """Log what was decided about each trace, and return what was left out before, by reason.

        The log has ids, counts and types, nothing of what a span says. Both begin anew.
        """
        for trace_id, decision in self._decisions.items():
            log.info(
                "kept" if decision.kept else "left out",
                trace=trace_id,
                user=self.config.hashed(decision.user) if decision.user else None,
                spans=decision.spans,
                failures=dict(decision.kept),
                why=decision.why,
            )
        log.info("left out before they were judged", spans=dict(self.kept_out))
        kept_out, self.kept_out = self.kept_out, Counter()
        self._decisions.clear()
        return kept_out

    def _wanted(self, span: Span, part: Part, *, known: bool) -> bool:
        reason = _unwanted(span, part.search)
        if reason is None and self._seen.again((span.trace_id, span.span_id)):
            if known:
                return False
            reason = TWICE
        if reason is not None:
            self.kept_out[reason] += 1
        return reason is None


def _id(document: object) -> object:
    return (isinstance(document, dict) and document.get("id")) or document


def _unwanted(span: Span, search: Search) -> str | None:
    """Return why a span is not what was searched for: what a search did is not taken on trust.

    APM's cannot tell applications at all. Names differ in case from one library to the next.
    """
    if search.ml_app is not None and not _is(search.ml_app, [span.ml_app]):
        return ANOTHER_APP
    named = search.service
    if named is not None and not _is(named, [span.service, *span.tags.get("service", ())]):
        return ANOTHER_SERVICE
    return None if search.chosen or search.by == "llm" or of_llm(span) else NO_LLM


def _is(wanted: str, told: Iterable[str | None]) -> bool:
    return wanted.casefold() in {it.casefold() for it in told if it}
