"""How Datadog is asked: keys, site, metrics, caps."""

from typing import Annotated

from scarline.settings.types import Length, Names, Secret, Text, setting

DdApiKey = Annotated[Secret, setting("DD_API_KEY", "DATADOG_API_KEY", what="Datadog API key")]
DdAppKey = Annotated[
    Secret,
    setting(
        "DD_APP_KEY",
        "DD_APPLICATION_KEY",
        "DATADOG_APP_KEY",
        "DATADOG_APPLICATION_KEY",
        what="Datadog application key with the scopes timeseries_query and metrics_read; for flows "
        "apm_read and apm_service_catalog_read",
    ),
]
DdSite = Annotated[str, setting("DD_SITE", "DATADOG_SITE", what="Datadog site of the keys")]
DatadogUrl = Annotated[
    Text, setting("SCARLINE_DATADOG_URL", what="another base URL for the API: the sandbox, a proxy")
]
Metrics = Annotated[
    Names, setting("SCARLINE_METRICS", what="metrics to pull, separated by commas", min_length=1)
]
Scope = Annotated[
    str, setting("SCARLINE_SCOPE", what="which points: a Datadog scope such as env:prod")
]
GroupBy = Annotated[Names, setting("SCARLINE_GROUP_BY", what="tags that tell series apart")]
Aggregation = Annotated[
    str,
    setting(
        "SCARLINE_AGGREGATION",
        what="how points are combined: avg, min, max or sum",
        pattern="^(avg|min|max|sum)$",
    ),
]
Interval = Annotated[Length, setting("SCARLINE_INTERVAL", what="time between two points")]
FirstPull = Annotated[
    Length, setting("SCARLINE_FIRST_PULL", what="how far back the first pull goes")
]
LookBack = Annotated[
    Length,
    setting(
        "SCARLINE_LOOK_BACK",
        what="how much of what is stored the next pull reads again, for late points",
    ),
]
FlowEnvs = Annotated[
    Names,
    setting(
        "SCARLINE_FLOW_ENVS",
        what="environments whose integration flows are pulled; * or nothing for all",
    ),
]
DatadogApi = Annotated[
    str, setting("SCARLINE_DATADOG_API", what="query API to ask first: v2 or v1", pattern="^v[12]$")
]
RequestsPerMinute = Annotated[
    int | None, setting("SCARLINE_REQUESTS_PER_MINUTE", what="cap on requests, on average", gt=0)
]
RequestsPerRun = Annotated[
    int | None, setting("SCARLINE_REQUESTS_PER_RUN", what="cap on requests in one run", gt=0)
]
HumanShare = Annotated[
    float,
    setting(
        "SCARLINE_HUMAN_SHARE",
        what="part of each Datadog quota that is left for others, 0 to 0.9",
        ge=0,
        le=0.9,
    ),
]
Concurrency = Annotated[
    int, setting("SCARLINE_CONCURRENCY", what="requests under way at once", gt=0, le=32)
]
Timeout = Annotated[Length, setting("SCARLINE_TIMEOUT", what="longest wait for one answer")]
