"""The house stands as drawn: this reads every file of `src/scarline` and names each offender.

An import counts wherever it is: at the top, inside a function, under `TYPE_CHECKING`, by name.
"""

import ast
import builtins
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1] / "src" / "scarline"

# From the roof to the ground. A room imports only from floors below its own; rooms on one floor
# are strangers to one another.
FLOORS: Sequence[Sequence[str]] = [
    floor.split()
    for floor in (
        "__main__",
        "cli",
        "web",
        "bootstrap",
        "sources pipeline stores sandbox notify",
        "ports",
        "privacy scars flows failures alerts ledger",
        "model",
        "kinds",
        "errors",
    )
]
# A file that is part of a room without lying in its folder.
ANNEXES = {"chain": "pipeline", "series": "model", "watch": "pipeline"}
SHELVES = {"sources", "stores"}  # each folder on a shelf is a room of its own: a plugin
KNOWS_PLUGINS = "bootstrap"  # the only room that imports them
ALONE = "sandbox"  # pretends to be somebody else's service, so nothing of ours is in it

BESIDE = {"settings", "telemetry"}  # stand beside the stairs:
BESIDE_IMPORTS = {"errors", "model"}  # they import only the ground,
IMPORTS_BESIDE = {"bootstrap", "cli", "web"}  # and only these import them

READS_ENVIRONMENT = "settings"
ENVIRONMENT = re.compile(
    r"os\.(environb?|getenvb?|putenv|unsetenv|path\.expandvars)|pydantic_settings\.\w+"
)
MAKES_CLEAN_BATCH = "privacy"

# Who may ask what time it is. A stopwatch (time.monotonic, time.perf_counter) is free to all: it
# measures how long something took or has to wait, and no record holds what it says.
WALL_CLOCK = re.compile(
    r"time\.(time|time_ns|ctime)|datetime\.(datetime\.(now|utcnow|today)|date\.today)"
)
NAMED_CLOCK = {"bootstrap", "ports"}  # in something that is called a clock
OWN_CLOCK = {"sandbox"}  # imports nothing of ours, so the default of its clock is its own

BAD_MODULE = re.compile(r"_*(utils?|helpers?|common|core|base|misc)")
BAD_CLASS = re.compile(r"_*(\w+(Manager|Service|Handler|Impl)|Abstract\w+)")

# Inheritance is for errors. These bases are how Python spells a declaration.
DECLARATIONS = {
    *("Protocol", "Generic", "NamedTuple", "TypedDict", "BaseModel", "BaseSettings"),
    *("Enum", "StrEnum", "IntEnum", "Flag", "IntFlag"),
}

MODULE_LINES = 250
FUNCTION_LINES = 40  # without its docstring: words never make a function too long
LONGER: Mapping[str, str] = {}  # "web/pages.py" or "web/pages.py:function": why it is longer

Function = ast.FunctionDef | ast.AsyncFunctionDef
Offences = Iterator[tuple[int, str]]  # line, sentence


@dataclass(frozen=True)
class Module:
    """One file of the house."""

    path: Path  # within the house: web/pages.py
    text: str

    @cached_property
    def nodes(self) -> Sequence[ast.AST]:
        """All that is written in it."""
        return list(ast.walk(ast.parse(self.text, str(self.path))))

    @cached_property
    def name(self) -> str:
        """Its name within the house: `web.pages`. The house itself is ''."""
        parts = self.path.with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @cached_property
    def meanings(self) -> Mapping[str, str]:
        """What an imported name stands for: {'now': 'time.time'}."""
        found = {}
        for node in self.nodes:
            if isinstance(node, ast.Import | ast.ImportFrom):
                origin = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
                for alias in node.names:
                    found[alias.asname or alias.name] = origin + alias.name
        return found

    def meaning(self, node: ast.AST) -> str:
        """A name spelled out: `t.time` is 'time.time' after `import time as t`."""
        if isinstance(node, ast.Name):
            return self.meanings.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            return f"{self.meaning(node.value)}.{node.attr}"
        return ""

    def calls(self) -> Iterator[tuple[ast.Call, str]]:
        """Every call, with the meaning of what is called."""
        for node in self.nodes:
            if isinstance(node, ast.Call):
                yield node, self.meaning(node.func)


