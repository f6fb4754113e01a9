"""Fills the slots of the templates, and puts names into other people's sentences."""

import re
import string
from collections.abc import Callable
from pathlib import Path
from random import Random

import abroad
import corpus
import sources
import templates
import vocabulary
from corpus import CLOSE, OPEN
from names import Names

DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
MONTHS = "January February March April May June July August September October November December"
LANGUAGES = "English French German Spanish Italian Polish Turkish Russian Chinese Hindi Arabic"
DATES = "2026-04-11 2025-12-03 12/03/2025 Tuesday Friday yesterday 2026-01-15T10:00:00Z"
HONORIFICS = "Mr. Mrs. Ms. Miss Dr. Prof. Mr Mrs Ms Dr Professor Sir Herr Frau Sr. Mme"
MAILS = "[email] info@example.com support@example.org"
PHONES = "[phone] +49-30-901820 555-0143"
STREETS = "Street Road Ave Lane St."
VERBS = """
said says told asked wrote thinks explained claimed replied added called wants wanted knows bought
sold went likes hopes agreed confirmed complained insisted tweeted noted admitted
"""
ENDINGS = "soft ify tech ly corp media works data lab"
KINDS = "Inc Ltd LLC GmbH Corp Group Bank Labs Systems Foundation"
SHORT = 2  # letters
PEOPLE = 0.6  # of the sentences of other languages


class Writer:
    """Writes sentences about people, names marked, and about nobody."""

    def __init__(self, random: Random, wordnet: Path) -> None:
        self.names = Names(random)
        self._random = random
        self._regions, self._cities = sources.places(200_000)
        lower, upper = sources.wordnet_words(wordnet)
        english = [w for w in sources.ranked_words()[:12_000] if len(w) > SHORT]
        self._words = [w for w in english if w in lower and w not in upper] + _slogans()
        self._jobs = [*vocabulary.KIN[20:], *sources.faker_jobs()]
        self._examples = list(corpus.examples(wordnet))
        self._tech = [w for w in vocabulary.TECHNICAL if len(w) > SHORT]
        self._people, self._abroad, self._nobody = (
            [line.replace("\\n", "\n") for line in block.strip().splitlines()]
            for block in (templates.PEOPLE, templates.ABROAD, templates.NOBODY)
        )
        self._nouns = [""]
        self._slots = self._fillers()

    def person(self) -> str:
        """Return a sentence about people."""
        random = self._random
        self.names.move()
        roll = random.random()
        if roll < 0.3:  # noqa: PLR2004
            text = self.with_pronoun_named(random.choice(self._examples))
        else:
            block = self._abroad if roll < 0.42 else self._people  # noqa: PLR2004
            text = self.fill(random.choice(block))
        return self._restyled(text)

    def nobody(self) -> str:
        """Return a sentence about nobody."""
        example = self._random.random() < 0.12  # noqa: PLR2004
        text = self._random.choice(self._examples if example else self._nobody)
        if not example:
            text = self.fill(text)
        styles: list[Callable[[str], str]] = [str, str.title, str.upper, str.lower]
        (style,) = self._random.choices(styles, [88, 6, 3, 3])
        return str(style(text))

    def abroad(self, language: str, nouns: list[str], half: int) -> str:
        """Return a sentence of another language, about people or nobody, of half the templates."""
        random = self._random
        self.names.move_to(abroad.LOCALES[language])
        self._nouns = nouns
        block = abroad.PEOPLE if random.random() < PEOPLE else abroad.NOBODY
        return self.fill(random.choice(block[language].strip().splitlines()[half::2]))

    def _restyled(self, text: str) -> str:
        styles: list[Callable[[str], str]] = [str, str.lower, str.upper, _small_names]
        (style,) = self._random.choices(styles, [82, 10, 3, 5])
        return str(style(text))

    def with_pronoun_named(self, text: str) -> str:
        """Put a name where a sentence has he, she, him or the like."""

        def named(match: re.Match[str]) -> str:
            name = OPEN + self.names.any() + CLOSE
            return name + ("'s" if match[0].lower() == "his" else "")

        found = corpus.PRONOUN.sub(named, text, count=2)
        return found if OPEN in found else self.fill(self._random.choice(self._people))

    def renamed(self, text: str) -> str:
        """Put other names in the place of those that are marked."""
        self.names.move()

        def other(match: re.Match[str]) -> str:
            first = self._random.random() < 0.7  # noqa: PLR2004
            name = self.names.first() if first else self.names.last()
            if " " in match[0]:
                name = self.names.full()
            return OPEN + (name.lower() if match[0][1:].islower() else name)

        return re.sub(f"{OPEN}[^{CLOSE}]*", other, text)

    def fill(self, template: str) -> str:
        """Fill the slots of a template; the names are marked."""
        pieces = re.split(r"({{|}}|{\w+})", template)
        return "".join(
            piece[0]
            if piece in {"{{", "}}"}
            else self._slots[piece[1:-1]]()
            if piece[:1] == "{"
            else piece
            for piece in pieces
        )

    def _fillers(self) -> dict[str, Callable[[], str]]:
        def one(words: str | list[str]) -> Callable[[], str]:
            choices = words.split() if isinstance(words, str) else words
            return lambda: self._random.choice(choices)

        def marked(name: Callable[[], str]) -> Callable[[], str]:
            return lambda: OPEN + name() + CLOSE

        word, tech = one(self._words), one(self._tech)
        return {
            "n": marked(self.names.any), "full": marked(self.names.full),
            "f": marked(self.names.first), "l": marked(self.names.last),
            "word": word, "Word": lambda: word().capitalize(), "WORD": lambda: word().upper(),
            "Camel": lambda: word().capitalize() + word().capitalize(),
            "tech": tech, "Tech": lambda: tech().capitalize(),
            "city": one(self._cities), "region": one(self._regions), "org": self._company,
            "t": one(HONORIFICS), "kin": one(vocabulary.KIN), "verb": one(VERBS),
            "job": one(self._jobs), "Day": one(DAYS), "Month": one(MONTHS),
            "Lang": one(LANGUAGES), "date": one(DATES), "mail": one(MAILS), "phone": one(PHONES),
            "Letter": one(list(string.ascii_uppercase)), "num": self._number,
            "noun": lambda: self._random.choice(self._nouns),
            "Noun": lambda: self._random.choice(self._nouns).capitalize(),
            "id": lambda: f"{self._random.getrandbits(32):08x}",
            "street": lambda: f"{self._number()} {word().capitalize()} {one(STREETS)()}",
        }  # fmt: skip

    def _number(self) -> str:
        return str(self._random.randrange(10 ** self._random.randint(1, 4)))

    def _company(self) -> str:
        """Return a company; some are named after words, some after products."""
        random = self._random
        word, tech = random.choice(self._words).capitalize(), random.choice(self._tech)
        forms = (
            (35, word + random.choice(ENDINGS.split())),
            (25, f"{word} {random.choice(KINDS.split())}"),
            (10, f"{tech.capitalize()} {random.choice(KINDS.split())}"),
            (20, tech.capitalize()),
            (10, f"{word} {random.choice(self._words).capitalize()}"),
        )
        (form,) = random.choices([f for _, f in forms], [w for w, _ in forms])
        return form


def _small_names(text: str) -> str:
    return re.sub(f"{OPEN}[^{CLOSE}]*", lambda match: match[0].lower(), text)


def _slogans() -> list[str]:
    """Return words of slogans and jobs, in lower case."""
    texts = [*sources.faker_company_words(), *sources.faker_jobs()]
    return sorted({w.lower() for t in texts for w in sources.words_of(t) if len(w) > SHORT + 1})
