"""What goes into a span and what comes out of it, by its kind: texts, messages, calls of tools.

Facts: `datadog-api-client` 2.62 for messages, tool calls and results; that a model's span has
messages and the others a value is what intake demands (public reports). A model that calls a tool
says nothing beside it: its content is empty, and that is no failure.
"""

from typing import Any

import orjson

from scarline.sandbox.agents import EMBEDDER, POLICY, TOOLS, Model
from scarline.sandbox.mishaps import Mishap
from scarline.sandbox.traces import Row, Trace
from scarline.sandbox.words import Words, words

Part = dict[str, Any]


def exchanged(row: Row, mishap: Mishap | None, *, error: bool) -> Part:
    """Give input, output, metrics and model of a span. One that ended in an error has no output."""
    kind = row.trace.plot.steps[row.place].kind
    part = _BY_KIND.get(kind, _plain)(row, mishap)
    if error:
        del part["output"]
    if mishap is not None and mishap.says_in == "output":
        part["output"] = {"value": f"{mishap.error}: {mishap.says}".format_map(words(row.trace))}
    return part


def _output(mishap: Mishap | None, said: Words, usual: str) -> str:
    return usual if mishap is None or mishap.output is None else mishap.output.format_map(said)


def _plain(row: Row, mishap: Mishap | None) -> Part:
    said = words(row.trace)
    return {
        "input": {"value": said["question"]},
        "output": {"value": _output(mishap, said, said["answer"])},
        "metrics": {},
    }


def _task(row: Row, mishap: Mishap | None) -> Part:
    said = words(row.trace)
    return {
        "input": {"value": said["question"]},
        "output": {"value": _output(mishap, said, f'{{"about": "{said["product"]}"}}')},
        "metrics": {},
    }


def arguments(trace: Trace, tool: str) -> dict[str, str]:
    """Give what a tool is called with: the same each time within a trace."""
    said = words(trace)
    return {name: text.format_map(said) for name, text in TOOLS[tool].arguments.items()}


def _tool(row: Row, mishap: Mishap | None) -> Part:
    tool, said = row.trace.plot.steps[row.place].name, words(row.trace)
    # Each call of a loop has the result of the last one.
    repeated = row.trace.mishap if row.place in row.trace.plot.again else mishap
    return {
        "input": {"value": orjson.dumps(arguments(row.trace, tool)).decode()},
        "output": {"value": _output(repeated, said, TOOLS[tool].result.format_map(said))},
        "metrics": {},
        "intent": TOOLS[tool].description,
    }


def _retrieval(row: Row, mishap: Mishap | None) -> Part:
    said = words(row.trace)
    found = [
        {"id": "12", "name": "change-an-order", "score": 0.83, "text": POLICY},
        {"id": "31", "name": "abroad", "score": 0.71, "text": f"Last edited by {said['email']}."},
    ]
    text = _output(mishap, said, orjson.dumps(found).decode())
    return {"input": {"value": said["question"]}, "output": {"value": text}, "metrics": {}}


def _embedding(row: Row, mishap: Mishap | None) -> Part:
    said = words(row.trace)
    return {
        "input": {"value": said["question"]},
        "output": {"value": _output(mishap, said, "[1 embedding of 1024 numbers]")},
        "metrics": _metrics(row, EMBEDDER, None),
        "model_name": EMBEDDER.name,
        "model_provider": EMBEDDER.provider,
    }


def _llm(row: Row, mishap: Mishap | None) -> Part:
    trace, said, model = row.trace, words(row.trace), row.trace.agent.model
    heard: list[Part] = [
        {"role": "system", "content": f"{trace.agent.system}\n\n{POLICY}"},
        {"role": "user", "content": said["question"]},
    ]
    before, after = _tool_at(trace, row.place - 1), _tool_at(trace, row.place + 1)
    tools = sorted({tool for tool in (before, after) if tool})
    if before:
        heard.append({"role": "tool", "tool_results": [_result(before, said)]})
    spoken: Part = {"role": "assistant", "content": _output(mishap, said, said["answer"])}
    if after and (mishap is None or mishap.output is None):
        spoken |= {"content": "", "tool_calls": [_call(trace, after)]}
    return {
        "input": {"messages": heard},
        "output": {"messages": [spoken]},
        "metrics": _metrics(row, model, mishap),
        "model_name": model.name,
        "model_provider": model.provider,
        **({"tool_definitions": [_definition(tool) for tool in tools]} if tools else {}),
    }


def _tool_at(trace: Trace, place: int) -> str:
    """Give the name of the tool at a place, or nothing."""
    steps = trace.plot.steps
    return steps[place].name if place < len(steps) and steps[place].kind == "tool" else ""


def _call(trace: Trace, tool: str) -> Part:
    told = arguments(trace, tool)
    return {"name": tool, "arguments": told, "tool_id": f"call_{trace.id:x}", "type": "function"}


def _result(tool: str, said: Words) -> Part:
    text = TOOLS[tool].result.format_map(said)
    return {"name": tool, "result": text, "tool_id": "call_0", "type": "tool_result"}


def _definition(tool: str) -> Part:
    properties = {name: {"type": "string"} for name in TOOLS[tool].arguments}
    schema = {"type": "object", "properties": properties}
    return {"name": tool, "description": TOOLS[tool].description, "schema": schema}


def _metrics(row: Row, model: Model, mishap: Mishap | None) -> Part:
    """Count tokens, and what they cost in micro-dollars: dollars a million are that a token."""
    some = row.trace.span_id(row.place)
    heard = (mishap.tokens if mishap else 0) or 400 + some % 2600
    spoken = 20 + some // 7 % 400 if model.dollars_out else 0
    cost_in, cost_out = heard * model.dollars_in, spoken * model.dollars_out
    if mishap is not None and mishap.dollars:
        cost_out = mishap.dollars * 1e6 - cost_in
    return {
        "input_tokens": heard,
        "output_tokens": spoken,
        "total_tokens": heard + spoken,
        "cache_read_input_tokens": 0,
        "estimated_input_cost": round(cost_in),
        "estimated_output_cost": round(cost_out),
        "estimated_total_cost": round(cost_in) + round(cost_out),
    }


_BY_KIND = {
    "task": _task,
    "tool": _tool,
    "retrieval": _retrieval,
    "embedding": _embedding,
    "llm": _llm,
}
