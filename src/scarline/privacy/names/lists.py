"""What is known before a text is read: letters, words and weights, loaded once, on first use.

`letters.npz` has the class and the fold of every code point of the basic plane, `words.txt.gz`
the words with what each may be, `weights.npz` the tagger. `scripts/train_names.py` makes all
three, and `README.md` beside them says from what and under which licences.
"""

import gzip
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.uint32]

# What a word may be. One word may be many things.
GIVEN = 1 << 0
FAMILY = 1 << 1
GIVEN_TOP = 1 << 2  # in the lists of many countries, or frequent in one
FAMILY_TOP = 1 << 3
RANK = 3 << 4  # how frequent a word is: 0 unknown, 1 rare, 2 known, 3 everyday
RANK_STEP = 1 << 4
DICTIONARY = 1 << 6  # an English dictionary writes it in lower case
FOREIGN = 1 << 7  # a word of another language
PLACE_PART = 1 << 8
TECHNICAL = 1 << 9  # product, company, protocol, format
TITLE = 1 << 10  # Mr, Frau, Dr
PARTICLE = 1 << 11  # van, de la, bin
CALENDAR = 1 << 12  # months, weekdays, nationalities, languages
SEEN_LOWER = 1 << 13  # technical prose writes it in lower case
PLACE = 1 << 14  # the whole name of a city, a state or a country
KIN = 1 << 15  # what people are to one another, and what they do: mother, colleague, patient
RESIDES = 1 << 16  # lives, born, moved: a place after it tells of somebody
TOWARDS = 1 << 17  # in, from, to
SUBJECT = 1 << 18  # I, she, who
STREET = 1 << 19
PLACE_START = 1 << 21  # the first word of one
CUE = 1 << 20  # dear, named, user: a name may follow, even in small letters

# The languages whose software says a word much oftener than English does.
GERMAN = 1 << 22  # capitalises every noun
ROMANCE = 1 << 23  # French, Italian, Portuguese, Spanish
NORTHERN = 1 << 24  # Dutch, Swedish
EASTERN = 1 << 25  # Polish, Russian, Turkish

BUCKET_BITS = 17
_MULTIPLIER = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2**64
_STRIDE = 1 << 12
_MIX = np.uint64(0xD6E8FEB86659FD93)


class Letters(NamedTuple):
    """For each code point of the basic plane its class and the letter that it folds to."""

    kinds: npt.NDArray[np.uint8]
    folds: npt.NDArray[np.uint16]


class Words(NamedTuple):
    """Hashes in ascending order, what each word may be, and where each bucket of them begins."""

    hashes: Hashes
    flags: Flags
    buckets: npt.NDArray[np.int32]
    longest: int

    def look_up(self, hashes: Hashes) -> Flags:
        """Return what each word may be; 0 for an unknown one."""
        found = np.zeros(len(hashes), np.uint32)
        bucket = (hashes >> np.uint64(64 - BUCKET_BITS)).astype(np.intp)
        at, end = self.buckets[bucket], self.buckets[bucket + 1]
        rest = np.flatnonzero(at < end)
        for step in range(self.longest):
            place = at[rest] + step
            same = self.hashes[place] == hashes[rest]
            found[rest[same]] = self.flags[place[same]]
            rest = rest[~same & (place + 1 < end[rest])]
            if not len(rest):
                break
        return found


def _powers(base: int) -> tuple[Hashes, Hashes]:
    """Return base**i for i below the stride, and base**(stride*i), modulo 2**64."""
    low = np.cumprod(np.full(_STRIDE, base, np.uint64), dtype=np.uint64)
    low *= np.uint64(pow(base, -1, 1 << 64))
    step = pow(base, _STRIDE, 1 << 64)
    high = np.cumprod(np.full(_STRIDE, step, np.uint64), dtype=np.uint64)
    high *= np.uint64(pow(step, -1, 1 << 64))
    return low, high


_POWERS = _powers(_MULTIPLIER)
_INVERSES = _powers(pow(_MULTIPLIER, -1, 1 << 64))


def prefix_sums(folds: npt.NDArray[np.uint16]) -> Hashes:
    """Return the sums from which the hash of any stretch of the text follows at once.

    A polynomial hash modulo 2**64: stretch a..b is (sum[b] - sum[a]) / multiplier**a. Texts of
    up to 16 M characters.
    """
    low, high = _POWERS
    rows = -(-len(folds) // _STRIDE)
    powers = (high[:rows, None] * low[None, :]).reshape(-1)[: len(folds)]
    sums = np.zeros(len(folds) + 1, np.uint64)
    np.cumsum(powers * folds, out=sums[1:])
    return sums


def stretch_hashes(
    sums: Hashes, starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]
) -> Hashes:
    """Return the hash of each stretch of the text, the same wherever it stands."""
    low, high = _INVERSES
    back = low[starts & (_STRIDE - 1)] * high[starts >> 12]
    return mixed((sums[ends] - sums[starts]) * back)


def mixed(hashes: Hashes) -> Hashes:
    """Spread the bits: a polynomial hash is weak in its low ones."""
    hashes = hashes ^ (hashes >> np.uint64(32))
    hashes = hashes * _MIX
    return np.asarray(hashes ^ (hashes >> np.uint64(29)), np.uint64)


def hashes_of(words: list[str]) -> Hashes:
    """Return the hash of each word, which must be folded already."""
    if not words:
        return np.zeros(0, np.uint64)
    points = np.frombuffer("\0".join(words).encode("utf-16-le", "surrogatepass"), np.uint16)
    ends = np.append(np.flatnonzero(points == 0), len(points))
    starts = np.append(0, ends[:-1] + 1)
    return stretch_hashes(prefix_sums(points), starts, ends)


_RULE = "\ue002" * 30
BORDER = f"\n{_RULE}" * 8 + "\n"
"""What a text is taken to lie between: lines of a private sign, further than any feature looks."""

BORDERS = hashes_of(["\n", _RULE])


@cache
def letters() -> Letters:
    """Load the table of letters."""
    with (files(__package__) / "letters.npz").open("rb") as file, np.load(file) as data:
        return Letters(data["kinds"], data["folds"])


@cache
def words() -> Words:
    """Load the words: paragraphs, each a line with what its words may be, then the words."""
    text = gzip.decompress((files(__package__) / "words.txt.gz").read_bytes()).decode()
    flags: list[Flags] = []
    lines: list[str] = []
    for paragraph in text.split("\n\n")[1:]:
        head, *entries = paragraph.strip("\n").split("\n")
        lines += entries
        flags.append(np.full(len(entries), int(head), np.uint32))
    hashes = hashes_of(lines)
    order = np.argsort(hashes)
    hashes, kinds = hashes[order], np.concatenate(flags)[order]
    edges = np.arange(1 << BUCKET_BITS, dtype=np.uint64) << np.uint64(64 - BUCKET_BITS)
    buckets = np.append(np.searchsorted(hashes, edges), len(hashes)).astype(np.int32)
    return Words(hashes, kinds, buckets, int(np.diff(buckets).max()))
