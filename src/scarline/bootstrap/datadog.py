"""The Datadog source as the settings say it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from scarline.bootstrap.policies import policy
from scarline.errors import ConfigError
from scarline.settings import Settings
from scarline.settings.keys import keyed

if TYPE_CHECKING:  # they bring Arrow with them, which --help does without
    from scarline.ports import Clock, Notes, Plan, Source
    from scarline.sources.datadog import Spans


def with_keys(settings: Settings) -> Settings:
    """Return the settings with both keys, wherever these are kept.

    Raises ``ConfigError`` for one that is not set.
    """
    settings = keyed(settings, "dd_api_key", "dd_app_key", needed=True)
    missing = [
        name
        for name, key in (("DD_API_KEY", settings.dd_api_key), ("DD_APP_KEY", settings.dd_app_key))
        if key is None
    ]
    if missing:
        message = (
            f"{' and '.join(missing)} not set: make keys under Organization Settings in Datadog "
            "and set them in the environment or in .env (`scarline demo` needs none)"
        )
        raise ConfigError(message)
    return settings


@asynccontextmanager
async def open_source(
    settings: Settings,
    notes: "Notes",
    clock: "Clock",
    streams: Sequence[str] = (),
    *,
    approved: bool = False,
) -> "AsyncIterator[Source]":
    """Open it for these streams; a pull of many requests takes place only if it is approved."""
    from scarline.sources import datadog

    settings = with_keys(settings)
    config = datadog.Config(
        url=settings.datadog_url or datadog.base_url(settings.dd_site),
        api_key=settings.dd_api_key.get_secret_value() if settings.dd_api_key else "",
        app_key=settings.dd_app_key.get_secret_value() if settings.dd_app_key else "",
        metrics=settings.metrics,
        group_by=settings.group_by,
        scope=settings.scope,
        aggregation=settings.aggregation,
        interval_seconds=int(settings.interval.total_seconds()),
        first_pull_seconds=int(settings.first_pull.total_seconds()),
        look_back_seconds=int(settings.look_back.total_seconds()),
        api="v1" if settings.datadog_api == "v1" else "v2",
        concurrency=settings.concurrency,
        timeout_seconds=settings.timeout.total_seconds(),
        requests_per_minute=settings.requests_per_minute,
        requests_per_run=settings.requests_per_run,
        human_share=settings.human_share,
        flow_envs=settings.flow_envs or (("*",) if "flows" in streams else ()),
        spans=spans(settings, approved=approved) if _wanted(settings, streams) else None,
    )
    async with datadog.open_source(config, notes, clock) as source:
        yield source


def _wanted(settings: Settings, streams: Sequence[str]) -> bool:
    """Return whether failures are pulled, or somebody named those that are to be."""
    return "failures" in streams or bool(settings.ml_apps or settings.failure_services)


def spans(settings: Settings, *, approved: bool = False) -> "Spans":
    """Return which spans are read and what of them is a failure, as the settings say.

    Raises ``ConfigError`` for a file of rules that cannot be used, with the line.
    """
    from scarline.failures.limits import Limits
    from scarline.failures.rules import read_rules
    from scarline.privacy import Category, redact_each
    from scarline.sources import datadog

    own = policy(settings)

    def hashed(user: str) -> str | None:
        marks = own.marks
        return f"{marks.key_id}:{marks.pseudonym(Category.PERSON, user)}" if marks.key else None

    return datadog.Spans(
        api="apm" if settings.spans_api == "apm" else "llm",
        ml_apps=settings.ml_apps,
        services=settings.failure_services,
        page_size=settings.spans_per_page,
        look_back_seconds=int(settings.spans_look_back.total_seconds()),
        requests_per_minute=settings.spans_requests_per_minute,
        requests_per_run=settings.spans_requests_per_run,
        approved=approved,
        complete=settings.complete_traces,
        rules=read_rules(settings.failure_rules, Limits(quality=settings.quality_threshold)),
        hashed=hashed,
        cleaned=lambda values: redact_each(values, own),
    )


def unapproved(settings: Settings, plan: "Plan") -> str | None:
    """Return why a pull of failures needs approval; None if it does not."""
    from scarline.sources import datadog

    return datadog.unapproved(spans(settings), plan)
