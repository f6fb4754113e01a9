"""Secret Manager: what is read, what is said when it cannot be, and that no value gets out."""

import logging
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import SecretStr

from scarline.errors import ConfigError
from scarline.settings import secrets
from tests.conftest import missing

try:
    import grpc
    from google.cloud.secretmanager_v1.types import SecretPayload

    from tests.secrets.secret_manager import Fault, SecretManager, running
except ModuleNotFoundError:
    missing("Google's client for Secret Manager", "pip install 'scarline[gcp]'")

PROJECTS = count()
# UNAVAILABLE is tried again for a while: one example of it is enough.
CODES = sorted(set(grpc.StatusCode) - {grpc.StatusCode.OK, grpc.StatusCode.UNAVAILABLE}, key=str)


@pytest.fixture(name="manager", scope="module")
def manager_fixture() -> Iterator[SecretManager]:
    """Run one for all tests; each has a project of its own."""
    with running() as started:
        yield started


@pytest.fixture(name="config")
def config_fixture(manager: SecretManager) -> secrets.Config:
    """Return where a project is that has nothing yet."""
    return fresh(manager)


def fresh(manager: SecretManager, **how: str | float) -> secrets.Config:
    """Return where another project is that has nothing yet."""
    project = f"project-{next(PROJECTS)}"
    return secrets.Config(project, emulator=manager.address, **how)  # type: ignore[arg-type]


def path(config: secrets.Config, name: str = "DD_API_KEY") -> str:
    """Return what Google calls a secret."""
    return f"projects/{config.project}/secrets/{config.prefix}{name}"


def refusal(config: secrets.Config, name: str = "DD_API_KEY") -> ConfigError:
    """Return the error of reading one secret."""
    with pytest.raises(ConfigError) as raised:
        secrets.secret(config, name)
    return raised.value


def test_the_latest_version_is_read(manager: SecretManager, config: secrets.Config) -> None:
    """Of two that Google's own client wrote; and it reads the same."""
    with manager.client() as client:
        for data in (b"older", b"newer"):
            client.add_secret_version(parent=path(config), payload=SecretPayload(data=data))
        read = client.access_secret_version(name=f"{path(config)}/versions/latest")
    assert read.payload.data == b"newer"
    assert secrets.secret(config, "DD_API_KEY") == "newer"


def test_the_call_is_routed_as_google_asks(manager: SecretManager, config: secrets.Config) -> None:
    """By the name of the resource in a header, as Google's own client does."""
    manager.kept[path(config)] = [b"value"]
    name = f"{path(config)}/versions/latest"
    with manager.client() as client:
        client.access_secret_version(name=name)
    secrets.secret(config, "DD_API_KEY")
    theirs, ours = (told for asked, told in manager.asked if asked == name)
    assert ours["x-goog-request-params"] == theirs["x-goog-request-params"]


def test_all_are_asked_for_at_once(manager: SecretManager) -> None:
    """Four that take half a second each take no two seconds."""
    config = fresh(manager)
    names = ["DD_API_KEY", "DD_APP_KEY", "SCARLINE_PSEUDONYM_KEY", "SCARLINE_OPERATOR_TOKEN"]
    for name in names:
        manager.kept[path(config, name)] = [f"value of {name}".encode()]
        manager.slow_seconds[path(config, name)] = 0.5
    began = time.monotonic()
    found = secrets.read(config, names)
    assert time.monotonic() - began < 1.5
    assert {it: value.get_secret_value() for it, value in found.items()} == {
        name: f"value of {name}" for name in names
    }


def test_a_prefix_stands_before_the_name(manager: SecretManager) -> None:
    """So that two installations share a project."""
    config = fresh(manager, prefix="staging-")
    manager.kept[f"projects/{config.project}/secrets/staging-DD_API_KEY"] = [b"value"]
    assert secrets.secret(config, "DD_API_KEY") == "value"


def test_blanks_at_the_ends_do_not_count(manager: SecretManager, config: secrets.Config) -> None:
    """`echo` adds a newline, which no header can carry."""
    manager.kept[path(config)] = [b" value with a space\r\n"]
    assert secrets.secret(config, "DD_API_KEY") == "value with a space"


def test_nothing_is_asked_for_nothing() -> None:
    """Not even Google's client has to be there."""
    assert secrets.read(secrets.Config("project-1", emulator="127.0.0.1:1"), []) == {}


def test_a_short_outage_is_waited_out(manager: SecretManager, config: secrets.Config) -> None:
    """Two refusals for want of a server, and then the value."""
    manager.kept[path(config)] = [b"value"]
    manager.faults[path(config)] = Fault(grpc.StatusCode.UNAVAILABLE, times=2)
    assert secrets.secret(config, "DD_API_KEY") == "value"


