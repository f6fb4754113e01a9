"""Tables of numbers: both ways give the same, and what is no table is refused."""

import math

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scarline.errors import SourceError
from scarline.sources.datadog import tables
from scarline.sources.datadog.points import Floats
from scarline.sources.datadog.tables import grid, pairs, split

NUMBERS = st.one_of(
    st.none(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(2**53), 2**53),
)


def same(left: Floats, right: Floats) -> bool:
    """Say whether two tables are equal to the bit, NaN being NaN."""
    return left.shape == right.shape and bool(
        np.array_equal(left, right, equal_nan=True)
        and np.array_equal(np.signbit(left), np.signbit(right))
    )


@given(st.data(), st.integers(1, 6), st.integers(0, 5))
def test_both_ways_read_the_same(data: st.DataObject, width: int, height: int) -> None:
    """Numbers, nulls, any shape: to the bit."""
    rows = data.draw(
        st.lists(
            st.lists(NUMBERS, min_size=width, max_size=width), min_size=height, max_size=height
        )
    )
    text = orjson.dumps(rows)
    expected = np.array([[math.nan if it is None else it for it in row] for row in rows], float)
    assert same(grid(text, width), expected.reshape(height, width))
    slow = tables._by_msgspec(text, width).reshape(height, width)  # noqa: SLF001 - the other way
    assert same(slow, grid(text, width))


@pytest.mark.parametrize(
    "text",
    [
        b"[[1,2],[3]]",
        b"[[1,2],[3,4,5]]",
        b'[[1,"2"]]',
        b"[[1,[2,3]]]",
        b"[[1,true]]",
        b'{"a":[1,2]}',
        b"[1,2]",
        b"[[1,2]",
        b"",
        b"[[1,2]]]",
    ],
)
def test_what_is_no_table_is_refused(text: bytes) -> None:
    """With an error that has a name."""
    with pytest.raises(SourceError):
        grid(text, 2)


@pytest.mark.parametrize(
    "texts",
    [
        [b"[[1e12,2],[2e12]]"],
        [b"[[1e12,2,3]]"],
        [b"[[1e12],[2e12,2,3]]", b"[]"],
        [b"[1e12,2]"],
        [b"[[1e12,[2,3]]]"],
    ],
)
def test_what_are_no_pairs_is_refused(texts: list[bytes]) -> None:
    """Or shows as a value where a time must be, which the reader looks at."""
    try:
        table = pairs(texts)
    except SourceError:
        return
    assert not np.all(table[:, 0] > 1e11)


@given(st.lists(st.lists(st.tuples(st.integers(10**12, 10**13), NUMBERS), max_size=4), max_size=4))
def test_pairs_come_in_order(listed: list[list[tuple[int, float | None]]]) -> None:
    """All pairs of all lists, empty ones between them or not."""
    texts = [orjson.dumps(it) for it in listed]
    flat = [(at, math.nan if value is None else value) for it in listed for at, value in it]
    assert same(pairs(texts), np.array(flat, float).reshape(-1, 2))


def test_a_table_is_found_by_its_name_alone() -> None:
    """Text that looks like it, inside a string, is not it; without it all is left."""
    body = b'{"s":["\\"values\\":[[9]]"],"values":[[1,null],[2,3]],"t":[[4]]}'
    rest, text = split(body)
    assert text == b"[[1,null],[2,3]]"
    assert orjson.loads(rest) == {"s": ['"values":[[9]]'], "values": None, "t": [[4]]}
    assert split(b'{"values": []}') == (b'{"values": []}', b"")


@pytest.mark.parametrize("width", [2, 7, 300])
def test_a_table_of_many_pieces_is_whole(width: int) -> None:
    """No row is lost or torn where one piece ends and the next begins."""
    values = np.random.default_rng(7).random((600_000 // width, width)) * 100
    values[5, 1] = math.nan
    text = orjson.dumps(values, option=orjson.OPT_SERIALIZE_NUMPY)
    assert len(text) > 5 * tables.PIECE_BYTES
    assert same(grid(text, width), values)
    if tables.HAVE_SIMDJSON:
        fast = tables._by_simdjson(text, width)  # noqa: SLF001 - it did not fall back
        assert fast is not None
        assert same(fast.reshape(-1, width), values)
