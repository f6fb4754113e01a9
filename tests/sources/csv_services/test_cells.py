"""Numbers, names, times and tags as people write them in cells."""

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scarline.sources.csv_services.headings import recognised
from scarline.sources.csv_services.numbers import durations, shares
from tests.sources.csv_services.lists import bad, loaded, written


def latency(text: str, unit: str = "", *, decimal_comma: bool = False) -> float | str | None:
    """Return milliseconds, None where nothing is told, "wrong" where it cannot be read."""
    found = durations(pa.array([text]).dictionary_encode(), unit, decimal_comma=decimal_comma)
    value = float(found.values[0])
    return "wrong" if found.wrong[0] else None if value != value else value  # noqa: PLR0124 - NaN


def share(text: str, unit: str = "", *, decimal_comma: bool = False) -> float | str | None:
    """Return a share from 0 to 1, None where nothing is told, "wrong" where it cannot be read."""
    found = shares(pa.array([text]).dictionary_encode(), unit, decimal_comma=decimal_comma)
    value = float(found.values[0])
    return "wrong" if found.wrong[0] else None if value != value else value  # noqa: PLR0124 - NaN


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("12.3 ms", 12.3),
        ("1.2 s", 1_200.0),
        ("800 \u00b5s", 0.8),
        ("800 \u03bcs", 0.8),
        ("800us", 0.8),
        ("250000 ns", 0.25),
        ("2 MIN", 120_000.0),
        ("1h", 3_600_000.0),
        ("  7 ", 7.0),
        (".5", 0.5),
        ("1e3", 1_000.0),
        ("1,234", 1_234.0),
        ("1,234.5 ms", 1_234.5),
        ("1 234 567 ms", 1_234_567.0),
        ("1\u202f234", 1_234.0),
        ("1'234", 1_234.0),
        *((nothing, None) for nothing in ("", "-", "N/A", "null", "\u2014", "No data", "NaN")),
        *((wrong, "wrong") for wrong in ("12 parsecs", "fast", "-3", "0,5", "1,23,456", "1,2345")),
        *((wrong, "wrong") for wrong in ("inf", "1e999", ".", "1.2.3", "1 ms 2", "ms", "5 %")),
        *((wrong, "wrong") for wrong in ("1.234,5", "1.234.567")),
    ],
)
def test_a_latency_is_read_with_its_unit(text: str, milliseconds: float | str | None) -> None:
    """In any case, with or without groups of thousands; what is told badly is not null."""
    assert milliseconds == latency(text)


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("12,3 ms", 12.3),
        ("1,234", 1.234),
        ("1.234", 1.234),
        ("1.234,5", 1_234.5),
        ("1.234.567", 1_234_567.0),
        ("1,234.5", 1_234.5),
        ("1,234,567", 1_234_567.0),
        ("1 234,5 ms", 1_234.5),
        ("1,2,3", "wrong"),
    ],
)
def test_with_decimal_commas_only_what_can_be_nothing_else_is_groups(
    text: str, milliseconds: float | str
) -> None:
    """A number that is a thousand times too high would be worse than none."""
    assert milliseconds == latency(text, decimal_comma=True)


def test_the_unit_of_a_title_holds_for_numbers_without_one() -> None:
    """A cell knows better."""
    assert [latency("2", "s"), latency("2 ms", "s"), latency("2")] == [2_000.0, 2.0, 2.0]


@pytest.mark.parametrize(
    ("text", "unit", "found"),
    [
        ("0.5 %", "", 0.005),
        ("0.5%", "%", 0.005),
        ("0.005", "", 0.005),
        ("0.5", "%", 0.005),
        ("1", "", 1.0),
        ("1", "percent", 0.01),
        ("1.5", "", 0.015),
        ("12 pct", "", 0.12),
        ("100 %", "", 1.0),
        ("", "%", None),
        ("100.1 %", "", "wrong"),
        ("101", "", "wrong"),
        ("5 ms", "", "wrong"),
        ("-1 %", "", "wrong"),
    ],
)
def test_an_error_rate_is_per_cent_by_its_sign_its_title_or_its_size(
    text: str, unit: str, found: float | str | None
) -> None:
    """More than 100 % is nothing that can be kept."""
    assert found == share(text, unit)


@given(st.floats(0, 1e12), st.sampled_from([("ms", 1.0), ("s", 1e3), ("us", 1e-3)]))
def test_a_number_that_is_written_is_the_number_that_is_read(
    value: float, unit: tuple[str, float]
) -> None:
    """To the last bit, times its unit; with groups as without."""
    name, factor = unit
    assert latency(f"{value!r}{name}") == value * factor
    assert latency(f"{value:,.3f} {name}") == latency(f"{value:.3f} {name}")
    swapped = f"{value:,.3f}".translate(str.maketrans(",.", ".,"))
    assert latency(f"{swapped} {name}", decimal_comma=True) == latency(f"{value:.3f} {name}")


