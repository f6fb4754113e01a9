"""From a query to numbers: choose the series, read them, fold them in time and over groups."""

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np
from numpy.typing import NDArray

from scarline.sandbox import signals
from scarline.sandbox.buckets import GRAIN
from scarline.sandbox.catalogue import METRICS, Metric
from scarline.sandbox.query import Filter, Method, Query
from scarline.sandbox.signals import Moments, Rows, Values
from scarline.sandbox.world import World

ABSENT = "N/A"
"""The value that Datadog shows in a group-by for series without the tag."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """The answer to one query: `values` has shape (groups, buckets), NaN where there is none.

    `groups` holds the sorted `key:value` tags of each row; `starts` the buckets' beginnings in
    epoch seconds; `metric` is None for a metric that does not exist (then there are no rows).
    """

    query: Query
    metric: Metric | None
    groups: list[tuple[str, ...]]
    starts: NDArray[np.int64]
    interval: int
    values: Values


def evaluate(world: World, query: Query, moments: Moments) -> Frame:
    """Answer a query over some buckets. Groups without any value are left out, as Datadog does."""
    metric = METRICS.get(query.metric)
    if metric is None or not moments.starts.size:
        nothing = np.empty((0, moments.starts.size))
        return Frame(query, metric, [], moments.starts, moments.interval, nothing)
    rows, labels = _series(world, metric, query)
    values = _folded(world, metric, rows, moments, query.rollup)
    groups, values = _grouped(labels, values, query.aggregator or "avg")
    kept = np.flatnonzero(~np.isnan(values).all(axis=1)) if np.isnan(values).any() else None
    if kept is not None:
        groups, values = [groups[row] for row in kept.tolist()], values[kept]
    rounded = np.round(values, metric.digits)
    return Frame(query, metric, groups, moments.starts, moments.interval, rounded)


def matching_hosts(world: World, filters: tuple[Filter, ...]) -> NDArray[np.int64]:
    """Give the indices of the hosts whose tags fit all filters but those on `device`."""
    fits = np.ones(len(world.estate.names), dtype=bool)
    for each in filters:
        if each.key != "device":
            column = world.estate.tags.get(each.key, ("",) * fits.size)
            fits &= _fits(each, column)
    return np.flatnonzero(fits)


def _fits(each: Filter, column: tuple[str, ...]) -> NDArray[np.bool_]:
    known = {value: any(fnmatchcase(value, want) for want in each.values) for value in set(column)}
    return np.array([known[value] != each.negated for value in column])


def _series(world: World, metric: Metric, query: Query) -> tuple[Rows, list[tuple[str, ...]]]:
    """Give the rows that the scope holds, and the group of each."""
    hosts = matching_hosts(world, query.filters)
    names = metric.devices or ("",)
    about = [each for each in query.filters if each.key == "device"]
    devices = [i for i, name in enumerate(names) if all(_fits(f, (name,))[0] for f in about)]
    places = np.array(devices, dtype=np.int64)
    rows = Rows(np.repeat(hosts, places.size), np.tile(places, hosts.size))
    columns = [_column(world, rows, key, names) for key in query.group_by]
    return rows, list(zip(*columns, strict=True)) if columns else [()] * rows.hosts.size


def _column(world: World, rows: Rows, key: str, devices: tuple[str, ...]) -> list[str]:
    if key == "device":
        return [f"device:{devices[index] or ABSENT}" for index in rows.devices.tolist()]
    values = world.estate.tags.get(key)
    if values is None:
        return [f"{key}:{ABSENT}"] * rows.hosts.size
    return [f"{key}:{values[index]}" for index in rows.hosts.tolist()]


def _folded(world: World, metric: Metric, rows: Rows, moments: Moments, method: Method) -> Values:
    """Fold the readings of each bucket into one value, shape (rows, buckets)."""
    out = np.empty((rows.hosts.size, moments.starts.size))
    end = float(moments.starts[-1]) + moments.interval
    story = world.incidents(float(moments.starts[0]), end)
    for piece, readings in signals.bucket_values(world.estate, metric, rows, moments, story):
        out[piece] = _fold(readings, method)
    if method in {"sum", "count"}:  # wide buckets hold a sample of their readings
        out *= max(1, moments.interval // GRAIN) / moments.readings
    return out


def _fold(readings: Values, method: Method) -> Values:
    """Fold axis 1; NaN only where all of it is NaN."""
    there = ~np.isnan(readings)
    if method == "count":
        counts = there.sum(axis=1).astype(np.float64)
        return np.where(counts > 0, counts, np.nan)
    if readings.shape[1] == 1:
        return readings[:, 0]
    if there.all():
        return np.asarray(_WAYS[method](readings, axis=1))
    if method in {"min", "max"}:
        return np.asarray((np.fmin if method == "min" else np.fmax).reduce(readings, axis=1))
    counts = there.sum(axis=1)
    sums = np.where(there, readings, 0.0).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = sums / counts
    return mean if method == "avg" else np.where(counts > 0, sums, np.nan)


_WAYS: dict[str, Callable[..., Values]] = {
    "avg": np.mean,
    "sum": np.sum,
    "min": np.min,
    "max": np.max,
}


def _grouped(
    labels: list[tuple[str, ...]], values: Values, aggregator: Method
) -> tuple[list[tuple[str, ...]], Values]:
    """Fold the rows of each group into one, groups in order of their labels."""
    groups = sorted(set(labels))
    place = {group: number for number, group in enumerate(groups)}
    numbers = np.array([place[label] for label in labels], dtype=np.int64)
    order = np.argsort(numbers, kind="stable")
    if len(groups) == len(labels):
        return groups, values[order]
    edges = np.searchsorted(numbers[order], np.arange(len(groups) + 1))
    spans = zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)
    members = [values[order[begin:end]][None] for begin, end in spans]
    return groups, np.concatenate([_fold(each, aggregator) for each in members])
