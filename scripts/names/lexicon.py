"""The file of words: each word with what it may be."""

import gzip
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import sources
import vocabulary
from translations import FAMILIES, Words

from scarline.privacy.names import lists

ENGLISH = 45_000  # words of the ranked list that are kept: beyond are oddities
EVERYDAY, KNOWN = 4_000, 15_000  # ranks
CENSUS_GIVEN, CENSUS_FAMILY = 4_000, 20_000
CENSUS_TOP_GIVEN, CENSUS_TOP_FAMILY = 500, 1_500
SEEN, SEEN_TOP = 3, 50  # times that technical prose writes a word in lower case
MANY = 3  # locales
CITY_PEOPLE = 60_000
ABROAD, ABROAD_KNOWN, ABROAD_EVERYDAY = 2, 5, 40  # times that a language's software says a word
ABROAD_SMALL = 10  # times in lower case, for a frequent name
OFTENER = 4  # times as often as in English: a word that tells the language
FUNCTIONAL_ABROAD = 400  # words of a language that are always known
_TOP = lists.GIVEN_TOP | lists.FAMILY_TOP
_PERSONAL = lists.GIVEN | lists.FAMILY | lists.RANK


def lexicon(
    wordnet: Path,
    seen_lower: Counter[str],
    technical: set[str],
    abroad: Words,
    out: set[str],
) -> bytes:
    """Return the file: paragraphs, each with a line of flags and then its words, compressed.

    Names and words of other languages that are in `out` are left out; the most frequent of those
    words stay.
    """
    flags: Counter[str] = Counter()
    _names(flags, out)
    _words(flags, *sources.wordnet_words(wordnet), seen_lower)
    _mark(flags, {w for w in technical if not flags[w] & _PERSONAL}, lists.TECHNICAL)
    _places(flags)
    _abroad(flags, seen_lower, abroad, out)
    by_flags: dict[int, set[str]] = {}
    for word, kind in _folded(flags).items():
        by_flags.setdefault(kind, set()).add(word)
    paragraphs = [f"{k}\n" + "\n".join(sorted(words)) for k, words in sorted(by_flags.items())]
    text = "words, by what they may be; see README.md\n\n" + "\n\n".join(paragraphs) + "\n"
    return gzip.compress(text.encode(), 9, mtime=0)


def _mark(flags: Counter[str], words: Iterable[str], bit: int) -> None:
    for word in words:
        flags[word] |= bit


def _names(flags: Counter[str], out: set[str]) -> None:
    locales: dict[int, Counter[str]] = {lists.GIVEN: Counter(), lists.FAMILY: Counter()}
    for kind, by_locale in zip(locales, sources.faker_names(), strict=True):
        for names in by_locale.values():
            locales[kind].update({w for name in names for w in _parts(name)})
    given_us, family_us = sources.census()
    for kind, us, kept, top, top_bit in (
        (lists.GIVEN, given_us, CENSUS_GIVEN, CENSUS_TOP_GIVEN, lists.GIVEN_TOP),
        (lists.FAMILY, family_us, CENSUS_FAMILY, CENSUS_TOP_FAMILY, lists.FAMILY_TOP),
    ):
        names = {w.lower() for w in us[:kept]} | set(locales[kind])
        tops = {w.lower() for w in us[:top]} | {w for w, n in locales[kind].items() if n >= MANY}
        _mark(flags, names - out, kind)
        _mark(flags, tops - out, top_bit)


def _parts(name: str) -> list[str]:
    words = [word.lower() for word in sources.words_of(name)]
    return [w for w in words if w not in vocabulary.PARTICLES and (len(w) > 1 or w > "ÿ")]


def _words(flags: Counter[str], lower: set[str], upper: set[str], seen: Counter[str]) -> None:
    english = sources.ranked_words()
    functional = set(vocabulary.FUNCTION_WORDS)
    proper, ordinary = upper - lower, lower | functional
    for rank, word in enumerate(english[:ENGLISH]):
        named = flags[word] & (lists.GIVEN | lists.FAMILY)
        if word in proper or (named and word not in ordinary):
            continue
        if flags[word] & _TOP and seen[word] < SEEN_TOP and word not in functional:
            continue  # john and jack are words, too, but rarely
        level = 3 if rank < EVERYDAY else 2 if rank < KNOWN else 1
        flags[word] |= level * lists.RANK_STEP
    _mark(flags, functional, lists.RANK)
    rarely = {w for w, kind in flags.items() if kind & _TOP and not kind & lists.RANK}
    _mark(flags, (lower & set(flags)) - rarely, lists.DICTIONARY)
    for word, times in seen.items():
        often = SEEN_TOP if flags[word] & _TOP else SEEN
        flags[word] |= lists.SEEN_LOWER * (times >= often)
    for language in sources.faker_words().values():
        _mark(flags, language, lists.FOREIGN)
    for words, bit in (
        (vocabulary.TECHNICAL, lists.TECHNICAL),
        (vocabulary.TITLES, lists.TITLE),
        (vocabulary.PARTICLES, lists.PARTICLE),
        (vocabulary.CALENDAR, lists.CALENDAR),
        (vocabulary.KIN, lists.KIN),
        (vocabulary.RESIDES, lists.RESIDES),
        (vocabulary.TOWARDS, lists.TOWARDS),
        (vocabulary.SUBJECT, lists.SUBJECT),
        (vocabulary.STREET, lists.STREET),
        (vocabulary.CUES, lists.CUE),
    ):
        _mark(flags, words, bit)


def _places(flags: Counter[str]) -> None:
    regions, cities = sources.places(CITY_PEOPLE)
    for place in [*regions, *cities]:
        words = place.lower().split()
        _mark(flags, [" ".join(words)], lists.PLACE)
        _mark(flags, words[:1], lists.PLACE_START)
        _mark(flags, [w for w in words if len(w) > 3], lists.PLACE_PART)  # noqa: PLR2004 - San


def _abroad(flags: Counter[str], english: Counter[str], abroad: Words, out: set[str]) -> None:
    """Mark the words of other languages' software, with the family of languages that they tell."""
    total = english.total()
    for language, bit in FAMILIES.items():
        small, capital = abroad.small[language], abroad.capital[language]
        both = small + capital
        size = both.total()
        for place, (word, times) in enumerate(both.most_common()):
            if times < ABROAD or (place >= FUNCTIONAL_ABROAD and word in out):
                continue
            named = flags[word] & (lists.GIVEN | lists.FAMILY)
            evidence = small[word] if named and language != "de" else times
            if evidence < ABROAD or (flags[word] & _TOP and small[word] < ABROAD_SMALL):
                continue
            level = 3 if times >= ABROAD_EVERYDAY else 2 if times >= ABROAD_KNOWN else 1
            known = max(level * lists.RANK_STEP, flags[word] & lists.RANK)
            flags[word] = (flags[word] & ~lists.RANK) | known | lists.FOREIGN
            if times / size > OFTENER * english[word] / total:
                flags[word] |= bit
    for word in vocabulary.POLITE:
        flags[word] = (flags[word] & ~(lists.GIVEN | lists.FAMILY | _TOP)) | lists.RANK


def _folded(flags: Counter[str]) -> dict[str, int]:
    """Fold the words as the text will be; what two have in common is joined."""
    table = lists.letters().folds
    folded: dict[str, int] = {}
    for word, kind in flags.items():
        points = np.frombuffer(word.encode("utf-32-le"), np.uint32)
        plain = "".join(chr(p) for p in table[np.minimum(points, 0xFFFF)])
        if kind and "\n" not in plain:
            folded[plain] = folded.get(plain, 0) | kind
    return folded
