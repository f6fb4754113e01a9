"""Texts cleaned: found by rules, by names and within what is wrapped, merged once, replaced.

It is done again until nothing changes, so that redacting twice changes nothing: what was
taken away may leave its neighbours looking like something else.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

from scarline.privacy.account import Account
from scarline.privacy.cuts import Cut, merged
from scarline.privacy.findings import TOO_MUCH, Findings
from scarline.privacy.marks import DROPPED
from scarline.privacy.plain import Plain, Unreadable, plain
from scarline.privacy.policy import Policy
from scarline.privacy.rules import Category
from scarline.privacy.shapes import only_marks
from scarline.privacy.words import Words
from scarline.privacy.wrapped import SHORTEST, Wrapped, wrapped

MOST_CHARACTERS = 1_000_000
"""A longer text is dropped whole."""

MOST_ROUNDS = 6
"""A text that still changes then is dropped whole."""

Within = Callable[[Sequence[Any], Sequence[int]], Sequence[Any]]
"""Cleans what was wrapped in texts (other texts, values of JSON), by the document of each."""

_BROKEN = "an error while it was cleaned"
_REMEMBERED = 100_000  # texts known to be clean, at most
_SHORT = 200  # characters of a text that is remembered itself; of a longer one it is a digest


class Text(NamedTuple):
    """A text of a document, the name of its field, and whether people may have written it."""

    text: str
    label: str = ""
    prose: bool = True
    trace: int = 0


class Texts:
    """Cleans texts, many at once: names are looked for in all of them together."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.findings = Findings(policy)
        self.words = Words(self.findings.finder)
        self._clean: set[tuple[str | bytes, str, bool]] = set()

    def cleaned(self, texts: Sequence[Text], account: Account, within: Within) -> list[str]:
        """Return ``texts`` without what the policy names."""
        result = [it.text for it in texts]
        left = [at for at, it in enumerate(texts) if _known(it) not in self._clean]
        for _ in range(MOST_ROUNDS):
            now = [texts[at]._replace(text=result[at]) for at in left]
            after = self._round(now, account, within)
            self._remember(now, after)
            changed = []
            for at, old, new in zip(left, now, after, strict=True):
                if new not in (old.text, DROPPED):
                    changed.append(at)
                result[at] = new
            left = changed
            if not left:
                return result
        for at in left:
            account.drop("it kept changing")
            result[at] = DROPPED
        return result

    def found_in(self, texts: Iterable[tuple[str, bool]]) -> dict[tuple[str, bool], list[Cut]]:
        """Return what is found in each text, which is prose or is not; see ``Findings``."""
        asked = dict.fromkeys(texts)
        new = [it for it in asked if _known(Text(it[0], prose=it[1])) not in self._clean]
        found = self.findings.of_each(new)
        clean = [Text(text, prose=prose) for (text, prose), cuts in found.items() if not cuts]
        self._remember(clean, [it.text for it in clean])
        return {it: found.get(it, []) for it in asked}

    def _round(self, texts: Sequence[Text], account: Account, within: Within) -> list[str]:
        read = [_read(it.text, account) for it in texts]
        cuts = self._found(texts, read, account)
        for at, cut in _unwrapped(texts, read, account, within):
            cuts[at].append(cut)
        after = []
        for it, own, each in zip(texts, read, cuts, strict=True):
            try:
                clean = DROPPED if own is None else self._applied(it, each, account)
            except Exception:  # noqa: BLE001 - whatever went wrong, the text is not kept
                account.drop(_BROKEN)
                clean = DROPPED
            after.append(clean)
        return after

    def _found(
        self, texts: Sequence[Text], read: list[Plain | None], account: Account
    ) -> list[list[Cut]]:
        """Return what is found in each text; where looking fails, none of them is read."""
        found: list[list[Cut]] = [[] for _ in texts]
        there = [(at, own) for at, own in enumerate(read) if own is not None]
        prose = [(at, own) for at, own in there if texts[at].prose]
        try:
            ruled = self.findings.by_rules([(texts[at].label, own) for at, own in there])
            named = self.findings.by_name([own for _, own in prose])
            for (at, _), cuts in (*zip(there, ruled, strict=True), *zip(prose, named, strict=True)):
                found[at] += cuts
        except Exception:  # noqa: BLE001 - whatever went wrong, the texts are not kept
            for at, _ in there:
                account.drop(_BROKEN)
                read[at] = None
        return found

    def _applied(self, it: Text, cuts: Sequence[Cut], account: Account) -> str:
        text = it.text
        pieces: list[str] = []
        at = 0
        for cut in merged(cuts):
            value = text[cut.start : cut.end]
            if cut.instead is None and (only_marks(value) or self.policy.allows(value)):
                continue
            pieces.append(text[at : cut.start])
            at = cut.end
            if cut.instead is not None:
                pieces.append(cut.instead)
                if cut.name == TOO_MUCH:
                    account.drop(TOO_MUCH)
            else:
                account.take(cut.name, cut.category, value, it.trace)
                pieces.append(self.policy.marks.of(cut.name, cut.category, value))
        return "".join([*pieces, text[at:]])

    def _remember(self, before: Sequence[Text], after: Sequence[str]) -> None:
        if len(self._clean) > _REMEMBERED:
            self._clean.clear()
        self._clean.update(
            _known(it) for it, new in zip(before, after, strict=True) if it.text == new
        )


