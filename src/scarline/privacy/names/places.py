"""Places that tell of a person: where somebody lives, was born, travels, or gets letters.

A place by itself is no personal data, and technical prose is full of them: one is found only
beside a cue. Everything is decided on whole arrays, a few tokens before each place.
"""

import numpy as np
import numpy.typing as npt

from scarline.privacy.names import lists
from scarline.privacy.names.tokens import (
    CAPITALISED,
    CAPITALS,
    LETTERS,
    NUMBER,
    SIGN,
    SMALL,
    Indices,
    Tokens,
)

LONGEST = 4
"""Words of the longest name of a place that is looked for: Santa Cruz de Tenerife."""

_CLOSE, _SENTENCE, _RECORD = 3, 6, 14  # tokens before a place in which a cue is looked for
_POSTAL = (4, 6)  # digits of a postal code

_FROM, _LINE = lists.hashes_of(["from", "\n"])
_JOINS = lists.hashes_of([",", "\n", "to", "and"])
_HERE = lists.hashes_of(["city", "town", "country", "state", "location", "address"])
_HOME = lists.hashes_of(["hometown", "birthplace", "residence", "address"])


def places(
    tokens: Tokens, who: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return for each token whether it begins, and whether it is in, the place of a person."""
    at, sizes = _named(tokens, who)
    inside = np.zeros(len(who), np.bool_)
    first = np.zeros(len(who), np.bool_)
    if not len(at):
        return first, inside
    kept = _told(tokens, at, who | tokens.personal)
    small = tokens.shapes[at] == SMALL
    kept &= ~small | _lived(tokens, at)
    for _ in range(2):  # Berlin, Germany; from Paris to London
        for step in range(LONGEST):
            inside[at[kept & (sizes > step)] + step] = True
        behind = inside | tokens.personal
        joined = _among(tokens.hashes[at - 1], _JOINS) & behind[at - 2]
        kept |= joined & ~small
    first[at[kept]] = True
    return first, inside


def _named(tokens: Tokens, who: npt.NDArray[np.bool_]) -> tuple[Indices, npt.NDArray[np.int64]]:
    """Return where the name of a place begins, and its length in words, the longest first."""
    part = (tokens.flags & (lists.PLACE_START | lists.PLACE)) > 0
    shapes = tokens.shapes
    part &= (shapes == CAPITALISED) | (shapes == CAPITALS) | (shapes == SMALL) | (shapes == LETTERS)
    at = np.flatnonzero(part & ~who)
    if not len(at):
        return at, at
    at = at[~((shapes[at] == SMALL) & ((tokens.flags[at] & _WORDLIKE) > 0))]
    sizes = np.zeros(len(at), np.int64)
    for size in range(LONGEST, 0, -1):
        ends = tokens.ends[np.minimum(at + size - 1, len(who) - 1)]
        whole = lists.stretch_hashes(tokens.sums, tokens.starts[at], ends)
        match = (lists.words().look_up(whole) & lists.PLACE) > 0
        sizes[(sizes == 0) & match] = size
    found = sizes > 0
    at, sizes = at[found], sizes[found]
    # what lies inside a longer name that begins before it is no place of its own
    reach = np.maximum.accumulate(at + sizes)
    own = np.ones(len(at), np.bool_)
    own[1:] = at[1:] >= reach[:-1]
    return at[own], sizes[own]


_WORDLIKE = lists.DICTIONARY | lists.SEEN_LOWER


def _told(tokens: Tokens, at: Indices, who: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Whether what stands before a place says that it is somebody's."""
    hashes, shapes = tokens.hashes, tokens.shapes
    told = _lived(tokens, at)
    subject = _before(tokens, at, _SENTENCE, lists.SUBJECT | lists.KIN)
    told |= (hashes[at - 1] == _FROM) & subject
    told |= _beside(tokens, at, who)
    label = at - 1
    for _ in range(3):
        label = np.where(shapes[label] == SIGN, label - 1, label)
    record = _any(who, at, _RECORD)
    told |= _among(hashes[label], _HOME) & (label < at - 1)
    told |= _among(hashes[label], _HERE) & record
    number = _any(shapes == NUMBER, at, _SENTENCE + 2)
    told |= _before(tokens, at, _SENTENCE, lists.STREET, across=True) & number
    digits = tokens.ends[at - 1] - tokens.starts[at - 1]
    postal = (shapes[at - 1] == NUMBER) & (digits >= _POSTAL[0]) & (digits <= _POSTAL[1])
    return np.asarray(told | postal & record)


def _lived(tokens: Tokens, at: Indices) -> npt.NDArray[np.bool_]:
    """Whether somebody lives, was born or travels there: `moved with her dog to`."""
    towards = (tokens.flags[at - 1] & lists.TOWARDS) > 0
    return towards & _before(tokens, at, _SENTENCE, lists.RESIDES)


def _beside(tokens: Tokens, at: Indices, who: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Whether a person stands right before, with nothing but signs or `of`, `in` between."""
    there = _behind(at, _CLOSE)
    joins = (tokens.shapes[there] == SIGN) | ((tokens.flags[there] & lists.TOWARDS) > 0)
    open_ = np.ones_like(joins)
    open_[1:] = np.logical_and.accumulate(joins[:-1], axis=0)
    return np.asarray((open_ & who[there]).any(axis=0))


def _before(
    tokens: Tokens, at: Indices, reach: int, bit: int, *, across: bool = False
) -> npt.NDArray[np.bool_]:
    """Whether one of so many tokens before is of this kind, on the same line if not `across`."""
    there = _behind(at, reach)
    marked = (tokens.flags[there] & bit) > 0
    if not across:
        marked &= np.logical_and.accumulate(tokens.hashes[there] != _LINE, axis=0)
    return np.asarray(marked.any(axis=0))


def _behind(at: Indices, reach: int) -> Indices:
    """Return the tokens before each place, the nearest in the first row."""
    return np.asarray(np.maximum(at - np.arange(1, reach + 1)[:, None], 0))


def _any(marked: npt.NDArray[np.bool_], at: Indices, reach: int) -> npt.NDArray[np.bool_]:
    """Whether one of so many tokens before is marked."""
    sums = np.zeros(len(marked) + 1, np.int32)
    np.cumsum(marked, out=sums[1:])
    return np.asarray(sums[at] > sums[np.maximum(at - reach, 0)])


def _among(hashes: lists.Hashes, few: lists.Hashes) -> npt.NDArray[np.bool_]:
    return np.asarray((hashes[:, None] == few).any(axis=1))