@dataclass(frozen=True)
class House:
    """All files, and what can be known only from all of them."""

    modules: Sequence[Module]

    @cached_property
    def names(self) -> set[str]:
        """The names of all modules."""
        return {module.name for module in self.modules}

    @cached_property
    def errors(self) -> set[str]:
        """The names of all classes that descend from Python's own errors."""
        classes = [n for m in self.modules for n in m.nodes if isinstance(n, ast.ClassDef)]
        errors = {
            name
            for name, value in vars(builtins).items()
            if isinstance(value, type) and issubclass(value, BaseException)
        }
        while more := {c.name for c in classes if errors & {*map(last_name, c.bases)}} - errors:
            errors |= more
        return errors

    def imports(self, module: Module) -> Iterator[tuple[int, str]]:
        """Line and name of every module of ours that this one imports."""
        for node in module.nodes:
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    whole = f"{node.module}.{alias.name}"
                    is_module = whole.removeprefix("scarline.") in self.names
                    yield node.lineno, whole if is_module else str(node.module)
        for call, called in module.calls():
            if is_import_by_name(called) and call.args and isinstance(call.args[0], ast.Constant):
                yield call.lineno, str(call.args[0].value)


def last_name(node: ast.expr) -> str:
    """`Protocol` of `typing.Protocol[T]`."""
    if isinstance(node, ast.Subscript):
        return last_name(node.value)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def is_import_by_name(called: str) -> bool:
    """Whether a call imports what its argument says."""
    return called in {"importlib.import_module", "__import__"}


def room(name: str) -> str:
    """The room that a module lies in: `stores.postgres` of `stores.postgres.packing`."""
    first, *rest = name.split(".")
    return f"{first}.{rest[0]}" if first in SHELVES and rest else ANNEXES.get(first, first)


def floor(name: str) -> int | None:
    """The floor of a room, counted from the roof."""
    first, *_ = name.split(".")
    return next((height for height, rooms in enumerate(FLOORS) if first in rooms), None)


# --- the rules: each names the offences of one module ---


def arrows_point_down(module: Module, house: House) -> Offences:
    """A room imports only from below; see the constants for the few that stand aside."""
    here = room(module.name)
    if here and here not in BESIDE and floor(here) is None:
        yield 1, f"{here} stands on no floor: give it one in FLOORS"
    for line, target in house.imports(module):
        if not target.startswith("scarline."):
            continue
        there = room(target.removeprefix("scarline."))
        if here != there and (reason := wrong_arrow(here, there)):
            yield line, f"{here or 'scarline'} imports {there}: {reason}"


def wrong_arrow(here: str, there: str) -> str:  # noqa: PLR0911 - one return for each reason
    """Why a room may not import another, or ''."""
    if not here:
        return "the house itself imports none of its rooms"
    if here == ALONE:
        return "it imports nothing of ours"
    if there in BESIDE:
        return "" if here in IMPORTS_BESIDE else f"only {sorted(IMPORTS_BESIDE)} may"
    if here in BESIDE:
        return "" if there in BESIDE_IMPORTS else f"it may import only {sorted(BESIDE_IMPORTS)}"
    if "." in there and here != KNOWS_PLUGINS:
        return f"only {KNOWS_PLUGINS} knows a source or a store"
    above, below = floor(here), floor(there)
    if above is None or below is None or above < below:
        return ""
    return "rooms on one floor are strangers" if above == below else "arrows point down only"


def only_bootstrap_imports_by_a_computed_name(module: Module, _: House) -> Offences:
    """An arrow that cannot be read cannot be checked."""
    for call, called in module.calls():
        computed = not (call.args and isinstance(call.args[0], ast.Constant))
        if is_import_by_name(called) and computed and room(module.name) != KNOWS_PLUGINS:
            yield call.lineno, f"only {KNOWS_PLUGINS} imports by a computed name"


def only_settings_read_the_environment(module: Module, _: House) -> Offences:
    """Every knob is in one file."""
    for node in module.nodes:
        reads = ENVIRONMENT.fullmatch(module.meaning(node)) is not None
        asks_typer = isinstance(node, ast.keyword) and node.arg == "envvar"
        if (reads or asks_typer) and room(module.name) != READS_ENVIRONMENT:
            yield line_of(node), f"only {READS_ENVIRONMENT} reads the environment"


def only_privacy_makes_a_clean_batch(module: Module, _: House) -> Offences:
    """Nothing is stored that was not redacted."""
    for call, called in module.calls():
        made = called.split(".")
        if made[-1] == "__new__":
            made = [part for argument in call.args for part in module.meaning(argument).split(".")]
        if "CleanBatch" in made and room(module.name) != MAKES_CLEAN_BATCH:
            yield call.lineno, f"only {MAKES_CLEAN_BATCH} makes a CleanBatch"


def only_clocks_tell_the_time(module: Module, _: House) -> Offences:
    """A run can be repeated at any hour."""
    here = room(module.name)
    clocks = [node for node in module.nodes if is_named_clock(node)] if here in NAMED_CLOCK else []
    lines = {line for node in clocks for line in range(line_of(node), end_of(node) + 1)}
    for node in module.nodes:
        asks = WALL_CLOCK.fullmatch(module.meaning(node))
        if asks and here not in OWN_CLOCK and line_of(node) not in lines:
            yield line_of(node), "ask the Clock that was passed in what time it is"


