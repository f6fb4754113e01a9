"""From tokens to stretches of the text: names are whole, with what joins their parts."""

import numpy as np
import numpy.typing as npt

from scarline.privacy.names import lists
from scarline.privacy.names.tokens import CAPITALISED, CAPITALS, INITIAL, SMALL, Tokens

REACH = 4
"""Tokens between two parts of one name: `van der`, `P.`, a hyphen."""


def name_tokens(tokens: Tokens, who: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return the tokens of whole names: their parts, and what joins them."""
    if not who.any():
        return who
    joined = who | _initials(tokens, who)
    joints = _joints(tokens)
    for _ in range(REACH):
        joined = joined | _between(joined, joints)
    joined = joined | _leading_particles(tokens, joined)
    return joined | _suffixes(tokens, joined)


def stretches(
    tokens: Tokens, inside: npt.NDArray[np.bool_], first: npt.NDArray[np.bool_] | None = None
) -> list[tuple[int, int]]:
    """Return the stretches of text that neighbouring tokens cover; one begins at each `first`."""
    linked = inside[1:] & inside[:-1] & _together(tokens)
    if first is not None:
        linked &= ~first[1:]
    starts = tokens.starts[inside & ~np.append(False, linked)]
    ends = tokens.ends[inside & ~np.append(linked, False)]
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


def _together(tokens: Tokens) -> npt.NDArray[np.bool_]:
    """Whether each token and the next stand on one line with at most one blank between."""
    return tokens.starts[1:] - tokens.ends[:-1] <= 1


def _initials(tokens: Tokens, who: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return the initials, and their dots, that stand beside a part of a name."""
    initial = tokens.shapes == INITIAL
    dot = tokens.hashes == _DOT
    near = tokens.starts[1:] - tokens.ends[:-1] <= 1
    found = who.copy()
    for _ in range(REACH):
        grown = found.copy()
        # an initial after a name, then its dot
        grown[1:] |= found[:-1] & near & initial[1:]
        grown[1:] |= (found & initial)[:-1] & dot[1:] & (tokens.starts[1:] == tokens.ends[:-1])
        # before a name: an initial, or an initial and its dot
        grown[:-1] |= found[1:] & near & initial[:-1]
        pair = found[2:] & near[1:] & dot[1:-1] & near[:-1] & initial[:-2]
        grown[:-2] |= pair
        grown[1:-1] |= pair
        found = grown
    return found


def _joints(tokens: Tokens) -> npt.NDArray[np.bool_]:
    """Return what joins two parts of a name: particles and hyphens."""
    particle = ((tokens.flags & lists.PARTICLE) > 0) & (tokens.shapes <= CAPITALS)
    letter = (tokens.shapes == SMALL) & (tokens.ends - tokens.starts == 1)
    hyphen = tokens.hashes == _HYPHEN
    return np.asarray(particle | letter | hyphen | _dots_of(tokens, letter))


def _dots_of(tokens: Tokens, letter: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return the dots that stand right behind a letter."""
    dots = np.zeros_like(letter)
    dots[1:] = letter[:-1] & (tokens.hashes == _DOT)[1:]
    return dots


def _between(found: npt.NDArray[np.bool_], joints: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return the joints that have a part of a name, or two joints at most, to either side."""
    between = np.zeros_like(found)
    between[1:-1] = joints[1:-1] & found[:-2] & found[2:]
    two = joints[1:-2] & joints[2:-1] & found[:-3] & found[3:]
    between[1:-2] |= two
    between[2:-1] |= two
    return between


def _leading_particles(tokens: Tokens, found: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return capitalised particles and such before a name: `De Vries`, `al-Masri`."""
    leading = np.zeros_like(found)
    particle = ((tokens.flags & lists.PARTICLE) > 0) & (tokens.shapes == CAPITALISED)
    near = tokens.starts[1:] - tokens.ends[:-1] <= 1
    leading[:-1] = particle[:-1] & found[1:] & near
    small = ((tokens.flags & lists.PARTICLE) > 0) & (tokens.shapes == SMALL)
    hyphen = tokens.hashes == _HYPHEN
    joined = small[:-2] & hyphen[1:-1] & found[2:]
    leading[:-2] |= joined
    leading[1:-1] |= joined
    for _ in range(2):
        led = (leading | found)[1:] & near & small[:-1] & _among(tokens.hashes[:-1], _PARTICLES)
        leading[:-1] |= led
    return leading


def _suffixes(tokens: Tokens, found: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return `Jr` and `III` behind a name, with or without a comma."""
    behind = found.copy()
    behind[1:] |= found[:-1] & (tokens.hashes == _COMMA)[1:]
    suffixes = np.zeros_like(found)
    suffixes[1:] = behind[:-1] & (tokens.shapes[1:] != SMALL)
    suffixes[suffixes] = _among(tokens.hashes[suffixes], _SUFFIXES)
    return np.asarray(suffixes)


def _among(hashes: lists.Hashes, few: lists.Hashes) -> npt.NDArray[np.bool_]:
    return np.asarray((hashes[:, None] == few).any(axis=1))


_DOT, _HYPHEN, _COMMA = lists.hashes_of([".", "-", ","])
_SUFFIXES = lists.hashes_of(["jr", "sr", "ii", "iii", "iv"])
# Those before a name that are no everyday word of some language.
_PARTICLES = lists.hashes_of(
    ["van", "von", "der", "den", "ter", "ten", "bin", "ibn", "bint", "abu", "al", "el", "della"]
)
