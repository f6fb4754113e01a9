"""The rules: what counts as personal or secret, one row each.

Each row carries a text that must go and one that must stay, so that the table is
documentation and test at once. Patterns are RE2: time is linear in the text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing to take away. Its name, in brackets, stands in its place."""

    name: str
    pattern: str
    goes: str
    stays: str


RULES: Sequence[Rule] = (
    Rule(
        name="private_key",
        pattern=r"-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?",
        goes="-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----",
        stays="-----BEGIN CERTIFICATE-----",
    ),
    Rule(
        name="jwt",
        pattern=r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*",
        goes="eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
        stays="eyJ.a.b",
    ),
    Rule(
        name="url_credentials",
        pattern=r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/@\[\]]+@",
        goes="postgresql://admin:hunter2@db.example/orders",
        stays="https://db.example/@team",
    ),
    Rule(
        name="authorization",
        pattern=r"(?i)\b(?:bearer|basic)[ :=]+[A-Za-z0-9+/_=.-]{12,}",
        goes="Authorization: Bearer 0123456789abcdefghij",
        stays="bearer of news",
    ),
    Rule(
        name="aws_access_key",
        pattern=r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b",
        goes="AKIAIOSFODNN7EXAMPLE",
        stays="AKIA-NOT-A-KEY",
    ),
    Rule(
        name="secret_assignment",
        pattern=(
            r"(?i)\b(?:api[_-]?key|app(?:lication)?[_-]?key|access[_-]?token|auth[_-]?token|"
            r"client[_-]?secret|password|passwd|secret)[\"']?[ ]*[:=][ ]*[\"']?[^\s\"',;&\[\]]{4,}"
        ),
        goes="dd-api-key: 0123456789abcdef0123456789abcdef",
        stays="team:secret-santa",
    ),
    Rule(
        name="email",
        pattern=(
            r"[\pL\pN.!#$%&'*+/=?^_`{|}~-]+(?:@|%40)"
            r"[\pL\pN](?:[\pL\pN-]*[\pL\pN])?(?:\.[\pL\pN](?:[\pL\pN-]*[\pL\pN])?)+"
        ),
        goes="jane.doe+orders@mail.example.org",
        stays="orders@2 replicas",
    ),
)


def fingerprint(rules: Sequence[Rule]) -> str:
    """Return a short digest of the rules, kept beside what they cleaned."""
    return sha256(repr([(rule.name, rule.pattern) for rule in rules]).encode()).hexdigest()[:16]
