"""Alerts: rules about scars, and who is told when, in Alertmanager's words and with their meaning.

Everything here is a function of rows and of the time that is passed in. See docs/alerts.md.
"""

from scarline.alerts.alert import COLUMNS, KEPT, Alert, Evidence, Key, alerts
from scarline.alerts.log import delivered, undelivered
from scarline.alerts.muting import Seen, seen
from scarline.alerts.noticing import Notice, claimed, due, due_of
from scarline.alerts.reading import parsed, read_rules
from scarline.alerts.receivers import Receiver
from scarline.alerts.rules import Rules
from scarline.alerts.silences import Silence, silence

__all__ = [
    "COLUMNS",
    "KEPT",
    "Alert",
    "Evidence",
    "Key",
    "Notice",
    "Receiver",
    "Rules",
    "Seen",
    "Silence",
    "alerts",
    "claimed",
    "delivered",
    "due",
    "due_of",
    "parsed",
    "read_rules",
    "seen",
    "silence",
    "undelivered",
]
