"""Scars that nobody follows any more: they would go on for ever."""

from collections.abc import Mapping

import pyarrow as pa

from scarline.kinds import SCAR
from scarline.model import empty
from scarline.scars.columns import Key
from scarline.scars.growing import Growing, moment, series_id

_ENDED = SCAR.schema.field("ended_at")


def given_up(
    stored: pa.Table, begins: Mapping[Key, int], growing: Mapping[Key, Growing]
) -> pa.RecordBatch:
    """Return those of the ``stored`` scars that go on, and that no memory follows, as ended.

    They were found by other preferences or another detector than those of now, by which all points
    of their series were judged anew. ``begins`` says of each such series when its next points
    begin (microseconds since 1970): there they end. ``growing`` are the scars that are followed.
    """
    ends = {series_id(key): at for key, at in begins.items()}
    followed = {(series_id(key), moment(it.onset)) for key, it in growing.items()}
    onsets = zip(stored["series"].to_pylist(), stored["onset"].to_pylist(), strict=True)
    ended_at = stored["ended_at"].to_pylist()
    rows = [
        row
        for row, (series, onset) in enumerate(onsets)
        if ended_at[row] is None
        and (series, onset) not in followed
        and onset < moment(ends.get(series, 0))
    ]
    found = stored.take(pa.array(rows, pa.int64()))
    ends_at = pa.array([moment(ends[it]) for it in found["series"].to_pylist()], _ENDED.type)
    place = SCAR.schema.get_field_index("ended_at")
    table = found.set_column(place, _ENDED, ends_at).combine_chunks()
    return next(iter(table.to_batches()), empty(SCAR))
