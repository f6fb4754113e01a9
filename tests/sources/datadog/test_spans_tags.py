"""What the tags of a span tell: the same, whether the list was read before or not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scarline.sources.datadog.spans_tags import read_tags
from scarline.sources.datadog.spans_values import tagged, tags

TAG = st.sampled_from(
    [
        *(
            "env:a",
            "env:b",
            "env:",
            "env",
            "user_id:u-1",
            "usr.id:u-2",
            "session:s-1",
            "ml_app:shop",
        ),
        *("service:x", "version:1", "http.status_code:503", "error.type:TimeoutError", "a:b:c"),
    ]
)
TAGS = st.lists(TAG | st.integers(0, 1) | st.booleans() | st.none() | st.just(["env:c"]))


@given(TAGS)
def test_a_list_tells_the_same_again(told: list[Any]) -> None:
    """What is no text is no tag, and does not make two lists one that are not."""
    for found in (read_tags(told), read_tags(list(told))):
        assert found.values == tags(told)
        assert found.env == tagged(found.values, "env")
        assert found.user == tagged(found.values, "user_id", "usr.id")
        assert found.session == tagged(found.values, "session")
        assert (found.service, found.version) == (
            tagged(found.values, "service"),
            tagged(found.values, "version"),
        )
        assert found.ml_app == ("shop" if "ml_app:shop" in told else None)
        assert list(found.status_codes) == ([503] if "http.status_code:503" in told else [])
        failed = "error.type:TimeoutError" in told
        assert found.trouble.type == ("TimeoutError" if failed else None)


@pytest.mark.parametrize("told", [None, "env:prod", 7, {}, []], ids=repr)
def test_what_is_no_list_of_tags_has_none(told: Any) -> None:
    """And is no reason to leave the span out."""
    found = read_tags(told)
    assert (found.values, found.env, found.user, found.trouble.message) == ({}, None, None, None)


def test_tags_as_an_object() -> None:
    """As some accounts are answered."""
    assert read_tags({"env": "prod", "user_id": ["", 7]}).user == "7"
