"""Texts cleaned: found by rules, by names and within what is wrapped, merged once, replaced.

It is done again until nothing changes, so that redacting twice changes nothing: what was
taken away may leave its neighbours looking like something else.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

from scarline.privacy.account import Account
from scarline.privacy.cuts import Cut, merged
from scarline.privacy.finder import REFUSED, Finder
from scarline.privacy.marks import DROPPED
from scarline.privacy.plain import Plain, Unreadable, plain
from scarline.privacy.policy import Policy
from scarline.privacy.rules import Category
from scarline.privacy.screen import nothing_in
from scarline.privacy.shapes import only_marks, protected, within
from scarline.privacy.words import Words
from scarline.privacy.wrapped import SHORTEST, Wrapped, wrapped

MOST_CHARACTERS = 1_000_000
"""A longer text is dropped whole."""

MOST_ROUNDS = 6
"""A text that still changes then is dropped whole."""

Within = Callable[[Any, int], Any]
"""Cleans what was wrapped in a text (another text, a value of JSON) of a document."""

_TOGETHER = 200_000  # characters that are searched for names together, about
_REFUSED = "too much in it to check"
_NAMED = {"person": Category.PERSON, "place": Category.PLACE}
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
        self._finder = Finder(policy.rules)
        self.words = Words(self._finder)
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

    def found(self, text: str, *, prose: bool) -> list[Cut]:
        """Return what is found in ``text``; nothing if it cannot be read."""
        if _known(Text(text, prose=prose)) in self._clean:
            return []
        try:
            own = plain(text)
            cuts = self._ruled(Text(text), own)
        except Unreadable:
            return []
        found = merged(cuts + (self._people([own])[0] if prose else []))
        if not found:
            self._remember([Text(text, prose=prose)], [text])
        return found

    def _round(self, texts: Sequence[Text], account: Account, within: Within) -> list[str]:
        read = [_read(it.text, account) for it in texts]
        named = self._named(texts, read, account)
        clean = nothing_in(
            self._finder, [(it.label, own) for it, own in zip(texts, read, strict=True)]
        )
        after = []
        for at, (it, own, people) in enumerate(zip(texts, read, named, strict=True)):
            if own is None:
                after.append(DROPPED)
                continue
            try:
                cuts = people if at in clean else self._ruled(it, own) + people
                if len(it.text) >= SHORTEST:
                    cuts += _unwrapped(it, own, within)
                after.append(self._applied(it, cuts, account) if cuts else it.text)
            except Unreadable as reason:
                account.drop(str(reason))
                after.append(DROPPED)
            except Exception:  # noqa: BLE001 - whatever went wrong, the text is not kept
                account.drop("an error while it was cleaned")
                after.append(DROPPED)
        return after

    def _ruled(self, it: Text, own: Plain) -> list[Cut]:
        found = self._finder.find(own.data, it.label)
        if not found:
            return []
        cuts = []
        spans = own.characters([hit[:2] for hit in found])
        for (start, end), hit in zip(spans, found, strict=True):
            if hit.rule == REFUSED:
                cuts.append(Cut(*own.written(start, end), 0, _REFUSED, Category.SECRET, DROPPED))
            else:
                rule = self.policy.rules[hit.rule]
                cuts.append(Cut(*own.written(start, end), hit.rule, rule.name, rule.category))
        return cuts

    def _named(
        self, texts: Sequence[Text], read: list[Plain | None], account: Account
    ) -> list[list[Cut]]:
        """Return for each text the people and places in it; where that fails, none is read."""
        found: list[list[Cut]] = [[] for _ in texts]
        prose = [at for at, it in enumerate(texts) if it.prose and read[at] is not None]
        for part in _parts(prose, read):
            own = [it for at in part if (it := read[at]) is not None]
            try:
                for at, cuts in zip(part, self._people(own), strict=True):
                    found[at] = cuts
            except Exception:  # noqa: BLE001 - whatever went wrong, the texts are not kept
                for at in part:
                    account.drop("an error while names were looked for")
                    read[at] = None
        return found

    def _people(self, read: Sequence[Plain]) -> list[list[Cut]]:
        rank = len(self.policy.rules)
        found = []
        for own, named in zip(read, self.policy.names([it.text for it in read]), strict=True):
            shapes = own.characters(protected(own.data)) if named else []
            found.append(
                [
                    Cut(*own.written(start, end), rank, name, _NAMED[name])
                    for start, end, name in named
                    if not within(start, end, shapes)
                ]
            )
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
                if cut.name == _REFUSED:
                    account.drop(_REFUSED)
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


def _parts(places: Sequence[int], read: Sequence[Plain | None]) -> Iterator[list[int]]:
    """Yield ``places`` in parts that are searched for names together."""
    part: list[int] = []
    length = 0
    for at in places:
        own = read[at]
        part.append(at)
        length += len(own.text) if own is not None else 0
        if length > _TOGETHER:
            yield part
            part, length = [], 0
    if part:
        yield part


def _read(text: str, account: Account) -> Plain | None:
    try:
        if len(text) <= MOST_CHARACTERS:
            return plain(text)
        account.drop("too long")
    except Unreadable as reason:
        account.drop(str(reason))
    return None


def _unwrapped(it: Text, own: Plain, within: Within) -> Iterator[Cut]:
    """Yield what is wrapped in a text and changes when it is cleaned."""

    def clean(value: Any) -> Any:
        return within(value, it.trace)

    for inner in wrapped(it.text):
        yield from _cleaned(inner, (inner.start, inner.end), clean)
    if own.levels:
        for inner in wrapped(own.text):
            span = own.written(inner.start, inner.end)
            for cut in _cleaned(inner, span, clean):
                escaped = '\\"' in it.text[slice(*span)]
                yield cut._replace(instead=json.dumps(cut.instead)[1:-1]) if escaped else cut


def _cleaned(it: Wrapped, span: tuple[int, int], clean: Callable[[Any], Any]) -> Iterator[Cut]:
    value = clean(it.value)
    if value != it.value:
        yield Cut(*span, 0, "", Category.SECRET, it.wrap(value))
