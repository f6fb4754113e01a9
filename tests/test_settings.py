"""Settings: names, defaults, and sentences that never hold a secret."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from scarline import settings
from scarline.errors import ConfigError
from scarline.settings import shown, types


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder, away from the developer's .env."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_datadogs_own_names_and_the_older_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """DD_* and DATADOG_* both count; DD_* wins."""
    monkeypatch.setenv("DATADOG_API_KEY", "older")
    monkeypatch.setenv("DATADOG_APP_KEY", "app")
    monkeypatch.setenv("DD_API_KEY", "newer")
    read = settings.load()
    assert read.dd_api_key is not None
    assert read.dd_app_key is not None
    assert read.dd_api_key.get_secret_value() == "newer"
    assert read.dd_app_key.get_secret_value() == "app"


def test_a_file_beside_you_and_the_environment_above_it(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """.env counts, the environment wins, and `told` says where each is from."""
    (elsewhere / ".env").write_text("DD_SITE=datadoghq.eu\nSCARLINE_METRICS=a, b\nDATABASE_URL=\n")
    monkeypatch.setenv("DD_SITE", "us5.datadoghq.com")
    read = settings.load()
    assert (read.dd_site, read.metrics, read.database_url) == (
        "us5.datadoghq.com",
        ("a", "b"),
        None,
    )
    told = {row["name"]: (row["value"], row["from"]) for row in shown.told(read)}
    assert told["DD_SITE"] == ("us5.datadoghq.com", "environment")
    assert told["SCARLINE_METRICS"] == ("a,b", ".env")
    assert told["SCARLINE_INTERVAL"] == ("1m", "default")
    assert told["DATABASE_URL"] == ("not set", "default")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SCARLINE_INTERVAL", "1 fortnight", "SCARLINE_INTERVAL: '1 fortnight' is no length"),
        ("SCARLINE_HUMAN_SHARE", "2", "SCARLINE_HUMAN_SHARE: "),
        ("SCARLINE_METRICS", ",", "SCARLINE_METRICS: "),
        ("SCARLINE_DATADOG_API", "v3", "SCARLINE_DATADOG_API: "),
        ("SCARLINE_AGGREGATION", "median", "SCARLINE_AGGREGATION: "),
        ("SCARLINE_LOW_IS_BAD", "a.*.b", r"SCARLINE_LOW_IS_BAD: 'a\.\*\.b' has \* before its end"),
    ],
)
def test_a_wrong_setting_is_named(
    name: str, value: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the name that one sets, with the reason."""
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=sentence):
        settings.load()


def test_a_metric_is_bad_on_one_side(monkeypatch: pytest.MonkeyPatch) -> None:
    """Named in both settings it is refused; one that only begins alike is not."""
    monkeypatch.setenv("SCARLINE_LOW_IS_BAD", "shop.stock.*, shop.sold")
    monkeypatch.setenv("SCARLINE_HIGH_IS_BAD", "shop.*,shop.stock.missing")
    read = settings.load()
    assert (read.low_is_bad, read.high_is_bad) == (
        ("shop.stock.*", "shop.sold"),
        ("shop.*", "shop.stock.missing"),
    )
    monkeypatch.setenv("SCARLINE_HIGH_IS_BAD", "shop.sold")
    sentence = "SCARLINE_HIGH_IS_BAD: shop.sold is in SCARLINE_LOW_IS_BAD too"
    with pytest.raises(ConfigError, match=sentence):
        settings.load()


def test_no_secret_is_ever_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in what is told nor in how the settings print."""
    for name in ("DD_API_KEY", "DD_APP_KEY", "DATABASE_URL", "SUPABASE_KEY"):
        monkeypatch.setenv(name, "hunter2-hunter2")
    read = settings.load()
    assert "hunter2" not in f"{shown.told(read)} {read!r} {read}"


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        (" 1h ", timedelta(hours=1)),
        ("30d", timedelta(days=30)),
        ("2w", timedelta(weeks=2)),
    ],
)
def test_lengths_are_read_and_written(text: str, length: timedelta) -> None:
    """What is written is read back."""
    assert types.duration(text) == length
    assert types.duration(types.spelled(length)) == length


@pytest.mark.parametrize("text", ["", "0m", "1.5h", "-1h", "1y", "h", "1 h 30 m"])
def test_what_is_no_length_is_a_sentence(text: str) -> None:
    """With an example of what would be."""
    with pytest.raises(ValueError, match="such as 15m"):
        types.duration(text)


def test_a_folder_that_cannot_be_looked_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have a file ``.env`` or not: nobody can know, and that is said."""
    folder = tmp_path / "closed"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.chmod(0)
    own = os.geteuid()
    try:
        if own == 0:
            os.seteuid(65_534)  # root may look into every folder
        with pytest.raises(ConfigError, match="start in another folder"):
            settings.load()
    finally:
        os.seteuid(own)
        folder.chmod(0o700)
