"""The closed vocabulary of rules: what ``when`` in ``rules.toml`` may say, and what it means."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from scarline.failures.answer import found_nothing, plain, tool_failed, was_stopped
from scarline.failures.condition import (
    Condition,
    Known,
    Word,
    either,
    number,
    one_of,
    phrases,
    shown,
)
from scarline.failures.evaluation_words import OPTIONS, evaluation, quality_below
from scarline.failures.evaluations import holds
from scarline.failures.guardrails import guardrail
from scarline.failures.seen import (
    ANSWER,
    COST,
    DURATION,
    EMPTY,
    ERROR_TYPE,
    FINISH_REASON,
    GUARDRAIL,
    OUTPUT,
    STATUS,
    STATUS_CODE,
    TOKENS,
    TRACE,
    Seen,
)
from scarline.failures.span import Span


def read_conditions(when: Any, known: Known) -> tuple[Condition, ...]:
    """Return the conditions that ``when`` names: one of them is enough for the rule to speak.

    Raises ``ValueError`` with what is wrong.
    """
    if not isinstance(when, Mapping) or not when.keys() & WORDS.keys():
        raise ValueError(f"when is a table with one of {', '.join(WORDS)}")
    if unknown := sorted(when.keys() - WORDS.keys() - set(OPTIONS)):
        raise ValueError(f"when knows no {', '.join(unknown)}: it knows {', '.join(WORDS)}")
    options = {name: when[name] for name in OPTIONS if name in when}
    if options and "evaluation" not in when:
        raise ValueError(f"{', '.join(options)} in when goes with evaluation")
    return tuple(WORDS[word](when[word], options, known) for word in WORDS if word in when)


def _status(told: Any, _: Mapping[str, Any], __: Known) -> Condition:
    one_of("status", told, "error")
    return Condition(
        "error",
        "the status error",
        STATUS,
        lambda seen: "the status is error" if seen.span.status == "error" else None,
    )


def _status_code(told: Any, _: Mapping[str, Any], __: Known) -> Condition:
    if not isinstance(told, list) or not told:
        raise ValueError('status_code is a list of codes and ranges, such as [429, "500-599"]')
    codes = frozenset(code for it in told for code in _codes(str(it)))

    def test(seen: Seen) -> str | None:
        code = seen.span.status_code
        return f"the status code is {code}" if code is not None and code in codes else None

    return Condition("error", f"a status code of {either([*map(str, told)])}", STATUS_CODE, test)


def _codes(told: str) -> Iterator[int]:
    first, _, last = told.partition("-")
    if not (first + last).isdecimal():
        raise ValueError(f"status_code has {told!r}: a code is 429, a range is 500-599")
    yield from range(int(first), int(last or first) + 1)


def _error_type(told: Any, _: Mapping[str, Any], __: Known) -> Condition:
    names = phrases("error_type", told)

    def test(seen: Seen) -> str | None:
        if not seen.span.error_type:
            return None
        own = plain(seen.span.error_type)
        found = next((name for name in names if holds(own, (name,))), None)
        return f"the type of the error says {found}" if found else None

    return Condition("error", f"a type of error that says {either(names)}", ERROR_TYPE, test)


def _tool(told: Any, _: Mapping[str, Any], __: Known) -> Condition:
    one_of("tool", told, "error")

    def test(seen: Seen) -> str | None:
        span = seen.span
        if span.kind == "tool":
            return "the tool failed" if tool_failed(span) else None
        if span.status != "error" or seen.trace is None:
            return None
        failed = seen.trace.called_failing_tool(span.span_id)
        return "it failed, and so did a tool that it called" if failed else None

    return Condition("error", "a tool that failed, or a failed span that called one", TRACE, test)


def _same_calls(told: Any, _: Mapping[str, Any], known: Known) -> Condition:
    times = number("same_calls", told, known)

    def test(seen: Seen) -> str | None:
        if seen.span.kind != "tool" or seen.trace is None:
            return None
        if seen.trace.turn(seen.span.span_id) != times:
            return None
        return f"the same tool is called {shown(times)} times with the same arguments in one trace"

    needs = f"the call that makes {shown(times)} of one tool with the same arguments in a trace"
    return Condition("trace", needs, TRACE, test)


def _guardrail(told: Any, _: Mapping[str, Any], __: Known) -> Condition:
    one_of("guardrail", told, "failed")
    return Condition(
        "guardrail",
        "a guardrail that failed",
        GUARDRAIL,
        lambda seen: guardrail(seen.span, seen.evaluations, seen.reasons),
    )


def _output(told: Any, _: Mapping[str, Any], known: Known) -> Condition:
    one_of("output", told, "refused", "empty", "stopped")

    def refused(seen: Seen) -> str | None:
        if seen.answer.refused:
            return "the provider marks the answer as a refusal"
        declines = not seen.answer.calls_tools and known.refusals.found(seen.answer.text)
        return "the output begins as a refusal does" if declines else None

    def empty(seen: Seen) -> str | None:
        none = seen.answer.empty and not seen.answer.calls_tools and seen.span.status != "error"
        return "the output is empty, no tool is called and no error is told" if none else None

    def stopped(seen: Seen) -> str | None:
        return "the output says that the agent was stopped" if was_stopped(seen.answer) else None

    needs, looks_at, test = {
        "refused": ("an output that begins as a refusal does", ANSWER, refused),
        "empty": ("an empty output, without an error or a tool call", EMPTY, empty),
        "stopped": ("an output that says that the agent was stopped", ANSWER, stopped),
    }[told]
    return Condition("output", needs, looks_at, test)


def _results(told: Any, _: Mapping[str, Any], __: Known) -> Condition:
    one_of("results", told, "none")

    def test(seen: Seen) -> str | None:
        none = seen.span.status != "error" and found_nothing(seen.span)
        return "it gave back no results, and no error is told" if none else None

    return Condition("output", "an output without results, and no error", OUTPUT, test)


def _finish_reason(told: Any, _: Mapping[str, Any], __: Known) -> Condition:
    names = phrases("finish_reason", told)

    def test(seen: Seen) -> str | None:
        if not seen.reasons:
            return None
        found = next((name for name in names if name in seen.reasons), None)
        return f"the model stopped for the reason {found}" if found else None

    return Condition("output", f"a model that stopped for {either(names)}", FINISH_REASON, test)


def _above(measure: str, unit: str, of: int, value: Callable[[Span], float | None]) -> Word:
    def word(told: Any, _: Mapping[str, Any], known: Known) -> Condition:
        most = number(measure, told, known)

        def test(seen: Seen) -> str | None:
            own = value(seen.span)
            if own is None or most is None or own <= most:
                return None
            return f"the {measure} is {shown(own, unit)}, above {shown(most, unit)}"

        return Condition("limit", f"a {measure} above {shown(most, unit)}", of, test)

    return word


def _tokens(span: Span) -> float | None:
    if span.input_tokens is None and span.output_tokens is None:
        return None
    return (span.input_tokens or 0) + (span.output_tokens or 0)


WORDS: Mapping[str, Word] = {
    "status_code": _status_code,
    "error_type": _error_type,
    "tool": _tool,
    "status": _status,
    "same_calls": _same_calls,
    "evaluation": evaluation,
    "quality_below": quality_below,
    "guardrail": _guardrail,
    "finish_reason": _finish_reason,
    "output": _output,
    "results": _results,
    "duration_ms_above": _above("duration", " ms", DURATION, lambda span: span.duration_ms),
    "tokens_above": _above("number of tokens", "", TOKENS, _tokens),
    "cost_usd_above": _above("cost", " USD", COST, lambda span: span.cost_usd),
}
"""The words, in the order in which a rule that has several of them is asked."""
