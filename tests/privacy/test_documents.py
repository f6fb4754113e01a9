"""JSON values: every place is looked into, and what is left has the shape that it had."""

import json
from base64 import b64decode, b64encode, urlsafe_b64encode
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scarline.privacy import DROPPED, Account, redact_each, redact_json, redact_text
from scarline.privacy.documents import MOST_DEPTH

MAIL = "jane.doe@example.org"

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def shape(value: Any) -> Any:
    """Return what a value is made of, without what it says."""
    if isinstance(value, dict):
        return {"members": [shape(it) for it in value.values()]}
    return [shape(it) for it in value] if isinstance(value, list) else "scalar"


@settings(max_examples=150, deadline=None)
@given(JSON)
def test_the_shape_stays_and_twice_is_once(value: Any) -> None:
    """Whatever comes goes out in its shape, as JSON, and redacting it again changes nothing."""
    clean = redact_json(value)
    assert shape(clean) == shape(value)
    assert redact_json(clean) == clean
    json.dumps(clean)


@pytest.mark.parametrize(
    ("given_", "clean"),
    [
        ({"a": {"b": [f"to {MAIL}."]}}, {"a": {"b": ["to [email]."]}}),
        ({MAIL: 1}, {"[email]": 1}),
        ({MAIL: 1, "bob@example.org": 2}, {"[email]": 1, "[email] 2": 2}),
        ({"n": 4111111111111111}, {"n": "[card]"}),
        ([4111, 1111, 1111, 1111], ["[card]", "", "", ""]),
        ({"phone": 4155550132}, {"phone": "[phone]"}),
        ({"user": {"email": "none of yours"}}, {"user": {"email": "[email]"}}),
        ({"customer": {"name": "qzx"}}, {"customer": {"name": "[person]"}}),
        ({"tool": {"name": "qzx"}}, {"tool": {"name": "qzx"}}),
        ({"password": "hunter2"}, {"password": "[secret]"}),
        ({"password": None, "has_password": True}, {"password": None, "has_password": True}),
        (
            {"credentials": {"a": "b", "c": ["d"]}},
            {"credentials": {"a": "[secret]", "c": ["[secret]"]}},
        ),
        ({"label": "ssn", "value": "123"}, {"label": "ssn", "value": "[national_id]"}),
        ({"kty": "EC", "d": "abc"}, {"kty": "EC", "d": "[private_key]"}),
        (
            {"max_tokens": 512, "created_at": "2026-11-21"},
            {"max_tokens": 512, "created_at": "2026-11-21"},
        ),
        (json.dumps({"email": "x"}), '{"email":"[email]"}'),
        (f'got {{"mail": "{MAIL}", "n": 1.50}} back', 'got {"mail":"[email]","n":1.50} back'),
        (
            {"deltas": [{"t": "jane.d"}, {"t": "oe@exam"}, {"t": "ple.org"}]},
            {"deltas": [{"t": "[email]"}, {"t": ""}, {"t": ""}]},
        ),
        ((MAIL, 1), ["[email]", 1]),
        (MAIL.encode(), "[email]"),
        ({1: MAIL}, {"1": "[email]"}),
    ],
    ids=str,
)
def test_places(given_: Any, clean: Any) -> None:
    """Values, keys, numbers, fields, texts within texts, pieces."""
    assert redact_json(given_) == clean


@pytest.mark.parametrize(
    "text",
    [
        "jane.doe%40example.org",
        "jane.doe%2540example.org",
        "jane.doe&#64;example.org",
        "jane.doe&commat;example.org",
        r"jane.doe\u0040example.org",
        r"jane.doe\x40example.org",
        "jane.doe\uff20example.org",
        "\uff4a\uff41\uff4e\uff45@example.org",
        "jane.\u200bdoe@exam\u00adple.org",
        json.dumps(json.dumps({"note": MAIL})),
    ],
)
def test_disguises(text: str) -> None:
    """However an address is written, it goes."""
    clean = redact_text(f"see {text} there")
    assert "example" not in clean
    assert "[email]" in clean
    assert clean.startswith("see ")
    assert clean.endswith(" there")


@pytest.mark.parametrize("wrap", [b64encode, urlsafe_b64encode], ids=["plain", "urlsafe"])
def test_base64_is_wrapped_again(wrap: Any) -> None:
    """What is in base64 is cleaned and is base64 again; what is no text stays to the letter."""
    clean = redact_text(f"body={wrap(f'mail {MAIL} ÿ?'.encode()).decode()}")
    assert b64decode(clean.removeprefix("body="), b"-_").decode() == "mail [email] ÿ?"
    picture = wrap(bytes(range(256))).decode()
    assert redact_text(picture) == picture


