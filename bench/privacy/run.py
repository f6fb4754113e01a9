"""All of it, one table after another."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

from bench.privacy import hostile, over, recall, speed
from bench.privacy.cases import Case, shown
from bench.privacy.sides import Side, offline, sides
from bench.privacy.sources import sources
from bench.privacy.traces import PARTS, traces
from bench.report import table
from scarline.privacy import DROPPED, redact_text

LENGTH = 1_000_000
RIVALS_LENGTH = 10_000
MOST_SECONDS = 2.0  # of one hostile text for a rival, before it is let off the others


def run(
    pii: Path | None = None,
    texts: Sequence[Path] = (),
    sample: int = 100,
    missed: Path | None = None,
) -> None:
    """Compare all sides; ``missed`` is where to write what Scarline got wrong."""
    notes = _Notes(missed)
    with offline() as tried:
        found, said = sides()
        print("\n".join(said))
        for side in found[1:]:
            before = len(tried)
            side.text("a@example.com")
            if len(tried) > before:
                print(f"{side.name} tried to open a connection, to {tried[-1]}: refused")
        print(f"sample: {sample}. A rival is put a part of what Scarline is put:")
        print(", ".join(f"{it.name} {it.share:.0%}" for it in found))
        recall.run(found, sample, pii, notes.leak)
        _over(found, sample, texts, notes.over)
        _survival(found, sample, notes.over)
        speed.run(found[1:], 20_000 * sample)
        _hostile(found)
    notes.write()


def _over(
    found: Sequence[Side], sample: int, texts: Sequence[Path], told: Callable[[str, str], None]
) -> None:
    dice = Random(11)  # noqa: S311 - texts, not keys
    material: dict[str, list[Any]] = {
        f"traces, {kind}": [make(dice) for _ in range(sample)] for kind, make in PARTS.items()
    }
    material["traces, whole"] = list(traces(dice, 10_000 * sample))
    material["source code"] = list(sources(15_000 * sample))
    for path in texts:
        material[path.name] = [path.read_text("utf-8")]
    rows = []
    for kind, given in material.items():
        cells = []
        for side in found:
            part = given if side is found[0] else _up_to(given, int(200 * sample * side.share * 4))
            size, lost = over.share(side, part, told if side is found[0] else None)
            cells.append(f"{lost:.3f}" if size else "-")
        rows.append((f"{kind} ({sum(len(shown(it)) for it in given) / 1e6:.2f} MB)", cells))
    table("over-redaction: share of harmless characters masked", "%", _names(found), rows)


def _up_to(given: Sequence[Any], characters: int) -> list[Any]:
    """Return the first of ``given``, as many as have about so many characters."""
    part = []
    for it in given:
        part.append(it[:characters] if isinstance(it, str) else it)
        characters -= len(shown(it))
        if characters <= 0:
            break
    return part


def _survival(found: Sequence[Side], sample: int, told: Callable[[str, str], None]) -> None:
    kept = []
    for side in found:
        count = max(5, int(sample * side.share))
        dice = Random(12)  # noqa: S311 - texts, not keys
        kept.append(over.survival(side, dice, count, told if side is found[0] else None))
    rows = [("all", [f"{sum(it.values()) / len(it):.2f}" for it in kept])]
    rows += [(kind, [f"{it[kind]:.1f}" for it in kept]) for kind in kept[0]]
    documents = list(traces(Random(13), 2_000 * sample))  # noqa: S311 - texts, not keys
    cells = []
    for side in found:
        part = (
            documents if side is found[0] else _up_to(documents, int(1_000 * sample * side.share))
        )
        cells.append(f"{over.shaped(side, part):.1f}")
    rows.append(("shape of JSON", cells))
    table("what must survive, unchanged", "%", _names(found), rows)


def _hostile(found: Sequence[Side]) -> None:
    rows: list[tuple[str, list[str]]] = []
    slow: set[str] = set()
    short = dict(hostile.hostile(Random(14), RIVALS_LENGTH))  # noqa: S311 - texts, not keys
    for name, text in hostile.hostile(Random(14), LENGTH):  # noqa: S311 - texts, not keys
        took, dropped = _once(redact_text, text)
        cells = [f"{took:.3f}{' dropped' if dropped else ''}"]
        for side in found[1:]:
            if side.name in slow or name not in short:
                cells.append("-")
                continue
            took, _ = _once(side.text, short[name])
            cells.append(f"{took:.3f}")
            if took > MOST_SECONDS:
                slow.add(side.name)
        rows.append((name, cells))
    rows.sort(key=lambda it: -float(it[1][0].split()[0]))
    title = f"hostile texts: {LENGTH:,} characters for us, {RIVALS_LENGTH:,} for the others"
    table(title, "seconds", _names(found), rows)


def _once(work: Callable[[str], str], text: str) -> tuple[float, bool]:
    start = time.process_time()
    try:
        output = work(text)
    except RecursionError:
        output = DROPPED
    return time.process_time() - start, output == DROPPED


def _names(found: Sequence[Side]) -> list[str]:
    return [it.name for it in found]


class _Notes:
    """What Scarline got wrong, kept for a file."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lines: list[str] = []

    def leak(self, case: Case, output: Any) -> None:
        """Note a value that is left, in whole or in part."""
        self._lines.append(f"LEAK {case.kind}\t{case.value!r}\t{case.given!r}\t{output!r}")

    def over(self, given: str, output: str) -> None:
        """Note what was masked and is harmless."""
        self._lines.append(f"OVER\t{given!r}\t{output[:200]!r}")

    def write(self) -> None:
        """Write what was noted, if anybody asked for it."""
        if self._path:
            self._path.write_text("\n".join(self._lines), "utf-8")
