"""The tagger: which tokens of a text are part of a person's name."""

from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from scarline.privacy.names import lists
from scarline.privacy.names.features import candidates, features, tongues
from scarline.privacy.names.particles import articles, particles
from scarline.privacy.names.tokens import CAPITALISED, CAPITALS, SMALL, Indices, Tokens

SURE = -0.35
"""From this score on a word is a name by itself; scores are logarithms of odds."""

LIKELY = -1.0
"""From this score on it is one beside a name."""

CERTAIN = 2.0
"""From this score on a word is a name wherever else in the text it stands,"""

AGAIN = 2.0
"""if it scores at most so much below `SURE` there."""

PRODUCT = 2.0
"""So much more must speak for a name that is a product's, too: Claude, Jenkins, Ada."""

ACRONYM = 3.0
"""And so much more for a word in capitals that no list has: IBAN, ITIN."""

PARTICLE = 2.0
"""And so much for a small word of another language: Der, Le, Es; for Sun, before a date."""

ABROAD = 0.2
"""And so much more where most words around are of another language,"""

UNUSUAL = 2.0
"""and so much there for a word that is in small letters or in capitals: few write names so."""

_EVERYDAY = lists.RANK | lists.DICTIONARY | lists.SEEN_LOWER | lists.TECHNICAL

ROUNDS = 3
REACH = 3
"""Tokens: how far a name tells of its neighbours."""

BUDGET = 60_000
"""Candidates that are scored in one text: those of a megabyte of nothing but names. Beyond it, a
given name of the lists before a family name of the lists is found, and nothing else."""


@cache
def weights() -> tuple[npt.NDArray[np.int8], float]:
    """Load the weights, and what one step of them is worth."""
    with (files(__package__) / "weights.npz").open("rb") as file, np.load(file) as data:
        return data["weights"], float(data["scale"])


def scores(tokens: Tokens, at: Indices) -> npt.NDArray[np.float32]:
    """Return for each candidate the logarithm of the odds that it is part of a name."""
    table, scale = weights()
    tongue = tongues(tokens, at)
    steps = table[features(tokens, at, tongue)].sum(axis=0, dtype=np.int32)
    product = (tokens.flags[at] & lists.TECHNICAL) > 0
    listed = (tokens.flags[at] & (lists.GIVEN | lists.FAMILY)) > 0
    acronym = (tokens.shapes[at] == CAPITALS) & ~listed
    small = tokens.shapes[at] == SMALL
    particle = np.isin(tokens.hashes[at], particles()) * (1.0 + small)
    thing = np.isin(tokens.hashes[at - 1], articles()) & (small | ~listed)
    unusual = small | (tokens.shapes[at] == CAPITALS)
    less = PRODUCT * product + ACRONYM * acronym + PARTICLE * (particle + 2 * thing)
    less += (ABROAD + UNUSUAL * unusual) * (tongue > 0)
    return np.asarray(steps * scale - less, np.float32)


def persons(tokens: Tokens) -> npt.NDArray[np.bool_]:
    """Return for each token whether it is part of a person's name."""
    everyone = candidates(tokens)
    at, rest = everyone[:BUDGET], everyone[BUDGET:]
    if not len(at):
        return np.zeros(len(tokens.starts), np.bool_)
    score = np.full(len(tokens.starts), -np.inf, np.float32)
    score[at] = scores(tokens, at)
    found = _grown(tokens, score)
    found |= _listed(tokens, rest)
    if not found.any():
        return found
    for _ in range(ROUNDS):
        beside = at[~found[at] & _within(found, REACH)[at]]
        if not len(beside):
            break
        score[beside] = np.maximum(score[beside], scores(_named(tokens, found), beside))
        grown = _grown(tokens, score) | found
        if np.array_equal(grown, found):
            break
        found = grown
    word = tokens.hashes[at] + np.cumsum(tokens.hashes == lists.BORDERS[1])[at].astype(np.uint64)
    again = np.isin(word, word[score[at] >= CERTAIN])
    found[at] |= again & (score[at] >= SURE - AGAIN)
    return found


def _listed(tokens: Tokens, at: Indices) -> npt.NDArray[np.bool_]:
    """Return the given names among these that a family name follows, and those family names."""
    found = np.zeros(len(tokens.starts), np.bool_)
    if len(at):
        flags, capital = tokens.flags, tokens.shapes == CAPITALISED
        given = at[capital[at] & ((flags[at] & lists.GIVEN) > 0)]
        pairs = given[capital[given + 1] & ((flags[given + 1] & lists.FAMILY) > 0)]
        found[pairs] = found[pairs + 1] = True
    return found


def _grown(tokens: Tokens, score: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Return what is sure, and what is likely beside it."""
    found = score >= SURE
    likely = (score >= LIKELY) & ~found
    near = tokens.starts[1:] - tokens.ends[:-1] <= 1
    small = tokens.shapes == SMALL
    surname = (tokens.flags & lists.FAMILY_TOP > 0) & (tokens.flags & _EVERYDAY == 0)
    alone = found & small
    alone[1:] &= ~found[:-1]
    found[1:] |= alone[:-1] & near & (small & surname)[1:]
    for _ in range(ROUNDS):
        beside = np.zeros_like(found)
        beside[1:] |= found[:-1] & near
        beside[:-1] |= found[1:] & near
        found |= likely & beside
    return np.asarray(found)


def _within(found: npt.NDArray[np.bool_], reach: int) -> npt.NDArray[np.bool_]:
    """Return what stands at most so many tokens from a name."""
    near = found.copy()
    for step in range(1, reach + 1):
        near[step:] |= found[:-step]
        near[:-step] |= found[step:]
    return near


def _named(tokens: Tokens, found: npt.NDArray[np.bool_]) -> Tokens:
    """Return the tokens as if every name that was found stood in the lists."""
    flags = np.where(found, np.uint32(lists.GIVEN | lists.FAMILY), tokens.flags)
    return tokens._replace(flags=flags)
