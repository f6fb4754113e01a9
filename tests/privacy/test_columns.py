"""Columns of a batch: what they are called counts as the name of a field within the kind."""

from hashlib import sha256

from scarline.privacy import redact
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
