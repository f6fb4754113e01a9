"""Run the benchmarks: ``python -m bench [NAME …] [--points N]``."""

import argparse
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import psycopg

from bench import load, rollback
from bench.workload import Estate
from scarline.stores.postgres.embedded import embedded

STORED: Mapping[str, Callable[[str, Estate], None]] = {"load": load.run, "rollback": rollback.run}


def main() -> None:
    """Run the benchmarks that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", help=", ".join(STORED))
    parser.add_argument("--points", type=int, default=2_000_000, help="points to load")
    asked = parser.parse_args()
    estate = Estate(steps=max(10, asked.points // 2_000))
    for name in asked.names or STORED:
        with tempfile.TemporaryDirectory() as home, embedded(Path(home)) as server:
            with psycopg.connect(server.conninfo, autocommit=True) as connection:
                connection.execute("create schema if not exists dlt")
            STORED[name](server.conninfo, estate)


main()
