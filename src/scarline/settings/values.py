"""Every setting with its default. What each is for stands in the module it is of."""

from datetime import timedelta
from pathlib import Path

from pydantic import ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from scarline.settings import datadog, failures, privacy, scars, service, stores


class Settings(BaseSettings):
    """Every setting; see :func:`scarline.settings.types.setting` for how one is described."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", env_ignore_empty=True
    )

    dd_api_key: datadog.DdApiKey = None
    dd_app_key: datadog.DdAppKey = None
    dd_site: datadog.DdSite = "datadoghq.com"
    datadog_url: datadog.DatadogUrl = None
    database_url: stores.DatabaseUrl = None
    supabase_url: stores.SupabaseUrl = None
    supabase_key: stores.SupabaseKey = None
    home: stores.Home = Path("~/.local/share/scarline")
    postgres_bin: stores.PostgresBin = None
    metrics: datadog.Metrics = ("system.cpu.idle", "system.load.1")
    scope: datadog.Scope = "*"
    group_by: datadog.GroupBy = ("host",)
    aggregation: datadog.Aggregation = "avg"
    interval: datadog.Interval = timedelta(minutes=1)
    first_pull: datadog.FirstPull = timedelta(hours=1)
    look_back: datadog.LookBack = timedelta(minutes=10)
    false_onsets_per_week: scars.FalseOnsetsPerWeek = 1.0
    low_is_bad: scars.LowIsBad = ()
    high_is_bad: scars.HighIsBad = ()
    flow_envs: datadog.FlowEnvs = ()
    datadog_api: datadog.DatadogApi = "v2"
    requests_per_minute: datadog.RequestsPerMinute = None
    requests_per_run: datadog.RequestsPerRun = None
    human_share: datadog.HumanShare = 0.05
    concurrency: datadog.Concurrency = 4
    timeout: datadog.Timeout = timedelta(seconds=60)
    redaction: privacy.Redaction = None
    pseudonym_key: privacy.PseudonymKey = None
    pseudonym_key_file: privacy.PseudonymKeyFile = None
    names_model: privacy.NamesModel = None
    quality_threshold: failures.QualityThreshold = 0.5
    failure_rules: failures.FailureRules = None
    ml_apps: failures.MlApps = ()
    failure_services: failures.FailureServices = ()
    spans_api: failures.SpansApi = "llm"
    spans_per_page: failures.SpansPerPage = 1_000
    spans_look_back: failures.SpansLookBack = timedelta(hours=1)
    spans_requests_per_minute: failures.SpansRequestsPerMinute = 200
    spans_requests_per_run: failures.SpansRequestsPerRun = 2_500
    complete_traces: failures.CompleteTraces = False
    store: stores.Store = "sql"
    google_cloud_project: stores.GoogleCloudProject = None
    secret_prefix: stores.SecretPrefix = ""
    secret_manager: stores.SecretManager = None
    firestore_prefix: stores.FirestorePrefix = "evalforge_"
    firestore_database: stores.FirestoreDatabase = "(default)"
    firestore_emulator: stores.FirestoreEmulator = None
    reader_token: service.ReaderToken = None
    operator_token: service.OperatorToken = None
    oidc_audience: service.OidcAudience = ()
    oidc_callers: service.OidcCallers = ()
    oidc_issuer: service.OidcIssuer = None
    oidc_keys: service.OidcKeys = None
    job_time: service.JobTime = timedelta(seconds=165)
    otlp_endpoint: service.OtlpEndpoint = None
    alerts: scars.Alerts = None
    webhook_url: failures.WebhookUrl = None
    webhook_secret: failures.WebhookSecret = None
    webhook_private: failures.WebhookPrivate = False
    oms_pattern: service.OmsPattern = None
    log: service.Log = "warning"

    @field_validator("high_is_bad")
    @classmethod
    def _bad_on_one_side(cls, high: tuple[str, ...], read: ValidationInfo) -> tuple[str, ...]:
        if both := sorted({*high} & {*read.data.get("low_is_bad", ())}):
            names = ", ".join(both)
            message = f"{names} is in SCARLINE_LOW_IS_BAD too: name a metric in one of the two"
            raise ValueError(message)
        return high
