"""Who may use the service, what it tells of itself, and how it sees systems."""

from typing import Annotated

from scarline.settings.types import Length, Names, Secret, Text, setting

ReaderToken = Annotated[Secret, setting("SCARLINE_READER_TOKEN", what="token that reads by HTTP")]
OperatorToken = Annotated[
    Secret, setting("SCARLINE_OPERATOR_TOKEN", what="token that writes as well")
]
OidcAudience = Annotated[
    Names, setting("SCARLINE_OIDC_AUDIENCE", what="audiences of identity tokens that start jobs")
]
OidcCallers = Annotated[
    Names, setting("SCARLINE_OIDC_CALLERS", what="addresses or subjects of callers of jobs")
]
OidcIssuer = Annotated[
    Text, setting("SCARLINE_OIDC_ISSUER", what="their issuer; without it, Google")
]
OidcKeys = Annotated[
    Text, setting("SCARLINE_OIDC_KEYS", what="address of the issuer's key set (JWKS)")
]
JobTime = Annotated[Length, setting("SCARLINE_JOB_TIME", what="how long a job may take")]
OtlpEndpoint = Annotated[
    Text,
    setting(
        "OTEL_EXPORTER_OTLP_ENDPOINT", what="OpenTelemetry collector that traces of jobs go to"
    ),
]
OmsPattern = Annotated[
    Text,
    setting(
        "SCARLINE_OMS_PATTERN",
        what="names of order-management systems (RE2); without it, those with oms or order in them",
    ),
]
Log = Annotated[
    str,
    setting(
        "SCARLINE_LOG",
        what="what is logged to stderr: debug, info, warning or error",
        pattern="^(debug|info|warning|error)$",
    ),
]
