"""What a user sets is checked, with a sentence, before anything is sent."""

from typing import Any

import pytest

from scarline.errors import ConfigError
from scarline.sources.datadog import SITES, Config, base_url
from tests.sources.datadog.pretend import KEYS


def test_each_site_has_an_address() -> None:
    """The API of a site is at api.SITE."""
    assert base_url("us5.datadoghq.com") == "https://api.us5.datadoghq.com"
    assert all(base_url(site) == f"https://api.{site}" for site in SITES)


@pytest.mark.parametrize("site", ["datadoghq.org", "https://datadoghq.com", "", "api.datadoghq.eu"])
def test_an_unknown_site_is_refused_with_those_that_there_are(site: str) -> None:
    """The keys would go to whoever owns that name."""
    with pytest.raises(ConfigError, match=r"DD_SITE.*us3\.datadoghq\.com"):
        base_url(site)


def test_no_key_is_in_the_text_of_a_config() -> None:
    """Whoever logs it logs no secret."""
    assert not any(key in repr(Config(**KEYS)) for key in KEYS.values())


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"api_key": ""}, "DD_API_KEY"),
    ({"app_key": "two\nlines"}, "DD_APP_KEY"),
    ({"url": "http://api.datadoghq.com"}, "in the clear"),
    ({"url": "ftp://api.datadoghq.com"}, "https://"),
    ({"url": "api.datadoghq.com"}, "https://"),
    ({"url": "https://user:word@api.datadoghq.com"}, "no user"),
    ({"metrics": ()}, "no metric is named"),
    ({"metrics": ("a{*},b",)}, "no name of a metric"),
    ({"metrics": ("1cpu",)}, "no name of a metric"),
    ({"group_by": ("host}",)}, "no key of a tag"),
    ({"scope": "env:prod} by {host"}, "no scope"),
    ({"aggregation": "median"}, "avg, min, max, sum"),
    ({"api": "v3"}, "v2 or v1"),
    ({"interval_seconds": 0}, "interval_seconds is 0"),
    ({"human_share": 1.0}, "human_share"),
    ({"requests_per_run": 0}, "requests_per_run"),
]


@pytest.mark.parametrize(("wrong", "said"), WRONG)
def test_a_wrong_value_is_named(wrong: dict[str, Any], said: str) -> None:
    """And no key is in what is said of it."""
    with pytest.raises(ConfigError, match=said) as caught:
        Config(**{**KEYS, **wrong})
    assert not any(key in str(caught.value) for key in KEYS.values())


@pytest.mark.parametrize("host", ["127.0.0.1:8127", "localhost", "[::1]:80"])
def test_this_machine_may_be_talked_to_in_the_clear(host: str) -> None:
    """The sandbox has no certificate."""
    assert Config(**KEYS, url=f"http://{host}").url == f"http://{host}"