FAULTS = [
    (Fault(grpc.StatusCode.PERMISSION_DENIED), "secretmanager.secretAccessor on that secret"),
    (
        Fault(grpc.StatusCode.PERMISSION_DENIED, "Secret Manager API has not been used in project"),
        "gcloud services enable secretmanager.googleapis.com",
    ),
    (Fault(grpc.StatusCode.UNAUTHENTICATED), "gcloud auth application-default login"),
    (
        Fault(grpc.StatusCode.UNAVAILABLE, "Getting metadata from plugin failed with error: x"),
        "gcloud auth application-default login",
    ),
    (Fault(grpc.StatusCode.UNAVAILABLE), "check the network"),
    (Fault(grpc.StatusCode.RESOURCE_EXHAUSTED), "quota"),
    (Fault(grpc.StatusCode.INTERNAL), "Secret Manager says INTERNAL"),
]


@pytest.mark.parametrize(("fault", "what_to_do"), FAULTS)
def test_a_refusal_is_a_sentence(manager: SecretManager, fault: Fault, what_to_do: str) -> None:
    """That names the secret and says what to do."""
    config = fresh(manager, prefix="prod_")
    manager.kept[path(config)] = [b"hunter2-hunter2"]
    manager.faults[path(config)] = fault
    told = str(refusal(config))
    assert "secret prod_DD_API_KEY" in told
    assert what_to_do in told


@pytest.mark.parametrize(
    ("versions", "sentence"),
    [
        ([], "has no secret DD_API_KEY with a version: printf"),
        ([b"older", None], "is disabled or destroyed: enable it"),
        ([b""], "is empty: add a version"),
        ([b" \n"], "is empty: add a version"),
        ([b"\xff\xfe\x00"], "is no UTF-8 text: add a version"),
    ],
)
def test_a_value_that_cannot_be_used_is_a_sentence(
    manager: SecretManager, config: secrets.Config, versions: list[bytes | None], sentence: str
) -> None:
    """Missing, disabled, empty, not text."""
    if versions:
        manager.kept[path(config)] = versions
    told = str(refusal(config))
    assert sentence in told
    assert f"project {config.project}" in told


def test_an_optional_one_may_be_missing(manager: SecretManager, config: secrets.Config) -> None:
    """But not be forbidden: it could be there, and others rely on it."""
    assert secrets.secret(config, "SCARLINE_PSEUDONYM_KEY", optional=True) is None
    manager.faults[path(config, "SCARLINE_PSEUDONYM_KEY")] = Fault(
        grpc.StatusCode.PERMISSION_DENIED
    )
    with pytest.raises(ConfigError, match="may not read secret SCARLINE_PSEUDONYM_KEY"):
        secrets.secret(config, "SCARLINE_PSEUDONYM_KEY", optional=True)


def test_every_fault_is_told_at_once(manager: SecretManager, config: secrets.Config) -> None:
    """Nobody mends one to learn of the next."""
    manager.kept[path(config, "DD_APP_KEY")] = [b""]
    manager.kept[path(config, "SCARLINE_OPERATOR_TOKEN")] = [b"value"]
    with pytest.raises(ConfigError) as raised:
        secrets.read(config, ["DD_API_KEY", "DD_APP_KEY", "SCARLINE_OPERATOR_TOKEN"])
    told = str(raised.value)
    assert "DD_API_KEY with a version" in told
    assert "DD_APP_KEY of project" in told
    assert "OPERATOR" not in told


def test_a_slow_answer_is_not_waited_for(manager: SecretManager) -> None:
    """The timeout is one for all, and stands in the sentence."""
    config = fresh(manager, timeout_seconds=0.5)
    manager.slow_seconds[path(config)] = 3
    began = time.monotonic()
    assert "DD_API_KEY within 0.5 s" in str(refusal(config))
    assert time.monotonic() - began < 2


def test_no_server_is_a_sentence() -> None:
    """Within the timeout."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{unused.getsockname()[1]}"
        config = secrets.Config("project-1", emulator=address, timeout_seconds=5)
        assert "check the network" in str(refusal(config))


@pytest.mark.parametrize("project", ["", "My-Project", "a/b", "-abcd", "p" * 80])
def test_what_is_no_project_is_said_before_anything_is_sent(project: str) -> None:
    """By the setting's name."""
    with pytest.raises(ConfigError, match="GOOGLE_CLOUD_PROJECT is no project"):
        secrets.Config(project)


