"""The named statements of ``queries.sql``."""

import re
from functools import cache
from importlib.resources import files
from typing import LiteralString, cast


@cache
def _statements() -> dict[str, LiteralString]:
    text = files(__package__).joinpath("queries.sql").read_text(encoding="utf-8")
    parts = re.split(r"^-- name: (\w+)\n", text, flags=re.MULTILINE)
    # The file is part of the package, as trustworthy as a literal in the code.
    return dict(zip(parts[1::2], cast("list[LiteralString]", parts[2::2]), strict=True))


def query(name: str) -> LiteralString:
    """Return the statement of that name."""
    return _statements()[name]
