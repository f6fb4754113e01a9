"""Every setting: its names in the environment, its default, what it is for."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from scarline.settings.types import File, Length, Names, Secret, Text


def _named(*names: str, default: Any = None, what: str, **limits: Any) -> Any:
    return Field(default, validation_alias=AliasChoices(*names), description=what, **limits)


class Settings(BaseSettings):
    """Every setting, with its names, its default and what it is for."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", env_ignore_empty=True
    )

    dd_api_key: Secret = _named("DD_API_KEY", "DATADOG_API_KEY", what="Datadog API key")
    dd_app_key: Secret = _named(
        "DD_APP_KEY",
        "DD_APPLICATION_KEY",
        "DATADOG_APP_KEY",
        "DATADOG_APPLICATION_KEY",
        what="Datadog application key with the scopes timeseries_query and metrics_read; for flows "
        "apm_read and apm_service_catalog_read",
    )
    dd_site: str = _named(
        "DD_SITE", "DATADOG_SITE", default="datadoghq.com", what="Datadog site of the keys"
    )
    datadog_url: Text = _named(
        "SCARLINE_DATADOG_URL", what="another base URL for the API: the sandbox, a proxy"
    )
    database_url: Secret = _named(
        "DATABASE_URL", what="PostgreSQL to store in; without it, an embedded one in SCARLINE_HOME"
    )
    supabase_url: Text = _named(
        "SUPABASE_URL", what="Supabase project to store in, used without DATABASE_URL"
    )
    supabase_key: Secret = _named("SUPABASE_KEY", what="service_role key of that project")
    home: Path = _named(
        "SCARLINE_HOME",
        default=Path("~/.local/share/scarline"),
        what="folder where the embedded database lives",
    )
    postgres_bin: File = _named(
        "SCARLINE_POSTGRES_BIN", what="another PostgreSQL's programs for the embedded database"
    )
    metrics: Names = _named(
        "SCARLINE_METRICS",
        default=("system.cpu.idle", "system.load.1"),
        what="metrics to pull, separated by commas",
        min_length=1,
    )
    scope: str = _named(
        "SCARLINE_SCOPE", default="*", what="which points: a Datadog scope such as env:prod"
    )
    group_by: Names = _named(
        "SCARLINE_GROUP_BY", default=("host",), what="tags that tell series apart"
    )
    aggregation: str = _named(
        "SCARLINE_AGGREGATION",
        default="avg",
        what="how points are combined: avg, min, max or sum",
        pattern="^(avg|min|max|sum)$",
    )
    interval: Length = _named(
        "SCARLINE_INTERVAL", default=timedelta(minutes=1), what="time between two points"
    )
    first_pull: Length = _named(
        "SCARLINE_FIRST_PULL", default=timedelta(hours=1), what="how far back the first pull goes"
    )
    look_back: Length = _named(
        "SCARLINE_LOOK_BACK",
        default=timedelta(minutes=10),
        what="how much of what is stored the next pull reads again, for late points",
    )
    false_onsets_per_week: float = _named(
        "SCARLINE_FALSE_ALERTS_A_WEEK",
        default=1.0,
        what="what a series may raise for no reason",
        gt=0,
    )
    flow_envs: Names = _named(
        "SCARLINE_FLOW_ENVS",
        default=(),
        what="environments whose integration flows are pulled; * or nothing for all",
    )
    datadog_api: str = _named(
        "SCARLINE_DATADOG_API",
        default="v2",
        what="query API to ask first: v2 or v1",
        pattern="^v[12]$",
    )
    requests_per_minute: int | None = _named(
        "SCARLINE_REQUESTS_PER_MINUTE", what="cap on requests, on average", gt=0
    )
    requests_per_run: int | None = _named(
        "SCARLINE_REQUESTS_PER_RUN", what="cap on requests in one run", gt=0
    )
    human_share: float = _named(
        "SCARLINE_HUMAN_SHARE",
        default=0.05,
        what="part of each Datadog quota that is left for others, 0 to 0.9",
        ge=0,
        le=0.9,
    )
    concurrency: int = _named(
        "SCARLINE_CONCURRENCY", default=4, what="requests under way at once", gt=0, le=32
    )
    timeout: Length = _named(
        "SCARLINE_TIMEOUT", default=timedelta(seconds=60), what="longest wait for one answer"
    )
    redaction: File = _named(
        "SCARLINE_REDACTION",
        what="file of your own rules, fields, modes and lists: docs/privacy.md",
    )
    pseudonym_key: Secret = _named(
        "SCARLINE_PSEUDONYM_KEY", what="secret that pseudonyms are made with, 32 characters or more"
    )
    pseudonym_key_file: File = _named(
        "SCARLINE_PSEUDONYM_KEY_FILE", what="file that holds it, as secret managers mount it"
    )
    names_model: Text = _named(
        "SCARLINE_NAMES_MODEL", what="spaCy model that looks for names too: a package or a folder"
    )
    quality_threshold: float = _named(
        "QUALITY_THRESHOLD",
        "SCARLINE_QUALITY_THRESHOLD",
        default=0.5,
        what="quality score under which a span has failed",
        ge=0,
        le=1,
    )
    failure_rules: File = _named(
        "SCARLINE_FAILURE_RULES", what="file of your own rules of what a failure is"
    )
    ml_apps: Names = _named(
        "SCARLINE_ML_APPS",
        default=(),
        what="LLM applications whose failures are pulled; nothing for all",
    )
    failure_services: Names = _named(
        "SCARLINE_FAILURE_SERVICES",
        default=(),
        what="services whose failures are pulled; nothing for all",
    )
    spans_api: str = _named(
        "SCARLINE_SPANS_API",
        default="llm",
        what="search for spans to ask first: llm (LLM Observability) or apm",
        pattern="^(llm|apm)$",
    )
    spans_per_page: int = _named(
        "SCARLINE_SPANS_PER_PAGE", default=1_000, what="spans in one answer", ge=100, le=5_000
    )
    spans_look_back: Length = _named(
        "SCARLINE_SPANS_LOOK_BACK",
        default=timedelta(hours=1),
        what="how much the next pull of failures reads again, for late spans",
    )
    spans_requests_per_minute: int = _named(
        "SCARLINE_SPANS_REQUESTS_PER_MINUTE",
        default=200,
        what="cap on requests for spans, on average",
        gt=0,
    )
    spans_requests_per_run: int = _named(
        "SCARLINE_SPANS_REQUESTS_PER_RUN",
        default=2_500,
        what="cap on requests for spans in one run",
        gt=0,
    )
    complete_traces: bool = _named(
        "SCARLINE_COMPLETE_TRACES",
        default=False,
        what="fetch the rest of each failing trace too: true or false",
    )
    store: str = _named(
        "SCARLINE_STORE",
        default="sql",
        what="where facts stay: sql (DATABASE_URL, Supabase, or embedded) or firestore",
        pattern="^(sql|firestore)$",
    )
    google_cloud_project: Text = _named(
        "GOOGLE_CLOUD_PROJECT",
        what="Google Cloud project: of Firestore, and of Secret Manager, which is asked for the "
        "Datadog keys, the pseudonym key and the operator's token if they are not set",
    )
    secret_prefix: str = _named(
        "SCARLINE_SECRET_PREFIX", default="", what="what the names of secrets begin with there"
    )
    secret_manager: Text = _named(
        "SCARLINE_SECRET_MANAGER", what="host:port of a stand-in for Secret Manager"
    )
    firestore_prefix: str = _named(
        "FIRESTORE_COLLECTION_PREFIX",
        default="evalforge_",
        what="what the names of Firestore collections begin with",
    )
    firestore_database: str = _named(
        "FIRESTORE_DATABASE", default="(default)", what="Firestore database of that project"
    )
    firestore_emulator: Text = _named(
        "FIRESTORE_EMULATOR_HOST", what="host:port of Google's Firestore emulator, in its place"
    )
    reader_token: Secret = _named("SCARLINE_READER_TOKEN", what="token that reads by HTTP")
    operator_token: Secret = _named("SCARLINE_OPERATOR_TOKEN", what="token that writes as well")
    oidc_audience: Names = _named(
        "SCARLINE_OIDC_AUDIENCE", default=(), what="audiences of identity tokens that start jobs"
    )
    oidc_callers: Names = _named(
        "SCARLINE_OIDC_CALLERS", default=(), what="addresses or subjects of callers of jobs"
    )
    oidc_issuer: Text = _named("SCARLINE_OIDC_ISSUER", what="their issuer; without it, Google")
    oidc_keys: Text = _named("SCARLINE_OIDC_KEYS", what="address of the issuer's key set (JWKS)")
    job_time: Length = _named(
        "SCARLINE_JOB_TIME", default=timedelta(seconds=165), what="how long a job may take"
    )
    otlp_endpoint: Text = _named(
        "OTEL_EXPORTER_OTLP_ENDPOINT", what="OpenTelemetry collector that traces of jobs go to"
    )
    alerts: File = _named("SCARLINE_ALERTS", what="file of alerts: rules, routes, receivers")
    webhook_url: Text = _named(
        "SCARLINE_WEBHOOK_URL", what="address that exports of failures are delivered to (https)"
    )
    webhook_secret: Secret = _named(
        "SCARLINE_WEBHOOK_SECRET", what="secret that deliveries are signed with"
    )
    webhook_private: bool = _named(
        "SCARLINE_WEBHOOK_PRIVATE",
        default=False,
        what="deliver to addresses of private networks too: true or false",
    )
    oms_pattern: Text = _named(
        "SCARLINE_OMS_PATTERN",
        what="names of order-management systems (RE2); without it, those with oms or order in them",
    )
    log: str = _named(
        "SCARLINE_LOG",
        default="warning",
        what="what is logged to stderr: debug, info, warning or error",
        pattern="^(debug|info|warning|error)$",
    )
