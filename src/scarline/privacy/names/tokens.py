"""Text as tokens, in arrays: where each begins and ends, its shape, its hash, what it may be.

A word is a run of letters, digits, marks and inner apostrophes; an ideograph run, a run of one
symbol, a line's end and a mask such as `[person]` are tokens too. Everything is done on whole
arrays, so that the time is linear in the text whatever stands in it.
"""

import re
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from scarline.privacy.names import lists

_Number = TypeVar("_Number", bound=np.generic)
Indices = npt.NDArray[np.int64]

# The class of a character, as letters.npz has it.
SPACE, NEWLINE, LOWER, UPPER, UNCASED, IDEOGRAPH, DIGIT, MARK, SYMBOL, MASK = range(10)

# The shape of a token.
SMALL, CAPITALISED, CAPITALS, INITIAL, MIXED, NUMBER, LETTERS, IDEOGRAPHS, SIGN, MASKED = range(10)

PAD = 4
"""Empty tokens before the first and after the last, so that every token has neighbours."""

MASK_HASH = np.uint64(1)
"""Stands for every mask: what was masked is taken for a name by what stands beside it."""

_MASKS = re.compile(r"\[[a-z][a-z0-9_]{0,30}(?::[A-Za-z0-9_:.+/=…-]{0,120})?\]")
_OF_A_PERSON = re.compile(r"\[(?:person|name|place|address|street|postal|zip)")
_PERSONAL = 0xE000  # a private letter: the fold of a mask's first character
# Bits of a character, gathered over its token.
_HAS_LOWER, _HAS_UPPER, _HAS_DIGIT, _HUMP, _HAS_UNCASED = 1, 2, 4, 8, 16
_SIGNS = 3
_GROUPS = np.array([0, 3, 1, 1, 1, 2, 1, 1, 3, 4], np.uint8)
_BITS = np.array([0, 0, 1, 2, 16, 0, 4, 0, 0, 0], np.uint8)
_LEAD, _TRAIL = [1, 0, 1, 0], [0, 1, 0, 1]  # so that a text ends as a line does
_APOSTROPHE, _BACKSLASH, _LINE = ord("'"), ord("\\"), ord("\n")


class Tokens(NamedTuple):
    """The tokens of a text, with `PAD` empty ones at either end.

    starts, ends: offsets in the text. shapes: see above. hashes: of the folded text, a mask's is
    `MASK_HASH`. flags: what `lists` says of it. sums: for the hash of any stretch. kinds: the
    class of each character. folds: the letter that it folds to. personal: whether a token is a
    mask of a person or of where one lives.
    """

    starts: Indices
    ends: Indices
    shapes: npt.NDArray[np.uint8]
    hashes: lists.Hashes
    flags: lists.Flags
    sums: lists.Hashes
    kinds: npt.NDArray[np.uint8]
    folds: npt.NDArray[np.uint16]
    personal: npt.NDArray[np.bool_]


def tokens_of(text: str) -> Tokens:
    """Cut a text into tokens."""
    kinds, folds = _characters(text)
    groups = _GROUPS[kinds]
    changes = groups[1:] != groups[:-1]
    changes |= (groups[1:] == _SIGNS) & (folds[1:] != folds[:-1])
    filled = groups != 0
    starts = np.flatnonzero(filled & np.append(True, changes))
    ends = np.flatnonzero(filled & np.append(changes, True)) + 1
    bits = _BITS[kinds]
    bits[1:][_humps(kinds, folds)] |= _HUMP
    shapes = _shapes(kinds, bits, starts, ends)
    ends = _without_possessive(folds, ends, shapes)
    personal = (shapes == MASKED) & (folds[starts] == _PERSONAL)
    sums = lists.prefix_sums(folds)
    hashes = lists.stretch_hashes(sums, starts, ends)
    hashes[shapes == MASKED] = MASK_HASH
    flags = np.zeros(len(starts), np.uint32)
    worded = np.flatnonzero((shapes != SIGN) & (shapes != NUMBER) & (shapes != MASKED))
    flags[worded] = lists.words().look_up(hashes[worded])
    return Tokens(
        _padded(starts, 0, len(text)), _padded(ends, 0, len(text)), _padded(shapes, SIGN, SIGN),
        np.concatenate([lists.BORDERS[_LEAD], hashes, lists.BORDERS[_TRAIL]]),
        _padded(flags, 0, 0), sums, kinds, folds, _padded(personal, 0, 0),
    )  # fmt: skip


