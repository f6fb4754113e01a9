"""Rounds of alerts as a service does them: a store, scars in it, receivers on loopback."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from scarline.alerts import Receiver, parsed
from scarline.bootstrap.alerting import Alerting, Told, tell_due
from scarline.kinds import METRIC_POINT, SCAR, Kind
from scarline.model import Asked, Batch, Cursor, Window
from scarline.notify.targets import target
from scarline.pipeline import Pipeline
from scarline.ports import Ask, Check, Plan, Store
from scarline.stores.memory import MemoryStore
from tests.alerts.timeline import RULES, moment, scar, scars
from tests.fakes import EPOCH, Clock

SECRET = "sixteen-letters-or-more"


@dataclass(frozen=True)
class Scars:
    """A source that has these scars, and that was asked for the time until then."""

    rows: Sequence[Mapping[str, Any]]
    until: datetime
    name: str = "datadog"

    def streams(self) -> Mapping[str, Kind]:
        return {"metrics": METRIC_POINT}

    async def pull(self, _: Ask) -> AsyncGenerator[Batch, None]:
        rows = scars([dict(it) for it in self.rows]).combine_chunks().to_batches()[0]
        asked = Asked("scars", Window(EPOCH, max(self.until, moment("1h"))))
        yield Batch(SCAR, rows, Cursor(""), (asked,))

    async def plan(self, ask: Ask) -> Plan:
        return Plan([], [ask.stream])

    async def check(self) -> Sequence[Check]:
        return []


@dataclass
class Place:
    """One store, and the clock of who looks at it."""

    store: Store = field(default_factory=MemoryStore)
    clock: Clock = field(default_factory=Clock)

    @property
    def road(self) -> Pipeline:
        """Return a pipeline without sources."""
        return Pipeline({}, self.store, self.clock)

    async def scarred(self, *rows: Mapping[str, Any]) -> str:
        """Have scars stored; return the run that did."""
        source = Scars([scar(**row) for row in rows], self.clock())
        return (await replace(self.road, sources={"metrics": source}).pull("metrics")).run

    async def look(self, alerting: Alerting, at: str) -> Sequence[Told]:
        """Do a round at a time."""
        self.clock.at = moment(at)
        return await tell_due(self.road, alerting)


def alerting(url: str, kind: str = "webhook", more: str = "", **told: Any) -> Alerting:
    """Return the rules of the timelines, with one receiver that leads to ``url``."""
    rules = parsed(RULES + more)
    names = {"url": "OPS_URL", "key": "OPS_KEY", "secret": "OPS_SECRET"}
    needed = {
        "webhook": ("url", "secret"),
        "slack": ("url",),
        "apprise": ("url",),
        "pagerduty": ("url", "key"),
        "alertmanager": ("url",),
    }
    own = Receiver("ops", kind, secrets={it: names[it] for it in needed[kind]}, **told)
    rules = replace(rules, receivers=dict(rules.receivers) | {"ops": own})
    secrets = {"OPS_URL": url, "OPS_KEY": "0" * 32, "OPS_SECRET": SECRET, "SLACK_URL": url}
    return Alerting(rules, {it: target(own, secrets) for it, own in rules.receivers.items()})
