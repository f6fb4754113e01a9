"""Keys, tokens and passwords: what tells one from a word, a name or a placeholder."""

import math
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Mapping

import re2

LONG = 200
"""Characters; what is longer without a blank is no name, and not looked at further."""

_PART_OF_MOST = 0.75
"""Of the entropy that an alphabet allows: so much tells drawn text from written. truffleHog
(Dylan Ayrey, 2016) asks for 3.0 of the 4 bits of hexadecimal and 4.5 of the 6 of base64, which
detect-secrets kept; the length bounds what a short text can reach."""

_IN_HUMP, _IN_HUMP_NUMBERED, _IN_HUMP_LONG = 4, 3.5, 5
"""Our own measure, on drawn keys and the names in installed packages: drawn text changes
between digits, small letters and capitals every two or three characters, names every five or
more. Names that end in their only number are most like drawn text; in long ones chance plays
less."""

_SHORTEST, _SHORTEST_NUMBERED, _SHORTEST_DRAWN, _ALL_LETTERS, _MANY = 4, 12, 16, 20, 40
_ALL_LETTERS_PASSWORD, _MOST_BLANKS = 8, 4
"""Characters from which on text of its kind can be judged; what is shorter stays."""

_PLACEHOLDER = re2.compile(
    r"(?i)x{4,}|\*{3,}|\.{3}|…|<[^>]*>|\$[{(]|^\$[A-Z_]|\{\{|\}\}|%[({]|%[sdrv]$|example|placeholder"
    r"|change[_-]?(?:me|it|this)|your[_ -]|[_ -]here\b|dummy|redacted|insert[_ -]|replace[_ -]"
    r"|todo|fake|sample|0{8,}|my[_-](?:secret|password|api|token|key)|\bfoo\b|\bbar\b|^\W+$"
)
_PSEUDONYM = re2.compile(r"[a-z0-9]+:[a-z0-9]+")  # within brackets, after what was taken away
_HUMP = re2.compile(r"[a-z]+|[A-Z]+[a-z]*|[0-9]+")
_HEXADECIMAL = re2.compile(r"[0-9a-fA-F-]+")
_DIGEST = re2.compile(r"(?:(?:0x|sha[0-9]+[-:]|md5[-:])?[0-9a-fA-F-]+|sha[0-9]{3}-.*)")

# What refers to a value, or computes it: calls, attributes, paths, addresses, variables.
_REFERENCE = re2.compile(
    r"[$%@{<(\[|&*!]*$|[$%{<\[(]|(?:[A-Za-z_]\w*(?:\.|->|::|\?\.))+[A-Za-z_]\w*$"
    r"|[A-Za-z_][\w.]*[(\[{]|[.~]{0,2}/|[a-z][a-z0-9+.-]*://|(?:arn|vault|ref|file|env|op|sm):"
    r"|[!=]=|=>|->|\\"
)
_NAME = re2.compile(r"[A-Za-z_-]+")
_APP = re2.compile(r"[a-z]{4}(?:-[a-z]{4}){2,3}")
"""Passwords that Google, Apple and others draw for one program: groups of four letters."""

_PASSPHRASE = re2.compile(r"[A-Za-z]{3,9}(?:[ -][A-Za-z]{3,9}){3,7}")
_SENTENCE = re2.compile(
    r"(?i)\b(?:the|and|for|with|from|that|this|has|have|not|are|was|were|will|can|may|should|please"
    r"|use|used|using|when|which|who|then|than|your|our|their|its|but|all|one|only|must|see|via|into)\b"
)
_TYPE = re2.compile(
    r"(?i)(?:secret)?str|string|text|int|integer|number|float|bool|boolean|bytes?|any|object|array"
    r"|list|dict|map|date|datetime|uuid|file|binary|varchar|char|blob|json|yes|no|on|off|nil|none"
    r"|null|true|false|undefined|never|void|unknown|optional|required|hidden|masked|redacted|here"
    r"|below|above|tbd|todo|n/?a|empty|enabled|disabled|ok|okay|error|failed|failure|incorrect"
    r"|invalid|expired|mismatch|accepted|changed|updated|saved|wrong|correct|success|successful"
    r"|done|pending|protected|encrypted|stored|write-?only|read-?only|sensitive|default|this|that"
)
_NUMBERED = re2.compile(r"(?:[A-Za-z]{2,}[0-9]{0,2}[_.-]*)+")
_IDENTIFIER = re2.compile(r"_*[A-Za-z]+(?:[_-]+[A-Za-z]+)*_*[0-9]{0,2}_*")
_NAMES_OF_SECRETS = re2.compile(
    r"(?i)pass|pwd|secret|token|key|cred|auth|login|user|name|field|hash|string|input|value|param"
    r"|text|type|hidden|bytes|regex|label|none|null|true|false|undefined|optional|required|valid"
    r"|must|empty|default|enter|new|confirm|wrong|invalid|forgot|reset|config|setting|option|self"
    r"|any|str$|int$|bool|object|unknown|missing|data|char|len|admin$|test$|prompt|encrypt|plain"
)


def random(value: str) -> bool:
    """Return whether ``value`` looks drawn and not written by a person."""
    return len(value) > LONG or (len(value) >= _SHORTEST_DRAWN and _drawn(value))


def random_mixed(value: str) -> bool:
    """Return whether ``value`` looks drawn and is no digest or UUID."""
    return random(value) and not _DIGEST.fullmatch(value)


