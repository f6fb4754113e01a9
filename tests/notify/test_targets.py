"""Receivers are checked before anything is sent, and no secret is in what is said of them."""

import importlib.util

import pytest

from scarline.alerts import Receiver
from scarline.errors import ConfigError
from scarline.notify.targets import target
from tests.conftest import missing


@pytest.mark.parametrize(
    ("kind", "roles", "told", "sentence"),
    [
        ("slack", "url", {"URL": ""}, "needs URL, which is not set"),
        ("slack", "url", {"URL": "http://hooks.example.com/hidden-part"}, "must be https"),
        ("slack", "url", {"URL": "https://me:hidden-part@example.com"}, "no name or password"),
        ("webhook", "url secret", {"URL": "https://example.com", "SECRET": "short"}, "too short"),
        ("alertmanager", "url", {"URL": "http://alerts.internal:9093"}, "must be https"),
        ("apprise", "url", {"URL": "pigeon://hidden-part"}, "none that Apprise understands"),
    ],
)
@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
def test_what_cannot_be_used_is_refused(
    kind: str, roles: str, told: dict[str, str], sentence: str
) -> None:
    """With the name of the receiver and of the variable, not what is in it."""
    if kind == "apprise" and importlib.util.find_spec("apprise") is None:
        missing("Apprise", "pip install 'scarline[notify]'")
    receiver = Receiver("ops", kind, secrets={it: it.upper() for it in roles.split()})
    with pytest.raises(ConfigError, match=sentence) as caught:
        target(receiver, told)
    assert "receiver ops" in str(caught.value)
    assert "hidden-part" not in str(caught.value)


def test_a_real_alertmanager_may_stand_in_a_private_network() -> None:
    """Without TLS there, if the file says so."""
    receiver = Receiver("real", "alertmanager", "http://alerts.internal:9093", allow_private=True)
    assert target(receiver, {}).url == "http://alerts.internal:9093"


def test_pagerduty_has_its_own_address() -> None:
    """Unless another one is told, for the service region of Europe."""
    own = Receiver("pager", "pagerduty", secrets={"key": "KEY"})
    assert target(own, {"KEY": "k"}).url == "https://events.pagerduty.com/v2/enqueue"
    europe = "https://events.eu.pagerduty.com/v2/enqueue"
    other = Receiver("pager", "pagerduty", europe, {"key": "KEY"})
    assert target(other, {"KEY": "hidden-part"}).url == europe
    assert "hidden-part" not in repr(target(other, {"KEY": "hidden-part"}))
