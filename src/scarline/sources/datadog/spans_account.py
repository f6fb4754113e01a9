"""What a pull of spans has to tell besides its rows."""

from collections import Counter
from dataclasses import dataclass, field

import pyarrow as pa

from scarline.kinds import LLM_FAILURE
from scarline.model import Asked, Batch, Cursor, Missing, Usage
from scarline.sources.datadog.windows import Span as Stretch


@dataclass
class Account:
    """What was asked, what is missing, and what was read and not kept, of a part of a pull."""

    asked: list[Asked] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    kept_out: Counter[str] = field(default_factory=Counter)

    def have(self, what: str, stretch: Stretch) -> None:
        """Tell that ``what`` was answered for ``stretch``."""
        if stretch.start < stretch.end:
            self.asked.append(Asked(what, stretch.window))

    def lack(self, what: str, stretch: Stretch, reason: str) -> None:
        """Tell that the answer for ``what`` lacks ``stretch``."""
        if stretch.start < stretch.end:
            self.missing.append(Missing(what, stretch.window, reason))

    def miss(self, what: str, stretch: Stretch, reason: str) -> None:
        """Tell that ``what`` was wanted for ``stretch`` and is not there."""
        self.have(what, stretch)
        self.lack(what, stretch, reason)

    def batch(self, rows: pa.RecordBatch, cursor: Cursor, usage: Usage) -> Batch:
        """Return ``rows`` with this account."""
        asked, missing = tuple(self.asked), tuple(self.missing)
        return Batch(LLM_FAILURE, rows, cursor, asked, missing, dict(self.kept_out), usage)
