"""What redaction found: how often, and until the documents are finished, what."""

from collections import Counter
from dataclasses import dataclass, field

from scarline.privacy.rules import Category

Values = dict[str, tuple[str, Category]]
"""What was found: by itself, the name of the rule and the category."""


@dataclass(slots=True)
class Account:
    """Counts what was taken away, by the name that stands in its place.

    What was dropped unread counts as ``dropped: `` and the reason. ``values`` are what was
    found in each of the documents at hand, to be taken away wherever else in it they stand;
    they are never told to anybody.
    """

    removed: Counter[str] = field(default_factory=Counter)
    categories: dict[str, Category] = field(default_factory=dict)
    values: dict[int, Values] = field(default_factory=dict, repr=False)

    def take(self, name: str, category: Category, value: str, trace: int) -> None:
        """Note that ``value`` was taken away from a document, given by its number."""
        self.count(name, category)
        self.values.setdefault(trace, {}).setdefault(value, (name, category))

    def count(self, name: str, category: Category) -> None:
        """Note that something was taken away that is known from elsewhere."""
        self.removed[name] += 1
        self.categories[name] = category

    def drop(self, reason: str) -> None:
        """Note that something was dropped unread."""
        self.removed[f"dropped: {reason}"] += 1
