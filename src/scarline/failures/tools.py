"""Which tool failed: as a wrapper, a tag, or what a caller says of it names it."""

import re
from collections.abc import Iterator, Sequence

from scarline.failures.layers import Layer
from scarline.failures.places import CALLERS, SNAKE, name_of, place_of, step_of
from scarline.failures.span import Span
from scarline.failures.wording import causes, wording

_ACTING = re.compile(
    r"\b([a-z][a-z0-9]*(?:_[a-z0-9]+)+)(?:\([^()\n]{0,80}\)|[`'\")])?(?: |: | ?-> )"
    r"(?:failed|gave up|returned|answered|raised|exited|crashed|timed out|threw|errored|stopped"
    r"|hit|reached|exceeded|rejected|refused|said|says|took|takes|ran|did|does|is|was|has|had|could"
    r"|can|cannot|can't|did|never|kept|keeps|went|came|got|gets|found|finds|HTTP|[0-9]{3})\b"
)
_LEADING = re.compile(r"([a-z][a-z0-9_]{2,40}):\s")


def tool_of(span: Span, layers: Sequence[Layer]) -> str:
    """Return the tool that failed: the innermost that is told, "" where none is."""
    told = next((it for layer in reversed(layers) if (it := _tool(layer.tool))), "")
    if span.kind == "tool":
        return step_of(span.name) or told or place_of(span)
    for key in ("tool_name", "tool.name", "gen_ai.tool.name", "failing_tool"):
        value = span.metadata.get(key) or next(iter(span.tags.get(key, ())), None)
        told = told or (_tool(value) if isinstance(value, str) else "")
    if told or span.kind not in CALLERS:
        acting = (_ACTING.search(it.text) for it in reversed(layers))
        return told or next((_tool(it[1]) for it in acting if it is not None), "")
    found = _actors([it.text for it in reversed(layers)])
    return next((name for it in found if (name := _tool(it))), "")


def _actors(texts: Sequence[str]) -> Iterator[str]:
    """Yield names in what a caller says that may be those of what it called, likest first."""
    for text in texts:
        yield from (it[1] for it in _ACTING.finditer(text))
    for text in texts:
        yield from (it[1] for it in [_LEADING.match(text)] if it is not None)
    for text in texts:
        yield from (it[0] for it in SNAKE.finditer(text) if not causes().speaks(it[0]))


def _tool(told: str) -> str:
    name = name_of(told.rpartition(".")[2])
    return "" if name in wording().no_tools else name
