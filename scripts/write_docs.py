"""Write what follows from the code: pages of the docs, .env.example, SQL, Firestore's indexes.

``make docs`` runs it; ``make check`` says if it was forgotten.
"""

import json
import sys
from datetime import timedelta
from pathlib import Path

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from scarline import bootstrap
from scarline.cli import app
from scarline.privacy.fields import built_in_fields
from scarline.privacy.rules import Category, Rule, built_in
from scarline.settings import Settings, names_of
from scarline.settings.types import spelled
from scarline.stores.firestore.asks import index_file
from scarline.stores.firestore.layout import Layout

ROOT = Path(__file__).parents[1]


def settings() -> str:
    """Return docs/settings.md."""
    rows = [
        f"| `{names[0]}` | {_default(field.default)} | {field.description} |"
        + (f" also {', '.join(f'`{name}`' for name in names[1:])} |" if names[1:] else " |")
        for name, field in Settings.model_fields.items()
        for names in [names_of(name)]
    ]
    return (
        "# Settings\n\n"
        "From the environment, or from a file `.env` in the folder where the command runs; the\n"
        "environment wins. `scarline config show` prints what holds, with secrets only as set or\n"
        "not set. Lengths of time are written `90s`, `15m`, `1h`, `30d`; lists with commas.\n\n"
        "| name | default | what it is | |\n|---|---|---|---|\n" + "\n".join(rows) + "\n"
    )


OPENING = """\
# Commands

Data goes to stdout, messages and progress to stderr. `NO_COLOR` is honoured; the progress bar
shows on a terminal only.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | failed |
| 2 | not possible as it was said; nothing was sent or changed |
| 3 | partial: what is missing is named |
| 130 | stopped by Ctrl-C or SIGTERM |
"""


def commands() -> str:
    """Return docs/commands.md."""
    parts = [OPENING]
    group = typer.main.get_command(app)
    parts += [_command(name, command) for name, command in _walk("scarline", group)]
    return "\n".join(parts)


RULES = """\
# What is redacted

[Privacy](privacy.md) says how. Here is every rule, by class, with a text that must go and
one that must stay; the tests hold each to both. `{d9}` stands for nine digits, drawn anew
for each test: `d` digits, `h` and `H` hexadecimal, `l` and `u` letters, `L` and `U` letters
and digits, `a` both cases and digits, `b` base64url, `B` base64. A rule with keywords needs
one of them near the value or in the name of its field; *check* is what a value must pass.
"""


def rules() -> str:
    """Return docs/redaction.md."""
    parts = [RULES]
    for category in Category:
        own = [rule for rule in built_in() if rule.category is category]
        rows = [_rule(rule) for rule in own]
        parts.append(
            f"## {category.value.capitalize()}\n\n| rule | goes | stays | check | keywords |\n"
            "|---|---|---|---|---|\n" + "\n".join(rows) + "\n"
        )
    rows = [
        f"| `{field.name}` | {field.category} | {', '.join(field.phrases)} |"
        for field in built_in_fields()
        if not field.kept
    ]
    parts.append(
        "## Fields\n\nThe ends of the names of fields whose value goes whole.\n\n"
        "| name | class | fields |\n|---|---|---|\n" + "\n".join(rows) + "\n"
    )
    return "\n".join(parts)


def _rule(rule: Rule) -> str:
    check = f"`{rule.validator}`" if rule.validator else ""
    words = ", ".join(rule.keywords)
    texts = f"`{_cell(rule.goes)}` | `{_cell(rule.stays)}`"
    return f"| `{rule.name}` | {texts} | {check} | {_cell(words)} |"


def example() -> str:
    """Return .env.example."""
    lines = [
        "# Copy this to .env and fill in what you have. What stays empty keeps its default.",
        "# The environment wins over this file; `scarline config show` prints what holds.",
        "",
    ]
    for name, field in Settings.model_fields.items():
        default = _default(field.default).strip("`")
        told = f" (default {default})" if default else ""
        lines += [f"# {field.description}{told}", f"{names_of(name)[0]}=", ""]
    return "\n".join(lines)


def indexes() -> str:
    """Return deploy/firestore.indexes.json, for the collections as they are called by default."""
    layout = Layout("", prefix=Settings.model_fields["firestore_prefix"].default)
    return json.dumps(index_file(layout), indent=2) + "\n"


PAGES = {
    ".env.example": example,
    "docs/settings.md": settings,
    "docs/commands.md": commands,
    "docs/redaction.md": rules,
    "create_metrics_table.sql": bootstrap.schema,
    "deploy/firestore.indexes.json": indexes,
}


def _cell(text: str) -> str:
    return (
        text.replace("\n", "⏎").replace("|", "\\|").replace("`", "\N{MODIFIER LETTER GRAVE ACCENT}")
    )


def _default(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, timedelta):
        return f"`{spelled(value)}`"
    return f"`{','.join(value)}`" if isinstance(value, tuple) else f"`{value}`"


def _walk(name: str, command: object) -> list[tuple[str, TyperCommand]]:
    if isinstance(command, TyperGroup):
        subs = command.commands.items()
        return [found for own, sub in subs for found in _walk(f"{name} {own}", sub)]
    return [(name, command)] if isinstance(command, TyperCommand) else []


def _command(name: str, command: TyperCommand) -> str:
    arguments = [it for it in command.params if isinstance(it, TyperArgument)]
    words = [(it.name or "").upper() for it in arguments]
    optional = [
        f"[{word}]" if not it.required else word for word, it in zip(words, arguments, strict=True)
    ]
    lines = [f"## {' '.join([name, *optional])}", "", command.help or "", ""]
    rows = [
        f"| `{'`, `'.join(it.opts)}` | {it.help} |"
        for it in command.params
        if isinstance(it, TyperOption)
    ]
    rows += [f"| `{word}` | {it.help} |" for word, it in zip(words, arguments, strict=True)]
    if rows:
        lines += ["| | |", "|---|---|", *rows, ""]
    return "\n".join(lines)


def main() -> None:
    """Write every page whose text has changed."""
    for name, page in PAGES.items():
        path = ROOT / name
        text = page()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"wrote {name}\n")


if __name__ == "__main__":
    main()
