"""Redaction: the only way from a ``Batch`` to a ``CleanBatch``.

It is not passed in and cannot be switched off; a policy only adds to what goes and says
what takes its place. What cannot be cleaned is dropped, never kept as it came. No socket is
opened, and time is linear in the text.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from scarline.model import Batch, CleanBatch
from scarline.privacy.account import Account
from scarline.privacy.columns import cleaned
from scarline.privacy.documents import Cleaner, Documents
from scarline.privacy.marks import DROPPED, Mode
from scarline.privacy.names import find_each as find_names
from scarline.privacy.policy import Names, Policy, default_policy, read_policy
from scarline.privacy.rules import Category, Rule
from scarline.privacy.stream import Filtered, redact_lines

__all__ = [
    "DROPPED",
    "Account",
    "Category",
    "Cleaner",
    "Filtered",
    "Mode",
    "Names",
    "Policy",
    "Rule",
    "default_policy",
    "find_names",
    "read_policy",
    "redact",
    "redact_each",
    "redact_json",
    "redact_lines",
    "redact_text",
]


def redact_text(text: str, policy: Policy | None = None, account: Account | None = None) -> str:
    """Return ``text`` without personal data and secrets; ``account`` counts what was found."""
    return str(redact_json(text, policy, account))


def redact_json(value: Any, policy: Policy | None = None, account: Account | None = None) -> Any:
    """Return a JSON value without personal data and secrets, in the same shape.

    Objects, lists, texts, numbers and keys are looked into, and so are the texts that are
    wrapped in texts. A number that goes becomes a text; keys that have become alike are
    numbered. What is found anywhere in ``value`` goes everywhere in it.
    """
    cleaner = _cleaner(policy or default_policy())
    return Documents(cleaner, account or Account()).clean([value])[0]


def redact_each(values: Sequence[Any], policy: Policy | None = None) -> list[Any]:
    """Return each of ``values`` as ``redact_json`` returns it, sooner than one after the other."""
    cleaner = _cleaner(policy or default_policy())
    return Documents(cleaner, Account()).clean(values, traces=range(len(values)))


def redact(batch: Batch, policy: Policy | None = None) -> CleanBatch:
    """Return ``batch`` without personal data, in its rows and in its account of itself.

    Every text column is cleaned, and so are the sentences about what was asked and what
    is missing. Series that cannot be told apart once cleaned are kept out, all but the
    first, and counted in ``kept_out``.
    """
    policy = policy or default_policy()
    account = Account()
    clean = cleaned(batch, _cleaner(policy), account)
    return CleanBatch(clean, policy.fingerprint, _told(account))


def _told(account: Account) -> Mapping[str, int]:
    return dict(account.removed)


@lru_cache(maxsize=4)
def _cleaner(policy: Policy) -> Cleaner:
    return Cleaner(policy)
