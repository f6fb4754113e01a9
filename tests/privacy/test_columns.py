"""Columns of a batch: what they are called counts as the name of a field within the kind."""

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256

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
