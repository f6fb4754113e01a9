"""What software says in ten European languages, as it is installed, and the words of it.

Packages whose licence allows it; see `sources.py`. Nothing of these texts is kept but words that
many of them share.
"""

import gettext
import html
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from random import Random

import corpus
from names import Names

from scarline.privacy.names import lists

PACKAGES = (  # noqa: SIM905 - read as prose
    "django allauth cms rest_framework wagtail flask_admin flask_security humanize indico "
    "homeassistant"
).split()
FAMILIES = {
    "de": lists.GERMAN,
    **dict.fromkeys(("fr", "es", "it", "pt"), lists.ROMANCE),
    **dict.fromkeys(("nl", "sv"), lists.NORTHERN),
    **dict.fromkeys(("pl", "tr", "ru"), lists.EASTERN),
}
Messages = dict[str, list[str]]
Found = dict[str, dict[str, None]]
_SLOT = re.compile(r"%\((\w+)\)[sd]|%[sd]|'?\{(\w*)\}'?")
_TAG = re.compile("([a-z]{2})([_-][A-Za-z]+)?")
_PERSON = re.compile("user|author|owner|editor|person|sender|commenter")
_NO_PERSON = re.compile("count|model|url|id$|num|type|agent")


def messages(typescript: Path) -> Messages:
    """Return the translated messages by language, tags left out, each once."""
    found: Found = defaultdict(dict)
    for package in PACKAGES:
        spec = find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            raise SystemExit(f"install {package} first")
        folder = Path(spec.submodule_search_locations[0])
        _add_catalogues(found, folder)
        for file in sorted(folder.rglob("translations/*.json")):
            _add(found, file, _strings(json.loads(file.read_text(encoding="utf-8"))))
    for file in sorted(typescript.glob("*/diagnosticMessages.generated.json")):
        _add(found, file, _strings(json.loads(file.read_text(encoding="utf-8"))))
    return {language: list(said) for language, said in sorted(found.items())}


def of_folder(folder: Path) -> Messages:
    """Return what the catalogues of a folder say, but not of their authors."""
    found: Found = defaultdict(dict)
    _add_catalogues(found, folder)
    return {
        language: [text for text in said if not corpus.AUTHORS.search(text)]
        for language, said in sorted(found.items())
    }


def _add_catalogues(found: Found, folder: Path) -> None:
    for file in sorted(folder.rglob("*.mo")):
        _add(found, file, _catalogue(file))


def _add(found: Found, file: Path, said: Iterator[str]) -> None:
    """Add what is said to the language that a part of the path names."""
    tags = (_TAG.fullmatch(part) for part in (file.stem, *file.parts[::-1]))
    language = next((tag[1] for tag in tags if tag and tag[1] in FAMILIES), None)
    if language:
        plain = (html.unescape(re.sub("<[^>]*>", " ", text)) for text in said)
        found[language].update((text, None) for text in plain if "©" not in text)


def _strings(value: object) -> Iterator[str]:
    """Return the strings of a JSON value, but not what a thing is called."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key != "title":
                yield from _strings(inner)


def _catalogue(file: Path) -> Iterator[str]:
    """Return the translations of a catalogue that differ from the English."""
    with file.open("rb") as data:
        catalogue = gettext.GNUTranslations(data)
    for key, text in catalogue._catalog.items():  # type: ignore[attr-defined] # noqa: SLF001
        english = key[0] if isinstance(key, tuple) else key
        if english and text and text != english:
            yield text


def filled(text: str, names: Names, random: Random, nouns: list[str]) -> str:
    """Fill the slots of a message: names, marked, where it speaks of a person."""

    def fill(match: re.Match[str]) -> str:
        slot = match[1] or match[2] or ""
        if _PERSON.search(slot) and not _NO_PERSON.search(slot):
            return corpus.OPEN + names.any() + corpus.CLOSE
        noun = random.choice(nouns)
        return random.choice([str(random.randrange(1000)), f'"{noun}"', f"{noun}Id", noun])

    return _SLOT.sub(fill, text)


class Words:
    """How often each language writes a word small, and how often with a capital."""

    def __init__(self, said: Messages) -> None:
        self.small: dict[str, Counter[str]] = defaultdict(Counter)
        self.capital: dict[str, Counter[str]] = defaultdict(Counter)
        for language, texts in said.items():
            for text in texts:
                for word in re.findall(r"[^\W\d_]{2,}", _SLOT.sub(" ", text)):
                    if word.islower():
                        self.small[language][word] += 1
                    elif word[1:].islower():
                        self.capital[language][word.lower()] += 1

    def nouns(self, language: str) -> list[str]:
        """Return words to put into sentences: such as are often written that way."""
        counts = (self.capital if language == "de" else self.small)[language]
        return sorted(word for word, n in counts.items() if n > 1 and len(word) > 3)  # noqa: PLR2004

    def all(self) -> list[str]:
        """Return all of them."""
        counts = [*self.small.values(), *self.capital.values()]
        return sorted({word for each in counts for word in each})
