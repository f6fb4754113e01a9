"""The texts that the tagger learns from: pairs of a text and where it names a person.

Three kinds: tweets of WNUT-17 (read from the file that is passed, kept nowhere), sentences made
from templates and from WordNet's examples, and texts about nobody: templates, and the source code
and documentation of what is installed beside this script.
"""

import gzip
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random

Text = tuple[str, list[tuple[int, int]]]
OPEN, CLOSE = "\ue000", "\ue001"  # around a name while a text is made
AUTHORS = re.compile(
    r"(?i)auth|copyright|\(c\)|©|contribut|maintain|thank|credit|written|patch|courtesy|report|"
    r"@|\bby [A-Z]|submitted|suggest|review|invent|Mr\.|Dr\.|\bpaper\b|et al|university|professor|"
    r"signed|license|acknowledg|inspired|named after|discovered|proposed|Alice|Bob\b|Eve\b"
)
PEOPLE_INSIDE = re.compile("(?i)author|credit|copying|locale|provid")
PRONOUN = re.compile(r"\b(?:[Hh]e|[Ss]he|him|[Hh]is)\b")


def unmarked(text: str) -> Text:
    """Take the marks away; return the text and where they were."""
    spans: list[tuple[int, int]] = []
    parts: list[str] = []
    size = start = 0
    for part in re.split(f"([{OPEN}{CLOSE}])", text):
        if part == OPEN:
            start = size
        elif part == CLOSE:
            spans.append((start, size))
        else:
            parts.append(part)
            size += len(part)
    return "".join(parts), spans


def wnut(path: Path) -> Iterator[str]:
    """Return the tweets, names marked, spaced as people write."""
    for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
        text, before = "", "O"
        for line in block.strip().splitlines():
            word, _, label = line.partition("\t")
            label = label.strip()
            inside = label == "I-person" and before.endswith("person")
            if before.endswith("person") and not inside:
                text += CLOSE
            tight = re.fullmatch(r"[,.!?;:)\]%…]+|['’](s|m|re|ve|ll|d|t)|n't", word) is not None  # noqa: RUF001
            if text and not tight and not text.endswith(("(", "[", "$")):
                text += " "
            text += (OPEN if label.endswith("person") and not inside else "") + word
            before = label
        if text:
            yield text + (CLOSE if before.endswith("person") else "")


def examples(wordnet: Path) -> Iterator[str]:
    """Return WordNet's example sentences."""
    for part in ("noun", "verb", "adj", "adv"):
        text = (wordnet / f"data.{part}").read_text(encoding="latin-1")
        for line in text.splitlines():
            yield from re.findall(r'"([^"]{12,160})"', line.partition("|")[2])


def installed(folders: Iterable[Path], limit: int, random: Random) -> Iterator[str]:
    """Return pieces of code and documentation, lines that may name somebody left out."""
    files = [
        f
        for d in folders
        for f in d.rglob("*")
        if f.suffix in {".py", ".md", ".rst", ".txt"} or f.name == "service-2.json.gz"
    ]
    files = [f for f in sorted(files) if not PEOPLE_INSIDE.search(str(f))]
    random.shuffle(files)
    size = 0
    for file in files:
        text = piece(file, random)
        text = "\n".join(line for line in text.splitlines() if not AUTHORS.search(line))
        size += len(text)
        yield text
        if size > limit:
            return


def piece(file: Path, random: Random) -> str:
    """Return at most so much of a file; of a service's description its prose, without tags."""
    if file.suffix != ".gz":
        return file.read_text(encoding="utf-8", errors="ignore")[:40_000]
    text = gzip.decompress(file.read_bytes()).decode()
    found = re.findall(r'"documentation":"((?:[^"\\\\]|\\\\.)*)"', text)
    random.shuffle(found)
    return re.sub("<[^>]*>", " ", "\n".join(found))[:60_000]
