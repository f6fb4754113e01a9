"""The rules of alerts as they are told in JSON: what a file says, without addresses or secrets."""

from collections.abc import Iterable
from typing import Any

from scarline.alerts.matching import Matcher
from scarline.alerts.rules import Rule, Rules


def rules_as_data(rules: Rules) -> dict[str, Any]:
    """Return what is an alert, who is told of it and when, and what mutes it."""
    return {
        "promoted": sorted(rules.promoted),
        "rules": [_rule(it) for it in rules.rules],
        "routes": [
            {
                "matchers": _texts(it.matchers),
                "receiver": it.receiver,
                "group_by": list(it.group_by),
                "group_wait_seconds": it.group_wait.total_seconds(),
                "group_interval_seconds": it.group_interval.total_seconds(),
                "repeat_interval_seconds": it.repeat_interval.total_seconds(),
                "continue": it.goes_on,
            }
            for it in rules.route.all()
        ],
        "inhibits": [
            {
                "source": _texts(it.source),
                "target": _texts(it.target),
                "equal": list(it.equal),
            }
            for it in rules.inhibits
        ],
        "receivers": [{"receiver": it.name, "type": it.type} for it in rules.receivers.values()],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "severity": rule.severity,
        "metric": rule.metric,
        "host": rule.host,
        "tags": list(rule.tags),
        "matchers": _texts(rule.matchers),
        "direction": rule.direction,
        "min_score": rule.min_score,
        "min_missed_by": rule.min_missed_by,
        "for_seconds": rule.held.total_seconds(),
    }


def _texts(matchers: Iterable[Matcher]) -> list[str]:
    return [str(it) for it in matchers]
