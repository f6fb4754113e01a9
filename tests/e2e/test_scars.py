"""The commands about scars, against a real PostgreSQL: what they write, and how they end."""

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import psycopg
import pytest
from typer.testing import CliRunner, Result

from scarline import bootstrap
from scarline.cli.scars import app
from scarline.cli.scars_drawn import picture
from scarline.errors import StoreConflict, UsageError
from scarline.kinds import METRIC_POINT, SCAR
from scarline.model import Asked, Batch, Cursor, Window
from scarline.settings import Settings
from scarline.watch import Watch
from tests.at_hand import EMPTY, embedded_url
from tests.fakes import EPOCH, FakeSource, points
from tests.scars.scarred import WAVE, batch, scar

__all__ = ["embedded_url"]
pytestmark = pytest.mark.e2e

DONE, PARTIAL = 0, 3
SVG = "{http://www.w3.org/2000/svg}"

HOSTILE = "web-1\x1b[31m\u202e<script>"
FIRST, SECOND = scar(1), scar(25, host="web-2")
OTHER = scar(30, WAVE, host=HOSTILE, tags="service:shop", ended_at=None)


@pytest.fixture
def environment(embedded_url: str, tmp_path: Path) -> dict[str, str]:
    """Give what leads the commands to an empty database."""
    with psycopg.connect(embedded_url, autocommit=True) as connection:
        if connection.execute("select to_regclass('scarline.chain')").fetchone() != (None,):
            connection.execute(EMPTY)
    return {"DATABASE_URL": embedded_url, "HOME": str(tmp_path), "COLUMNS": "250"}


def run(environment: dict[str, str], *words: str) -> Result:
    """Run one command in this process; what it raises is raised."""
    return CliRunner(env=environment).invoke(app, words, catch_exceptions=False)


def told(environment: dict[str, str], *words: str) -> Any:
    """Return what a command writes as JSON; it must have done what it was asked."""
    done = run(environment, *words, "--json")
    assert done.exit_code == DONE, done.output
    return json.loads(done.stdout)


def pulled(url: str, source: FakeSource, watch: Watch | None = None) -> None:
    """Have a pull of metrics from this source."""

    async def work() -> None:
        async with bootstrap.open_pipeline(Settings.model_validate({"database_url": url})) as road:
            await replace(road, sources={"metrics": source}, watch=watch).pull("metrics")

    asyncio.run(work())


def found(url: str, rows: Sequence[dict[str, Any]] = (FIRST, SECOND, OTHER)) -> None:
    """Store scars as a pull does."""
    pulled(url, FakeSource([batch(*rows)], resuming=False, kinds={"metrics": SCAR}))


def named(row: dict[str, Any]) -> tuple[str, str]:
    """Return series and onset as people type them."""
    return row["series"], row["onset"].isoformat()


def test_list(environment: dict[str, str]) -> None:
    """The newest first; an empty one says whether anybody looked."""
    nobody = run(environment, "list")
    assert (nobody.exit_code, "nobody has looked" in nobody.stderr) == (PARTIAL, True)
    found(environment["DATABASE_URL"])
    rows = told(environment, "list", "--from", "2026-03-02", "--to", "2026-03-04")["scars"]
    assert [it["onset"][:13] for it in rows] == ["2026-03-03T06", "2026-03-03T01", "2026-03-02T01"]
    asked = ("list", "--host", "web-2", "--over", "--min-score", "0.5", "--told", "--mark", "none")
    assert [it["host"] for it in told(environment, *asked)["scars"]] == ["web-2"]
    shown = run(environment, "list")
    assert "\x1b" not in shown.stdout
    assert "\u202e" not in shown.stdout
    assert "once" in shown.stdout
    assert "goes on" in shown.stdout
    assert "looked up to" not in shown.stderr
    assert "not looked at: avg:fake{*} from 2026-04-01T00:00:00Z to" in shown.stderr
    never = run(environment, "list", "--host", "none")
    assert never.exit_code == PARTIAL
    assert "not looked at: none from" in never.stderr
    assert "no live run ever brought a point of this host" in never.stderr
    assert "nobody has looked" not in never.stderr
    first = told(environment, "list", "--limit", "1")
    assert told(environment, "list", "--limit", "1", "--cursor", first["next"])["scars"] == [
        rows[1]
    ]