@pytest.mark.parametrize(
    ("titles", "roles"),
    [
        ("Name,Type,Last deploy,Requests,Avg latency,p99 latency,Error rate,Apdex,Monitor status",
         {"service": 0, "type": 1, "latency_ms": 4, "error_rate": 6, "status": 8}),
        ("SERVICE_NAME,OwnerTeam,Environment,depends-on",
         {"service": 0, "owner_team": 1, "env": 2, "dependencies": 3}),
        ("max latency,p95 latency,P75 Latency,service", {"latency_ms": 2, "service": 3}),
        ("name,service", {"service": 1}),
        ("service,error,error %", {"service": 0, "error_rate": 2}),
        ("serviceName,calls,last_seen,tags", {"service": 0, "dependencies": 1, "last_seen": 2,
                                              "tags": 3}),
    ],
)  # fmt: skip
def test_titles_are_known_in_many_wordings(titles: str, roles: dict[str, int]) -> None:
    """The mean before percentiles, the lower before the higher; a count of errors is no rate."""
    assert roles == {role: column.place for role, column in recognised(titles.split(",")).items()}


@pytest.mark.parametrize(
    ("title", "unit"),
    [
        ("latency_ms", "ms"),
        ("Avg latency (s)", "s"),
        ("Response time [\u00b5s]", "\u03bcs"),
        ("latency", ""),
    ],
)
def test_the_unit_of_a_title_is_told_apart(title: str, unit: str) -> None:
    """At its end, in any brackets."""
    assert recognised(["service", title])["latency_ms"].unit == unit


def test_dependencies_are_parted_by_any_mark(tmp_path: Path) -> None:
    """And a service without one makes one flow to nothing."""
    rows = 'a,"b, c"\nd,e;f\ng,h|i\nj,"k\nl"\nm,\nn,-\no," ,; "\np,"q\rr"\n'
    found = loaded(written(tmp_path, "service,dependencies\n" + rows))
    pairs = ["ab", "ac", "de", "df", "gh", "gi", "jk", "jl", "m", "n", "o", "pq", "pr"]
    assert found.pairs() == [(pair[0], pair[1:]) for pair in pairs]


def test_what_is_not_told_is_null_and_no_column_is_needed_but_one(tmp_path: Path) -> None:
    """Never 0, never "None"; a file only declares."""
    (flow,) = loaded(written(tmp_path, "service\nbasket\n"), env="prod", source="cmdb").flows
    del flow["flow_id"]
    assert flow == {
        "source": "cmdb",
        "env": "prod",
        "system_from": "basket",
        "system_to": "",
        "status": "unknown",
        "last_seen": None,
        "latency_ms": None,
        "error_rate": None,
        "owner_team": None,
        "known_by": "declared",
        "confidence": None,
        "tags": "",
    }


def test_the_rest_of_a_row_is_read(tmp_path: Path) -> None:
    """Times with any offset, tags in order with the type among them, ways of knowing."""
    text = (
        "service,env,owner,status,last_seen,known_by,confidence,tags,type\n"
        'a,,-,Alert,2026-03-01T01:00:00+01:00,Observed,80 %,"tier:1; lang:go",web\n'
        "b,test,sales,,2026-03-01,,,,\n"
    )
    one, other = loaded(written(tmp_path, text), env="prod").flows
    assert one["last_seen"] == other["last_seen"]
    assert other["last_seen"].isoformat() == "2026-03-01T00:00:00+00:00"
    names = ("env", "owner_team", "status", "known_by", "confidence", "tags")
    assert [one[name] for name in names] == [
        *("prod", None, "failed", "observed", 0.8, "lang:go,tier:1,type:web")
    ]
    assert [other[name] for name in names] == ["test", "sales", "unknown", "declared", None, ""]


def test_a_cell_that_cannot_be_read_keeps_its_row_out(tmp_path: Path) -> None:
    """Each with its line, the title of its column and what stands there."""
    text = (
        "Name,Avg latency,Error rate %,Last seen,Known by,Depends on,Tags\n"
        "good,1 ms,1,,,,\n"
        "a,fast,900,,,,\n"  # the first fault is told
        "b,,900,,,,\n"
        "c,,,yesterday,,,\n"
        "d,,,,rumour,,\n"
        ",,,,,x,\n"
        f"{'e' * 201},,,,,,\n"
        f"f,,,,,ok;{'g' * 201},\n"
        "h\x07,,,,,,\n"
        "i,,,,,j\u2028k,\n"
        "l,,,,,,x\x00y\n"
    )
    path = written(tmp_path, text)
    assert bad(path) == [
        (3, "an unreadable latency: Avg latency is 'fast'"),
        (4, "an unreadable error rate: Error rate % is '900'"),
        (5, "an unreadable time: Last seen is 'yesterday'"),
        (6, "an unknown way of knowing: Known by is 'rumour'"),
        (7, "no service name: Name is ''"),
        (8, f"a name longer than 200 characters: Name is '{'e' * 60}'"),
        (9, f"a name longer than 200 characters: Depends on is 'ok;{'g' * 57}'"),
        (10, "a control character in a name: Name is 'h\\x07'"),
        (11, "a control character in a name: Depends on is 'j\\u2028k'"),
        (12, "an unreadable tag: Tags is 'x\\x00y'"),
    ]
    assert loaded(path).pairs() == [("good", "")]
    assert loaded(path).kept_out == {
        "an unreadable latency": 1,
        "an unreadable error rate": 1,
        "an unreadable time": 1,
        "an unknown way of knowing": 1,
        "no service name": 1,
        "a name longer than 200 characters": 2,
        "a control character in a name": 2,
        "an unreadable tag": 1,
    }
