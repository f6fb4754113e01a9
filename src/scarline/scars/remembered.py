"""What a watch remembers between two pulls, and the file that it is kept in.

The file holds nothing that cannot be made anew from stored points: one that is missing, broken or
of another version is as none.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import orjson
import pyarrow as pa
from pyarrow import feather

from scarline.errors import UsageError
from scarline.scars.columns import Key
from scarline.scars.growing import DETECTOR, Growing, resumed, saved
from scarline.scars.memory import unpack


@dataclass(slots=True)
class Remembered:
    """States of the operator, times of the newest point and scars that go on, by series.

    ``head`` is the digest of the ledger entry up to which this holds; "" for none. Times are
    microseconds since 1970.
    """

    head: str = ""
    states: dict[Key, bytes] = field(default_factory=dict)
    last: dict[Key, int] = field(default_factory=dict)
    growing: dict[Key, Growing] = field(default_factory=dict)


def write(path: Path, known: Remembered) -> None:
    """Keep what is remembered in the file ``path``: the whole or, if that fails, what was there."""
    keys = sorted(known.last.keys() & known.states.keys())
    table = pa.table(
        {
            "key": [orjson.dumps(key) for key in keys],
            "state": [known.states[key] for key in keys],
            "last": pa.array([known.last[key] for key in keys], pa.int64()),
            "growing": pa.array(
                [saved(known.growing[key]) if key in known.growing else None for key in keys],
                pa.binary(),
            ),
        }
    )
    told = {"head": known.head, "detector": DETECTOR}
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}-{uuid4().hex}")
    try:
        with beside.open("wb") as file:
            feather.write_feather(table.replace_schema_metadata(told), file, compression="zstd")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def read(path: Path) -> Remembered:
    """Return what :func:`write` kept in the file ``path``; nothing if that cannot be used."""
    with suppress(OSError, pa.ArrowException, UsageError, ValueError, KeyError, TypeError):
        table = feather.read_table(path, memory_map=False)
        told = {it.decode(): to.decode() for it, to in (table.schema.metadata or {}).items()}
        if told["detector"] != DETECTOR:
            return Remembered()
        columns = table.to_pydict()
        unpack(columns["state"])
        keys: list[Key] = [tuple(orjson.loads(key)) for key in columns["key"]]
        return Remembered(
            told["head"],
            dict(zip(keys, columns["state"], strict=True)),
            dict(zip(keys, columns["last"], strict=True)),
            {
                key: resumed(orjson.loads(scar))
                for key, scar in zip(keys, columns["growing"], strict=True)
                if scar is not None
            },
        )
    return Remembered()