def names_say_what_a_thing_is(module: Module, _: House) -> Offences:
    """No drawers, and no classes that are named after their pattern."""
    for part in module.path.with_suffix("").parts:
        if BAD_MODULE.fullmatch(part):
            yield 1, f"a module named {part} says nothing about what is in it"
    for node in module.nodes:
        if isinstance(node, ast.ClassDef) and BAD_CLASS.fullmatch(node.name):
            yield node.lineno, f"class {node.name} is named after a pattern"


def files_and_functions_are_short(module: Module, _: House) -> Offences:
    """What does not fit in a head is two things."""
    for place, line, sentence in too_long(module):
        if place not in LONGER:
            yield line, sentence


def too_long(module: Module) -> Iterator[tuple[str, int, str]]:
    """Place, line and sentence of all that is too long."""
    lines = module.text.count("\n")
    if lines > MODULE_LINES:
        yield str(module.path), 1, f"{lines} lines; a module has at most {MODULE_LINES}"
    for node in module.nodes:
        if isinstance(node, Function):
            words = node.body[0] if ast.get_docstring(node) else None
            lines = extent(node) - (extent(words) if words else 0)
            if lines > FUNCTION_LINES:
                sentence = f"{node.name} has {lines} lines; a function has at most {FUNCTION_LINES}"
                yield f"{module.path}:{node.name}", node.lineno, sentence


def inheritance_is_for_errors(module: Module, house: House) -> Offences:
    """Two protocols and composition do the rest."""
    for node in module.nodes:
        if not isinstance(node, ast.ClassDef):
            continue
        bases = {*map(last_name, node.bases)}
        foreign_error = any(base.endswith(("Error", "Exception")) for base in bases)
        if bases and not bases & (DECLARATIONS | house.errors) and not foreign_error:
            yield node.lineno, f"{node.name} inherits from {', '.join(sorted(bases))}"
        if any(keyword.arg == "metaclass" for keyword in node.keywords):
            yield node.lineno, f"{node.name} has a metaclass"


def is_named_clock(node: ast.AST) -> bool:
    """Whether this makes something that is called a clock."""
    if isinstance(node, Function | ast.ClassDef):
        return "clock" in node.name.lower()
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return any(isinstance(t, ast.Name) and "clock" in t.id.lower() for t in targets)


def line_of(node: ast.AST) -> int:
    """The line on which it begins."""
    return int(getattr(node, "lineno", 0))


def end_of(node: ast.AST) -> int:
    """The line on which it ends."""
    return int(getattr(node, "end_lineno", 0))


def extent(node: ast.AST) -> int:
    """How many lines it takes."""
    return end_of(node) - line_of(node) + 1


RULES: Sequence[Callable[[Module, House], Offences]] = [
    arrows_point_down,
    only_bootstrap_imports_by_a_computed_name,
    only_settings_read_the_environment,
    only_privacy_makes_a_clean_batch,
    only_clocks_tell_the_time,
    names_say_what_a_thing_is,
    files_and_functions_are_short,
    inheritance_is_for_errors,
]


def enter(folder: Path) -> House:
    """Read every file."""
    files = sorted(folder.rglob("*.py"))
    return House([Module(file.relative_to(folder), file.read_text()) for file in files])


def offences(folder: Path) -> list[str]:
    """Every offence in a house, with its place."""
    house = enter(folder)
    return [
        f"{module.path}:{line}: {sentence}"
        for module in house.modules
        for line, sentence in sorted({found for rule in RULES for found in rule(module, house)})
    ]


# --- the tests ---


def test_the_house_stands_as_drawn() -> None:
    """No file of ours offends."""
    found = offences(HOUSE)
    assert not found, "\n".join(found)


def test_every_exception_is_still_needed() -> None:
    """What became short again leaves the list."""
    places = {place for module in enter(HOUSE).modules for place, *_ in too_long(module)}
    assert not LONGER.keys() - places


def build(folder: Path, files: Mapping[str, str]) -> Path:
    """A small house with one room of each sort, and these files in it."""
    rooms = [name for rooms in FLOORS for name in rooms if name not in SHELVES]
    empty = [*(f"{name}.py" for name in [*rooms, *BESIDE]), "stores/a/__init__.py", "__init__.py"]
    empty += ["sources/a/__init__.py", "sources/b/__init__.py"]
    for path, text in [*((path, "") for path in empty), *files.items()]:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


