"""What the tagger looks at: for each word that could be a name, numbers of weights.

A feature is a hash of what it says (the word before is "dear", the word ends in -sson, …); its
low bits choose a weight. Neighbours that are names themselves, or masks, all look alike: what
was masked before changes little for the rest.
"""

import numpy as np
import numpy.typing as npt

from scarline.privacy.names import lists
from scarline.privacy.names.tokens import (
    CAPITALISED,
    CAPITALS,
    INITIAL,
    LETTERS,
    MASKED,
    MIXED,
    NUMBER,
    SIGN,
    SMALL,
    Indices,
    Tokens,
)

BITS = 19
"""There are two to this power weights."""

_NAMED = lists.GIVEN | lists.FAMILY
_TOLD = lists.TECHNICAL | lists.CALENDAR
_JARGON = lists.SEEN_LOWER | lists.TECHNICAL
_WORDLIKE = lists.RANK | lists.FOREIGN | _JARGON
_LONGEST = 40
_OF_THE_WORD = lists.RESIDES - 1  # the bits above are for places
_KNOWN_WORD = 2 * lists.RANK_STEP
_SALTS = np.arange(1, 64, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
_NEAR = 80  # characters to either side that tell prose from code
_AROUND = 8  # tokens to either side that tell a sentence from a heading, and the language

# Coarse classes of a neighbour; those of signs and small words are their hashes.
_NAME, _UNKNOWN, _COMMON, _LETTER, _DIGITS, _CODE, _TITLE, _KIN = range(2, 10)


def candidates(tokens: Tokens) -> Indices:
    """Return the tokens that could be part of a name, ascending."""
    shapes, flags = tokens.shapes, tokens.flags
    lengths = tokens.ends - tokens.starts
    named = (flags & _NAMED) > 0
    everyday = (flags & lists.RANK) == lists.RANK
    beside = np.zeros_like(named)
    beside[1:] = named[:-1]
    beside[:-1] |= named[1:]
    may = shapes == CAPITALISED
    may |= (shapes == CAPITALS) & (named | beside)
    may |= ((shapes == LETTERS) | (shapes == MIXED)) & named
    may &= named | ~everyday
    small = shapes == SMALL
    plain = small & named & ((flags & _WORDLIKE) == 0)
    plain |= small & ((flags & lists.GIVEN_TOP) > 0) & ~everyday & ((flags & _JARGON) == 0)
    plain[1:] |= (small & (flags == 0))[1:] & (plain[:-1] | _after_cue(tokens)[1:])
    may |= plain
    at = np.flatnonzero(may & (lengths > 1) & (lengths <= _LONGEST))
    return at[~_inside_code(tokens, at)]


def _after_cue(tokens: Tokens) -> npt.NDArray[np.bool_]:
    """Whether the word before, or the one before a sign, calls for a name."""
    cue = (tokens.flags & (lists.CUE | lists.TITLE)) > 0
    after = np.zeros_like(cue)
    after[1:] = cue[:-1]
    after[2:] |= cue[:-2] & (tokens.shapes == SIGN)[1:-1]
    return after


def _inside_code(tokens: Tokens, at: Indices) -> npt.NDArray[np.bool_]:
    """Whether a token touches what only stands in code, in an address or in a path."""
    starts, ends, folds = tokens.starts[at], tokens.ends[at], tokens.folds
    last = len(folds) - 1
    before = _SIGNS[folds[np.maximum(starts - 1, 0)]] * (starts > 0)
    after = _SIGNS[folds[np.minimum(ends, last)]] * (ends <= last)
    inside = ((before & _BEFORE) | (after & _AFTER)) > 0
    beyond = (_WORDS[tokens.kinds[np.minimum(ends + 1, last)]]) & (ends < last)
    behind = (_WORDS[tokens.kinds[np.maximum(starts - 2, 0)]]) & (starts > 1)
    inside |= ((after & _JOINT) > 0) & beyond
    inside |= ((before & _JOINT) > 0) & behind & (tokens.shapes[at - 2] != INITIAL)
    return np.asarray(inside)


def features(tokens: Tokens, at: Indices, tongue: lists.Hashes) -> npt.NDArray[np.int32]:
    """Return, for each feature (rows) and each candidate (columns), the number of its weight.

    `tongue` is what `tongues` says of the candidates.
    """
    around = at + _STEPS[:, None]
    seen = _seen(tokens, around)
    third, second, left, right, next_, far = seen
    near = _near(tokens, around[1:5], seen[1:5])
    own, coarse = _own(tokens, at, tongue)
    glued, setting = _glued(tokens, at), _setting(tokens, at)
    pair, sides = _both(second, left), _both(left, right)
    rows = np.stack([
        own, tokens.hashes[at] ^ coarse, *_endings(tokens, at, tongue),
        _both(left, glued), _both(right, glued),
        left, right, second, next_, third, far,
        pair, _both(right, next_), sides, _both(third, pair),
        _both(left, own), _both(right, own), _both(left, coarse), _both(right, coarse),
        _both(pair, coarse), _both(sides, coarse),
        _both(near[1], _both(own, near[2])),
        _both(near[0], _both(near[1], _both(coarse, _both(near[2], near[3])))),
        setting, _both(setting, own), _both(setting, coarse), _both(glued, own),
    ])  # fmt: skip
    rows += _SALTS[: len(rows), None]
    return (lists.mixed(rows) >> np.uint64(64 - BITS)).astype(np.int32)


def _both(one: lists.Hashes, other: lists.Hashes) -> lists.Hashes:
    return one * np.uint64(0xBF58476D1CE4E5B9) + other


def _own(tokens: Tokens, at: Indices, tongue: lists.Hashes) -> tuple[lists.Hashes, lists.Hashes]:
    """Return a candidate's shape and all that the lists say of it; and the same in a few bits.

    Each language has its own ways with capitals, so its words count apart.
    """
    flags = (tokens.flags[at] & _OF_THE_WORD).astype(np.uint64)
    shapes = tokens.shapes[at].astype(np.uint64) | tongue << np.uint64(4)
    known = ((flags & np.uint64(lists.RANK)) >= _KNOWN_WORD).astype(np.uint64)
    few = (flags & np.uint64(_NAMED | lists.GIVEN_TOP)) | known << np.uint64(5)
    return shapes << np.uint64(16) | flags, shapes << np.uint64(8) | few


def _seen(tokens: Tokens, at: Indices) -> lists.Hashes:
    """Return what is seen of a neighbour: its class where it could be a name, else its hash."""
    shapes, flags, seen = tokens.shapes[at], tokens.flags[at], tokens.hashes[at]
    kept = ((flags & lists.RANK) >= _KNOWN_WORD) | ((flags & _TOLD) > 0)
    capital = (shapes >= CAPITALISED) & (shapes <= MIXED)
    small = shapes == SMALL
    seen[capital & ~kept] = _UNKNOWN
    named = ((flags & _NAMED) > 0) & ~kept & (capital | small | (shapes == LETTERS))
    seen[named | (shapes == MASKED)] = _NAME
    seen[small & (flags == 0)] = _CODE
    seen[shapes == INITIAL] = _LETTER
    seen[shapes == NUMBER] = _DIGITS
    seen[(flags & lists.TITLE) > 0] = _TITLE
    seen[((flags & lists.KIN) > 0) & small] = _KIN
    return seen


def _near(tokens: Tokens, at: Indices, seen: lists.Hashes) -> lists.Hashes:
    """Return the class of a neighbour, words left out."""
    shapes = tokens.shapes[at]
    told = (seen < 16) | (shapes == SIGN)  # noqa: PLR2004 - the classes end there
    return np.asarray(np.where(told, seen, shapes + np.uint64(16)), np.uint64)


def _glued(tokens: Tokens, at: Indices) -> lists.Hashes:
    """Return whether a candidate touches its neighbours."""
    left = tokens.starts[at] == tokens.ends[at - 1]
    right = tokens.ends[at] == tokens.starts[at + 1]
    return np.asarray(left + np.uint64(2) * right, np.uint64)


def _endings(tokens: Tokens, at: Indices, tongue: lists.Hashes) -> lists.Hashes:
    """Return the hashes of its last two to four letters and its first three, and its length.

    Each language has endings of its own.
    """
    starts, ends = tokens.starts[at], tokens.ends[at]
    shapes = tokens.shapes[at].astype(np.uint64)
    lows = np.stack([*np.maximum(starts, ends - _SIZES[:, None]), starts])
    highs = np.stack([ends, ends, ends, np.minimum(starts + 3, ends)])
    lengths = np.minimum(ends - starts, 14).astype(np.uint64) * np.uint64(16)
    endings = np.stack([*lists.stretch_hashes(tokens.sums, lows, highs), lengths])
    return np.asarray(endings + shapes + (tongue << np.uint64(8)), np.uint64)


def _setting(tokens: Tokens, at: Indices) -> lists.Hashes:
    """Return how much the text around looks like code, and how many of its words are capitals."""
    code = np.zeros(len(tokens.folds) + 1, np.int32)
    np.cumsum(_SIGNS[tokens.folds] >> 3, out=code[1:])
    low = np.maximum(tokens.starts[at] - _NEAR, 0)
    high = np.minimum(tokens.ends[at] + _NEAR, len(tokens.folds))
    signs = (code[high] - code[low]) // 3
    capitals = np.cumsum((tokens.shapes >= CAPITALISED) & (tokens.shapes <= MIXED))
    words = np.cumsum((tokens.shapes != SIGN) & (tokens.shapes != NUMBER))
    left, right = np.maximum(at - _AROUND, 0), np.minimum(at + _AROUND, len(capitals) - 1)
    cased = (capitals[right] - capitals[left]) * 4 // np.maximum(words[right] - words[left], 1)
    setting = np.minimum(signs, 5) * 8 + cased
    return np.asarray(setting, np.uint64)


def tongues(tokens: Tokens, at: Indices) -> lists.Hashes:
    """Return which family of languages the words around are of; 0 for English or none."""
    told = (tokens.flags >> np.uint32(_FIRST_TONGUE)) & np.uint32(15)
    english = (told == 0) & ((tokens.flags & lists.RANK) >= _KNOWN_WORD)
    counts = np.cumsum(_LANES[told | english * np.uint32(16)])
    left = np.maximum(at - _AROUND - 1, 0)
    right = np.minimum(at + _AROUND, len(counts) - 1)
    near = (counts[right] - counts[left]) >> _SHIFTS[:, None] & np.uint64(255)
    return np.asarray(near.argmax(axis=0), np.uint64)


def _signs() -> npt.NDArray[np.uint8]:
    """Return for each code point what it says of a word that it touches."""
    table = np.zeros(0x10000, np.uint8)
    for signs, bit in (
        ("\\$_/#%&~^{", _BEFORE),
        ("@([{=/\\_$<", _AFTER),
        (".:+", _JOINT),
        ("(){}[]<>=;_$\\|&*^~%`#/", 1 << 3),
    ):
        for sign in signs:
            table[ord(sign)] |= bit
    return table


_BEFORE, _AFTER, _JOINT = 1, 2, 4
_FIRST_TONGUE = 22  # the bit of lists.GERMAN
# Counts of the words of English and of each family lie side by side in one number.
_SHIFTS = np.arange(0, 40, 8, dtype=np.uint64)
_LANES = np.array(
    [sum(1 << 8 * (k + 1) for k in range(4) if bits >> k & 1) for bits in range(16)] + [1] * 16,
    np.uint64,
)
_SIGNS = _signs()
_WORDS = np.array([0, 0, 1, 1, 1, 1, 1, 1, 0, 0], np.bool_)
_STEPS = np.array([-3, -2, -1, 1, 2, 3])
_SIZES = np.array([2, 3, 4])
