"""What Presidio asks of a model, without one: no words, no entities."""

from collections.abc import Iterable, Iterator
from typing import Any

from presidio_analyzer.nlp_engine import NlpArtifacts


class NoModel:
    """An NLP engine that finds nothing, with the methods of Presidio's NlpEngine."""

    def load(self) -> None:
        """There is nothing to load."""

    def is_loaded(self) -> bool:
        """Return that it is ready."""
        return True

    def process_text(self, text: str, language: str) -> NlpArtifacts:  # noqa: ARG002
        """Return nothing about ``text``."""
        return NlpArtifacts([], [], [], [], self, language)

    def process_batch(
        self, texts: Iterable[str], language: str, **_: Any
    ) -> Iterator[tuple[str, NlpArtifacts]]:
        """Return nothing about each of ``texts``."""
        for text in texts:
            yield text, self.process_text(text, language)

    def is_stopword(self, word: str, language: str) -> bool:  # noqa: ARG002
        """Return that no word is known."""
        return False

    def is_punct(self, word: str, language: str) -> bool:  # noqa: ARG002
        """Return that no mark is known."""
        return False

    def get_supported_entities(self) -> list[str]:
        """Return that it finds nothing."""
        return []

    def get_supported_languages(self) -> list[str]:
        """Return the language that it is asked in."""
        return ["en"]