def test_show_mark_and_explain(environment: dict[str, str]) -> None:
    """A mark shows on the scar and on its twin, with its note and link."""
    found(environment["DATABASE_URL"])
    link = "https://wiki.example.org/backup"
    words = ("--note", "the backup", "--runbook", link, "--as", "kim")
    done = told(environment, "mark", *named(FIRST), "expected", *words)
    assert (done["version"], done["mark"], done["who"]) == (1, "expected", "kim")
    own = told(environment, "show", *named(SECOND))
    assert (own["quiet"], own["twins"][0]["runbook"]) == (True, link)
    shown = run(environment, "show", *named(FIRST))
    assert shown.exit_code == DONE
    assert re.search(r"peak score +0\.80 *\npeak value +12\.5 *\nexpected +2 *\n", shown.stdout)
    assert told(environment, "show", *named(FIRST))["peak_score"] == FIRST["peak_score"]
    assert "kim: expected  the backup" in shown.stdout
    sentences = run(environment, "explain", *named(SECOND)).stdout
    assert "The expert spike spoke, which looks at the distance from the near" in sentences
    assert "2 was expected (1 to 3 would have been calm)" in sentences
    assert "Seen before, once, last on 2026-03-02T01:00:00Z." in sentences
    assert (
        f'100% like web-1 at 2026-03-02T01:00:00Z, marked expected: "the backup" {link}'
        in sentences
    )
    assert "It is quiet: it resembles a scar marked expected" in sentences
    assert "incident 20260303T010000Z: system.load.1 high on web-2, 1 scar." in sentences
    other = run(environment, "explain", *named(OTHER)).stdout
    assert "Nothing like it was seen before" in other
    assert "service shop, by its tag" in other
    assert "\x1b" not in other


def test_of_two_people_one_is_told(environment: dict[str, str]) -> None:
    """With --if-version; what is not there is refused with a sentence."""
    found(environment["DATABASE_URL"])
    assert told(environment, "mark", *named(FIRST), "noise", "--if-version", "0")["version"] == 1
    with pytest.raises(StoreConflict, match="at version 1"):
        run(environment, "mark", *named(FIRST), "real", "--if-version", "0")
    assert told(environment, "mark", *named(FIRST), "none")["mark"] is None
    with pytest.raises(UsageError, match="there is no such scar"):
        run(environment, "show", "none", "2026-03-02T01:00:00Z")
    with pytest.raises(UsageError, match="is no onset"):
        run(environment, "show", FIRST["series"], "yesterday")


def test_plot(environment: dict[str, str], tmp_path: Path) -> None:
    """A picture on its own: line, band and scars, with nothing hostile in it."""
    values = 50 + np.random.default_rng(1).normal(0, 0.5, 400)
    values[300:330] += 20
    host = "<b>&web-1"
    rows = points(*[("system.load.1", host, it, float(own)) for it, own in enumerate(values)])
    window = Window(EPOCH, EPOCH + timedelta(hours=7))
    told_ = Batch(METRIC_POINT, rows, Cursor(""), (Asked("q", window),))
    pulled(environment["DATABASE_URL"], FakeSource([told_], resuming=False), Watch())
    out = tmp_path / "out.svg"
    hours = ("--from", "2026-03-02T00:00", "--to", "2026-03-02T06:40")
    asked = ("plot", *hours, "--metric", "system.load.1", "--host", host, "--out", str(out))
    done = told(environment, *asked)
    assert done == {"file": str(out), "points": 400, "scars": 1}
    drawn = ET.fromstring(out.read_text())  # noqa: S314 - it is our own
    lines = {it.get("class"): it.get("points", "") for it in drawn.iter(f"{SVG}polyline")}
    assert len(lines["value"].split()) == 400
    assert len(list(drawn.iter(f"{SVG}polygon"))) == 1
    assert len([it for it in drawn.iter(f"{SVG}rect") if it.get("class") == "scar"]) == 1
    texts = [it.text for it in drawn.iter(f"{SVG}text")]
    assert f"system.load.1 on {host}" in texts
    assert "04:00" in texts
    assert "prefers-color-scheme: dark" in out.read_text()
    assert "href" not in out.read_text()
    with pytest.raises(UsageError, match="cannot be written"):
        run(environment, *asked[:-1], str(tmp_path / "none" / "out.svg"))
    with pytest.raises(UsageError, match=r"the picture is SVG, so name the file .*out\.svg"):
        run(environment, *asked[:-1], str(tmp_path / "out.png"))
    with pytest.raises(UsageError, match="no points of such a series"):
        run(environment, "plot", "--metric", "system.load.1", "--host", "x", "--out", str(out))


@pytest.mark.parametrize(
    "values", [[], [5.0], [5.0, 5.0], [None, None], [1e300, -1e300], [0.0, 1e-9]]
)
def test_whatever_is_drawn_is_a_picture(values: list[float | None]) -> None:
    """Nothing, one point, constants, gaps and the largest numbers."""
    series = {"metric": "m\x00", "host": "", "tags": "", "unit": None, "interval_seconds": 60}
    window = {"from": "2026-03-02T00:00:00Z", "to": "2026-03-02T00:00:01Z"}
    columns = {"ts": list(range(len(values))), "value": values, "total": len(values)}
    text = picture({"series": series, "window": window, "scars": [], **columns})
    places = [it.get("points", "") for it in ET.fromstring(text).iter(f"{SVG}polyline")]  # noqa: S314
    assert not any("nan" in it or "inf" in it for it in places)
