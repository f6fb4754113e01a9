"""What evaluators say of a span: mostly that all is well, and of some what a mishap says.

Facts: names, forms and the words of `failure_to_answer` as the documented Export API has them.
The others are ours. One judge in a while breaks down: its status is ERROR, and it has no value.
"""

from typing import Any

from scarline.sandbox.mishaps import Mishap, Verdict
from scarline.sandbox.traces import Trace
from scarline.sandbox.words import Words, words

Told = dict[str, Any]


def evaluations(trace: Trace, place: int, mishap: Mishap | None) -> dict[str, Told]:
    """Give the evaluations of a span by name: of the root and of the last call of a model."""
    said = words(trace)
    told = _well(trace, place, said)
    if mishap is not None and mishap.verdict is not None:
        told[mishap.verdict.name] = _told(mishap.verdict, said)
    return told


def _well(trace: Trace, place: int, said: Words) -> dict[str, Told]:
    some = trace.span_id(place) >> 8
    if place == 0 and some % 2:
        return {"prompt_injection": _told(_HARMLESS, said)}
    if place < len(trace.plot.steps) - 1 or trace.plot.steps[place].kind != "llm":
        return {}
    part = some % 1000 / 1000
    well = (
        Verdict("quality", "score", round(0.62 + part / 3, 3), None, "It answers {email}."),
        Verdict("hallucination", "score", round(part / 4, 3), None, "All is in the context."),
        Verdict("toxicity", "score", round(part / 6, 3), "pass", "Polite to {name}."),
        Verdict("failure_to_answer", "categorical", "answered", "pass", "It answers."),
    )
    told = {verdict.name: _told(verdict, said) for verdict in well}
    if some % 9 == 0:
        broken = {"eval_metric_type": "score", "value": None, "status": "ERROR"}
        told["hallucination"] = broken | {"reasoning": f"judge gave no JSON for {said['email']}"}
    return told


_HARMLESS = Verdict(
    "prompt_injection", "boolean", value=False, assessment="pass", reasoning="{name} only asks."
)


def _told(verdict: Verdict, said: Words) -> Told:
    return {
        "eval_metric_type": verdict.form,
        "value": verdict.value,
        **({"assessment": verdict.assessment} if verdict.assessment else {}),
        "status": "OK",
        "reasoning": verdict.reasoning.format_map(said),
        "tags": [f"judge:{verdict.name}-v2"],
    }
