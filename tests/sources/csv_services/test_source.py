"""The file as a source: its duties at the door, strict loads, and flat memory."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from scarline.errors import SourceChanged, UsageError
from scarline.kinds import INTEGRATION_FLOW
from scarline.model import Usage, Window
from scarline.pipeline import Pipeline
from scarline.ports import Ask, Planned, Progress
from scarline.sources.csv_services import Config, open_source, surveyed
from scarline.sources.csv_services.form import CHUNK_BYTES
from scarline.stores.memory import MemoryStore
from tests.fakes import EPOCH, Clock, flows_of
from tests.sources.csv_services.lists import loaded, written

EXAMPLE = Path(__file__).parents[3] / "examples" / "datadog-service-list.csv"
TICK = timedelta(microseconds=1)


async def test_a_load_ends_with_its_account(tmp_path: Path) -> None:
    """The one thing that was asked, in the time that it took; no cursor: each load is whole."""
    clock, seen = Clock(), list[Progress]()
    path = written(tmp_path, "service,calls\nbasket,orders\nbad\n")
    source = open_source(Config(path), clock)
    assert (source.name, source.streams()) == ("datadog", {"flows": INTEGRATION_FLOW})
    (batch,) = [it async for it in source.pull(Ask("flows", notify=seen.append))]
    assert (batch.kind, batch.cursor, batch.missing) == (INTEGRATION_FLOW, None, ())
    (asked,) = batch.asked
    name, _, digest = asked.what.removesuffix(", reading 1").partition(" (SHA-256 ")
    assert (name, len(digest), asked.window) == (
        "file services.csv",
        65,
        Window(EPOCH, EPOCH + TICK),
    )
    assert batch.kept_out == {"too few or too many cells": 1}
    usage = Usage(requests=1, answer_bytes=path.stat().st_size)
    assert seen == [Progress(1, 1, usage, 1)]
    assert batch.usage == usage


async def test_a_file_of_bad_rows_is_loaded_as_nothing_and_says_so(tmp_path: Path) -> None:
    """A run without rows, but not without its account."""
    source = open_source(Config(written(tmp_path, "service,calls\nbad\n")), Clock())
    (batch,) = [it async for it in source.pull(Ask("flows"))]
    assert (batch.rows.num_rows, len(batch.asked)) == (0, 1)
    assert batch.kept_out == {"too few or too many cells": 1}


async def test_a_strict_load_refuses_all_and_names_the_first_bad_lines(tmp_path: Path) -> None:
    """Nothing is yielded, though bad rows come last; a file without any is loaded."""
    path = written(tmp_path, "service,latency\nbasket,1 ms\n" + "orders,slow\n" * 7)
    sentence = (
        r"services\.csv has 7 bad rows, and nothing of it was loaded: line 3: an unreadable "
        r"latency: latency is 'slow'; line 4: .*; line 7: .*'slow'; and 2 more\. Correct them"
    )
    with pytest.raises(UsageError, match=sentence):
        await anext(open_source(Config(path, strict=True), Clock()).pull(Ask("flows")))
    good = written(tmp_path, "service\nbasket\n")
    batch = await anext(open_source(Config(good, strict=True), Clock()).pull(Ask("flows")))
    assert flows_of(batch).num_rows == 1


async def test_another_stream_and_a_window_are_refused(tmp_path: Path) -> None:
    """A file has one stream, and no times to choose from."""
    source = open_source(Config(written(tmp_path, "service\nbasket\n")), Clock())
    with pytest.raises(UsageError, match="no stream 'metrics'; it has: flows"):
        await anext(source.pull(Ask("metrics")))
    with pytest.raises(UsageError, match="a file is loaded whole"):
        await source.plan(Ask("flows", Window(EPOCH, EPOCH + TICK)))


async def test_a_plan_says_what_would_be_read(tmp_path: Path) -> None:
    """And does not mind what is in the file."""
    source = open_source(Config(written(tmp_path, "x" * 1_234)), Clock())
    plan = await source.plan(Ask("flows"))
    window = Window(EPOCH, EPOCH + TICK)
    assert plan.requests == [Planned("read services.csv", "file services.csv", window)]
    assert plan.costs[0].startswith("1,234 bytes")


async def test_the_doctor_looks_at_the_header(tmp_path: Path) -> None:
    """It names the columns that are read, or what is wrong with the file."""
    source = open_source(Config(written(tmp_path, "Name;Owner\nbasket;sales\n")), Clock())
    (check,) = await source.check()
    assert (check.well, check.finding) == (True, "services.csv: service, owner_team")
    (check,) = await open_source(Config(tmp_path / "nowhere.csv"), Clock()).check()
    assert (check.well, "there is no file" in check.finding) == (False, True)


async def test_a_survey_at_hand_is_used_only_while_the_file_is_the_same(tmp_path: Path) -> None:
    """A command that shows bad rows first need not read the file again."""
    path = written(tmp_path, "service\nbasket\n")
    survey = surveyed(path)
    path.write_text("service\norders\nstock\n", encoding="utf-8")
    source = open_source(Config(path), Clock(), survey)
    found = [it async for it in source.pull(Ask("flows"))]
    assert flows_of(found[-1])["system_from"].to_pylist() == ["orders", "stock"]


async def test_a_file_that_is_written_while_it_is_read_ends_the_load(tmp_path: Path) -> None:
    """Rows of two states of it would be no list of anybody."""
    rows = "".join(f"service-{n:06}-{'x' * 99}\n" for n in range(2 * CHUNK_BYTES // 100))
    path = written(tmp_path, "service\n" + rows)
    batches = open_source(Config(path), Clock()).pull(Ask("flows"))
    await anext(batches)
    with path.open("a", encoding="utf-8") as file:
        file.write("late\n")
    with pytest.raises(SourceChanged, match="was written while it was read"):
        [it async for it in batches]


async def test_loading_a_file_again_changes_nothing() -> None:
    """Through the whole pipeline into a store: the same rows, none new and none changed."""
    pipeline = Pipeline({"flows": open_source(Config(EXAMPLE), Clock())}, MemoryStore(), Clock())
    first, again = await pipeline.pull("flows"), await pipeline.pull("flows")
    assert first.counts["new"] == again.counts["same"] == first.rows == 47
    assert (again.counts["new"], again.counts["changed"]) == (0, 0)


def test_a_survey_names_the_environments_that_a_load_tells_of(tmp_path: Path) -> None:
    """Those of good rows alone, the given one where a row names none."""
    text = "service,env,latency\na,prod,1\nb,,1\nc,prod,1\nd,dev,fast\n"
    assert surveyed(written(tmp_path, text), env="test").envs == ["prod", "test"]


def test_a_file_tells_of_all_unless_a_row_is_bad(tmp_path: Path) -> None:
    """What was not understood might be what seems to be gone."""
    text = "service,env,latency\na,prod,1\nb,dev,1\n"
    assert loaded(written(tmp_path, text)).whole == ["dev", "prod"]
    assert loaded(written(tmp_path, text + "c,prod,fast\n")).whole == []


def test_the_example_is_an_estate_of_25_services() -> None:
    """All its rows are good, and each of its numbers is read."""
    found = loaded(EXAMPLE)
    assert found.kept_out == {}
    services = {flow["system_from"]: flow for flow in found.flows}
    called = {flow["system_to"] for flow in found.flows} - {""}
    assert len(services) == 25
    assert called - services.keys() == {"cold-storage"}
    assert all(flow["latency_ms"] and flow["error_rate"] is not None for flow in found.flows)
    assert {flow["owner_team"] for flow in found.flows} >= {"order-desk", "payments"}
    assert services["stock-cache"]["latency_ms"] == 0.29
    assert services["warehouse-link"]["status"] == "failed"
    assert services["login-gate"]["system_to"] == ""


MEASURED = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from scarline.pipeline import Pipeline
from scarline.ports import Ask
from scarline.sources.csv_services import Config, open_source

async def load():
    source = open_source(Config(Path(sys.argv[1])), lambda: datetime(2026, 3, 2, tzinfo=UTC))
    return sum([batch.rows.num_rows async for batch in source.pull(Ask("flows"))])

rows = asyncio.run(load())
status = Path("/proc/self/status").read_text().split()  # ru_maxrss would be that of the parent
print(rows, status[status.index("VmHWM:") + 1])
"""


@pytest.mark.slow
def test_a_million_rows_stream_in_flat_memory(tmp_path: Path) -> None:
    """Less than 200 MB for the whole process, in a process of its own."""
    path = tmp_path / "services.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("service,team,calls,latency,error rate\n")
        file.writelines(
            f'service-{n:07},team-{n % 97},"s-{n // 2:07}; s-{n // 3}",{n % 999}.5 ms,{n % 9} %\n'
            for n in range(1_000_000)
        )
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(path)], check=True, capture_output=True, text=True
    )
    rows, kilobytes = map(int, done.stdout.split())
    assert rows == 2_000_000 + 1  # which says that it is all
    assert kilobytes / 1024 < 200
