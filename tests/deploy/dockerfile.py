"""Dockerfiles: reading one, and the rules that ours keeps.

The rules are those that linters of Dockerfiles have, and ours: nobody is root, nothing is installed
but by its hash, nothing can be changed from within.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

Step = tuple[str, str]
"""An instruction and what follows it, on one line."""


def steps(text: str) -> list[Step]:
    """Read a Dockerfile: comments go, continued lines become one."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    found = [line.strip().partition(" ") for line in joined.splitlines() if line.strip()]
    return [(word.upper(), rest.strip()) for word, _, rest in found]


@dataclass(frozen=True)
class Image:
    """A Dockerfile, by its stages."""

    text: str

    @cached_property
    def stages(self) -> Sequence[Sequence[Step]]:
        """The steps of each stage, from its FROM on."""
        found: list[list[Step]] = []
        for step in steps(self.text):
            if step[0] == "FROM":
                found.append([])
            if found:
                found[-1].append(step)
        return found

    def said(self, word: str, stage: int = -1) -> list[str]:
        """Return what follows every such instruction of a stage."""
        return [rest for instruction, rest in self.stages[stage] if instruction == word]

    def anywhere(self, word: str) -> list[str]:
        """Return what follows every such instruction, also before the first stage."""
        return [rest for instruction, rest in steps(self.text) if instruction == word]

    def installs(self) -> list[str]:
        """Return every command that installs packages of Python."""
        commands = [it for run in self.anywhere("RUN") for it in run.split("&&")]
        return [it for it in commands if re.search(r"pip.* install", it)]

    def faults(self) -> list[str]:
        """Return every rule that it breaks."""
        return [sentence for sentence, holds in RULES.items() if not holds(self)]


def is_exec(text: str) -> bool:
    """Whether a command is a list of words, which no shell reads."""
    try:
        return isinstance(json.loads(text), list)
    except json.JSONDecodeError:
        return False


def _bases(image: Image) -> bool:
    version = re.compile(r":\d+\.\d+\S*|@sha256:[0-9a-f]{64}")
    bases = image.anywhere("ARG")
    return bool(bases) and all(map(version.search, bases)) and ":latest" not in image.text


def _nobody_is_root(image: Image) -> bool:
    words = [instruction for instruction, _ in image.stages[-1]]
    users = image.said("USER")
    return (
        bool(users)
        and all(re.fullmatch(r"[1-9]\d+:\d+", user) for user in users)
        and words.index("USER") < words.index("CMD")
    )


def _by_hash(image: Image) -> bool:
    def safe(command: str) -> bool:
        locked = "--require-hashes" in command and "--only-binary :all:" in command
        return "--no-deps" in command and (locked or "--no-index" in command)

    return bool(image.installs()) and all(map(safe, image.installs()))


def _health(image: Image) -> bool:
    checks = image.said("HEALTHCHECK")
    asked = [it.partition("CMD")[2] for it in checks]
    return len(checks) == 1 and is_exec(asked[0]) and json.loads(asked[0])[0] == "python"


RULES: Mapping[str, Callable[[Image], bool]] = {
    "two stages": lambda it: len(it.stages) == 2,
    "the base has a version": _bases,
    "nobody is root": _nobody_is_root,
    "the command is in exec form": lambda it: [*map(is_exec, it.said("CMD"))] == [True],
    "the health check is in exec form, by Python": _health,
    "no ADD": lambda it: not it.anywhere("ADD"),
    "nothing is copied whole": lambda it: (
        not any(re.search(r"(^|\s)\.\s", rest) for rest in it.anywhere("COPY"))
    ),
    "no build tools at the end": lambda it: (
        not re.search(r"\b(apt|apt-get|gcc|make|pip3? install)\b", " ".join(it.said("RUN")))
    ),
    "packages are installed by their hashes, as wheels, and no others": _by_hash,
    "no secret is baked in": lambda it: (
        not re.search(r"(KEY|TOKEN|PASSWORD|DATABASE_URL)=", it.text)
    ),
    "folders by their whole path": lambda it: all(
        rest.startswith("/") for rest in it.anywhere("WORKDIR")
    ),
    "the only place to write is a volume": lambda it: it.said("VOLUME") == ["/var/lib/scarline"],
    "Python does not write beside its sources": lambda it: (
        "PYTHONDONTWRITEBYTECODE=1" in " ".join(it.said("ENV"))
    ),
}
