"""Numbers that a key decides: as many as are wanted, the same in any process.

The generator is linear congruential; multiplier and increment are those of D. E. Knuth's MMIX
(The Art of Computer Programming, volume 2, table 3.3.4). Only its high bits are used.
"""

from collections.abc import Sequence
from hashlib import blake2s
from typing import TypeVar

_MULTIPLIER = 6364136223846793005
_INCREMENT = 1442695040888963407
_MASK = 2**64 - 1

T = TypeVar("T")


class Draw:
    """A row of numbers. Two with the same words give the same row."""

    __slots__ = ("_state",)

    def __init__(self, *words: object) -> None:
        """Begin the row that these words name."""
        text = "\x1f".join(map(str, words)).encode()
        self._state = int.from_bytes(blake2s(text, digest_size=8).digest(), "little")

    def below(self, limit: int) -> int:
        """Give a whole number from 0 to `limit` - 1; `limit` is at most 2**32."""
        self._state = (self._state * _MULTIPLIER + _INCREMENT) & _MASK
        return (self._state >> 32) % limit

    def between(self, low: int, high: int) -> int:
        """Give a whole number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def pick(self, items: Sequence[T]) -> T:
        """Give one of the items."""
        return items[self.below(len(items))]

    def digits(self, count: int) -> str:
        """Give so many decimal digits."""
        return "".join(str(self.below(10)) for _ in range(count))
