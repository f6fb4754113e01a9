"""Judging a span: which rules speak, why, and what that makes of it.

A span is a failure if any rule speaks of it. The worst verdict stands for it; of two that are as
bad, the one whose rule stands first in the file.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from scarline.failures.condition import either
from scarline.failures.rules import Rule, Rules
from scarline.failures.seen import see
from scarline.failures.severity import RANK, raised
from scarline.failures.span import Span
from scarline.failures.trace import TraceFacts


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule says of a span.

    ``severity`` is that of the rule, raised by what ``raised_by`` names. ``why`` is a sentence
    without anything of the span's text: numbers, names of evaluations, types, our own words.
    """

    rule: str
    type: str
    severity: str
    why: str
    raised_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules say of a span: nothing, or verdicts, the one that stands for it first.

    ``quality_score`` is from 0 to 1, None where none is told.
    """

    verdicts: tuple[Verdict, ...] = ()
    quality_score: float | None = None

    @property
    def failed(self) -> bool:
        """Return whether the span is a failure."""
        return bool(self.verdicts)

    @property
    def leading(self) -> Verdict:
        """Return the verdict that stands for the span; raises ``ValueError`` if it did not fail."""
        if not self.verdicts:
            raise ValueError("the span did not fail: no rule speaks of it")
        return self.verdicts[0]

    @property
    def reasons(self) -> list[str]:
        """Return why it is a failure of the type that stands for it."""
        return [it.why for it in self.verdicts if it.type == self.leading.type]


@dataclass(frozen=True, slots=True)
class Explained:
    """What a rule makes of a span: the verdict, or a sentence that says why there is none."""

    rule: Rule
    verdict: Verdict | None
    why: str


HEALTHY = Judgement()


def judge(span: Span, rules: Rules, trace: TraceFacts | None = None) -> Judgement:
    """Return what ``rules`` say of ``span``.

    ``trace`` is what the other spans of its trace say (:class:`scarline.failures.trace
    .TraceAccount`); without it no loop and no failing tool of a caller is seen.
    """
    seen = see(span, trace, rules.quality)
    spoken = [
        (rule, *found)
        for rule in rules.of(span.kind, seen.told, seen.open_names)
        if (found := rule.speaks(seen)) is not None
    ]
    if not spoken:
        return HEALTHY if seen.quality is None else Judgement((), seen.quality)
    return Judgement(_verdicts(spoken, rules, root=span.parent_id is None), seen.quality)


def explained(span: Span, rules: Rules, trace: TraceFacts | None = None) -> list[Explained]:
    """Return for each rule, in their order, whether it spoke of ``span`` and why, or why not."""
    verdicts = {it.rule: it for it in judge(span, rules, trace).verdicts}
    return [
        Explained(rule, own, own.why if own is not None else _why_not(rule, span))
        for rule in rules.rules
        for own in (verdicts.get(rule.name),)
    ]


def _verdicts(
    spoken: Sequence[tuple[Rule, str, str]], rules: Rules, *, root: bool
) -> tuple[Verdict, ...]:
    """Return a verdict for each rule that spoke, the worst first, else in the order of rules."""
    reasons = len({sort for _, sort, _ in spoken})
    verdicts = []
    for rule, _, why in spoken:
        severity, names = raised(rule.severity, rule.type, rules.raises, root=root, reasons=reasons)
        verdicts.append(Verdict(rule.name, rule.type, severity, why, names))
    return tuple(sorted(verdicts, key=lambda it: -RANK[it.severity]))


def _why_not(rule: Rule, span: Span) -> str:
    if rule.kinds and span.kind not in rule.kinds:
        return f"it looks only at spans of the kind {either(sorted(rule.kinds))}"
    if rule.root and span.parent_id is not None:
        return "it looks only at roots of traces"
    return f"it needs {either([condition.needs for condition in rule.conditions])}"
