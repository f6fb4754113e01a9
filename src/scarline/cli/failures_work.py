"""What the commands about failures ask of the store: the same that is answered by HTTP."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from scarline.cli.asked import wanted
from scarline.errors import ConfigError, UsageError
from scarline.failures.decisions import EXPORTED, READY
from scarline.notify.webhook import Webhook, checked
from scarline.pipeline import Pipeline
from scarline.settings import Settings
from scarline.web.failures import deliveries
from scarline.web.failures.asked import PartOfGroup, WantedFailures, WantedGroups
from scarline.web.failures.backlog import Backlog
from scarline.web.failures.bundle import Bundle, Wanted, all_until, made
from scarline.web.failures.routes import failure_told, failures_told, group_told, groups_told
from scarline.web.problems import Refused
from scarline.web.server import webhook

WHO = "local"
"""Who exports: whoever may run commands here, as whoever calls a server without tokens."""


async def failures(road: Pipeline, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return a page of failures; ``asked`` as in ``GET /api/failures``."""
    seen = await Backlog(road).snapshot()
    return await failures_told(road, seen, wanted(WantedFailures, asked))


async def groups(road: Pipeline, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return a page of groups; ``asked`` as in ``GET /api/failures/groups``."""
    seen = await Backlog(road).snapshot()
    return await groups_told(road, seen, wanted(WantedGroups, asked))


async def group(road: Pipeline, name: str, limit: int, cursor: str) -> dict[str, Any]:
    """Return one group with its history and failures; raises ``UsageError`` if there is none."""
    part = wanted(PartOfGroup, {"limit": limit, "cursor": cursor})
    try:
        return await group_told(await Backlog(road).snapshot(), name, part)
    except Refused as refused:
        raise UsageError(f"{refused}: `scarline failures groups`") from None


async def failure(road: Pipeline, trace: str, span: str) -> dict[str, Any]:
    """Return one failure with its payload; raises ``UsageError`` if there is none."""
    try:
        return await failure_told(road, await Backlog(road).snapshot(), trace, span)
    except Refused as refused:
        raise UsageError(f"{refused}: `scarline failures list`") from None


async def bundle(road: Pipeline, names: Sequence[str], evidence: int) -> Bundle:
    """Return the bundle of these groups; raises ``UsageError`` if one is not there."""
    seen = await Backlog(road).snapshot()
    wanted = Wanted(sorted(set(names)), evidence, all_until(seen, road.clock()))
    return await made(road, seen, wanted)


def webhook_of(settings: Settings) -> Webhook:
    """Return the webhook that is set; raises ``ConfigError`` if there is none to use."""
    found = webhook(settings)
    if found is None:
        raise ConfigError(
            "no webhook is set: set SCARLINE_WEBHOOK_URL and SCARLINE_WEBHOOK_SECRET, or export to "
            "a file with --out"
        )
    return checked(found)


async def delivered(
    road: Pipeline, to: Webhook, names: Sequence[str], evidence: int
) -> dict[str, Any]:
    """Make one attempt to deliver these groups, if one is due; return how the delivery stands.

    Raises ``UsageError`` for a group that is not there, or that nobody called ready.
    """
    backlog = Backlog(road)
    seen = await backlog.snapshot()
    for name in names:
        group = seen.group(name)
        if group is None:
            raise UsageError(f"there are no failures of group {name}: `scarline failures groups`")
        if group.state not in {READY, EXPORTED}:
            raise UsageError(
                f"group {name} is {group.state}: only what is ready or was exported is delivered; "
                "bring it there on the pages or by HTTP, as docs/triage.md says"
            )
    wanted = Wanted(sorted(set(names)), evidence, all_until(seen, road.clock()))
    box = deliveries.Outbox(road, backlog, to, asyncio.Lock())
    return deliveries.as_data(await deliveries.deliver(box, wanted, WHO))
