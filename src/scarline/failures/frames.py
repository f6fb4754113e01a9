"""Where in the code an error was raised: the innermost frame that is the application's own.

Line numbers and paths do not count, they change with each release; the name of the function
does, and the line of code itself where a Python traceback shows it.
"""

import re
from collections.abc import Iterator

_PYTHON = re.compile(r'File "([^"\n]+)", line \d+, in ([^\n]+)(?:\n[ |+-]*(\S[^\n]*))?')
_AT = re.compile(r"\s+at (?:async )?(?:new )?([\w$.<>/]+)\s*(?: \[as [^\]]+\])?\s?\(([^()\n]*)\)")
_GO = re.compile(r"\n([\w./-]+(?:\(\*?\w+\))?[\w.]*)\([^\n]*\)\n\t")
_FOREIGN = re.compile(
    r"site-packages|dist-packages|/lib/python|\\lib\\|<frozen|<string>|node_modules|node:|internal/"
    r"|^(?:java|javax|jdk|sun|kotlin|scala|org\.(?:springframework|apache|postgresql|hibernate)"
    r"|reactor|io\.netty|com\.(?:sun|fasterxml|google))[./]|^java\.base/|^runtime[./]|^panic$|^net/"
)
_SHORTEST = 3  # letters: a minifier gives shorter names, other ones with each build
_CODE = re.compile(r"\w")
_ENDS = re.compile(r"\d+$|\$\d+|lambda\$")


def frame_of(stack: str | None) -> str:
    """Return the innermost own frame of the error that a stack begins with; "" without one.

    Of a chain of causes that is the root: Python tells it first, Java and Node last.
    """
    text = stack or ""
    if "Traceback (most recent call last)" in text:
        block = text.split("\n\nThe above exception")[0].split("\n\nDuring handling")[-1]
        return next(_own(reversed(_PYTHON.findall(block))), "")
    root = re.split(r"Caused by:|\[cause\]:", text)[-1]
    found = [(it[1], it[0], "") for it in _AT.findall("\n" + root)]
    found += [("", it, "") for it in _GO.findall("\n" + root)]
    return next(_own(iter(found)), "")


def _own(frames: Iterator[tuple[str, str, str]]) -> Iterator[str]:
    """Yield frames that no library has."""
    for path, name, code in frames:
        last = re.split(r"[./]", name)[-1]
        if len(last) >= _SHORTEST and not _FOREIGN.search(path) and not _FOREIGN.search(name):
            line = code.strip()
            shown = line if _CODE.match(line) and not line.startswith("File ") else ""
            yield _ENDS.sub("", f"{name.split('/')[-1]}: {shown}" if shown else name.split("/")[-1])
