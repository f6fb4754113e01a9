"""``scarline watch --plot``: the same lines out, and at the end a picture of what went through."""

import random
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from scarline.cli.filters import app
from scarline.cli.scars_drawn import picture
from scarline.cli.watching import watched
from scarline.cli.watching_drawn import MOST, Drawing
from scarline.errors import UsageError
from scarline.scars import Direction, Judgement, Options

SVG = "{http://www.w3.org/2000/svg}"
LOUD = Options(false_onsets_per_week=10)


def lines(minutes: int) -> list[str]:
    """Return noise minute by minute with two incidents, one in its middle and one at its end."""
    dice = random.Random(1)  # noqa: S311 - noise
    high = {*range(minutes // 2, minutes // 2 + 5), *range(minutes - 5, minutes)}
    values = [dice.gauss(50, 2) + 40 * (it in high) for it in range(minutes)]
    rows = [f"{1_772_409_600 + 60 * at},{value:.3f}\n" for at, value in enumerate(values)]
    return ["timestamp,value\n", *rows]


def run(text: str, *words: str) -> Result:
    """Run the filter in this process; what it raises is raised."""
    return CliRunner().invoke(app, ["watch", *words], input=text, catch_exceptions=False)


def refuse(line: int, reason: str) -> None:
    """Take no line that cannot be read."""
    pytest.fail(f"line {line}: {reason}")


def drawn(text: str) -> tuple[list[str], ET.Element]:
    """Return the points of the line in a picture, and the picture."""
    root = ET.fromstring(text)  # noqa: S314 - it is our own
    found = [it for it in root.iter(f"{SVG}polyline") if it.get("class") == "value"]
    return [point for it in found for point in it.get("points", "").split()], root


def test_the_lines_are_the_same_and_the_picture_has_band_and_alerts(tmp_path: Path) -> None:
    """Written at the end; the second alert goes on to its edge."""
    text, out = "".join(lines(600)), tmp_path / "out.svg"
    plain, done = run(text), run(text, "--plot", str(out), "--metric", "shop.queue")
    assert done.stdout == plain.stdout
    assert "600 points and 2 alerts are drawn in" in done.stderr
    points, root = drawn(out.read_text())
    assert len(points) == 600
    assert next(it.text for it in root.iter(f"{SVG}text")) == "shop.queue"
    assert "2026-03-02 00:00 to 2026-03-02 09:59 UTC" in out.read_text()
    assert len(list(root.iter(f"{SVG}polygon"))) == 1
    assert len([it for it in root.iter(f"{SVG}rect") if it.get("class") == "scar"]) == 2


@pytest.mark.parametrize("name", ["out.png", "out", "none/out.svg"])
def test_what_could_not_be_written_is_refused_first(tmp_path: Path, name: str) -> None:
    """Not even the header is answered."""
    with pytest.raises(UsageError, match=r"the picture is SVG, so name the file|no folder"):
        run("timestamp,value\n", "--plot", str(tmp_path / name))
    assert run("timestamp,value\n", "--plot", str(tmp_path / "out.SVG")).exit_code == 0


def test_nothing_is_no_picture(tmp_path: Path) -> None:
    """It is said, and no file is written."""
    out = tmp_path / "out.svg"
    done = run("timestamp,value\nx,y\n", "--plot", str(out))
    assert "no point was read, so nothing is drawn" in done.stderr
    assert (done.exit_code, out.exists()) == (3, False)


def test_of_a_long_series_the_extremes_are_kept() -> None:
    """As many points as a picture can show, the peaks and the ends among them; all are counted."""
    drawing, text = Drawing(), lines(40_000)
    list(watched(text, LOUD, "", refuse, drawing.add))
    told = drawing.told("")
    values = [float(it.split(",")[1]) for it in text[1:]]
    assert (told["total"], len(told["ts"])) == (40_000, len(set(told["ts"])))
    assert len(told["ts"]) <= MOST
    assert (min(told["value"]), max(told["value"])) == (min(values), max(values))
    assert (told["ts"][0], told["ts"][-1]) == (1_772_409_600, 1_772_409_600 + 60 * 39_999)
    assert len(told["scars"]) == drawing.alerts >= 2
    assert told["scars"][-1]["ended_at"] is None


CELLS = st.sampled_from(["0", "1", "1e300", "-1e300", "inf", "nan", "", "5.5"])
TIMES = st.sampled_from(["0", "60", "0001-01-01T00:00:00+14:00", "253402300799", "-62135596800"])


@given(st.lists(st.tuples(TIMES | st.integers(0, 10_000).map(str), CELLS), max_size=40))
def test_whatever_is_read_is_a_picture(rows: list[tuple[str, str]]) -> None:
    """Times that go back, what is no number, the largest numbers and the ends of time."""
    drawing = Drawing()
    text = ["timestamp,value\n", *(f"{at},{value}\n" for at, value in rows)]
    out = list(watched(text, LOUD, "m\x00", lambda *_: None, drawing.add))
    assert drawing.total <= len(out) - 1
    if drawing.total:
        points, _ = drawn(picture(drawing.told("m\x00")))
        assert not any("nan" in it or "inf" in it for it in points)


def test_alerts_that_would_be_one_column_are_one() -> None:
    """So that any number of them takes no more than a picture does."""
    calm = Judgement(0.0, None, 5.0, 4.0, 6.0, 0.0, "steady", onset=False, direction=Direction.BOTH)
    onset = replace(calm, expert="spike", state="raised", onset=True, direction=Direction.HIGH)
    drawing = Drawing()
    for minute in range(20_000):
        drawing.add(60.0 * minute, 5.0, onset if minute % 4 == 1 else calm)
    told = drawing.told("")
    assert drawing.alerts == 5_000
    assert len(told["scars"]) <= MOST
    assert told["scars"][0]["onset"] == "1970-01-01T00:01:00+00:00"
    assert told["scars"][-1]["ended_at"] == "1970-01-14T21:18:00+00:00"
