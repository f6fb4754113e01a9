"""Write ui/src/api/types.ts, the types of the API for its pages: ``make types`` runs it.

The first line holds the digest of the description that they were made from, so that a test can
say, without Node, that they are old.
"""

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from hatch_build import node, node_environment
from scarline.bootstrap.loading import sheet
from scarline.pipeline import Pipeline
from scarline.settings import Settings
from scarline.web.app import create_app

ROOT = Path(__file__).parents[1]
CLI = "node_modules/openapi-typescript/bin/cli.js"
TYPES = ROOT / "ui" / "src" / "api" / "types.ts"


def description() -> str:
    """Return the OpenAPI description of the app as JSON; nothing is opened or served for it."""

    @asynccontextmanager
    async def opening(_: Sequence[str]) -> AsyncIterator[Pipeline]:
        raise NotImplementedError
        yield  # the app is never started

    app = create_app(opening, partial(sheet, Settings()))
    return json.dumps(app.openapi(), sort_keys=True, indent=1)


def heading(described: str) -> str:
    """Return the first line of the types that follow from a description."""
    digest = sha256(described.encode()).hexdigest()
    return f"// By make types, from the OpenAPI description {digest}\n"


def main() -> None:
    """Write the types, or end with a sentence if they cannot be made."""
    described = description()
    with TemporaryDirectory() as folder:
        source, made = Path(folder, "openapi.json"), Path(folder, "types.ts")
        source.write_text(described)
        command = [node(), CLI, str(source), "-o", str(made)]
        done = subprocess.run(command, cwd=ROOT / "ui", env=node_environment(), check=False)  # noqa: S603
        if done.returncode:
            sys.exit(
                "the types could not be made: run make ui first, which installs what is needed"
            )
        TYPES.write_text(heading(described) + made.read_text())


if __name__ == "__main__":
    main()
