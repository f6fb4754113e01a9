"""A series as a picture: a standalone SVG with the line, the band, the scars, and axes with times.

It holds its own style, for light and for dark, and refers to nothing outside.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from scarline.cli.console import count

WIDTH, HEIGHT = 960, 360
LEFT, RIGHT, TOP, BOTTOM = 72, 28, 56, 40
"""The margins around the plot, in pixels."""

STYLE = """
svg { --page: #ffffff; --ink: #1f2328; --soft: #59636e; --rule: #d8dee4; --line: #0550ae;
  --band: #0550ae; --scar: #cf222e; --quiet: #818b98; background: var(--page); }
@media (prefers-color-scheme: dark) { svg { --page: #0d1117; --ink: #f0f6fc; --soft: #9198a1;
  --rule: #2f353d; --line: #79c0ff; --band: #79c0ff; --scar: #ff7b72; --quiet: #6e7681; } }
text { font: 12px system-ui, sans-serif; fill: var(--soft); }
.title { font-size: 15px; font-weight: 600; fill: var(--ink); }
.rule { stroke: var(--rule); } .value { fill: none; stroke: var(--line); stroke-width: 1.5; }
.band { fill: var(--band); opacity: 0.16; }
.expected { fill: none; stroke: var(--band); stroke-dasharray: 4 3; opacity: 0.7; }
.scar { fill: var(--scar); opacity: 0.16; } .onset { stroke: var(--scar); stroke-width: 1.5; }
.quiet .scar { fill: var(--quiet); } .quiet .onset { stroke: var(--quiet); }
"""

_STEPS = (
    *(60, 300, 900, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 2_419_200),
    *(10**7, 10**8, 10**9),
)
"""Seconds between two times on the axis, of which the first that gives few enough is taken."""

_MOST_TIMES, _TICKS = 8, 5
_DAY = 86_400
_GAP = 6.0  # usual distances between points, from which on the line is broken
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold (its production Char)."""


@dataclass(frozen=True, slots=True)
class _Scale:
    """Turns seconds and values into pixels."""

    first: float
    last: float
    low: float
    high: float

    def x(self, seconds: float) -> float:
        """Return the place of a time, within the plot."""
        share = (seconds - self.first) / ((self.last - self.first) or 1.0)
        return LEFT + min(1.0, max(0.0, share)) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        """Return the place of a value, at most a plot's height outside of it."""
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return HEIGHT - BOTTOM - min(2.0, max(-1.0, share)) * (HEIGHT - TOP - BOTTOM)


def picture(told: Mapping[str, Any]) -> str:
    """Return an SVG of what ``GET /api/metrics/points`` answers, with its band or without."""
    scale = _scale(told)
    series = told["series"]
    where = f" on {series['host']}" if series["host"] else ""
    title = _text(f"{series['metric']}{where}")
    window = told["window"]
    about = _text(" · ".join(it for it in (series["unit"], series["tags"]) if it))
    points, scars = count(told["total"], "point"), count(len(told["scars"]), "scar")
    stretch = " to ".join(f"{_moment(window[it]):%Y-%m-%d %H:%M}" for it in ("from", "to"))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{title}: {points} and {scars}</title>",
        f"<style>{STYLE}</style>",
        f'<clipPath id="plot">{_rectangle("", LEFT, WIDTH - RIGHT)}</clipPath>',
        f'<text class="title" x="{LEFT}" y="22">{title}</text>',
        f'<text x="{LEFT}" y="42">{about}</text>',
        f'<text x="{WIDTH - RIGHT}" y="22" text-anchor="end">{stretch} UTC</text>',
        *_axes(scale),
        '<g clip-path="url(#plot)">',
        *(_scar(it, scale) for it in told["scars"]),
        *_band(told, scale),
        *_line("expected", told["ts"], told.get("expected", ()), scale, _gap(told)),
        *_line("value", told["ts"], told["value"], scale, _gap(told)),
        "</g></svg>",
    ]
    return "\n".join(parts) + "\n"


def _scale(told: Mapping[str, Any]) -> _Scale:
    window = told["window"]
    first, last = (_moment(window[it]).timestamp() for it in ("from", "to"))
    values = [it for it in (*told["value"], *told.get("expected", ())) if it is not None]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    margin = 0.05 * (high - low) or 0.05 * abs(high) or 1.0
    return _Scale(first, last, low - margin, high + margin)


def _axes(scale: _Scale) -> Iterator[str]:
    step = _nice((scale.high - scale.low) / _TICKS)
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    for number in range(math.ceil(scale.low / step), math.floor(scale.high / step) + 1):
        y = scale.y(number * step)
        yield f'<line class="rule" x1="{LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{number * step:,.6g}</text>'
    span = scale.last - scale.first
    seconds = next((it for it in _STEPS if span / it <= _MOST_TIMES), _STEPS[-1])
    form = "%Y-%m-%d" if seconds >= _DAY else "%H:%M" if span <= _DAY else "%m-%d %H:%M"
    for number in range(math.ceil(scale.first / seconds), math.floor(scale.last / seconds) + 1):
        x, at = scale.x(number * seconds), datetime.fromtimestamp(number * seconds, UTC)
        yield f'<line class="rule" x1="{x:.1f}" x2="{x:.1f}" y1="{bottom}" y2="{bottom + 5}"/>'
        yield f'<text x="{x:.1f}" y="{bottom + 20}" text-anchor="middle">{at.strftime(form)}</text>'


def _nice(step: float) -> float:
    """Return the next 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(it * power for it in (1, 2, 5, 10) if it * power >= step * (1 - 1e-9))


def _scar(it: Mapping[str, Any], scale: _Scale) -> str:
    begin = scale.x(_moment(it["onset"]).timestamp())
    ended = it["ended_at"]
    end = scale.x(_moment(ended).timestamp() if ended else scale.last)
    bottom = HEIGHT - BOTTOM
    mark = f", marked {it['mark']}" if it["mark"] else ""
    said = _text(f"{it['onset']}: {it['direction']}, {it['expert'] or 'unknown'}{mark}")
    return (
        f'<g class="{"quiet" if it["quiet"] else "told"}"><title>{said}</title>'
        f"{_rectangle('scar', begin, end)}"
        f'<line class="onset" x1="{begin:.1f}" x2="{begin:.1f}" y1="{TOP}" y2="{bottom}"/></g>'
    )


def _rectangle(name: str, begin: float, end: float) -> str:
    """Return a rectangle as high as the plot."""
    size = f'width="{max(1.0, end - begin):.1f}" height="{HEIGHT - TOP - BOTTOM}"'
    return f'<rect class="{name}" x="{begin:.1f}" y="{TOP}" {size}/>'


def _band(told: Mapping[str, Any], scale: _Scale) -> Iterator[str]:
    """Yield an area for each stretch in which there is a band."""
    columns = (told["ts"], told.get("low", ()), told.get("high", ()))
    rows = list(zip(*columns, strict=False))
    for piece in _pieces(rows, _gap(told)):
        above = [f"{scale.x(ts):.1f},{scale.y(high):.1f}" for ts, _, high in piece]
        below = [f"{scale.x(ts):.1f},{scale.y(low):.1f}" for ts, low, _ in reversed(piece)]
        yield f'<polygon class="band" points="{" ".join([*above, *below])}"/>'


def _line(
    name: str, ts: Sequence[float], values: Sequence[float | None], scale: _Scale, gap: float
) -> Iterator[str]:
    """Yield a line for each stretch without a gap."""
    for piece in _pieces(list(zip(ts, values, strict=False)), gap):
        places = " ".join(f"{scale.x(at):.1f},{scale.y(value):.1f}" for at, value in piece)
        yield f'<polyline class="{name}" points="{places}"/>'


def _pieces(rows: Sequence[tuple[Any, ...]], gap: float) -> Iterator[list[tuple[Any, ...]]]:
    piece: list[tuple[Any, ...]] = []
    for row in rows:
        if piece and (None in row or row[0] - piece[-1][0] > gap):
            yield piece
            piece = []
        if None not in row:
            piece.append(row)
    if piece:
        yield piece


def _gap(told: Mapping[str, Any]) -> float:
    """Return how far apart in seconds points are that no line joins."""
    ts = told["ts"]
    usual = (ts[-1] - ts[0]) / max(1, len(ts) - 1) if len(ts) else 0.0
    return float(_GAP * max(usual, told["series"]["interval_seconds"]))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _text(text: str) -> str:
    return escape(_ILLEGAL.sub("\ufffd", text))
