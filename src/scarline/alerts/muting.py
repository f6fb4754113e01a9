"""Which alerts are not told although they fire: silenced by a person, inhibited by another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from scarline.alerts.alert import FIRING, Alert
from scarline.alerts.matching import all_match
from scarline.alerts.rules import Inhibit
from scarline.alerts.silences import Silence


@dataclass(frozen=True, slots=True)
class Seen:
    """An alert, and what keeps it from being told: ids of silences, fingerprints of alerts."""

    alert: Alert
    silenced_by: tuple[str, ...] = ()
    inhibited_by: tuple[str, ...] = ()

    @property
    def muted(self) -> bool:
        """Return whether anything keeps it from being told."""
        return bool(self.silenced_by or self.inhibited_by)


def seen(
    alerts: Sequence[Alert], silences: Sequence[Silence], inhibits: Sequence[Inhibit], now: datetime
) -> list[Seen]:
    """Return ``alerts``, each with what mutes it at ``now``.

    What fires inhibits even while it is silenced or inhibited itself, as in Alertmanager.
    """
    active = [it for it in silences if it.state(now) == "active"]
    firing = [it for it in alerts if it.state == FIRING]
    sources = [[it for it in firing if all_match(own.source, it.labels)] for own in inhibits]
    return [
        Seen(
            alert,
            tuple(it.id for it in active if it.mutes(alert.labels, now)),
            tuple(
                source.fingerprint
                for own, found in zip(inhibits, sources, strict=True)
                for source in found
                if _inhibits(own, source, alert)
            ),
        )
        for alert in alerts
    ]


def _inhibits(own: Inhibit, source: Alert, alert: Alert) -> bool:
    """Return whether a source mutes an alert; of two that match both sides neither does."""
    if not all_match(own.target, alert.labels):
        return False
    if any(source.labels.get(it, "") != alert.labels.get(it, "") for it in own.equal):
        return False
    both = all_match(own.source, alert.labels) and all_match(own.target, source.labels)
    return not both
