"""Run the benchmarks: ``python -m bench [NAME …]``, each in a size that its options set."""

import argparse
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import psycopg

from bench import (
    chart,
    end_to_end,
    failures,
    flows,
    governor,
    grouping,
    load,
    parse,
    rollback,
    scars,
    serve,
    supabase,
    twin,
    twins,
)
from bench.privacy import run as privacy
from bench.workload import Estate
from scarline import telemetry
from scarline.stores.postgres.embedded import embedded


def main() -> None:
    """Run the benchmarks that are named, or all, each on a database of its own."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        help="parse supabase privacy grouping scars chart twin twins load rollback "
        "end-to-end cost governor flows serve failures",
    )
    parser.add_argument("--points", type=int, default=2_000_000, help="points to load")
    parser.add_argument("--hosts", type=int, default=100, help="hosts to pull, end to end")
    parser.add_argument("--hours", type=int, default=240, help="hours to pull, end to end")
    parser.add_argument("--spans", type=int, default=250_000, help="failures: spans of a day")
    parser.add_argument("--nab", type=Path, help="scars: a folder of NAB's data and labels")
    parser.add_argument("--held", action="store_true", help="scars: score NAB's held half too")
    parser.add_argument("--sample", type=int, default=100, help="privacy: values of a kind")
    parser.add_argument("--pii", type=Path, help="privacy: a folder of annotated texts")
    parser.add_argument("--texts", type=Path, nargs="*", default=(), help="privacy: harmless texts")
    parser.add_argument("--missed", type=Path, help="privacy: where to write what was wrong")
    asked = parser.parse_args()
    telemetry.configure("warning", dict)
    estate = Estate(steps=max(10, asked.points // 2_000))
    size = end_to_end.Size(asked.hosts, asked.hours)
    stored: Mapping[str, Callable[[str], None]] = {
        "load": lambda url: load.run(url, estate),
        "rollback": lambda url: rollback.run(url, estate),
        "end-to-end": lambda url: end_to_end.run(url, size),
        "cost": end_to_end.costs,
        "governor": governor.run,
        "flows": lambda url: flows.run(url, asked.points // 20),
        "serve": serve.run,
        "failures": lambda url: failures.run(url, asked.spans),
    }
    alone: Mapping[str, Callable[[], None]] = {
        "parse": parse.run,
        "grouping": grouping.run,
        "chart": chart.run,
        "twin": twin.run,
        "twins": twins.run,
        "scars": lambda: scars.run(asked.nab, held=asked.held),
        "supabase": lambda: supabase.run(asked.points // 10),
        "privacy": lambda: privacy.run(asked.pii, asked.texts, asked.sample, asked.missed),
    }
    for name in asked.names or [*alone, *stored]:
        if name in alone:
            alone[name]()
        elif name in stored:
            _with_a_database(stored[name])
        else:
            parser.error(f"there is no benchmark {name!r}: {', '.join([*alone, *stored])}")


def _with_a_database(benchmark: Callable[[str], None]) -> None:
    with tempfile.TemporaryDirectory() as home, embedded(Path(home)) as server:
        with psycopg.connect(server.conninfo, autocommit=True) as connection:
            connection.execute("create schema if not exists dlt")
        benchmark(server.conninfo)


main()
