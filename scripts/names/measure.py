"""What the tagger does on texts that it did not learn from."""

import json
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random

import corpus
from abroad import LOCALES, PEOPLE
from writer import Writer

from scarline.privacy.names import find

Text = corpus.Text
EACH = 14  # sentences of each template
DOCUMENT = 60_000  # characters of one file that are read


def templates_half(path: Path, half: int, seed: int = 5) -> list[Text]:
    """Return the texts of one half of the templates of a file of presidio-research's format."""
    texts = json.loads(path.read_text(encoding="utf-8"))
    ids = sorted({text["template_id"] for text in texts})
    Random(seed).shuffle(ids)  # noqa: S311
    chosen = set(ids[: len(ids) // 2] if half == 0 else ids[len(ids) // 2 :])
    return [
        (
            text["full_text"],
            [
                (span["start_position"], span["end_position"])
                for span in text["spans"]
                if span["entity_type"] == "PERSON"
            ],
        )
        for text in texts
        if text["template_id"] in chosen
    ]


def tweets(path: Path) -> list[Text]:
    """Return the tweets of a file of WNUT-17's format."""
    return [corpus.unmarked(text) for text in corpus.wnut(path)]


def abroad(wordnet: Path, half: int, seed: int = 99) -> list[Text]:
    """Return sentences about people in other languages, of one half of our templates."""
    writer = Writer(Random(seed), wordnet)  # noqa: S311
    texts: list[Text] = []
    for language, block in PEOPLE.items():
        for line in block.strip().splitlines()[half::2] * EACH:
            writer.names.move_to(LOCALES[language])
            texts.append(corpus.unmarked(writer.fill(line)))
    return texts


def files(folder: Path, endings: tuple[str, ...], limit: int = 4_000_000) -> Iterator[str]:
    """Return files of a folder without the lines that name their authors."""
    found = sorted(path for path in folder.rglob("*") if path.suffix in endings)
    Random(3).shuffle(found)  # noqa: S311
    size = 0
    for path in found:
        text = path.read_text(encoding="utf-8", errors="ignore")[:DOCUMENT]
        text = "\n".join(line for line in text.splitlines() if not corpus.AUTHORS.search(line))
        size += len(text)
        yield text
        if size > limit:
            return


def recall(texts: Iterable[Text]) -> str:
    """Return how many names cannot be read whole any more, and of how many nothing is left."""
    total = gone = full = 0
    for text, spans in texts:
        masked = bytearray(len(text))
        for start, end, _ in find(text):
            masked[start:end] = b"\1" * (end - start)
        for start, end in spans:
            letters = [at for at in range(start, end) if text[at].isalnum()]
            hidden = sum(masked[at] for at in letters)
            total, gone, full = total + 1, gone + (hidden > 0), full + (hidden == len(letters))
    return f"gone {gone / total:.1%}, full {full / total:.1%} of {total} names"


def excess(texts: Iterable[str]) -> str:
    """Return what share of the characters of texts about nobody is masked, and how fast."""
    total = masked = 0
    began = time.perf_counter()
    for text in texts:
        total += len(text)
        masked += sum(end - start for start, end, _ in find(text))
    speed = total / (time.perf_counter() - began) / 1e6
    return f"over {masked / total:.4%} of {total / 1e6:.1f} M characters, {speed:.1f} M/s"
