"""How a source says that it told of everything: so that what is gone shows no longer."""

from collections.abc import Sequence

import pyarrow as pa

from scarline.flows import TOLD
from scarline.flows.normal import normalised


def whole(rows: pa.RecordBatch, source: str, envs: Sequence[str]) -> pa.RecordBatch:
    """Return ``rows`` with a row after them for each of ``envs``: these are all flows of it.

    See ``Kind.whole``. Only for an environment of which everything that was asked was answered.
    """
    if not envs:
        return rows
    known = {"system_from": "", "system_to": "", "known_by": "declared", "tags": ""}
    said = pa.RecordBatch.from_pylist([{"env": env} | known for env in envs], schema=TOLD)
    parts = [rows, normalised(said, source)]
    return pa.Table.from_batches(parts).unify_dictionaries().combine_chunks().to_batches()[0]
