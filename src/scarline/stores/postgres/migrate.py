"""Numbered migrations, each applied and recorded in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import LiteralString

from psycopg import AsyncConnection

from scarline.errors import StoreRefused
from scarline.stores.postgres.queries import query


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema. ``digest`` shows whether an applied one was changed since."""

    number: int
    name: str
    text: LiteralString

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the text."""
        return sha256(self.text.encode()).hexdigest()


def migrations() -> Sequence[Migration]:
    """Return all migrations, in order."""
    folder = files(__package__).joinpath("migrations")
    found = sorted(path.name for path in folder.iterdir() if path.name.endswith(".sql"))
    return [
        Migration(
            number=int(name[:4]),
            name=name.removesuffix(".sql"),
            # The file is part of the package, as trustworthy as a literal in the code.
            text=folder.joinpath(name).read_text(encoding="utf-8"),
        )
        for name in found
    ]


async def migrate(connection: AsyncConnection) -> list[str]:
    """Apply what is missing, in order; return the names of what was applied.

    ``connection`` is in autocommit mode. Two processes at once wait for each other.
    Raises ``StoreRefused`` if an applied migration is unknown or was changed.
    """
    if await applied(connection) == len(migrations()):
        return []
    async with connection.transaction():
        await connection.execute(query("serialise_migrations"))
        await connection.execute(query("prepare_migrations"))
    done = []
    for migration in migrations():
        async with connection.transaction():
            await connection.execute(query("serialise_migrations"))
            if migration.number > await applied(connection):
                await connection.execute(migration.text)
                await connection.execute(
                    query("record_migration"),
                    {
                        "number": migration.number,
                        "name": migration.name,
                        "digest": migration.digest,
                    },
                )
                done.append(migration.name)
    return done


async def applied(connection: AsyncConnection) -> int:
    """Return how many migrations the database has; raises ``StoreRefused`` if not ours."""
    row = await (await connection.execute(query("migrated"))).fetchone()
    if row is None or not row[0]:
        return 0
    ours = {migration.number: migration for migration in migrations()}
    recorded = await (await connection.execute(query("migrations"))).fetchall()
    for number, name, digest in recorded:
        if number not in ours:
            message = (
                f"the database has migration {name}, which this version does not know: "
                "install the version of Scarline that wrote it, or a newer one"
            )
            raise StoreRefused(message)
        if ours[number].digest != digest:
            message = (
                f"migration {name} in the database is not the one of this version: it was "
                "changed after it was applied; restore the package or the database"
            )
            raise StoreRefused(message)
    return len(recorded)


def script() -> str:
    """Return all migrations as one text for people who paste SQL into an editor.

    It does what :func:`migrate` does, and records it, so that either may go first.
    """
    parts = [_OPENING, "begin;\n" + query("prepare_migrations").split("\n", 1)[1]]
    parts += [
        f"-- {it.name}\n\n{it.text}\n"
        "insert into scarline.migration (number, name, digest)\n"
        f"values ({it.number}, '{it.name}', '{it.digest}');\n"
        for it in migrations()
    ]
    return "\n".join([*parts, "commit;\n"])


_OPENING = """\
-- Everything that Scarline keeps in PostgreSQL. Made by `scarline migrate --print`.
-- Paste it once into an empty database; `scarline migrate` adds what later versions bring.
"""
