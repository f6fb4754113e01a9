"""Noise without a memory: the same question has the same answer, in any order, in any process.

A generator with a state would make a value depend on what was asked before it.
Here a number is a hash of what it belongs to (a row's key and a time's key), so any window of any
series can be made alone, and two overlapping answers agree where they overlap.
The mixing step is the 32-bit finaliser of MurmurHash3 (Austin Appleby, public domain).
"""

from collections.abc import Iterable
from hashlib import blake2s

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint32]
Floats = NDArray[np.float32]

_HALF = np.uint32(0xFFFF)
_UNIT = np.float32(2.449489742783178 / 65536.0)  # two uniform halves, scaled to a deviation of 1
_BOUND = np.float32(65535.0)


def key(*words: object) -> int:
    """Give the 32-bit key of some words; stable between processes, unlike `hash`."""
    text = "\x1f".join(str(word) for word in words).encode()
    return int.from_bytes(blake2s(text, digest_size=4).digest(), "little")


def keys(names: Iterable[str], *salt: object) -> Keys:
    """Give one key for each name, shape (names,)."""
    return np.array([key(name, *salt) for name in names], dtype=np.uint32)


def mix(values: Keys) -> Keys:
    """Scramble keys in place and give them back: each bit of the input turns half of the output."""
    values ^= values >> np.uint32(16)
    values *= np.uint32(0x85EBCA6B)
    values ^= values >> np.uint32(13)
    values *= np.uint32(0xC2B2AE35)
    values ^= values >> np.uint32(16)
    return values


def salted(values: Keys, *salt: object) -> Keys:
    """Give a fresh set of keys, unlike the first, for another purpose named by the salt."""
    return mix(values ^ np.uint32(key(*salt)))


def number_keys(numbers: NDArray[np.int64]) -> Keys:
    """Give a key for each whole number (a time in seconds, a week, a slot)."""
    low = numbers.astype(np.uint32)
    high = (numbers >> np.int64(32)).astype(np.uint32)
    return mix(low * np.uint32(0x9E3779B1) ^ high)


def uniform(values: Keys) -> NDArray[np.float64]:
    """Read keys as numbers in [0, 1)."""
    return values.astype(np.float64) / 4294967296.0


def table(rows: Keys, columns: Keys) -> Keys:
    """Give a key for each pair, shape (rows, columns)."""
    return mix(rows[:, None] + columns[None, :])


def bell(rows: Keys, columns: Keys) -> Floats:
    """Give noise of mean 0 and deviation 1, never beyond 2.45, shape (rows, columns).

    It is the sum of two uniform numbers: close enough to a bell, and bounded, so that a quiet
    series never has an outlier by mere chance.
    """
    hashed = table(rows, columns)
    noise = (hashed & _HALF).astype(np.float32)
    hashed >>= np.uint32(16)
    noise += hashed
    noise -= _BOUND
    noise *= _UNIT
    return noise