def mixed(value: str) -> bool:
    """Return whether ``value`` has digits and letters of both cases, or looks drawn."""
    if len(value) > LONG or _drawn(value):
        return True
    return not _one_case(value) and any(it.isdigit() for it in value) and "_" not in value[5:-5]


def _drawn(value: str) -> bool:
    value = value.rstrip(".:=")
    if _PLACEHOLDER.search(value):
        return False
    letters = "".join(it for it in value if it.isascii() and it.isalnum())
    if letters.isdigit() or (letters.isalpha() and len(letters) < _ALL_LETTERS):
        return False
    if not _uneven(letters):
        return False
    alphabet = 16 if _HEXADECIMAL.fullmatch(value) else 36 if _one_case(value) else 64
    return _entropy(value) >= _PART_OF_MOST * math.log2(min(alphabet, len(value)))


def _one_case(value: str) -> bool:
    return value.islower() or value.isupper()


def _uneven(letters: str) -> bool:
    if letters.rstrip("0123456789").isalpha():
        most = _IN_HUMP_NUMBERED
    else:
        most = _IN_HUMP_LONG if len(letters) >= _MANY else _IN_HUMP
    return len(_HUMP.findall(letters)) >= len(letters) / most


def _entropy(value: str) -> float:
    counts = Counter(value).values()
    return -sum(it / len(value) * math.log2(it / len(value)) for it in counts)


def credential(value: str) -> bool:
    """Return whether ``value`` may follow the scheme of an ``Authorization`` header."""
    if len(value) > LONG:
        return True
    if _PLACEHOLDER.search(value) or _REFERENCE.match(value):
        return False
    return _no_name(value)


def session(value: str) -> bool:
    """Return whether ``value`` may be the id of a session."""
    return credential(value)


def basic(value: str) -> bool:
    """Return whether ``value`` is base64 of a name, a colon and a password (RFC 7617)."""
    value = value[:LONG]
    try:
        plain = b64decode(value + "=" * (-len(value) % 4), validate=True)
    except ValueError:
        return False
    return b":" in plain[1:] and plain.isascii() and plain.decode().isprintable()


def secret(value: str) -> bool:
    """Return whether ``value`` may be a key or secret that is named so."""
    if len(value) > LONG:
        return True
    if _PLACEHOLDER.search(value) or _REFERENCE.match(value) or _PSEUDONYM.fullmatch(value):
        return False
    return len(value) >= _SHORTEST and _no_name(value)


def _no_name(value: str) -> bool:
    if _NUMBERED.fullmatch(value):
        return len(value) >= _SHORTEST_NUMBERED and _drawn(value)
    return any(it.isdigit() for it in value)


def password_quoted(value: str) -> bool:
    """Return whether ``value`` may be a password that stands in quotes."""
    if len(value) > LONG:
        return True
    if _PLACEHOLDER.search(value) or _REFERENCE.match(value):
        return False
    if " " in value.strip():
        few = value.count(" ") <= _MOST_BLANKS
        return (few and any(it.isdigit() for it in value)) or passphrase(value)
    return not (_IDENTIFIER.fullmatch(value) and _NAMES_OF_SECRETS.search(value))


def password_bare(value: str) -> bool:
    """Return whether ``value`` may be a password without quotes: no word, no name."""
    if len(value) > LONG:
        return True
    if _PLACEHOLDER.search(value) or _REFERENCE.match(value):
        return False
    if _NAME.fullmatch(value):
        drawn = value.isalpha() and len(value) >= _ALL_LETTERS_PASSWORD and _uneven(value)
        return drawn or _APP.fullmatch(value) is not None
    return any(it.isdigit() for it in value) or any(it in "!@#$%^*?" for it in value[:-1])


def password_word(value: str) -> bool:
    """Return whether a word may be the password of a setting: no type, no name of what it is."""
    if _PLACEHOLDER.search(value) or _REFERENCE.match(value):
        return False
    return not (_NAMES_OF_SECRETS.search(value) or _TYPE.fullmatch(value))


def passphrase(value: str) -> bool:
    """Return whether ``value`` is some words without those that make a sentence of them."""
    phrase = _PASSPHRASE.fullmatch(value) is not None
    return phrase and not (_NAMES_OF_SECRETS.search(value) or _SENTENCE.search(value))


def password_line(value: str) -> bool:
    """Return whether ``value`` may be a password where nothing else can stand."""
    if len(value) > LONG:
        return True
    if _PLACEHOLDER.search(value) or _REFERENCE.match(value):
        return False
    return not (_IDENTIFIER.fullmatch(value) and _NAMES_OF_SECRETS.search(value))


def password_told(value: str) -> bool:
    """Return whether ``value``, in prose, is no word and no number of characters."""
    value = value[:-1] + value[-1:].strip(".,:;!?)*")
    return len(value) >= _SHORTEST and password_bare(value)


def option(value: str) -> bool:
    """Return whether ``value`` may be what an option of a command gives."""
    return len(value) > LONG or password_bare(re2.sub(r"^-[pawP][ =]?[\"']?", "", value))


def userpass(value: str) -> bool:
    """Return whether ``value`` may be a user and a password, with a colon between."""
    user, _, given = value.partition(":")
    return len(value) > LONG or (password_line(given) and not (user + given).isdigit())


CHECKS: Mapping[str, Callable[[str], bool]] = {
    it.__name__: it
    for it in (
        random,
        mixed,
        random_mixed,
        credential,
        session,
        basic,
        secret,
        password_quoted,
        password_bare,
        password_word,
        passphrase,
        password_line,
        password_told,
        option,
        userpass,
    )
}
