"""Documents cleaned: every text, key and number of JSON values that belong together.

First a document is taken apart into its texts, then all of them are cleaned, then what was
found in one is taken away wherever else it stands, then it is put together again in the
same shape.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa

from scarline.privacy.account import Account
from scarline.privacy.chunks import Known, all_joined, rejoined
from scarline.privacy.fields import Field, Fields
from scarline.privacy.marks import DROPPED
from scarline.privacy.nodes import Json, Leaf, Object, together
from scarline.privacy.plain import Unreadable
from scarline.privacy.policy import Policy
from scarline.privacy.rules import Category
from scarline.privacy.schemas import SAYS_WHAT, is_schema
from scarline.privacy.shapes import only_marks, without_marks
from scarline.privacy.spread import spread
from scarline.privacy.texts import Text, Texts
from scarline.privacy.wrapped import is_json, parsed

MOST_DEPTH = 100
"""Levels of lists and objects, with those in texts of JSON; what lies deeper is dropped."""

MOST_WRAPPED = 4
"""How many texts within texts are unwrapped; what is wrapped deeper is dropped."""

_SMALL = 100_000  # numbers below name nobody, unless their field says so
_JWK_PRIVATE = frozenset(("d", "p", "q", "dp", "dq", "qi", "k"))  # RFC 7518 §6
_PRIVATE_KEY = Field("private_key", Category.SECRET, ())
_NAMING = ("key", "name", "field", "label", "type", "title", "question", "attribute", "property")
_NAMED = ("value", "val", "answer", "content", "text", "input", "data")


class Place(NamedTuple):
    """Where a value stands: the name of its field, with that around it, and what both say."""

    name: str = ""
    label: str = ""
    field: Field | None = None


class Cleaner:
    """A policy, ready to clean documents."""

    def __init__(self, policy: Policy) -> None:
        self.texts = Texts(policy)
        self.fields = Fields(policy.fields)


class Documents:
    """Documents that are cleaned together: each a value, or several that belong together."""

    def __init__(self, cleaner: Cleaner, account: Account, level: int = 0) -> None:
        self._cleaner, self._account, self._level = cleaner, account, level
        self._texts: dict[Text, int] = {}
        self._cleaned: list[str] = []
        self._parsed: dict[str, Any] = {}
        self._known: Known = {}
        self._prose = True
        self._trace = 0

    def clean(
        self,
        values: Sequence[Any],
        label: str = "",
        *,
        prose: bool = True,
        traces: Sequence[int] | None = None,
    ) -> list[Any]:
        """Return ``values`` without what the policy names, each in its shape.

        ``label`` names the field that they are the values of; where it is not ``prose``,
        nobody is looked for by name. Values with the same number in ``traces`` belong
        together, without it all do: what is found in one of them goes from all.
        """
        self._prose = prose
        place = Place(label, label, self._cleaner.fields.named("", label))
        nodes = []
        with suppress(Exception):  # then each is searched alone, and what fails is not kept
            self._parsed, joins = all_joined(values)
            self._known = self._cleaner.texts.found_in(joins)
        for value, trace in zip(values, traces or [0] * len(values), strict=True):
            self._trace = trace
            try:
                nodes.append(self._apart(value, place, MOST_DEPTH))
            except Exception:  # noqa: BLE001 - whatever went wrong, the value is not kept
                self._account.drop("an error while it was taken apart")
                nodes.append(DROPPED)
        texts = list(self._texts)
        self._cleaned = self._cleaner.texts.cleaned(texts, self._account, self._within)
        if self._level == 0:
            self._spread(texts)
        return [together(it, self._cleaned) for it in nodes]

    def bare(self, words: pa.Array, label: str) -> bool:
        """Return whether nothing is found in any of the words of a column, plainly."""
        field = self._cleaner.fields.named("", label)
        return (field is None or field.kept) and self._cleaner.texts.words.bare(words, label)

    def words(self, words: Sequence[str | None], label: str) -> list[Any]:
        """Return words of a column that belong together, without what the policy names."""
        field = self._cleaner.fields.named("", label)
        if field is None or field.kept:
            sure = self._cleaner.texts.words.clean(words, label)
            doubtful = [it for it in words if it and it not in sure]
            tried = Account()
            if Documents(self._cleaner, tried).clean(doubtful, label, prose=False) == doubtful:
                return list(words)
        return self.clean(words, label, prose=False)  # what is found in one goes from all

    def _spread(self, texts: Sequence[Text]) -> None:
        values, self._account.values = self._account.values, {}
        if not values:
            return
        marks = self._cleaner.texts.policy.marks
        again = spread(texts, self._cleaned, values, marks, self._account)
        left = [texts[at]._replace(text=self._cleaned[at]) for at in again]
        after = self._cleaner.texts.cleaned(left, self._account, self._within)
        for at, new in zip(again, after, strict=True):
            self._cleaned[at] = new
        self._account.values = {}

    def _within(self, values: Sequence[Any], traces: Sequence[int]) -> Sequence[Any]:
        if not values:
            return values
        if self._level >= MOST_WRAPPED:
            for _ in values:
                self._account.drop("wrapped too deep")
            return [DROPPED] * len(values)
        inner = Documents(self._cleaner, self._account, self._level + 1)
        return inner.clean(values, traces=traces)

    def _apart(self, value: Any, place: Place, depth: int) -> Any:
        """Return ``value`` as a node: what has to be cleaned is noted and stands by number."""
        match value:
            case str():
                return self._text(value, place, depth)
            case None | bool():
                return value
            case int() | float() | msgspec.Raw():
                return self._number(value, place)
            case dict() | list() | tuple():
                return self._container(value, place, depth)
            case bytes() | bytearray():
                return self._bytes(bytes(value), place, depth)
        return self._text(str(value), place, depth)

    def _container(self, value: Any, place: Place, depth: int) -> Any:
        if depth <= 0:
            self._account.drop("too deep")
            return DROPPED
        if isinstance(value, dict):
            return self._object(value, place, depth)
        items = rejoined(value, self._cleaner.texts, self._account, self._known)
        return [self._apart(it, place, depth - 1) for it in items]

    def _text(self, text: str, place: Place, depth: int) -> Any:
        field = place.field
        if field is not None and not field.kept and field.holds(text):
            return self._whole(field, text)
        if is_json(text):
            try:
                inner = self._parsed[text] if text in self._parsed else parsed(text)
            except Unreadable as reason:
                self._account.drop(str(reason))
                return DROPPED
            except ValueError:
                pass
            else:
                return Json(self._apart(inner, place, depth - 1), text)
        kept = field is not None and field.kept
        return self._leaf(text, place, prose=self._prose and not kept)

    def _number(self, value: Any, place: Place) -> Any:
        digits = bytes(value).decode() if isinstance(value, msgspec.Raw) else str(value)
        field = place.field
        if field is not None and field.holds(digits):
            return value if field.kept else self._whole(field, digits)
        if not isinstance(value, int) or abs(value) < _SMALL:
            return value
        return self._leaf(digits, place, prose=False)._replace(number=value)

    def _bytes(self, value: bytes, place: Place, depth: int) -> Any:
        try:
            return self._text(value.decode(), place, depth)
        except UnicodeDecodeError:
            self._account.drop("undecodable")
            return DROPPED

    def _object(self, value: dict[Any, Any], place: Place, depth: int) -> Any:
        told = next((value[it] for it in _NAMING if isinstance(value.get(it), str)), None)
        members = []
        for key, member in value.items():
            own = key if isinstance(key, str) else str(key)
            inner = self._inner(own, place)
            if told is not None and inner.field is None and own in _NAMED:
                inner = self._inner(told, place)
            if own in SAYS_WHAT and is_schema(value):
                inner = inner._replace(field=None)
            if own in _JWK_PRIVATE and "kty" in value:
                inner = inner._replace(field=_PRIVATE_KEY)
            members.append(
                (
                    self._leaf(own, Place(), prose=self._prose and " " in own),
                    self._apart(member, inner, depth - 1),
                )
            )
        return Object(members)

    def _inner(self, name: str, place: Place) -> Place:
        """Return the place of a member; within a field that goes, all of them go."""
        field = self._cleaner.fields.named(place.name, name)
        outer = place.field
        if field is None and outer is not None and outer.spans:
            field = outer
        return Place(name, without_marks(f"{place.name} {name}".encode()).decode(), field)

    def _leaf(self, text: str, place: Place, *, prose: bool) -> Leaf:
        key = Text(text, place.label, prose, self._trace)
        return Leaf(self._texts.setdefault(key, len(self._texts)))

    def _whole(self, field: Field, value: str) -> str:
        """Take a whole value away, unless that was done already or the user lets it stay."""
        policy = self._cleaner.texts.policy
        if only_marks(value) or policy.allows(value):
            return value
        self._account.take(field.name, field.category, value, self._trace)
        return policy.marks.of(field.name, field.category, value)