@pytest.mark.parametrize("project", ["my-project-123456", "example.com:my-project", "123456789012"])
def test_ids_and_numbers_are_projects(project: str) -> None:
    """Also the old ones of a domain."""
    assert secrets.Config(project).project == project


@pytest.mark.parametrize("prefix", ["a/b", "a b", "ü", "p" * 201])
def test_what_is_no_prefix_is_said_before_anything_is_sent(prefix: str) -> None:
    """By the setting's name."""
    with pytest.raises(ConfigError, match="SCARLINE_SECRET_PREFIX has letters"):
        secrets.Config("project-1", prefix)


WITHOUT = """
import sys
sys.modules["google.cloud.secretmanager_v1.services.secret_manager_service.transports"] = None
from scarline.settings import secrets
try:
    secrets.secret(secrets.Config("project-1"), "DD_API_KEY")
except secrets.ConfigError as error:
    print(error)
"""
NO_CREDENTIALS = """
from scarline.settings import secrets
try:
    secrets.secret(secrets.Config("project-1"), "DD_API_KEY")
except secrets.ConfigError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        (WITHOUT, "pip install 'scarline[gcp]'"),
        (NO_CREDENTIALS, "there are no credentials for Secret Manager on this machine"),
    ],
)
def test_what_is_missing_on_the_machine_is_a_sentence(
    program: str, sentence: str, tmp_path: object
) -> None:
    """Google's client, or credentials; in a process of its own, with a home of its own."""
    environment = {"HOME": str(tmp_path), "PATH": "/nowhere", "NO_GCE_CHECK": "true"}
    told = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert sentence in told.stdout


def test_google_is_imported_only_when_it_is_asked() -> None:
    """The others start as quickly as before."""
    program = (
        "import sys, scarline.settings.secrets; "
        "print('grpc' in sys.modules, 'google' in sys.modules)"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert told.stdout.split() == ["False", "False"]


class Overheard(logging.Handler):
    """Keeps all that anybody logs, with everything that hangs on it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(f"{record.getMessage()} {vars(record)}")


@contextmanager
def overhearing() -> Iterator[Overheard]:
    """Set every log to debug, Google's own too, which keeps to itself."""
    ear = Overheard()
    loggers = [logging.getLogger(), logging.getLogger("google")]
    levels = [it.level for it in loggers]
    for it in loggers:
        it.addHandler(ear)
        it.setLevel(logging.DEBUG)
    try:
        yield ear
    finally:
        for it, level in zip(loggers, levels, strict=True):
            it.removeHandler(ear)
            it.setLevel(level)


def test_googles_own_client_would_log_the_value(
    manager: SecretManager, config: secrets.Config
) -> None:
    """Which is why the call is made below it: the ear of the next test is not deaf."""
    manager.kept[path(config)] = [b"\xff\xff\xffhunter2-hunter2"]
    with overhearing() as ear, manager.client() as client:
        client.access_secret_version(name=f"{path(config)}/versions/latest")
    assert "aHVudGVyMi1odW50ZXIy" in "".join(ear.told)  # its JSON holds bytes as base64


def outcome(config: secrets.Config) -> dict[str, SecretStr] | ConfigError:
    """Return what reading one secret gives, or raises."""
    try:
        return secrets.read(config, ["DD_API_KEY"])
    except ConfigError as error:
        return error


@given(
    value=st.binary(max_size=40),
    code=st.sampled_from([None, *CODES]),
    prefix=st.sampled_from(["", "prod_"]),
)
@example(value=b"", code=grpc.StatusCode.UNAVAILABLE, prefix="")
def test_no_value_is_ever_told(
    manager: SecretManager, value: bytes, code: grpc.StatusCode | None, prefix: str
) -> None:
    """Not in an error, its causes or its traceback, not in a repr, not in any log.

    Not even if the other side quotes it in what it says, and whatever bytes stand around it.
    """
    canary = "c4n4ry-7Q2x"
    config = fresh(manager, prefix=prefix)
    held = value + canary.encode() + value
    manager.kept[path(config)] = [held]
    if code is not None:
        manager.faults[path(config)] = Fault(code, f"the value is {held.decode(errors='replace')}")
    with overhearing() as ear:
        found = outcome(config)
    told = [repr(config), repr(found), *ear.told]
    if isinstance(found, ConfigError):
        assert "DD_API_KEY" in str(found)
        assert found.__context__ is None
        told += traceback.format_exception(found)
    else:
        assert found["DD_API_KEY"].get_secret_value() == held.decode().strip()
    assert canary not in "".join(told)