def test_what_is_found_once_goes_everywhere() -> None:
    """A value that one place gives away goes from the others, which do not."""
    clean = redact_json(
        {
            "user": {"full_name": "Zebulon Qwiqley", "id": "u-771-zq"},
            "log": "u-771-zq: Qwiqley left",
        }
    )
    assert clean["log"] == "[user_id]: [person] left"


def test_one_trace_tells_nothing_of_another() -> None:
    """What is found in one value is not looked for in another that was given by itself."""
    assert redact_json({"log": "u-771-zq: left"}) == {"log": "u-771-zq: left"}


KEPT = [
    "f47ac10b-58cc-4372-a567-0e02b2c3d479",
    "6d593d55-d106-4716-acee-c1570c4ca457",
    "4bf92f3577b34da6a3ce929d0e0e4736",
    "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    "2026-11-21T10:44:17.123456Z",
    "1763721857123",
    "v1.2.3-rc.1+build.5",
    "call_9fKx2LmQw81ZbT0aYcD4eR7u",
    "toolu_01A09q90qw90lq917835lq9",
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "gpt-4o-mini-2024-07-18",
    "claude-3-5-sonnet-20241022",
    "0.4111111111111111",
]


@pytest.mark.parametrize("text", KEPT)
def test_shapes_survive(text: str) -> None:
    """Identifiers, times, versions and digests stay to the letter, alone and in a sentence."""
    assert redact_text(text) == text
    assert redact_json({"id": text, "note": f"see {text}, please"}) == {
        "id": text,
        "note": f"see {text}, please",
    }


def test_numbers_keep_their_digits() -> None:
    """Big integers and fractions in texts of JSON come out as they came."""
    text = '{"email":"x","trace_id":170141183460469231731687303715884105727,"f":1.10,"e":1E+2}'
    assert redact_text(text) == text.replace('"x"', '"[email]"')


def test_too_deep_is_dropped() -> None:
    """What lies too deep goes, the rest stays."""
    deep: Any = MAIL
    for _ in range(10_000):
        deep = [deep]
    account = Account()
    clean = redact_json({"a": deep, "b": "fine"}, account=account)
    assert clean["b"] == "fine"
    assert MAIL not in str(clean)
    assert account.removed == {"dropped: too deep": 1}
    assert redact_text("[" * 10_000 + "]" * 10_000) == DROPPED
    assert MOST_DEPTH < 10_000


def test_half_a_character_is_dropped_alone() -> None:
    """A field that is no text is dropped and counted; the others stay."""
    account = Account()
    clean = redact_json({"a": "\ud83d", "b": "fine", "c": b"\xff"}, account=account)
    assert clean == {"a": DROPPED, "b": "fine", "c": DROPPED}
    assert account.removed == {"dropped: half a character": 1, "dropped: undecodable": 1}


def test_a_schema_says_what_a_value_is_like_and_holds_none() -> None:
    """Definitions of tools stay to the letter, but for what they give as a value."""
    properties = {
        "email": {"type": "string", "description": "as the user typed it"},
        "password": {"type": ["string", "null"], "minLength": 8},
        "address": {"type": "object", "properties": {"street": {"$ref": "#/$defs/Street"}}},
        "credit_card": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    }
    tool = {"type": "object", "properties": properties, "required": ["email", "password"]}
    assert redact_json(tool) == tool
    assert redact_json({"password": {"type": "string", "default": "hunter2"}}) == {
        "password": {"type": "string", "default": "[secret]"}
    }
    assert redact_json({"email": {"type": "work", "value": "x"}})["email"]["value"] == "[email]"


@pytest.mark.parametrize("text", ["mont\u00e9e123-45-6789", "\u0430123-45-6789"])
def test_nothing_is_found_within_a_word(text: str) -> None:
    """Letters beyond ASCII are letters; ideographs, which need no blank, are no border."""
    assert redact_text(text) == text
    assert "6789" not in redact_text("\u53f7" + text[-11:])


def test_a_tag_does_not_lose_its_beginning_to_the_one_before_it() -> None:
    """Tags are not pieces of one text; what is split over other lists goes from all its pieces."""
    tags = ["user:jane.qwxz@example.org", "plan:pro", "env:prod"]
    assert redact_json({"tags": tags}) == {"tags": ["user:[email]", "plan:pro", "env:prod"]}
    split = ["it is jane.qw", "xz@exam", "ple.org"]
    assert "qw" not in str(redact_json({"chunks": split}))
    words = ["my", "ssn", "is", "536-22-1234", "ok"]
    assert redact_json(words) == ["my", "ssn", "is", "[us_ssn]", "ok"]


def test_many_values_are_redacted_each_by_itself() -> None:
    """What is found in one says nothing of the others."""
    values = ["I am Jane Roe", {"note": "ask Roe, jane.qwxz@example.org"}, 7, None, ["Roe"]]
    assert redact_each(values) == [redact_json(it) for it in values]
