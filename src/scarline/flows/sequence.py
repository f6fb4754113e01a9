"""A safe order of change: what is called is changed before what calls it."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Step:
    """Systems that call one another in a circle, or one alone: they change at one time.

    Steps of one ``level`` do not need one another and can be done together; what a step calls
    has a lower level. The first level is 0.
    """

    level: int
    systems: tuple[str, ...]


def sequence(rows: pa.RecordBatch | pa.Table) -> list[Step]:
    """Return an order in which all systems of ``rows`` can be changed, those called first.

    ``rows`` has the columns ``system_from`` and ``system_to``; "" in the second is no system.
    A system has one place, whatever the environments and sources that the rows come from: ask
    with the rows of one to have its own order. The same flows in any order give the same
    steps: by level, then by name.

    Time and memory grow with systems and flows alone.
    """
    callers = rows["system_from"].cast(pa.string()).to_pylist()
    called = rows["system_to"].cast(pa.string()).to_pylist()
    systems = sorted({*callers, *called} - {""})
    numbers = {name: number for number, name in enumerate(systems)}
    calls: list[list[int]] = [[] for _ in systems]
    for caller, callee in zip(callers, called, strict=True):
        if callee:
            calls[numbers[caller]].append(numbers[callee])
    levels: list[int] = [0] * len(systems)
    steps = []
    for group in _groups(calls):
        own = set(group)
        below = [levels[it] for member in group for it in calls[member] if it not in own]
        level = max(below, default=-1) + 1
        for member in group:
            levels[member] = level
        steps.append(Step(level, tuple(systems[member] for member in sorted(group))))
    return sorted(steps, key=lambda step: (step.level, step.systems))


def _groups(calls: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return the strongly connected groups of a graph, each after all groups that it leads to.

    Tarjan, Depth-first search and linear graph algorithms, SIAM Journal on Computing 1 (1972),
    with a stack of its own instead of recursion, so that a long chain needs no deep one.
    ``lowest[v]`` is the earliest visited vertex on the stack that is known to be reached from v.
    """
    visited, lowest = [0] * len(calls), [0] * len(calls)
    count = 0
    stack: list[int] = []
    groups = []
    for root in range(len(calls)):
        path = [] if visited[root] else [(root, iter(calls[root]))]
        while path:
            vertex, ahead = path[-1]
            if not visited[vertex]:
                count += 1
                visited[vertex] = lowest[vertex] = count
                stack.append(vertex)
            for other in ahead:
                if not visited[other]:
                    path.append((other, iter(calls[other])))
                    break
                lowest[vertex] = min(lowest[vertex], visited[other])
            else:
                path.pop()
                if path:
                    above = path[-1][0]
                    lowest[above] = min(lowest[above], lowest[vertex])
                if lowest[vertex] == visited[vertex]:
                    groups.append(_taken(stack, vertex))
                    for member in groups[-1]:
                        visited[member] = lowest[member] = sys.maxsize  # leads back nowhere
    return groups


def _taken(stack: list[int], last: int) -> list[int]:
    """Take from the top of a stack down to ``last``."""
    taken = [stack.pop()]
    while taken[-1] != last:
        taken.append(stack.pop())
    return taken
