"""The rules that are asked of a span are those that could speak: asking all says the same."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from scarline.failures.judge import judge
from scarline.failures.limits import Limits
from scarline.failures.rules import Rules, read_rules
from scarline.failures.seen import Seen, asks_trace, see
from scarline.failures.span import KINDS, Evaluation, Span
from scarline.failures.trace import TraceAccount

FEW_LIMITS = Limits(tokens=None, duration_ms=10.0, toxicity=None, same_calls=2)
RULES = [read_rules(), read_rules(limits=FEW_LIMITS)]
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)

TEXTS = st.sampled_from(
    [
        *("", " ", "It comes on Monday.", "I'm sorry, but I can't help with that.", "[]", "null"),
        *("Agent stopped due to max iterations", "Error executing tool search: no", "{}"),
        *('{"error": "no"}', "failed", "blocked", "true", "toxic", "content_filter", "length"),
        *("max_turns", "guardrail_intervened", "0.2"),
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.sampled_from([0, 0.1, 0.6, 1, 2, 429, 503]) | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["value", "messages", "content", "documents", "refusal", "error"]),
            inner,
            max_size=2,
        )
    ),
    max_leaves=4,
)
NAMES = st.sampled_from(
    [
        *("quality", "toxicity", "non_toxicity", "hallucination", "faithfulness", "brand_voice"),
        *("prompt_injection", "answer_relevancy", "failure_to_answer", "Guardrail check", "pii"),
    ]
)
EVALUATIONS = st.lists(
    st.builds(
        Evaluation,
        NAMES,
        VALUES,
        st.sampled_from(["score", "boolean", "categorical", None]),
        st.sampled_from(["pass", "fail", None]),
        st.sampled_from(["OK", "ERROR", None]),
    ),
    max_size=3,
)
GUARDED = st.sampled_from(["blocked", "passed", {"failed": True}, {"on_fail": "block"}])
METADATA = st.fixed_dictionaries(
    {},
    optional={
        "finish_reason": TEXTS,
        "quality_score": VALUES,
        "My_Guardrails": GUARDED,
        "on_guardrail": GUARDED,
        "other": VALUES,
    },
)
FEW = st.none() | st.sampled_from([0, 1, 11, 300_000])
SPANS = st.builds(
    Span,
    trace_id=st.just("t"),
    span_id=st.sampled_from(["s1", "s2", "s3"]),
    started_at=st.just(AT),
    name=st.just("step"),
    kind=st.sampled_from(["new", "tool", "tool", *KINDS]),
    status=st.sampled_from(["ok", "error"]),
    parent_id=st.sampled_from([None, "s1", "s2"]),
    duration_ms=FEW,
    input=st.sampled_from([None, "7"]),
    output=TEXTS | VALUES,
    metadata=METADATA,
    tags=st.dictionaries(st.sampled_from(["env", "guardrail_blocked"]), st.just(("true",))),
    evaluations=EVALUATIONS,
    error_type=st.sampled_from([None, "", "APITimeoutError", "GuardrailError", "max_turns"]),
    status_code=st.sampled_from([None, 200, 404, 429, 503]),
    input_tokens=FEW,
    output_tokens=FEW,
    cost_usd=FEW,
)


def asked(rules: Rules, seen: Seen) -> list[tuple[str, Any]]:
    """What all rules say, each asked for whatever it looks at."""
    span = seen.span
    looking = [it for it in rules.rules if it.looks_at(span.kind, root=span.parent_id is None)]
    return [(it.name, said) for it in looking if (said := it.speaks(seen)) is not None]


@settings(max_examples=500)
@given(st.lists(SPANS, min_size=1, max_size=4), st.sampled_from(RULES))
def test_the_rules_that_can_speak_say_what_all_of_them_say(spans: list[Span], rules: Rules) -> None:
    """In the same order, with the same reasons, whatever the span before was."""
    account = TraceAccount()
    for span in spans:
        account.feed(span)
    for span in spans:
        seen = see(span, account.facts("t"), rules.quality)
        able = rules.of(span.kind, seen.told, seen.open_names)
        said = [(it.name, why) for it in able if (why := it.speaks(seen)) is not None]
        assert said == asked(rules, seen)


@settings(max_examples=300)
@given(st.lists(SPANS, min_size=1, max_size=4), st.sampled_from(RULES))
def test_a_span_that_asks_nothing_of_its_trace_can_be_judged_at_once(
    spans: list[Span], rules: Rules
) -> None:
    """What other spans say, before or after, changes nothing of it."""
    account = TraceAccount()
    for span in spans:
        account.feed(span)
    for span in spans:
        if not asks_trace(span):
            assert judge(span, rules) == judge(span, rules, account.facts("t"))


REFUSALS = RULES[0].known.refusals
PHRASES = [
    *REFUSALS.phrases,
    *(
        f"{first} {rest}"
        for begins, goes_on in REFUSALS.pairs
        for first in begins
        for rest in goes_on
    ),
]


@given(
    st.sampled_from(["", "- ", '  "', "**", "\n\n> "]),
    st.lists(st.sampled_from(REFUSALS.openings), max_size=2),
    st.sampled_from(PHRASES),
    st.booleans(),
)
def test_every_phrase_is_found_after_its_openings(
    lead: str, openings: list[str], phrase: str, shouted: bool
) -> None:
    """Whichever letters it begins with."""
    text = lead + ", ".join([*openings, phrase]) + " today."
    assert REFUSALS.found(text.upper() if shouted and text.isascii() else text)


def test_a_phrase_of_few_letters_is_found() -> None:
    """A language may need no more."""
    assert replace(REFUSALS, phrases=("no",)).found("No.")
    assert not replace(REFUSALS, phrases=("no",)).found("On it.")
