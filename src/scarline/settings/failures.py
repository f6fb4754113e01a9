"""Which spans of LLM applications are failures, and where these are delivered."""

from typing import Annotated

from scarline.settings.types import File, Length, Names, Secret, Text, setting

QualityThreshold = Annotated[
    float,
    setting(
        "QUALITY_THRESHOLD",
        "SCARLINE_QUALITY_THRESHOLD",
        what="quality score under which a span has failed",
        ge=0,
        le=1,
    ),
]
FailureRules = Annotated[
    File, setting("SCARLINE_FAILURE_RULES", what="file of your own rules of what a failure is")
]
MlApps = Annotated[
    Names,
    setting("SCARLINE_ML_APPS", what="LLM applications whose failures are pulled; nothing for all"),
]
FailureServices = Annotated[
    Names,
    setting(
        "SCARLINE_FAILURE_SERVICES", what="services whose failures are pulled; nothing for all"
    ),
]
SpansApi = Annotated[
    str,
    setting(
        "SCARLINE_SPANS_API",
        what="search for spans to ask first: llm (LLM Observability) or apm",
        pattern="^(llm|apm)$",
    ),
]
SpansPerPage = Annotated[
    int, setting("SCARLINE_SPANS_PER_PAGE", what="spans in one answer", ge=100, le=5_000)
]
SpansLookBack = Annotated[
    Length,
    setting(
        "SCARLINE_SPANS_LOOK_BACK",
        what="how much the next pull of failures reads again, for late spans",
    ),
]
SpansRequestsPerMinute = Annotated[
    int,
    setting(
        "SCARLINE_SPANS_REQUESTS_PER_MINUTE", what="cap on requests for spans, on average", gt=0
    ),
]
SpansRequestsPerRun = Annotated[
    int,
    setting("SCARLINE_SPANS_REQUESTS_PER_RUN", what="cap on requests for spans in one run", gt=0),
]
CompleteTraces = Annotated[
    bool,
    setting(
        "SCARLINE_COMPLETE_TRACES", what="fetch the rest of each failing trace too: true or false"
    ),
]
WebhookUrl = Annotated[
    Text,
    setting(
        "SCARLINE_WEBHOOK_URL", what="address that exports of failures are delivered to (https)"
    ),
]
WebhookSecret = Annotated[
    Secret, setting("SCARLINE_WEBHOOK_SECRET", what="secret that deliveries are signed with")
]
WebhookPrivate = Annotated[
    bool,
    setting(
        "SCARLINE_WEBHOOK_PRIVATE",
        what="deliver to addresses of private networks too: true or false",
    ),
]