def _known(it: Text) -> tuple[str | bytes, str, bool]:
    """Return what a clean text is remembered by: system prompts come with every trace."""
    text = it.text
    if len(text) <= _SHORT:
        return text, it.label, it.prose
    return blake2b(text.encode(errors="surrogatepass")).digest(), it.label, it.prose


def _read(text: str, account: Account) -> Plain | None:
    try:
        if len(text) <= MOST_CHARACTERS:
            return plain(text)
        account.drop("too long")
    except Unreadable as reason:
        account.drop(str(reason))
    return None


def _unwrapped(
    texts: Sequence[Text], read: list[Plain | None], account: Account, within: Within
) -> Iterator[tuple[int, Cut]]:
    """Yield what is wrapped in texts and changes when it is cleaned, with the number of its text.

    All of it is cleaned at once. A text in which it is too deep is not read.
    """
    places: list[tuple[int, Wrapped, bool]] = []
    for at, (it, own) in enumerate(zip(texts, read, strict=True)):
        if own is None or len(it.text) < SHORTEST:
            continue
        try:
            places += [(at, inner, False) for inner in wrapped(it.text)]
            places += [(at, inner, True) for inner in (wrapped(own.text) if own.levels else ())]
        except Unreadable as reason:
            account.drop(str(reason))
            read[at] = None
    values = [inner.value for _, inner, _ in places]
    try:
        clean = within(values, [texts[at].trace for at, _, _ in places])
    except Exception:  # noqa: BLE001 - whatever went wrong, the texts are not kept
        for at in {at for at, _, _ in places}:
            account.drop(_BROKEN)
            read[at] = None
        return
    for (at, inner, folded), value in zip(places, clean, strict=True):
        own = read[at]
        if value == inner.value or own is None:
            continue
        try:
            yield at, _replaced(inner, value, texts[at].text, own if folded else None)
        except Exception:  # noqa: BLE001 - what cannot be wrapped again is not kept
            account.drop(_BROKEN)
            read[at] = None


def _replaced(inner: Wrapped, value: Any, text: str, own: Plain | None) -> Cut:
    """Return the cut that puts ``value`` in the place of what was wrapped.

    ``own`` is the plain form of ``text`` if it was found in that.
    """
    instead, span = inner.wrap(value), (inner.start, inner.end)
    if own is not None:
        span = own.written(*span)
        if '\\"' in text[slice(*span)]:
            instead = json.dumps(instead)[1:-1]
    return Cut(*span, 0, "", Category.SECRET, instead)
