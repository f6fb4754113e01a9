"""The filter: a line out for each line in, as the operator judges it."""

import math
import random

import pytest
from typer.testing import CliRunner

from scarline.cli.filters import app
from scarline.cli.watching import watched
from scarline.errors import UsageError
from scarline.scars import Options, ScarOperator, known_direction

LOUD = Options(false_onsets_per_week=10)


def asked(*lines: str, options: Options = LOUD, metric: str = "") -> tuple[list[str], list[int]]:
    """Return the lines that come out, and the numbers of those that were kept out."""
    bad: list[int] = []
    out = list(watched([f"{it}\n" for it in lines], options, metric, lambda at, _: bad.append(at)))
    return [it.rstrip("\n") for it in out], bad


def series() -> list[tuple[int, float]]:
    """Return ten hours of noise with an incident near their end."""
    dice = random.Random(1)  # noqa: S311 - noise
    return [(60 * it, dice.gauss(50, 2) + (40 if 550 <= it < 555 else 0.0)) for it in range(600)]


def test_each_line_is_as_the_operator_says() -> None:
    """Score and alert beside what came in, in its own spelling; one alert for the incident."""
    rows = series()
    out, bad = asked("timestamp,value", *(f"{at},{value:.3f}" for at, value in rows))
    assert (out[0], len(out), bad) == ("timestamp,value,score,alert", 601, [])
    operator = ScarOperator(LOUD)
    for line, (at, value) in zip(out[1:], rows, strict=True):
        score = operator.update(at, float(f"{value:.3f}"))
        alert = int(operator.last.onset)
        assert line == f"{at},{value:.3f},{score:.6g},{alert}"
    assert sum(line.endswith(",1") for line in out) == 1


def test_columns_times_and_gaps() -> None:
    """Titles in any order and case, times of RFC 3339, an empty value that is missing."""
    out, bad = asked(
        "Value,host,Timestamp", "1.5,a,2026-03-02T08:30:00Z", ",a,2026-03-02T08:31:00", ""
    )
    assert bad == []
    assert [it.split(",")[:2] for it in out[1:]] == [
        ["2026-03-02T08:30:00Z", "1.5"],
        ["2026-03-02T08:31:00", ""],
    ]
    assert not math.isnan(float(out[2].split(",")[2]))


def test_what_cannot_be_read() -> None:
    """A line is named and kept out; a header that lacks a column is refused."""
    out, bad = asked("timestamp,value", "1,2", "x,2", "3,y", "4", "inf,1", "5,6")
    assert ([it.split(",")[0] for it in out[1:]], bad) == (["1", "5"], [3, 4, 5, 6])
    out, bad = asked("timestamp,value", "1760000000,2", "1760000060000,3", "1e400,3", "nan,1")
    assert ([it.split(",")[0] for it in out[1:]], bad) == (["1760000000"], [3, 4, 5])
    out, bad = asked("timestamp,value", "1,2", '"2,' + "x" * 200_000, "3,4")
    assert ([it.split(",")[0] for it in out[1:]], bad) == (["1", "3"], [3])
    for header in ("", "time,value", "timestamp"):
        with pytest.raises(UsageError, match="timestamp,value"):
            asked(header, "1,2")


def test_a_byte_order_mark_before_a_quote() -> None:
    """As spreadsheets and PowerShell write it."""
    out, bad = asked('\ufeff"Timestamp","Value"', '"1","2"', "2,")
    assert ([it.split(",")[:2] for it in out[1:]], bad) == ([["1", "2"], ["2", ""]], [])


def test_the_side_that_is_bad() -> None:
    """Known by the name of the metric: what is harmless raises no alert."""
    lines = ("timestamp,value", *(f"{at},{value:.3f}" for at, value in series()))
    assert known_direction("system.cpu.idle") == "low"
    out, _ = asked(*lines, metric="system.cpu.idle")
    assert not any(line.endswith(",1") for line in out)


@pytest.mark.parametrize(
    ("words", "alerts"),
    [
        (["--metric", "shop.queue"], 0),
        (["--metric", "shop.queue", "--bad", "high"], 1),
        (["--metric", "other"], 1),
        (["--metric", "other", "--budget", "1e-12"], 0),
    ],
)
def test_what_is_set_counts_unless_an_option_says_otherwise(words: list[str], alerts: int) -> None:
    """The side that is bad of a metric of one's own, and the budget."""
    text = "timestamp,value\n" + "".join(f"{at},{value:.3f}\n" for at, value in series())
    runner = CliRunner(env={"SCARLINE_LOW_IS_BAD": "shop.*", "SCARLINE_FALSE_ALERTS_A_WEEK": "10"})
    done = runner.invoke(app, ["watch", *words], input=text, catch_exceptions=False)
    assert sum(it.endswith(",1") for it in done.stdout.splitlines()) == alerts