def _characters(text: str) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint16]]:
    """Return the class of each character and the letter that it folds to."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    points = np.minimum(points, 0xFFFF)
    table = lists.letters()
    kinds, folds = table.kinds[points], table.folds[points]
    inner = np.flatnonzero(folds[1:-1] == _APOSTROPHE) + 1
    lettered = (kinds >= LOWER) & (kinds <= UNCASED)
    kinds[inner[lettered[inner - 1] & lettered[inner + 1]]] = MARK
    # The two characters of an escaped line's end are one.
    escapes = np.flatnonzero(folds[:-1] == _BACKSLASH)
    escapes = escapes[np.isin(points[escapes + 1], [ord("n"), ord("r"), ord("t")])]
    kinds[escapes] = kinds[escapes + 1] = NEWLINE
    if "[" in text:
        for mask in _MASKS.finditer(text):
            kinds[mask.start() : mask.end()] = MASK
            folds[mask.start()] = _PERSONAL if _OF_A_PERSON.match(mask[0]) else 0
    folds[kinds == NEWLINE] = _LINE
    return kinds, folds


def _humps(kinds: npt.NDArray[np.uint8], folds: npt.NDArray[np.uint16]) -> npt.NDArray[np.bool_]:
    """Whether each character but the first is a capital inside a word, as in `nodeName`.

    The capital of McDonald is none; that of an identifier like `DMca` is, as its word is mixed
    in another place.
    """
    humps = (kinds[1:] == UPPER) & (kinds[:-1] == LOWER)
    after_mc = (kinds[:-2] == UPPER) & (folds[:-2] == ord("m")) & (folds[1:-1] == ord("c"))
    humps[1:] &= ~after_mc
    humps[:-1] |= (kinds[:-2] == UPPER) & (kinds[1:-1] == UPPER) & (kinds[2:] == LOWER)
    return np.asarray(humps)


def _shapes(
    kinds: npt.NDArray[np.uint8], bits: npt.NDArray[np.uint8], starts: Indices, ends: Indices
) -> npt.NDArray[np.uint8]:
    if not len(starts):
        return np.zeros(0, np.uint8)
    has = np.bitwise_or.reduceat(bits, starts)
    first = kinds[starts]
    upper, lower = (has & _HAS_UPPER) > 0, (has & _HAS_LOWER) > 0
    shapes = np.full(len(starts), SMALL, np.uint8)
    shapes[upper & ~lower] = CAPITALS
    shapes[upper & (ends - starts == 1)] = INITIAL
    shapes[upper & lower] = CAPITALISED
    shapes[upper & (((has & _HUMP) > 0) | (lower & (first != UPPER)))] = MIXED
    shapes[~upper & ~lower] = LETTERS
    shapes[(has & _HAS_DIGIT) > 0] = NUMBER
    shapes[first == IDEOGRAPH] = IDEOGRAPHS
    shapes[(first == SYMBOL) | (first == NEWLINE)] = SIGN
    shapes[first == MASK] = MASKED
    return shapes


def _without_possessive(
    folds: npt.NDArray[np.uint16], ends: Indices, shapes: npt.NDArray[np.uint8]
) -> Indices:
    """Return the ends of the tokens, those in 's before it."""
    of = (folds[ends - 1] == ord("s")) & (folds[ends - 2] == _APOSTROPHE) & (shapes <= MIXED)
    return np.where(of, ends - 2, ends)


def _padded(values: npt.NDArray[_Number], lead: int, trail: int) -> npt.NDArray[_Number]:
    kind = values.dtype
    return np.concatenate([np.full(PAD, lead, kind), values, np.full(PAD, trail, kind)])
