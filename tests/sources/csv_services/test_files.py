"""Files as people have them: any encoding, separator, line end, quoting and order of columns."""

import codecs
import csv
import hashlib
import io
import random
import re
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from scarline.errors import UsageError
from scarline.sources.csv_services import surveyed
from scarline.sources.csv_services.form import CHUNK_BYTES
from scarline.sources.csv_services.headings import ROLES
from tests.sources.csv_services.lists import bad, loaded, written

LETTERS = st.characters(
    codec="cp1252", exclude_categories=("Cc", "Zs", "Zl", "Zp"), exclude_characters=",;|\u00ad"
)
NAMES = st.text(LETTERS, min_size=1, max_size=9)
CALLS = NAMES.filter(
    lambda it: (
        it.casefold()
        not in {"-", "?", "na", "nil", "nan", "none", "null", "n/a", "unknown", "\u2013", "\u2014"}
    )
)
SERVICE = st.fixed_dictionaries(
    {
        "service": NAMES,
        "env": st.sampled_from(["prod", "test"]),
        "dependencies": st.lists(CALLS, max_size=3),
        "latency_ms": st.none() | st.decimals(0, 99_999, places=1).map(str),
        "error_rate": st.none() | st.decimals(0, 100, places=2).map(str),
    }
)
LIKE_UTF8 = re.compile(rb"[\xc2-\xf4][\x80-\xbf]")
"""What nobody can tell from UTF-8, in a list so short."""

MARKS = {
    "utf-8": b"",
    "utf-8-sig": b"",
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "cp1252": b"",
}
FORMS = st.fixed_dictionaries(
    {
        "encoding": st.sampled_from(sorted(MARKS)),
        "separator": st.sampled_from(",;\t"),
        "line_end": st.sampled_from(["\n", "\r\n", "\r"]),
        "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
        "between": st.sampled_from([", ", ";", " | ", "\n"]),
        "wordings": st.tuples(*(st.sampled_from(list(names)) for names in ROLES.values())),
        "case": st.sampled_from([str.upper, str.title, str.lower, lambda it: it.replace(" ", "_")]),
        "seed": st.integers(0, 99),
    }
)