ALLOWED = {
    "__main__.py": "from scarline.cli import main",
    "cli.py": "from scarline import bootstrap, sandbox, settings, web",
    "bootstrap.py": (
        "import importlib\nfrom datetime import datetime, UTC\nfrom scarline.stores import a\n"
        "def plugin(name): return importlib.import_module(name)\n"
        "def clock(): return datetime.now(UTC)"
    ),
    "settings.py": (
        "import os\nfrom pydantic_settings import BaseSettings\nfrom scarline import errors\n"
        "class Settings(BaseSettings): home = os.environ['HOME']"
    ),
    "chain.py": "import time\nfrom scarline import ports\nstarted = time.monotonic()",
    "pipeline.py": "from scarline.chain import Chain",
    "ports.py": "from typing import Protocol, Generic\nclass Store(Protocol[int]): ...",
    "stores/a/__init__.py": "from scarline.stores.a.rows import row",
    "stores/a/rows.py": "from scarline import errors, ports\nclass Service: ...",
    "privacy.py": "from scarline.model import CleanBatch\nclean = CleanBatch(1)",
    "sandbox.py": "import time\ndef app(now=time.time): ...",
    "errors.py": "class Ours(Exception): ...\nclass Refused(Ours): ...",
}


def test_what_the_drawing_allows_is_not_named(tmp_path: Path) -> None:
    """Each room may do what it is there for."""
    assert offences(build(tmp_path, ALLOWED)) == []


def long(lines: int) -> str:
    """A function that is so many lines long."""
    return "def f():\n    '''Words\n    do not count.'''\n" + "    x = 1\n" * (lines - 1)


ARROWS: Iterable[tuple[str, str, str]] = [
    ("web.py", "import scarline.cli", "arrows point down only"),
    ("ports.py", "def f():\n    from scarline import bootstrap", "arrows point down only"),
    ("model.py", "if TYPE_CHECKING:\n    from scarline.ports import Store", "arrows point down"),
    ("ledger.py", "import importlib as i\ni.import_module('scarline.ports')", "arrows point down"),
    ("pipeline.py", "from scarline.stores.a import open", "only bootstrap knows"),
    ("web.py", "from scarline.stores import a", "only bootstrap knows"),
    ("cli.py", "from scarline.sources.a import x", "only bootstrap knows"),
    ("sources/a/x.py", "from scarline.sources.b import x", "only bootstrap knows"),
    ("sources/a/x.py", "from scarline.pipeline import pull", "strangers"),
    ("stores/a/x.py", "from scarline.chain import Chain", "strangers"),
    ("privacy.py", "from scarline import ledger", "strangers"),
    ("sandbox.py", "from scarline.errors import ScarlineError", "nothing of ours"),
    ("stores/a/x.py", "from scarline.settings import Settings", "only ['bootstrap'"),
    ("telemetry.py", "from scarline.ports import Store", "it may import only ['errors'"),
    ("__init__.py", "from scarline.privacy import redact_text", "imports none of its rooms"),
    ("attic.py", "", "stands on no floor"),
]
REST: Iterable[tuple[str, str, str]] = [
    ("web.py", "import importlib\nimportlib.import_module(x)", "by a computed name"),
    ("web.py", "import os as o\nx = o.environ['HOME']", "environment"),
    ("cli.py", "from os import getenv\nx = getenv('HOME')", "environment"),
    ("cli.py", "x = Option(envvar='HOME')", "environment"),
    ("model.py", "def f(): return CleanBatch()", "makes a CleanBatch"),
    ("pipeline.py", "from scarline import model as m\nx = m.CleanBatch(1)", "makes a CleanBatch"),
    ("web.py", "x = object.__new__(CleanBatch)", "makes a CleanBatch"),
    ("ledger.py", "from datetime import datetime\nx = datetime.now()", "what time it is"),
    ("cli.py", "import datetime as d\nx = d.date.today()", "what time it is"),
    ("web.py", "from time import time as now\nx = field(default_factory=now)", "what time it is"),
    ("ports.py", "import time\ndef stamp(): return time.time()", "what time it is"),
    ("web/helpers.py", "", "named helpers says nothing"),
    ("scars/core/x.py", "", "named core says nothing"),
    ("web.py", "class RunManager: ...", "named after a pattern"),
    ("web.py", "class AbstractRun: ...", "named after a pattern"),
    ("web.py", "\n" * 251, "251 lines"),
    ("web.py", long(41), "f has 41 lines"),
    ("web.py", "class Page(View): ...", "Page inherits from View"),
    ("web.py", "class Page(abc.ABC): ...", "Page inherits from ABC"),
    ("web.py", "class Page(metaclass=M): ...", "has a metaclass"),
]


@pytest.mark.parametrize(("path", "text", "sentence"), [*ARROWS, *REST])
def test_a_planted_offender_is_named(tmp_path: Path, path: str, text: str, sentence: str) -> None:
    """Every rule finds the one file that breaks it."""
    found = offences(build(tmp_path, {path: text}))
    assert [f for f in found if f.startswith(path) and sentence in f], found
    assert len(found) == 1
