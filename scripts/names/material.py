"""All that the tagger learns from, gathered."""

import re
import sysconfig
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from random import Random

import corpus
import sources
import translations
from abroad import LOCALES
from writer import Writer

CODE = "numpy pip msgspec datadog_api_client plotly django".split()  # noqa: SIM905
STANDARD = (  # noqa: SIM905 - read as prose
    "asyncio concurrent email http json logging unittest distutils xml multiprocessing importlib"
).split()
TECHNICAL_SEEN = 4  # times
ABROAD = 7_000  # sentences of our own for each language
UNKNOWN = 0.5  # of the words of other languages are, while it learns
HELD_OUT = 0.2  # of the names are taken out of the lists while it learns


def technical(random: Random) -> list[str]:
    """Return code and documentation of what is installed."""
    standard = Path(sysconfig.get_path("stdlib"))
    folders = [standard / name for name in STANDARD] + [_folder(name) for name in CODE]
    return [
        *corpus.installed(folders, 14_000_000, random),
        *corpus.installed([_folder("botocore")], 12_000_000, random),
        *corpus.installed([_folder("kubernetes")], 3_000_000, random),
    ]


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"install {package} first")
    return Path(spec.submodule_search_locations[0])


def small_words(texts: list[str]) -> Counter[str]:
    """Count the words that technical texts write in lower case."""
    return Counter(w for text in texts for w in re.findall(r"\b[a-z]{2,}\b", text))


def capital_words(texts: list[str]) -> set[str]:
    """Return the words that technical texts capitalise again and again."""
    pattern = re.compile(r"\b[A-Z][A-Za-z][a-z]+\b|\b[A-Z]{2,}\b")
    counts = Counter(w.lower() for text in texts for w in pattern.findall(text))
    return {word for word, times in counts.items() if times >= TECHNICAL_SEEN}


def held_out(abroad: translations.Words, random: Random) -> set[str]:
    """Return what the lists do without while the tagger learns to do so too: names, and words."""
    given, family = sources.faker_names()
    us_given, us_family = sources.census()
    names = [*us_given, *us_family]
    names += [n for by_locale in (given, family) for ns in by_locale.values() for n in ns]
    words = {word.lower() for name in names for word in sources.words_of(name)}
    out = {word for word in sorted(words) if random.random() < HELD_OUT}
    return out | {w for w in abroad.all() if w not in words and random.random() < UNKNOWN}


def social(path: Path, writer: Writer) -> list[corpus.Text]:
    """Return the tweets, and again with other names, and with names instead of pronouns."""
    tweets = list(corpus.wnut(path))
    texts = tweets * 2
    texts += [writer.renamed(tweet) for tweet in tweets for _ in range(2)]
    texts += [
        writer.with_pronoun_named(tweet)
        for tweet in tweets
        if corpus.OPEN not in tweet and corpus.PRONOUN.search(tweet)
    ]
    return [corpus.unmarked(text) for text in texts]


def abroad(
    said: translations.Messages, words: translations.Words, writer: Writer, random: Random
) -> list[corpus.Text]:
    """Return what software says in other languages, and our own sentences, alone and together."""
    texts: list[str] = []
    for language, messages in said.items():
        nouns = words.nouns(language)
        writer.names.move_to(LOCALES[language])
        heard = [translations.filled(text, writer.names, random, nouns) for text in messages]
        ours = [writer.abroad(language, nouns, 0) for _ in range(ABROAD)]
        pool = heard + ours
        random.shuffle(pool)
        texts += heard + ours
        while pool:
            size = random.randint(2, 5)
            texts.append(random.choice([" ", "\n"]).join(pool[:size]))
            pool = pool[size:]
    return [corpus.unmarked(text) for text in texts]
