"""The kinds of fact that Scarline keeps: each has one Arrow schema, declared here alone."""

from dataclasses import dataclass

import pyarrow as pa

TEXT = pa.dictionary(pa.int32(), pa.string())
"""Text that repeats: stored once, pointed at by rows."""

INSTANT = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fact.

    ``key`` names the columns that make a fact the same fact, whoever fetched it.
    ``series`` names those that stay the same along a run of rows; ``described`` those
    that belong to the series without identifying it (the newest answer holds). A kind
    without series is one of records: each row stands for itself.
    ``subject`` names the column that a run is summed up by, ``at`` the time of the fact.
    ``json`` names the columns that hold JSON, ``trace`` the one whose equal values say that
    rows tell of one conversation.
    ``named`` is the column that names the row by a digest of its key, as that is kept.
    ``fetched`` is the column that says when the row was fetched. It is no part of what is told:
    of a row that several runs saw it shows the first time.
    ``whole`` names columns of the key for which a run may tell of everything there is: it says
    so with a row whose other texts of the key are empty. Such a row shows nowhere, and nor
    does what earlier runs told of the same.
    """

    name: str
    schema: pa.Schema
    key: tuple[str, ...]
    series: tuple[str, ...]
    described: tuple[str, ...]
    subject: str
    at: str
    json: tuple[str, ...] = ()
    trace: str | None = None
    named: str | None = None
    fetched: str | None = None
    whole: tuple[str, ...] = ()

    @property
    def of_records(self) -> bool:
        """Return whether each row stands for itself, in no series."""
        return not self.series


METRIC_POINT = Kind(
    name="metric_point",
    schema=pa.schema(
        [
            pa.field("source", TEXT, nullable=False),
            pa.field("metric", TEXT, nullable=False),
            pa.field("host", TEXT, nullable=False),  # "" where points are not grouped by host
            pa.field("tags", TEXT, nullable=False),  # "env:prod,service:web", sorted, no host
            pa.field("interval_seconds", pa.int32(), nullable=False),
            pa.field("aggregation", TEXT, nullable=False),
            pa.field("unit", TEXT),
            pa.field("ts", INSTANT, nullable=False),  # start of the interval
            pa.field("value", pa.float64(), nullable=False),
        ]
    ),
    key=("source", "metric", "host", "tags", "interval_seconds", "aggregation", "ts"),
    series=("source", "metric", "host", "tags", "interval_seconds", "aggregation"),
    described=("unit",),
    subject="metric",
    at="ts",
)

LLM_FAILURE = Kind(
    name="llm_failure",
    schema=pa.schema(
        [
            pa.field("trace_id", pa.string(), nullable=False),
            pa.field("span_id", pa.string(), nullable=False),
            pa.field("fetched_at", INSTANT, nullable=False),
            pa.field("failed_at", INSTANT, nullable=False),
            pa.field("service_name", TEXT),
            pa.field("ml_app", TEXT),
            pa.field("span_kind", TEXT),
            pa.field("model", TEXT),
            pa.field("version", TEXT),
            pa.field("status_code", pa.int32()),
            pa.field("quality_score", pa.float64()),
            pa.field("failure_type", TEXT, nullable=False),
            pa.field("severity", TEXT, nullable=False),
            pa.field("signature", TEXT),
            pa.field("user_hash", pa.string()),
            pa.field("trace_payload", pa.string()),
            pa.field("evaluations", pa.string()),
            pa.field("datadog_url", pa.string()),
            pa.field("input_tokens", pa.int64()),
            pa.field("output_tokens", pa.int64()),
            pa.field("cost_usd", pa.float64()),
            pa.field("span_name", TEXT),
            pa.field("error_type", TEXT),
            pa.field("title", pa.string()),  # what failed, in a line
            pa.field("reasons", pa.string()),  # which rules spoke, and why
            pa.field("grouped_by", pa.string()),  # what the signature is made of
            pa.field("duration_ms", pa.float64()),
        ]
    ),
    key=("trace_id", "span_id"),
    series=(),
    described=(),
    subject="failure_type",
    at="failed_at",
    json=("trace_payload", "evaluations", "reasons", "grouped_by"),
    trace="trace_id",
    fetched="fetched_at",
)

DECISION = Kind(
    name="decision",
    schema=pa.schema(
        [
            pa.field("about", TEXT, nullable=False),  # failure_group, failure_export, scar
            pa.field("subject", pa.string(), nullable=False),  # which one
            pa.field("version", pa.int32(), nullable=False),  # 1 for the first about a subject
            pa.field("at", INSTANT, nullable=False),
            pa.field("who", TEXT, nullable=False),
            pa.field("what", TEXT, nullable=False),  # state, merge, split, delivery, mark
            pa.field("value", pa.string(), nullable=False),  # what was decided
            pa.field("why", pa.string()),
        ]
    ),
    key=("about", "subject", "version"),
    series=(),
    described=(),
    subject="about",
    at="at",
    json=("value",),
)

SCAR = Kind(
    name="scar",
    schema=pa.schema(
        [
            pa.field("series", pa.string(), nullable=False),  # a digest of the six that follow
            pa.field("onset", INSTANT, nullable=False),  # of the point that began the alert
            pa.field("source", TEXT, nullable=False),
            pa.field("metric", TEXT, nullable=False),
            pa.field("host", TEXT, nullable=False),
            pa.field("tags", TEXT, nullable=False),
            pa.field("interval_seconds", pa.int32(), nullable=False),
            pa.field("aggregation", TEXT, nullable=False),
            pa.field("unit", TEXT),
            pa.field("ended_at", INSTANT),  # of the first calm point; null while it goes on
            pa.field("points", pa.int32(), nullable=False),  # from its onset to its end
            pa.field("detector", TEXT, nullable=False),  # "scar-operator/3"
            pa.field("expert", TEXT),  # the one that spoke at the onset
            pa.field("direction", TEXT, nullable=False),  # low, high, both
            pa.field("peak_at", INSTANT, nullable=False),  # where it was missed by most
            pa.field("peak_score", pa.float64(), nullable=False),  # 0.5 to 1
            pa.field("peak_value", pa.float64(), nullable=False),
            pa.field("expected", pa.float64()),  # at the peak, with the band of calm
            pa.field("low", pa.float64()),
            pa.field("high", pa.float64()),
            pa.field("missed_by", pa.float64()),  # at the peak, in mean absolute deviations
            pa.field("shape", pa.string(), nullable=False),  # JSON: 24 whole numbers, -100 to 100
        ]
    ),
    key=("series", "onset"),
    series=(),
    described=(),
    subject="metric",
    at="onset",
    json=("shape",),
)

INTEGRATION_FLOW = Kind(
    name="integration_flow",
    schema=pa.schema(
        [
            pa.field("source", TEXT, nullable=False),
            pa.field("env", TEXT, nullable=False),  # "" where none is told
            pa.field("system_from", TEXT, nullable=False),
            pa.field("system_to", TEXT, nullable=False),  # "" for a system that calls none
            pa.field("flow_id", pa.string(), nullable=False),  # a digest of the four before
            pa.field("status", TEXT, nullable=False),  # healthy, degraded, failed, unknown
            pa.field("last_seen", INSTANT),
            pa.field("latency_ms", pa.float64()),
            pa.field("error_rate", pa.float64()),  # 0 to 1
            pa.field("owner_team", TEXT),
            pa.field("known_by", TEXT, nullable=False),  # observed, declared, inferred
            pa.field("confidence", pa.float64()),  # as the source tells it, 0 to 1; mostly null
            pa.field("tags", TEXT, nullable=False),  # "tier:1,type:web", sorted
        ]
    ),
    key=("source", "env", "system_from", "system_to"),
    series=(),
    described=(),
    subject="env",
    at="last_seen",
    named="flow_id",
    whole=("source", "env"),
)
