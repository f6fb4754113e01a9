"""Lists of services as files, and what is read from them."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scarline.model import Batch
from scarline.ports import Ask
from scarline.sources.csv_services import Config, open_source, surveyed
from tests.fakes import Clock


@dataclass
class Loaded:
    """All that one load brought."""

    flows: list[dict[str, Any]] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)  # environments of which it told all
    kept_out: Counter[str] = field(default_factory=Counter)
    batches: list[Batch] = field(default_factory=list)

    def pairs(self) -> list[tuple[str, str]]:
        """Return the ends of each flow."""
        return [(flow["system_from"], flow["system_to"]) for flow in self.flows]


def written(folder: Path, text: str | bytes, encoding: str = "utf-8") -> Path:
    """Return the path of a file that holds ``text`` as it is."""
    path = folder / "services.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def loaded(path: Path, **settings: Any) -> Loaded:
    """Return what a load of the file brings."""

    async def load() -> Loaded:
        found = Loaded()
        async for batch in open_source(Config(path, **settings), Clock()).pull(Ask("flows")):
            found.batches.append(batch)
            for row in batch.rows.to_pylist():
                if row["system_from"]:
                    found.flows.append(row)
                else:
                    found.whole.append(row["env"])
            found.kept_out.update(batch.kept_out)
        return found

    return asyncio.run(load())


def bad(path: Path) -> list[tuple[int, str]]:
    """Return line and reason of the bad rows of the file."""
    return surveyed(path).sentences()
