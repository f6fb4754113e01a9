"""Facts of one thing on a terminal, whatever stands in them."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from scarline.cli.asked import harmless
from scarline.cli.console import out


def show_facts(facts: Mapping[str, Any]) -> None:
    """Write names and values beneath one another; what is empty or not known is left out."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, it in facts.items():
        if it is not None and it != "":
            table.add_row(Text(harmless(name)), Text(harmless(str(it))))
    out().print(table)
