"""Keys from Google Secret Manager, for who keeps none in the environment.

The latest version of each secret is read, over gRPC, once. Google's generated client has a log of
its own that prints whole answers at debug level, so the call is made on its channel, below that
log. Nothing that the other side said is quoted: sentences name the secret and what to do.
"""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import SecretStr

from scarline.errors import ConfigError

if TYPE_CHECKING:  # Google's client is an extra, and takes its time
    import grpc

__all__ = ["Config", "read", "secret"]

_METHOD = "/google.cloud.secretmanager.v1.SecretManagerService/AccessSecretVersion"
_HOST = "secretmanager.googleapis.com:443"

# https://github.com/grpc/proposal/blob/master/A6-client-retries.md: within the timeout of the call.
_RETRIES = """{"methodConfig": [{
    "name": [{"service": "google.cloud.secretmanager.v1.SecretManagerService"}],
    "retryPolicy": {
        "maxAttempts": 4, "initialBackoff": "0.2s", "maxBackoff": "2s", "backoffMultiplier": 2,
        "retryableStatusCodes": ["UNAVAILABLE"]
    }
}]}"""

_DISABLED_API = re.compile(r"SERVICE_DISABLED|has not been used|it is disabled")
"""How Google says that nobody switched the API on; its code is the one of a missing permission."""

_NO_CREDENTIALS = "metadata from plugin failed"
"""How gRPC says that the credentials gave no token; its code is that of a network that is down."""

_SENTENCES = {
    "PERMISSION_DENIED": "this account may not read secret {secret} of project {project}, or there "
    "is none: give it roles/secretmanager.secretAccessor on that secret, or set {name} in the "
    "environment",
    "NOT_FOUND": 'project {project} has no secret {secret} with a version: printf %s "$VALUE" | '
    "gcloud secrets versions add {secret} --data-file=- (`gcloud secrets create {secret}` before "
    "it), or set {name} in the environment",
    "FAILED_PRECONDITION": "the latest version of secret {secret} of project {project} is disabled "
    "or destroyed: enable it, or add a new one with `gcloud secrets versions add {secret}`",
    "UNAUTHENTICATED": "Secret Manager does not accept the credentials of this machine, so secret "
    "{secret} cannot be read: run `gcloud auth application-default login`, or let Scarline run as "
    "a service account",
    "UNAVAILABLE": "Secret Manager does not answer, so secret {secret} cannot be read: check the "
    "network and start again, or set {name} in the environment",
    "DEADLINE_EXCEEDED": "Secret Manager did not give secret {secret} within {timeout:g} s: check "
    "the network and start again, or set {name} in the environment",
    "RESOURCE_EXHAUSTED": "the project's quota of Secret Manager is used up, so secret {secret} "
    "cannot be read: start again in a minute",
}
_OTHERWISE = "secret {secret} of project {project} cannot be read: Secret Manager says {code}"
_API_IS_OFF = (
    "Secret Manager is switched off in project {project}, so secret {secret} cannot be read: "
    "`gcloud services enable secretmanager.googleapis.com`, or set {name} in the environment"
)
_EMPTY = (
    "secret {secret} of project {project} is empty: add a version that is not, with "
    "`gcloud secrets versions add {secret}`"
)
_NOT_TEXT = (
    "secret {secret} of project {project} is no UTF-8 text: add a version that is, with "
    "`gcloud secrets versions add {secret}`"
)


@dataclass(frozen=True, slots=True)
class Config:
    """Where the secrets are: in ``project``, under the names of the settings after ``prefix``.

    ``emulator`` is the ``host:port`` of a stand-in, which is spoken to without TLS and without
    credentials. ``timeout_seconds`` is the longest wait for one secret, and as all are asked for
    at once, for all. Raises ``ConfigError`` for what cannot be a project or a prefix.
    """

    project: str
    prefix: str = ""
    emulator: str | None = None
    timeout_seconds: float = 10.0

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9.:-]{4,62}|\d{4,20}", self.project):
            message = (
                "GOOGLE_CLOUD_PROJECT is no project: it looks like my-project-123456 (`gcloud "
                "config get project` prints it)"
            )
            raise ConfigError(message)
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,200}", self.prefix):
            message = "SCARLINE_SECRET_PREFIX has letters, digits, _ and - only, such as prod_"
            raise ConfigError(message)


def secret(config: Config, name: str, *, optional: bool = False) -> str | None:
    """Return what is kept under ``name``; raises as :func:`read`, None as there."""
    found = read(config, [name], optional=[name] if optional else []).get(name)
    return found.get_secret_value() if found else None


