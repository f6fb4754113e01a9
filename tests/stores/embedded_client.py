"""A process that uses the embedded server, as the tests start it.

It tells on stdout what it got, then answers each line of SQL on stdin with its rows, and leaves
when stdin ends. Each answer is one line of JSON. Without arguments it lists the files that it is
made of.
"""

import json
import sys
from pathlib import Path
from types import ModuleType

import psycopg

from scarline import stores
from scarline.errors import ScarlineError

# The store of this folder, with all that it imports, takes longer to load than the server to start.
sys.modules["scarline.stores.postgres"] = ModuleType("scarline.stores.postgres")
sys.modules["scarline.stores.postgres"].__path__ = [f"{stores.__path__[0]}/postgres"]
from scarline.stores.postgres.embedded import embedded  # noqa: E402


def say(answer: object) -> None:
    """Print one line, now."""
    print(json.dumps(answer), flush=True)  # noqa: T201


def ask(conninfo: str, statement: str) -> object:
    """Run one statement on a connection of its own."""
    try:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return [list(row) for row in cursor] if cursor.description else []
    except psycopg.Error as error:
        return str(error)


def main(home: str, binaries: str, seconds: str) -> None:
    """Enter, answer, leave."""
    folder = Path(binaries) if binaries else None
    try:
        with embedded(Path(home), binaries=folder, start_timeout_seconds=float(seconds)) as server:
            say({"conninfo": server.conninfo, "version": server.version})
            try:
                for line in sys.stdin:
                    say(ask(server.conninfo, line))
            except KeyboardInterrupt:
                say(ask(server.conninfo, "SELECT 'still here'"))
    except ScarlineError as error:
        say({"error": type(error).__name__, "says": str(error)})


if __name__ == "__main__" and len(sys.argv) > 1:
    main(*sys.argv[1:])
elif __name__ == "__main__":
    say([file for one in sys.modules.values() if (file := getattr(one, "__file__", None))])
