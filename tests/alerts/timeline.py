"""A timeline of scars and silences, and the notices that come of it: written as it is told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from scarline.alerts import (
    COLUMNS,
    Notice,
    Rules,
    Silence,
    claimed,
    delivered,
    due,
    parsed,
    undelivered,
)
from scarline.alerts.alert import Key
from scarline.alerts.fields import length
from scarline.alerts.log import row, standing
from scarline.alerts.silences import batch
from scarline.alerts.silences import silence as new_silence
from scarline.kinds import DECISION, SCAR
from tests.fakes import EPOCH

RULES = """
promoted = ["scar-operator/3"]

[[rule]]
name = "Starved"
metric = "system.cpu.*"
severity = "critical"

[route]
receiver = "ops"
group_by = ["alertname"]
group_wait = "30s"
group_interval = "5m"
repeat_interval = "1h"

[[receiver]]
name = "ops"
type = "slack"
url_env = "SLACK_URL"
"""


def moment(text: str) -> datetime:
    """Return the time so long after the beginning."""
    return EPOCH + length(text)


def scar(**told: Any) -> dict[str, Any]:
    """Return a row of SCAR with these values; what is not said is the same for all."""
    like: dict[str, Any] = {
        "series": f"{told.get('metric', 'system.cpu.idle')} {told.get('host', 'web-1')}",
        "onset": EPOCH,
        "source": "datadog",
        "metric": "system.cpu.idle",
        "host": "web-1",
        "tags": "env:prod,service:shop",
        "interval_seconds": 10,
        "aggregation": "avg",
        "unit": "percent",
        "ended_at": None,
        "points": 1,
        "detector": "scar-operator/3",
        "expert": "level",
        "direction": "low",
        "peak_at": told.get("onset", EPOCH),
        "peak_score": 0.9,
        "peak_value": 2.5,
        "expected": 80.0,
        "low": 70.0,
        "high": 90.0,
        "missed_by": 12.0,
        "shape": str([0] * 24),
    }
    return like | told


ALERTED = pa.schema([SCAR.schema.field(it) for it in COLUMNS])


def scars(rows: Sequence[dict[str, Any]], schema: pa.Schema = SCAR.schema) -> pa.Table:
    """Return rows as a store finds them."""
    return pa.Table.from_pylist(list(rows), schema=schema)


@dataclass(frozen=True)
class Sent:
    """A notice as a receiver got it."""

    at: timedelta
    receiver: str
    firing: tuple[str, ...]
    resolved: tuple[str, ...]
    why: str


@dataclass
class Timeline:
    """Plays a story every ``step_seconds``, as a service that looks so often would see it.

    ``taken`` says whether an attempt is taken by the receiver; a process that ``forgets`` has
    nothing but the rows of the log from one look to the next.
    """

    rules: Rules = field(default_factory=lambda: parsed(RULES))
    step_seconds: int = 10
    taken: Callable[[Notice, timedelta], bool | None] = lambda *_: True
    quiet: set[Key] = field(default_factory=set)
    told: list[dict[str, Any]] = field(default_factory=list)
    silences: list[Silence] = field(default_factory=list)
    log: pa.Table = field(default_factory=DECISION.schema.empty_table)
    sent: list[Sent] = field(default_factory=list)

    def scar(
        self,
        at: str,
        until: str | None = None,
        *,
        stored: str = "",
        reports_until: str = "1w",
        **told: Any,
    ) -> Key:
        """Have a scar from ``at`` ``until``; a store has it from ``stored`` on.

        Its series has no points from ``reports_until`` on.
        """
        told |= {"onset": moment(at), "ended_at": moment(until) if until else None}
        made = scar(**told)
        beside = {"stored": moment(stored or at), "reports_until": moment(reports_until)}
        self.told.append(made | beside)
        return made["series"], made["onset"]

    def silence(self, at: str, until: str, *matchers: str) -> None:
        """Have somebody silence what matches."""
        self.silences.append(new_silence(matchers, moment(at), moment(until), "ana", "known"))

    def play(self, until: str, since: str = "0s") -> list[Sent]:
        """Look at it until then; return all that was sent since the beginning."""
        now = moment(since)
        while now <= moment(until):
            self.look(now)
            now += timedelta(seconds=self.step_seconds)
        return self.sent

    def look(self, now: datetime) -> list[Notice]:
        """Send what is due, and write it down."""
        notices = self.due(now)
        for notice in notices:
            claim = claimed(notice)
            self.write(row(claim, now))
            taken = self.taken(notice, now - EPOCH)
            if taken is None:  # the process died
                continue
            after = (
                delivered(claim, now, 200, "it was taken")
                if taken
                else undelivered(claim, now, 503, "it answered 503", again=True)
            )
            self.write(row(after, now))
            if taken:
                self.sent.append(_sent(notice, now))
        return notices

    def due(self, now: datetime) -> list[Notice]:
        """Return what is due."""
        seen = [_as_seen(it, now) for it in self.told if it["stored"] <= now]
        rows = scars(seen, ALERTED)
        return due(self.rules, rows, self.silences, standing(self.log), now, self.quiet)

    def write(self, told: Any) -> None:
        """Add a row to the log."""
        self.log = pa.concat_tables([self.log, pa.Table.from_batches([batch([told])])])


def _as_seen(told: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Return a scar as far as it was known at a time."""
    now = min(now, told["reports_until"])
    ended = told["ended_at"] if told["ended_at"] and told["ended_at"] <= now else None
    lasted = (ended or now) - told["onset"]
    points = int(lasted.total_seconds() // told["interval_seconds"]) + (ended is None)
    own = {name: it for name, it in told.items() if name in SCAR.schema.names}
    return own | {"ended_at": ended, "points": points}


def _sent(notice: Notice, now: datetime) -> Sent:
    firing, resolved = (
        tuple(sorted(it.labels.get("host", "") for it in own))
        for own in (notice.firing, notice.resolved)
    )
    return Sent(now - EPOCH, notice.receiver, firing, resolved, notice.why)


def want(sent: Sequence[Sent], *wanted: tuple[str, str, Sequence[str], Sequence[str]]) -> None:
    """Assert that just these were sent: between two times, who fires and who is over."""
    told = "\n".join(map(str, sent))
    assert len(sent) == len(wanted), told
    for got, (earliest, latest, firing, resolved) in zip(sent, wanted, strict=True):
        assert length(earliest) <= got.at <= length(latest), told
        assert (got.firing, got.resolved) == (tuple(firing), tuple(resolved)), told
