"""Where a pull of spans begins, and how many requests it may send."""

from scarline.ports import Ask
from scarline.sources.datadog.api import Api
from scarline.sources.datadog.config import Config
from scarline.sources.datadog.spans_config import By, Spans
from scarline.sources.datadog.spans_lanes import Outset, outset


def edge(api: Api, own: Spans) -> int:
    """Return up to where spans are old enough to be found, by Datadog's clock."""
    return int(api.now() - own.hold_back_seconds)


def begun(api: Api, config: Config, own: Spans, ask: Ask, by: By) -> Outset:
    """Return where a pull begins; raises ``UsageError`` for a cursor that cannot be read."""
    return outset(ask, own, by, config.first_pull_seconds, edge(api, own))


def cap(config: Config, own: Spans, ask: Ask) -> tuple[int, str]:
    """Return how many requests the pull may send, and why it may send no more."""
    most = min(own.requests_per_run, config.requests_per_run or own.requests_per_run)
    if ask.window is not None and not own.approved and own.approve_above < most:
        return own.approve_above, (
            f"the window takes more than {own.approve_above} requests and was not approved: look "
            "at what it costs with --dry-run, then pull it again with --approve; it goes on here"
        )
    return most, f"the run has sent the {most} requests that it may: pull again to go on from here"