def read(
    config: Config, names: Collection[str], *, optional: Collection[str] = ()
) -> dict[str, SecretStr]:
    """Return the secrets of these names, without blanks at their ends (``echo`` adds a newline).

    One of ``optional`` that the project does not have is left out; one that may not be read is
    not, since it could be the one that others rely on. Raises ``ConfigError`` that names each
    secret which cannot be had and what to do, or that says what is missing on this machine.
    """
    if not names:
        return {}
    found, faults = {}, []
    for name, answer in _answers(config, names):
        if isinstance(answer, _Fault):
            if not (answer.code == "NOT_FOUND" and name in optional):
                faults.append(answer.sentence.format(**_about(config, name), code=answer.code))
        else:
            found[name] = answer
    if faults:
        raise ConfigError("; ".join(faults))
    return found


@dataclass(frozen=True, slots=True)
class _Fault:
    code: str
    sentence: str


def _about(config: Config, name: str) -> dict[str, str | float]:
    """Return what sentences name."""
    return {
        "name": name,
        "secret": config.prefix + name,
        "project": config.project,
        "timeout": config.timeout_seconds,
    }


def _answers(config: Config, names: Collection[str]) -> Iterator[tuple[str, SecretStr | _Fault]]:
    """Ask for all at once; yield each with its answer."""
    with _channel(config) as channel:
        # The channel is open, so Google's client is installed.
        from google.api_core.gapic_v1.routing_header import to_grpc_metadata  # noqa: PLC0415
        from google.cloud.secretmanager_v1.types import (  # noqa: PLC0415
            AccessSecretVersionRequest,
            AccessSecretVersionResponse,
        )

        call = channel.unary_unary(
            _METHOD,
            request_serializer=AccessSecretVersionRequest.serialize,
            response_deserializer=AccessSecretVersionResponse.deserialize,
        )
        asked = []
        for name in names:
            path = f"projects/{config.project}/secrets/{config.prefix}{name}/versions/latest"
            future = call.future(
                AccessSecretVersionRequest(name=path),
                timeout=config.timeout_seconds,
                metadata=[to_grpc_metadata([("name", path)])],  # type: ignore[no-untyped-call]
            )
            asked.append((name, future))
        for name, future in asked:
            yield name, _answer(future)


def _answer(future: "grpc.Future") -> SecretStr | _Fault:
    """Wait for one answer. What went wrong is returned, so that no error holds what was said."""
    if (error := future.exception()) is not None:
        code = str(error.code().name)
        said = error.details() or ""
        if code == "PERMISSION_DENIED" and _DISABLED_API.search(said):
            return _Fault(code, _API_IS_OFF)
        if _NO_CREDENTIALS in said:
            return _Fault(code, _SENTENCES["UNAUTHENTICATED"])
        return _Fault(code, _SENTENCES.get(code, _OTHERWISE))
    try:
        text = bytes(future.result().payload.data).decode().strip()
    except UnicodeDecodeError:
        return _Fault("OK", _NOT_TEXT)
    return SecretStr(text) if text else _Fault("OK", _EMPTY)


@contextmanager
def _channel(config: Config) -> "Iterator[grpc.Channel]":
    """Open the way to Secret Manager with the credentials of the machine; close it at the end."""
    try:
        import grpc  # noqa: PLC0415
        from google.auth.exceptions import GoogleAuthError  # noqa: PLC0415
        from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (  # noqa: PLC0415
            SecretManagerServiceGrpcTransport,
        )
    except ModuleNotFoundError as error:
        message = (
            "GOOGLE_CLOUD_PROJECT is set and keys are not, so they are looked for in Secret "
            f"Manager, but Google's client is not installed ({error.name} is missing): "
            "pip install 'scarline[gcp]', or set the keys in the environment"
        )
        raise ConfigError(message) from error
    options = [("grpc.service_config", _RETRIES), ("grpc.enable_retries", 1)]
    if config.emulator is not None:
        with grpc.insecure_channel(config.emulator, options=options) as channel:
            yield channel
        return
    try:
        opened = SecretManagerServiceGrpcTransport.create_channel(_HOST, options=options)
    except GoogleAuthError:
        message = (
            "there are no credentials for Secret Manager on this machine: run `gcloud auth "
            "application-default login`, let Scarline run as a service account, or set the keys "
            "in the environment"
        )
        raise ConfigError(message) from None
    with opened as channel:
        yield channel
