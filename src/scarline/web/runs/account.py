"""A run as it is told in JSON, on the command line and by HTTP."""

from datetime import UTC
from typing import TYPE_CHECKING, Any

from scarline.web.runs.strips import coverage

if TYPE_CHECKING:  # it brings Arrow with it, which --help does without
    from scarline.ledger import Run


def run_as_data(run: "Run") -> dict[str, Any]:
    """Return a run as it is written as JSON."""
    return {
        "run": run.run,
        "stream": run.stream,
        "source": run.request.get("source"),
        "state": run.state,
        "started_at": run.started_at.astimezone(UTC),
        "ended_at": run.ended_at.astimezone(UTC) if run.ended_at else None,
        "window": run.request.get("window"),
        "counts": {
            "rows": run.rows,
            **run.counts,
            "kept_out": dict(run.kept_out),
            "redacted": dict(run.redacted),
        },
        "found": dict(run.found),
        "coverage": coverage(run),
        "tally": {name: dict(part) for name, part in run.tally.items()},
        "usage": dict(run.usage),
        "error": run.error,
        "reason": run.reason,
    }


def quota(run: "Run | None") -> dict[str, Any] | None:
    """Return what was left of the tightest quota when ``run`` ended, if its answers told."""
    if run is None or run.left is None:
        return None
    return {"left": run.left, "at": (run.ended_at or run.started_at).astimezone(UTC)}
