"""What is left of a message once all is taken out that only one occurrence of it has.

Nothing stands where something was taken out: a message in which redaction put a mark, a
pseudonym or nothing at all is left with the same words as before.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from scarline.failures.wording import wording

MOST_CHARACTERS = 4_000
"""A message is read this far: what it is about stands at its beginning."""

MOST_WORDS = 24
"""As many words of a message count: after that come details of one occurrence."""

FEW_WORDS = 3
"""With fewer words than these a message does not tell one cause from another by itself."""

_EAST = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"  # scripts that do not part words
_MARK = re.compile(r"\[[A-Za-z][A-Za-z0-9_]*(?::[A-Za-z0-9]+)*\]|<redacted>|\*{3,}")
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_BORDER = re.compile(rf"(?<=[{_EAST}])(?=[\x21-\x7f])|(?<=[\x21-\x7f])(?=[{_EAST}])")
_FILE = re.compile(r"(?:[A-Za-z]:)?[\w.@~-]{0,80}(?:[\\/][\w.@+%~=-]+){2,}/?|\.{0,2}/[\w.@+%~=-]+")
_PLAIN_FILE = re.compile(r"[a-z_]+\.(?:json|ya?ml|toml|txt|py|js|ts|pt|bin|crt|pem|cfg|ini|sql)")
_CODE = re.compile(
    r"(?i)\b(?:errno|error code|code|status(?: code)?|http|sqlstate|exit (?:code|status))"
    r"[ :=#\[]{0,3}([A-Z]{0,6}-?[0-9]{2,6})\b|\b((?:ORA|AADSTS|TNS)-?[0-9]{3,6})\b"
)
_ASIDE = re.compile(
    r"(?i)\s?\((?:request|trace|session|attempt|try|retry|took|after)\b[^()\n]{0,80}\)"
)
_GONE = re.compile(
    r"(?:[A-Za-z][A-Za-z0-9+.-]{1,14}://|www\.)\S+"  # addresses of the web
    r"|\S{1,64}@\S{1,255}"
    r"|\sat (?:async )?[\w.$<>]+ \([^()\n]*:\d+(?::\d+)?\)"  # frames in one line
    r"|<[^<>\n]{1,80}? at 0x[0-9a-fA-F]+>"
    r"|\b[\w.]{1,80}=(?:'[^'\n]*'|\"[^\"\n]*\"|[^\s,;)\]}]+)"  # what is assigned to a name
    r"|\b[A-Za-z0-9+/_-]{40,}={0,2}"  # keys and digests
)
_QUOTED = re.compile(
    r"(?<!\w)(?:'([^'\n]{0,400})'|\"([^\"\n]{0,400})\"|`([^`\n]{0,400})`)(?!\w)"
    r"|“([^”\n]{0,400})”|„([^“\n]{0,400})“|«\s?([^»\n]{0,400}?)\s?»|「([^」\n]{0,400})」"
)
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$.\-]{0,60}(?:\(\))?")
_OF_CODE = re.compile(r"\w+_\w+|[a-z]+[A-Z]\w*|[A-Z][a-z]+[A-Z]\w*|\w+\(\)|[A-Z_]{4,}|\w+\.\w+")
_OF_ERROR = re.compile(
    r"(?i)\b(?:wrong|invalid|bad|malformed|unexpected|illegal|response)\s+$"
    r"|\b(?:rejected|refused) (?:the|our|its)\s+$|\.$"
)
_WORD = re.compile(r"[^\W\d_][\w'\u2019$]*(?:[.\-][\w$]+)*|_\w+|\d[\w.\-]*")
_BEFORE = re.compile(r"([^\W\d_]+)\W*$")
_AFTER = re.compile(r"\W*([^\W\d_]+)")
_NAMED = r"[A-ZÀ-Þ][a-zß-ÿ'\u2019-]+"
_NAMES = re.compile(rf"(?<![.!?:]\s)(?<=[\w,] ){_NAMED}(?: (?:[A-ZÀ-Þ]\.|{_NAMED}))+")


def plain(text: str) -> str:
    """Return ``text`` without marks of redaction and colours of a terminal, as NFKC."""
    text = unicodedata.normalize("NFKC", text[:MOST_CHARACTERS])
    return _MARK.sub("", _ANSI.sub("", text))


def cut(text: str) -> str:
    """Return ``text`` without what a user or a model wrote and without advice at its end."""
    told = _unquoting(text)
    details = wording().details
    lines = (
        _before(wording().advice, line)
        for line in _ASIDE.sub(" ", told).split("\n")
        if details.search(line) is None
    )
    return "\n".join(line for line in lines if line.strip()) or told


def words(text: str) -> tuple[str, ...]:
    """Return what a message says, word by word as it is spelled, without what varies.

    ``text`` went through :func:`plain`. Numbers, addresses, paths, values and what is quoted
    are taken out; quoted identifiers that name the cause stay.
    """
    text = _BORDER.sub(" ", cut(text))
    codes = [(it[1] or it[2]).upper() for it in _CODE.finditer(text)]
    text = _QUOTED.sub(_unquoted, _GONE.sub(" ", text))
    text = _NAMES.sub(_unnamed, _FILE.sub(_unpathed, text))
    found = [word for word in _words(text) if not any(it.isdigit() for it in word)]
    return (*dict.fromkeys(codes), *found[:MOST_WORDS])


def concepts(said: tuple[str, ...]) -> tuple[str, ...]:
    """Return what ``said`` is about: its words without those that say nothing, sorted.

    Spellings of one meaning are one, so that the order and the form of a sentence count little.
    """
    table = wording()
    lowered = (word.casefold().replace("\u2019", "'") for word in said)
    meant = (table.same.get(word, word) for word in lowered if word not in table.stop)
    return tuple(sorted({_singular(word) for word in meant} - table.stop))


def _unquoting(text: str) -> str:
    """Return what stands before what a user or a model wrote; ``wrong input: ...`` is no quote."""
    for found in wording().quoting.finditer(text):
        if _OF_ERROR.search(text, max(0, found.start() - 20), found.start()) is None:
            return text[: found.start()]
    return text


def _before(pattern: Any, line: str) -> str:
    found = pattern.search(line)
    return line if found is None else line[: found.start()]


def _words(text: str) -> Iterator[str]:
    for found in _WORD.finditer(text):
        word = found[0].strip(".-'\u2019")
        if word and "@" not in word:
            yield word


def _unquoted(found: re.Match[str]) -> str:
    """Return a quoted identifier that names the cause, or nothing."""
    inner = next((it for it in found.groups() if it is not None), "").strip()
    if not _IDENTIFIER.fullmatch(inner):
        return " "
    before = _BEFORE.search(found.string, max(0, found.start() - 40), found.start())
    after = _AFTER.match(found.string, found.end())
    alone = not found.string[: found.start()].strip() and not found.string[found.end() :].strip()
    near = {it[1].casefold() for it in (before, after) if it is not None}
    named = alone or _OF_CODE.fullmatch(inner) is not None or near & wording().naming
    return f" {inner.removesuffix('()')} " if named else " "


def _unpathed(found: re.Match[str]) -> str:
    """Return the name of a file that belongs to the program, or nothing."""
    name = re.split(r"[\\/]", found[0].rstrip("/"))[-1]
    return f" {name} " if _PLAIN_FILE.fullmatch(name) else " "


def _unnamed(found: re.Match[str]) -> str:
    """Return nothing where words in title case are likely to name a person."""
    inside = {word.casefold() for word in found[0].split()}
    return found[0] if inside & wording().titled else " "


def _singular(word: str) -> str:
    plural = len(word) > len("ids") and word.endswith("s") and not word.endswith("ss")
    return word[:-1] if plural and word.isascii() else word
