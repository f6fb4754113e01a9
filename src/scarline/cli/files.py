"""Files that commands write."""

import os
from pathlib import Path

from scarline.errors import UsageError


def write(out: Path, body: bytes) -> None:
    """Write a file that is there whole or not at all, and that only its owner reads.

    Raises ``UsageError`` if it cannot be written.
    """
    part = out.with_name(f".{out.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(body)
        part.replace(out)
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror}") from None


def for_a_picture(out: Path) -> None:
    """Raise ``UsageError`` unless a picture can be written to ``out``."""
    if out.suffix.lower() != ".svg":
        raise UsageError(f"{out}: the picture is SVG, so name the file {out.with_suffix('.svg')}")
    if not out.parent.is_dir():
        raise UsageError(f"{out} cannot be written: there is no folder {out.parent}")
