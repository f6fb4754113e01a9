"""LLM traces about nobody, as Datadog returns their spans: what is masked in them is lost.

Every kind of span, with prose, tool calls, identifiers, times, numbers, code, logs, stack
traces, embeddings and JSON in strings; no person, no address, no key.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any

from bench.privacy import words
from bench.privacy.drawing import drawn
from bench.privacy.shapes import SHAPES, moment


def sentence(dice: Random) -> str:
    """Return a sentence about nobody."""
    said = f"{dice.choice(words.SUBJECTS)} {dice.choice(words.VERBS)} {dice.choice(words.OBJECTS)}"
    start = dice.choice(words.STARTS)
    whole = f"{start} {said}" if start else said
    return whole[0].upper() + whole[1:] + dice.choice((".", ".", ".", "!", "?", ";"))


def prose(dice: Random) -> str:
    """Return a few sentences, now and then in another language."""
    count = dice.randint(2, 9)
    return " ".join(
        dice.choice(words.FOREIGN) if dice.random() < 0.08 else sentence(dice) for _ in range(count)
    )


def about_things(dice: Random) -> str:
    """Return sentences that name products, methods and models."""
    one, other = dice.sample(words.THINGS, 2)
    return dice.choice(
        (
            f"Compare {one} with {other}. {sentence(dice)}",
            f"{one} works well with {other}, but {sentence(dice)}",
            f"How do I connect {one} to {other}?",
            f"We moved from {one} to {other} last week. {sentence(dice)}",
        )
    )


def markdown(dice: Random) -> str:
    """Return a document with headings, lists, a table and code."""
    rows = "\n".join(
        f"| {dice.choice(words.SERVICES)} | {drawn(dice, '{n1}{d2}')} | {drawn(dice, '0.{d4}')} |"
        for _ in range(dice.randint(2, 5))
    )
    return (
        f"## {dice.choice(words.SUBJECTS).title()}\n\n{prose(dice)}\n\n"
        f"1. **{dice.choice(words.OBJECTS)}**: {sentence(dice)}\n2. {sentence(dice)}\n\n"
        f"| service | count | share |\n|---|---|---|\n{rows}\n\n```\n{code(dice)}\n```\n"
        f"[docs](https://docs.example.com/{part(dice)}/{part(dice)}#{part(dice)})"
    )


def code(dice: Random) -> str:
    """Return a piece of a program."""
    return "\n\n".join(dice.sample(words.SNIPPETS, dice.randint(1, 3)))


def log(dice: Random) -> str:
    """Return lines of a log."""
    return "\n".join(
        f"{moment(dice).isoformat()} {dice.choice(('INFO', 'WARN', 'DEBUG'))} "
        f"{dice.choice(words.SERVICES)} {dice.choice(('handled', 'queued', 'sent', 'skipped'))} "
        f"{shape(dice)} in {dice.randint(1, 900)} ms status={dice.choice((200, 201, 404, 503))} "
        f"trace_id={drawn(dice, '{h32}')} attempt={dice.randint(1, 5)}/5"
        for _ in range(dice.randint(2, 8))
    )


def stack(dice: Random) -> str:
    """Return a stack trace."""
    frames = "\n".join(
        f'  File "/usr/lib/python3.11/site-packages/{part(dice)}/{part(dice)}.py", '
        f"line {dice.randint(1, 2000)}, in {part(dice)}_{part(dice)}\n"
        f"    return self._{part(dice)}(request, timeout={dice.randint(1, 60)}.0)"
        for _ in range(dice.randint(2, 6))
    )
    return (
        f"Traceback (most recent call last):\n{frames}\n"
        f"{part(dice).title()}Error: {sentence(dice)} (code {drawn(dice, '{d5}')}, "
        f"at 0x{drawn(dice, '{h12}')})"
    )


def part(dice: Random) -> str:
    """Return a word that programs are named with."""
    return dice.choice(words.PARTS)


def shape(dice: Random) -> str:
    """Return an identifier, a time, a version or a number."""
    return SHAPES[dice.choice(list(SHAPES))](dice)


def tool_call(dice: Random) -> dict[str, Any]:
    """Return a call of a tool with its arguments, as a text of JSON."""
    arguments = {
        "query": sentence(dice),
        "limit": dice.randint(1, 100),
        "filters": {"status": "open", "after": moment(dice).isoformat(), "id": shape(dice)},
        "ids": [shape(dice) for _ in range(dice.randint(1, 4))],
    }
    return {
        "id": drawn(dice, "call_{a24}"),
        "type": "function",
        "function": {"name": dice.choice(words.TOOLS), "arguments": json.dumps(arguments)},
    }


def definitions(dice: Random) -> list[dict[str, Any]]:
    """Return tools as a model is told of them: schemas whose fields are named after people."""
    names = dice.sample(words.FIELDS, 6)
    return [
        {
            "type": "function",
            "function": {
                "name": dice.choice(words.TOOLS),
                "description": sentence(dice),
                "parameters": {
                    "type": "object",
                    "properties": {
                        name: {"type": dice.choice(("string", "integer")), "description": said}
                        for name, said in zip(names, words.DESCRIPTIONS, strict=False)
                    },
                    "required": names[:2],
                    "additionalProperties": False,
                },
            },
        }
    ]


def numbers(dice: Random) -> dict[str, Any]:
    """Return usage, scores and an embedding."""
    return {
        "usage": {
            "prompt_tokens": dice.randint(1, 90_000),
            "total_tokens": dice.randint(1, 99_999),
        },
        "estimated_total_cost": dice.randint(1, 10**9),
        "score": dice.random(),
        "logprobs": [-dice.random() * 9 for _ in range(6)],
        "embedding": [dice.uniform(-1, 1) for _ in range(dice.choice((4, 16, 48)))],
        "ids": [dice.getrandbits(dice.choice((31, 53, 63))) for _ in range(4)],
        "shape": [dice.choice((1, 8, 384, 1536)), 768],
        "finished": True,
    }


def retrieved(dice: Random) -> list[dict[str, Any]]:
    """Return documents as a retriever finds them."""
    return [
        {
            "id": drawn(dice, "doc-{d6}"),
            "name": f"{part(dice)}-{part(dice)}.md",
            "score": round(dice.random(), 6),
            "text": dice.choice((prose, about_things, markdown))(dice),
        }
        for _ in range(dice.randint(1, 4))
    ]


def messages(dice: Random) -> list[dict[str, Any]]:
    """Return a conversation with calls of tools and what they returned."""
    system = f"You are a helpful assistant. {prose(dice)}"
    return [
        {"role": "system", "content": system},
        {"role": "user", "content": dice.choice((prose, about_things))(dice)},
        {"role": "assistant", "content": None, "tool_calls": [tool_call(dice)]},
        {"role": "tool", "content": json.dumps({"rows": [numbers(dice)], "text": log(dice)})},
        {"role": "assistant", "content": dice.choice((prose, markdown))(dice)},
    ]


PARTS: Mapping[str, Callable[[Random], Any]] = {
    "prose": prose,
    "prose that names products": about_things,
    "markdown": markdown,
    "code": code,
    "logs": log,
    "stack traces": stack,
    "tool calls": tool_call,
    "tool definitions": definitions,
    "numbers": numbers,
    "retrieved documents": retrieved,
    "messages": messages,
}
_KINDS: Mapping[str, Callable[[Random], Any]] = {
    "llm": messages,
    "agent": lambda dice: {"messages": messages(dice), "tools": definitions(dice)},
    "workflow": lambda dice: {"value": prose(dice)},
    "task": lambda dice: {"value": json.dumps({"log": log(dice), "error": stack(dice)})},
    "tool": tool_call,
    "embedding": numbers,
    "retrieval": lambda dice: {"documents": retrieved(dice)},
}


def trace(dice: Random) -> dict[str, Any]:
    """Return a span with all that stands around its input and output."""
    kind = dice.choice(list(_KINDS))
    start = int(moment(dice).timestamp() * 1e9)
    return {
        "trace_id": drawn(dice, "{h32}"),
        "span_id": str(dice.getrandbits(63)),
        "parent_id": dice.choice(("undefined", str(dice.getrandbits(63)))),
        "name": dice.choice(words.TOOLS),
        "start_ns": start,
        "duration": dice.randint(10_000, 90_000_000_000),
        "status": dice.choice(("ok", "ok", "error")),
        "tags": [
            f"service:{dice.choice(words.SERVICES)}",
            f"version:{drawn(dice, '{n1}.{d1}.{d2}')}",
            "env:staging",
            f"git.commit.sha:{drawn(dice, '{h40}')}",
        ],
        "meta": {
            "kind": kind,
            "model_name": dice.choice(words.MODELS),
            "input": _KINDS[kind](dice),
            "output": {"value": dice.choice((prose, markdown, about_things))(dice)},
            "metadata": {
                "temperature": round(dice.random(), 2),
                "max_tokens": 4096,
                "id": shape(dice),
            },
        },
        "metrics": numbers(dice),
    }


def traces(dice: Random, characters: int) -> Iterator[dict[str, Any]]:
    """Yield traces until their JSON has about so many characters."""
    while characters > 0:
        made = trace(dice)
        characters -= len(json.dumps(made, ensure_ascii=False))
        yield made
