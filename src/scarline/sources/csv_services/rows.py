"""Records as rows of TOLD: bad rows kept out, a row for each dependency."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scarline.flows import TOLD
from scarline.sources.csv_services.dependencies import names
from scarline.sources.csv_services.numbers import durations, shares
from scarline.sources.csv_services.reading import Reader, Sheet, codes, name_faults, or_null
from scarline.sources.csv_services.records import Records
from scarline.sources.csv_services.walking import Bad

NAMELESS = "no service name"


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What some records tell: rows of ``TOLD``, of how many good records, and the bad ones."""

    rows: pa.RecordBatch
    good: int
    bad: Sequence[Bad]


def told(records: Records, sheet: Sheet) -> Told:
    """Return what ``records`` tell.

    The numbers of a row are those of its service, and stand at each of its flows. A number that
    is not told is null.
    """
    reader = Reader(sheet, records)
    columns = _columns(reader)
    cells = reader.cells("dependencies")
    called = names(cells.dictionary)
    for wrong, reason in name_faults(called.words):
        reader.refuse("dependencies", called.any_of(wrong)[codes(cells)], reason)
    good = reader.good()
    within, system_to = called.pairs(codes(cells)[good])
    taken = pa.array(good[within])
    flows = {name: column.take(taken) for name, column in columns.items()}
    flows["system_to"] = system_to
    rows = pa.RecordBatch.from_arrays([flows[name] for name in TOLD.names], schema=TOLD)
    return Told(rows, len(good), reader.bad())


def _columns(reader: Reader) -> dict[str, pa.Array]:
    """Return all columns but that of the dependencies, a value for each record."""
    service = reader.names("service")
    nameless = np.asarray(pc.equal(service.dictionary, ""))
    reader.refuse("service", nameless[codes(service)], NAMELESS)
    return {
        "env": reader.names("env", reader.sheet.env),
        "system_from": service,
        "status": or_null(reader.names("status")),
        "last_seen": reader.times("last_seen"),
        "latency_ms": reader.numbers("latency_ms", durations),
        "error_rate": reader.numbers("error_rate", shares),
        "owner_team": or_null(reader.names("owner_team")),
        "known_by": reader.ways("known_by"),
        "confidence": reader.numbers("confidence", shares),
        "tags": reader.tags(),
    }
