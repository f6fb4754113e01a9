"""Integration flows: which system calls which, how well, and what that means for changes.

Sources tell flows in columns of :data:`TOLD`; :func:`scarline.flows.normal.normalised` makes
rows of the kind from them, the same for every source.
"""

import pyarrow as pa

from scarline.kinds import INSTANT, TEXT

TOLD = pa.schema(
    [
        pa.field("env", TEXT, nullable=False),
        pa.field("system_from", TEXT, nullable=False),
        pa.field("system_to", TEXT, nullable=False),  # "" for a system that calls none
        pa.field("status", TEXT),  # in the words of the source; null where it has none
        pa.field("last_seen", INSTANT),
        pa.field("latency_ms", pa.float64()),
        pa.field("error_rate", pa.float64()),  # 0 to 1
        pa.field("owner_team", TEXT),
        pa.field("known_by", TEXT, nullable=False),  # observed, declared, inferred
        pa.field("confidence", pa.float64()),
        pa.field("tags", TEXT, nullable=False),
    ]
)
"""What a source says of flows, a row for each pair of systems."""
