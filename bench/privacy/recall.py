"""Whether what must go goes, by class and kind of text."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from random import Random
from typing import Any

from bench.privacy import contact, given, identity, people, phones, vendors, wraps
from bench.privacy.cases import Case, Score, judge
from bench.privacy.sides import Side
from bench.report import table

Missed = Callable[[Case, Any], None]
MOST_ROWS = 24


def classes(sample: int, pii: Path | None) -> dict[str, list[Case]]:
    """Return the cases of each class; ``sample`` says how many of a kind."""
    made: dict[str, Iterable[Case]] = {
        "(a) e-mail, card, IBAN, IP in clean text": contact.clean(_dice(1), sample),
        "(b) the same, encoded, split, escaped, numeric, as keys": wraps.wrapped(
            _dice(2), sample // 4
        ),
        "(c) phones": phones.phones(_dice(3), sample),
        "(d) typed ids beside their names": identity.identity(_dice(4), 3 * sample),
        "(e) vendor secrets": vendors.vendors(_dice(5), 2 * sample),
        "(f) person names, templates": people.names(_dice(6), 2 * sample),
        "(g) street addresses, templates": people.streets(_dice(7), sample),
    }
    if pii:
        rows = list(given.synthetic(pii))
        named, streets = ({"PERSON"}, {"STREET_ADDRESS"})
        made |= {
            "(f) person names, social text": _some(given.social(pii), 4 * sample),
            "(f) person names, synth_dataset_v2": _some(_of(rows, named), 4 * sample),
            "(g) street addresses, synth_dataset_v2": _some(_of(rows, streets), 2 * sample),
            "(h) all other types of synth_dataset_v2": _some(
                [it for it in rows if it.kind not in named | streets], 8 * sample
            ),
        }
    return {name: _some(cases) for name, cases in made.items()}


def _dice(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - examples, not keys


def _of(cases: Iterable[Case], kinds: set[str]) -> list[Case]:
    return [it for it in cases if it.kind in kinds]


def _some(cases: Iterable[Case], most: int | None = None) -> list[Case]:
    there = list(cases)
    _dice(8).shuffle(there)
    return there[:most]


def scores(side: Side, cases: Sequence[Case], missed: Missed | None = None) -> dict[str, Score]:
    """Return the score of ``side`` by kind; a slow side is put every n-th case of a kind."""
    found: dict[str, Score] = {}
    seen: dict[str, int] = {}
    every = max(1, round(1 / side.share))
    for case in cases:
        seen[case.kind] = seen.get(case.kind, 0) + 1
        if (seen[case.kind] - 1) % every:
            continue
        output = side.run(case.given)
        gone, full = judge(case, output, side.marks)
        score = found.setdefault(case.kind, Score())
        score.count += 1
        score.gone += gone
        score.full += full
        if missed and not full:
            missed(case, output)
    return found


def total(found: Iterable[Score]) -> Score:
    """Return the sum of scores."""
    result = Score()
    for it in found:
        result.count += it.count
        result.gone += it.gone
        result.full += it.full
    return result


def run(sides: Sequence[Side], sample: int, pii: Path | None, missed: Missed | None = None) -> None:
    """Print gone/full in percent, by class and kind."""
    for name, cases in classes(sample, pii).items():
        found = [scores(side, cases, missed if side.name == "scarline" else None) for side in sides]
        kinds = list(found[0])
        rows = [("total", [str(total(it.values())) for it in found])]
        if len(kinds) > 1:
            worst = sorted(kinds, key=lambda it: found[0][it].full / found[0][it].count)
            shown = kinds if len(kinds) <= MOST_ROWS else worst[:MOST_ROWS]
            rows += [(kind, [str(it.get(kind, Score())) for it in found]) for kind in shown]
            if len(kinds) > len(shown):
                rows.append((f"(the {len(shown)} kinds of {len(kinds)} that are worst for us)", []))
        title = f"{name}: gone/full of {len(cases):,} values"
        table(title, "%", [side.name for side in sides], rows)
