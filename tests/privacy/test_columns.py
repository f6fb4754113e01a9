"""Columns of a batch: what they are called counts as the name of a field within the kind."""

import random
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scarline.privacy import Account, Cleaner, default_policy, redact
from scarline.privacy.documents import Documents
from scarline.privacy.rules import drawn
from tests.fakes import failed


def test_the_signature_of_a_failure_is_kept() -> None:
    """A digest that groups failures is no secret, whatever its column is called."""
    signatures = [f"v1:{sha256(bytes([it])).hexdigest()[:32]}" for it in range(200)]
    rows = [{"span_id": str(it), "signature": own} for it, own in enumerate(signatures)]
    clean = redact(failed(*rows))
    assert clean.batch.rows["signature"].to_pylist() == signatures
    assert clean.redacted == {}


def test_a_signature_that_is_none_is_looked_into() -> None:
    """What somebody else put there goes as it would anywhere."""
    clean = redact(failed({"signature": "ann@example.org"}))
    assert clean.batch.rows["signature"].to_pylist() == ["[email]"]


def test_ids_of_traces_and_spans_are_kept() -> None:
    """Though some are numbers that a card could have: rows are told apart by them."""
    dice = random.Random(4)  # noqa: S311 - ids are drawn so
    ids = [
        str(dice.randrange(10 ** (size - 1), 10**size)) for size in range(15, 21) for _ in "x" * 99
    ]
    ids += [f"{dice.getrandbits(bits):0{bits // 4}x}" for bits in (64, 128) for _ in "x" * 99]
    ids += ["4111111111111111", str(UUID(int=dice.getrandbits(128)))]
    clean = redact(failed(*[{"trace_id": it, "span_id": it} for it in ids])).batch
    assert clean.rows["trace_id"].to_pylist() == clean.rows["span_id"].to_pylist() == ids
    assert clean.kept_out == {}


def test_what_is_no_id_is_looked_into() -> None:
    """A column of ids is no place to hide in."""
    clean = redact(failed({"trace_id": "ann@example.org", "span_id": "4111 1111 1111 1111"})).batch
    (row,) = clean.rows.select(["trace_id", "span_id"]).to_pylist()
    assert row == {"trace_id": "[email]", "span_id": "[card]"}


RULES = default_policy().rules
GOES = [drawn(it.goes) for it in RULES]
WORDS = st.one_of(
    st.sampled_from(GOES),
    st.sampled_from([b64encode(it.encode()).decode().rstrip("=") for it in GOES]),
    st.sampled_from([it.stays for it in RULES]),
    st.from_regex(r"[a-z]{2,9}(-[a-z]{2,9}){0,3}(-[0-9]{1,7})?", fullmatch=True),
    st.text(max_size=40),
)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    words=st.lists(st.none() | WORDS, max_size=30, unique=True),
    label=st.sampled_from(["integration_flow system_to", "metric_point host", "x api key", ""]),
)
def test_many_words_at_once_are_cleaned_as_each_text_is(
    words: Sequence[str | None], label: str
) -> None:
    """The short way to what is plainly clean changes nothing of what is not."""
    one, other = Account(), Account()
    cleaner = Cleaner(default_policy())
    slow = Documents(cleaner, one).clean(words, label, prose=False)
    assert Documents(cleaner, other).words(words, label) == slow
    assert Documents(cleaner, Account()).words(words, label) == slow  # with what it remembers
    assert other.removed == one.removed
