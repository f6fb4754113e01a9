"""A pretrained model that looks for names too, for those who want one: any of spaCy's.

It adds to what is found without it, and is asked about whole texts, so it is slow. The model
must be installed or lie in a folder: nothing is fetched.
"""

from collections.abc import Callable, Sequence
from typing import Any

from scarline.errors import ConfigError
from scarline.privacy.names import find_each

# What spaCy's models call persons: OntoNotes' word and WikiNER's.
_PERSONS = frozenset(("PERSON", "PER", "PRS", "persName"))

MOST_CHARACTERS = 100_000
"""What is longer is read in parts: spaCy's memory grows with the text."""


def open_model(model: str) -> Callable[[Sequence[str]], list[list[tuple[int, int, str]]]]:
    """Return what finds names with the spaCy model ``model``, a package or a folder.

    Raises ``ConfigError`` if it is not there, or spaCy is not.
    """
    try:
        import spacy  # noqa: PLC0415 - an extra, loaded only when a model is named
    except ImportError:
        message = "SCARLINE_NAMES_MODEL needs spaCy: pip install 'scarline[names]'"
        raise ConfigError(message) from None
    try:
        pipeline = spacy.load(model)
    except (OSError, ValueError) as error:
        message = f"SCARLINE_NAMES_MODEL={model} cannot be loaded: {str(error).splitlines()[0]}"
        raise ConfigError(message) from None

    def names(texts: Sequence[str]) -> list[list[tuple[int, int, str]]]:
        ours = find_each(texts)
        return [[*own, *_told(pipeline, text)] for own, text in zip(ours, texts, strict=True)]

    return names


def _told(pipeline: Any, text: str) -> list[tuple[int, int, str]]:
    return [
        (start + it.start_char, start + it.end_char, "person")
        for start in range(0, len(text), MOST_CHARACTERS)
        for it in pipeline(text[start : start + MOST_CHARACTERS]).ents
        if it.label_ in _PERSONS
    ]
