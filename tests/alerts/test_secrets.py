"""Secrets that a file of alerts names: from the environment, from .env, from Secret Manager."""

from pathlib import Path

import pytest

from scarline.settings import Settings
from scarline.settings.named import named
from tests.conftest import missing

NAMES = ("SLACK_URL", "PAGER_KEY", "NOT_SET")


def told(settings: Settings) -> dict[str, str]:
    """Return what is set under the names."""
    return {name: it.get_secret_value() for name, it in named(settings, NAMES).items()}


def test_the_environment_comes_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is blank is not set."""
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text("SLACK_URL=from-file\nPAGER_KEY=from-file\nNOT_SET=\n")
    monkeypatch.setenv("SLACK_URL", "from-environment")
    assert told(Settings()) == {"SLACK_URL": "from-environment", "PAGER_KEY": "from-file"}
    assert "from-environment" not in repr(named(Settings(), NAMES))


def test_secret_manager_has_what_is_set_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under the prefix, and one that it does not have either is left out."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLACK_URL", "from-environment")
    try:
        from tests.secrets.secret_manager import running  # noqa: PLC0415 - comes with an extra
    except ModuleNotFoundError:
        missing("Google's client for Secret Manager", "pip install 'scarline[gcp]'")
    with running() as manager:
        manager.kept["projects/project-of-alerts/secrets/prod_PAGER_KEY"].append(b"from-google\n")
        about = {"google_cloud_project": "project-of-alerts", "secret_prefix": "prod_"}
        settings = Settings().model_copy(update={**about, "secret_manager": manager.address})
        assert told(settings) == {"SLACK_URL": "from-environment", "PAGER_KEY": "from-google"}
        asked = {name.split("/")[3] for name, _ in manager.asked}
    assert asked == {"prod_PAGER_KEY", "prod_NOT_SET"}