def as_file(services: list[dict[str, Any]], form: dict[str, Any]) -> bytes:
    """Return the services as the csv module writes them in that form."""
    roles = [*services[0], "else"]
    random.Random(form["seed"]).shuffle(roles)  # noqa: S311 - the same at each repetition
    words = dict(zip(ROLES, form["wordings"], strict=True)) | {"else": "Apdex"}
    words["error_rate"] = "error rate"  # "error" alone may be a count
    point = "," if form["separator"] == ";" else "."
    between = form["between"].replace("\n", "\r" if form["line_end"] == "\r" else "\n")
    written = io.StringIO(newline="")
    writer = csv.writer(
        written,
        delimiter=form["separator"],
        lineterminator=form["line_end"],
        quoting=form["quoting"],
    )
    writer.writerow([form["case"](words[role]) for role in roles])
    for service in services:
        latency, errors = service["latency_ms"], service["error_rate"]
        cells = service | {
            "dependencies": between.join(service["dependencies"]),
            "latency_ms": "" if latency is None else latency.replace(".", point) + " ms",
            "error_rate": "-" if errors is None else errors.replace(".", point) + "%",
            "else": "0.9",
        }
        writer.writerow([cells[role] for role in roles])
    return MARKS[form["encoding"]] + written.getvalue().encode(form["encoding"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(SERVICE, min_size=1, max_size=8), FORMS)
def test_the_same_facts_are_read_in_whatever_form(
    tmp_path: Path, services: list[dict[str, Any]], form: dict[str, Any]
) -> None:
    """Each service, each dependency, each number; of two rows for one flow the last holds."""
    expected = {
        (it["env"], it["service"], callee): (
            None if it["latency_ms"] is None else float(it["latency_ms"]),
            None if it["error_rate"] is None else float(it["error_rate"]) / 100,
        )
        for it in services
        for callee in it["dependencies"] or [""]
    }
    content = as_file(services, form)
    assume(form["encoding"] != "cp1252" or not LIKE_UTF8.search(content))
    found = loaded(written(tmp_path, content))
    assert expected == {
        (it["env"], it["system_from"], it["system_to"]): (it["latency_ms"], it["error_rate"])
        for it in found.flows
    }
    assert len(expected) == len(found.flows)
    told = sum(len(it["dependencies"]) or 1 for it in services)
    assert found.kept_out == (
        {"told again by a later row": told - len(expected)} if told > len(expected) else {}
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "services.csv is empty"),
        (b"\n \r\n", "services.csv is empty"),
        (b"\xef\xbb\xbf", "services.csv is empty"),
        (b"service,team\n", "has a header and no rows below it"),
        (b"service,team\n\n\n", "has a header and no rows below it"),
        (b"team,owner\nsales,x\n", "names no column of services, it has 'team', 'owner'"),
        (b"basket\norders\n", "line 1 of services.csv names no column of services"),
        (b"a\rb,c\n", "names no column of services, it has none that can be read"),
        (b"PK\x03\x04rest of a workbook", "is a zip archive or a workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "is an old workbook"),
        (b"\x1f\x8b\x08\x00", "is compressed"),
        (bytes(range(256)) * 9, "is a binary file"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_a_sentence(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    """Before anything is yielded."""
    with pytest.raises(UsageError, match=sentence):
        loaded(written(tmp_path, content))


def test_a_file_that_is_not_there_and_a_folder_are_named(tmp_path: Path) -> None:
    """With what to do."""
    with pytest.raises(UsageError, match=r"there is no file .*nowhere\.csv: give the path"):
        loaded(tmp_path / "nowhere.csv")
    with pytest.raises(UsageError, match="cannot be read: is a directory"):
        loaded(tmp_path)


def test_digest_and_size_are_those_of_the_bytes(tmp_path: Path) -> None:
    """As sha256sum says them, whatever the encoding."""
    content = codecs.BOM_UTF16_LE + "service\nb\u00e4cker\n".encode("utf-16-le")
    form = surveyed(written(tmp_path, content)).form
    assert (form.digest, form.size_bytes) == (hashlib.sha256(content).hexdigest(), len(content))


def test_utf_16_is_known_without_a_mark_too(tmp_path: Path) -> None:
    """By the zeros between its letters."""
    for encoding in ("utf-16-le", "utf-16-be"):
        assert loaded(written(tmp_path, "service\nbasket\n", encoding)).pairs() == [("basket", "")]


def test_rows_with_bytes_that_cannot_be_decoded_are_named(tmp_path: Path) -> None:
    """The file is UTF-8, for most of what could be is; each broken row is named."""
    rows = ["service,team", "b\u00e4cker,s\u00fcd", "w\u00e4scher,x", "m\u00fcller,x"]
    content = "\n".join(rows).encode() + b"\nbr\xe4uer,x\ngood,\xff\nlast,x\n"
    path = written(tmp_path, content)
    assert bad(path) == [
        (5, "bytes that cannot be decoded: it is not utf-8"),
        (6, "bytes that cannot be decoded: it is not utf-8"),
    ]
    assert [pair[0] for pair in loaded(path).pairs()] == [
        "b\u00e4cker",
        "last",
        "m\u00fcller",
        "w\u00e4scher",
    ]


@pytest.mark.parametrize(
    ("encoding", "bad_byte"), [("cp1252", b"\x81"), ("utf-16-le", b"\x00\xd8")]
)
def test_a_code_that_an_encoding_does_not_have_costs_its_row(
    tmp_path: Path, encoding: str, bad_byte: bytes
) -> None:
    """One without meaning in Windows-1252, half of a pair in UTF-16."""
    before, after = ("service\nb\u00e4cker\nx".encode(encoding), "\nlast\n".encode(encoding))
    path = written(tmp_path, before + bad_byte + after)
    assert bad(path) == [(3, f"bytes that cannot be decoded: it is not {encoding}")]
    assert [pair[0] for pair in loaded(path).pairs()] == ["b\u00e4cker", "last"]


def test_the_mark_of_utf_8_is_no_part_of_the_first_title(tmp_path: Path) -> None:
    """Nor of its quotes."""
    form = surveyed(written(tmp_path, '\ufeff"service"\nbasket\n')).form
    assert (form.titles, form.encoding) == (("service",), "utf-8")


def test_empty_lines_count_as_lines_and_as_nothing_else(tmp_path: Path) -> None:
    """Between good rows, before a bad one, with any line end."""
    for end in ("\n", "\r\n"):
        path = written(tmp_path, end.join(["service,latency", "", "a,1", "", "", "b,fast", ""]))
        assert [line for line, _ in bad(path)] == [6]
        assert loaded(path).pairs() == [("a", "")]


@pytest.mark.parametrize(
    ("row", "pairs"),
    [
        ('f, "g; h"', [("f", "g"), ("f", "h")]),
        ('d "the best",e', [('d "the best"', "e")]),
        ('"l"ate,m', []),
        ('"a""b",c', [('a"b', "c")]),
        ('a,"b\n\nc"', [("a", "b"), ("a", "c")]),
        ('"",c', []),
    ],
)
def test_a_row_with_quotes_is_read_the_same_alone_as_among_others(
    tmp_path: Path, row: str, pairs: list[tuple[str, str]]
) -> None:
    """Whichever of the two readers reads its block."""
    assert pairs == loaded(written(tmp_path, f"service,calls\n{row}\n")).pairs()
    among = loaded(written(tmp_path, f"service,calls\nfew\n{row}\nz,y\n"))
    assert [*pairs, ("z", "y")] == among.pairs()


def test_bad_rows_are_named_by_line_and_the_good_ones_around_them_are_read(tmp_path: Path) -> None:
    """Also below a cell of two lines; and a quote that nobody closes costs one row."""
    text = (
        "\n"
        "service,calls,team\n"
        '"a","b\nc",x\n'
        "\n"
        "few,cells\n"
        "too,many,cells,here\n"
        'd "the best",e,x\n'  # a quote within a cell is a letter
        'f, "g, h", x\n'  # a space before a quote does no harm
        '"open,i,x\n'
        "j,k,x\n"
        '"l"ate,m,x\n'
        "n,o,x"
    )
    path = written(tmp_path, text)
    assert [(line, reason.split(":")[0]) for line, reason in bad(path)] == [
        (6, "too few or too many cells"),
        (7, "too few or too many cells"),
        (10, "cannot be parted into cells"),
        (12, "cannot be parted into cells"),
    ]
    assert loaded(path).pairs() == [
        ("a", "b"),
        ("a", "c"),
        ('d "the best"', "e"),
        ("f", "g"),
        ("f", "h"),
        ("j", "k"),
        ("n", "o"),
    ]


ROWS = 3 * CHUNK_BYTES // 192
"""As many rows of a large file as make three blocks."""


def large(tmp_path: Path, planted: dict[int, str]) -> Path:
    """Return a file of some blocks in which these lines stand at these places."""
    lines = [f'service-{n:06},"{"a" * 150}-{n},\n b",1.5 ms' for n in range(ROWS)]
    for place, line in planted.items():
        lines[place] = line
    return written(tmp_path, "service,calls,latency\n" + "\n".join(lines) + "\n")


def test_a_file_of_many_blocks_is_read_as_one(tmp_path: Path) -> None:
    """No row is lost or cut at the edge of a block, and lines are counted through."""
    path = large(tmp_path, {9_000: "bad,x,fast", 9_500: "few"})
    found = loaded(path)
    assert len(found.batches) > 2
    own = [n for n in range(ROWS) if n not in {9_000, 9_500}]
    expected = [(f"service-{n:06}", f"{'a' * 150}-{n}") for n in own]
    assert sorted([*expected, *((name, "b") for name, _ in expected)]) == sorted(found.pairs())
    assert {it["latency_ms"] for it in found.flows} == {1.5}
    assert bad(path) == [
        (2 + 2 * 9_000, "an unreadable latency: latency is 'fast'"),
        (2 + 2 * 9_500 - 1, "too few or too many cells: it has 1, the header 3"),
    ]


def test_a_quote_that_is_never_closed_costs_one_row_of_a_large_file(tmp_path: Path) -> None:
    """The reader neither holds the rest of the file nor loses it."""
    lines = [f"service-{n:06},{'a' * 170}-{n}" for n in range(ROWS)]
    for place in (10, 8_000, ROWS - 3):
        lines[place] = '"open,x'
    path = written(tmp_path, "service,calls\n" + "\n".join(lines))
    assert [line for line, _ in bad(path)] == [12, 8_002, ROWS - 1]
    assert len(loaded(path).flows) == ROWS - 3


def test_quotes_that_open_on_every_line_cost_a_bounded_time(tmp_path: Path) -> None:
    """No record may swallow the file once for each of its lines."""
    path = written(tmp_path, "service,calls\n" + 'a","b\n' * 20_000)
    start = time.perf_counter()
    assert sum(surveyed(path).reasons.values()) == 20_000
    assert time.perf_counter() - start < 10


def test_a_flow_that_is_told_again_in_another_block_comes_once_with_its_last_row(
    tmp_path: Path,
) -> None:
    """Blocks are ours, not the user's: where they end changes nothing."""
    again = {5: "twice,x,1 ms", 6: "twice,x,2 ms", 5_000: "twice,x,3 ms", 14_000: "twice,x,4 ms"}
    found = loaded(large(tmp_path, again))
    (flow,) = [it for it in found.flows if it["system_from"] == "twice"]
    assert flow["latency_ms"] == 4
    assert found.kept_out == {"told again by a later row": 3}


def test_only_the_first_bad_rows_are_kept_and_all_are_counted(tmp_path: Path) -> None:
    """A file of nothing but faults does not fill the memory."""
    survey = surveyed(written(tmp_path, "service,latency\n" + "a,fast\n" * 1_500))
    assert len(survey.bad) == 1_000
    assert survey.reasons == {"an unreadable latency": 1_500}


def test_a_line_without_end_is_refused(tmp_path: Path) -> None:
    """What has no lines is no list."""
    path = written(tmp_path, b"service\n" + b"x" * (4 * CHUNK_BYTES))
    with pytest.raises(UsageError, match=r"line 2 of services\.csv does not end within"):
        loaded(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(st.text(st.sampled_from('ab,;"\n\r \u00e4\x00'), max_size=60))
def test_no_text_makes_the_reader_fall(tmp_path: Path, text: str) -> None:
    """Every row is read or named, whatever the quotes; and line numbers are within the file."""
    path = written(tmp_path, "service,calls\n" + text)
    try:
        found = surveyed(path)
    except UsageError:
        return
    lines = [line for line, _ in found.sentences()]
    assert all(1 < line <= text.count("\n") + 2 for line in lines)
    assert lines == sorted(lines)
    assert len(loaded(path).flows) == found.flows


def test_nothing_is_left_open(tmp_path: Path) -> None:
    """A source that is read again and again does not use up the process."""
    path = written(tmp_path, "service\nbasket\n")
    before = len([*Path("/proc/self/fd").iterdir()])
    loaded(path)
    assert len([*Path("/proc/self/fd").iterdir()]) == before
