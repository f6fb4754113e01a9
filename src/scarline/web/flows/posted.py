"""What was posted, as a source of flows: so it goes the way that all facts go."""

from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pyarrow as pa

from scarline.flows.normal import normalised
from scarline.kinds import INTEGRATION_FLOW, Kind
from scarline.model import Asked, Batch, Window
from scarline.ports import Ask, Check, Clock, Plan
from scarline.web.flows.shown import STREAM

REPEATED = "told again by a later row"


@dataclass(frozen=True, slots=True)
class Posted:
    """A source that has what one request told. It tells of no whole, so it hides nothing."""

    name: str
    told: pa.RecordBatch
    what: str
    clock: Clock
    kept_out: Mapping[str, int] = field(default_factory=dict)

    def streams(self) -> Mapping[str, Kind]:
        """Return the streams that it offers, and the kind of each."""
        return {STREAM: INTEGRATION_FLOW}

    async def pull(self, _: Ask) -> AsyncGenerator[Batch, None]:
        """Yield the flows, each once: of rows that tell the same, the last."""
        rows = normalised(self.told, self.name)
        kept_out = Counter(self.kept_out)
        if repeated := self.told.num_rows - rows.num_rows:
            kept_out[REPEATED] = repeated
        now = self.clock()
        asked = Asked(self.what, Window(now - timedelta(microseconds=1), now))
        yield Batch(INTEGRATION_FLOW, rows, None, (asked,), (), kept_out)

    async def plan(self, _: Ask) -> Plan:
        """Return that nothing is sent."""
        return Plan([], ["what was posted is here already"])

    async def check(self) -> Sequence[Check]:
        """Return nothing: there is nothing to look at."""
        return []
