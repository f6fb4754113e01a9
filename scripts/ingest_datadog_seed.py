"""Load Datadog's list of services into a running Scarline, or take it back.

    python3 scripts/ingest_datadog_seed.py [FILE]
    python3 scripts/ingest_datadog_seed.py --rollback

Needs nothing but Python: the service that `scarline serve` runs does the reading. It is asked at
SCARLINE_URL, or http://127.0.0.1:8126, with the token in SCARLINE_OPERATOR_TOKEN if there is one.
What it makes of the list is written to data/integration/seed/, in the same order each time.

Ends with 0 when all is well, 1 when it could not be done, 2 for a call that is none, 3 when some
rows were kept out.
"""

import json
import os
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

try:
    import requests
except ImportError:
    requests = None  # type: ignore[assignment]

SOURCE = "datadog"
FLOWS = "/api/ale/integration-flows"
LIST = Path("data/integration/raw/datadog-service-list.csv")
SNAPSHOT = Path("data/integration/seed/datadog_integration_snapshot.json")
TIMEOUT_SECONDS = 300
FLOWS_AT_ONCE = 10_000

DONE, FAILED, USAGE, PARTIAL = 0, 1, 2, 3


class IngestError(Exception):
    """It could not be done; the message says why, and what to do."""


def ingest_data(path: str | Path = LIST) -> dict[str, Any]:
    """Load a list of services and write the snapshot; return what became of its rows.

    ``accepted`` and ``rejected`` count rows, ``errors`` names the bad ones by line, ``counts``
    says how many flows are new, changed or the same. Raises ``IngestError``.
    """
    path = Path(path)
    try:
        body = path.read_bytes()
    except OSError as error:
        raise IngestError(f"{path} cannot be read: {error.strerror}") from None
    about = urllib.parse.urlencode({"source": SOURCE, "name": path.name})
    told: dict[str, Any] = _asked("POST", f"{FLOWS}?{about}", body)
    _write(SNAPSHOT, {"source": SOURCE, "flows": _flows()})
    return told


def rollback_seed() -> list[str]:
    """Take back every load of the list, and the snapshot; return the runs that went.

    Raises ``IngestError``.
    """
    gone = _asked("DELETE", f"{FLOWS}?source={SOURCE}")
    SNAPSHOT.unlink(missing_ok=True)
    return [run["run"] for run in gone["runs"]]


def _flows() -> list[dict[str, Any]]:
    """Return all flows of the list as they show now, in the order of their keys."""
    flows: list[dict[str, Any]] = []
    asked = {"source": SOURCE, "limit": str(FLOWS_AT_ONCE)}
    while True:
        page = _asked("GET", f"{FLOWS}?{urllib.parse.urlencode(asked)}")
        flows += page["flows"]
        if page["next"] is None:
            return flows
        asked["cursor"] = page["next"]


def _asked(method: str, path: str, body: bytes | None = None) -> Any:
    """Return the JSON that the service answers; raises ``IngestError`` for a problem."""
    url = os.environ.get("SCARLINE_URL", "http://127.0.0.1:8126").rstrip("/") + path
    headers = {"Accept": "application/json"}
    if body is not None:
        headers["Content-Type"] = "text/csv"
    if token := os.environ.get("SCARLINE_OPERATOR_TOKEN"):
        headers["Authorization"] = f"Bearer {token}"
    status, answer = _sent(method, url, body, headers)
    try:
        told = json.loads(answer)
    except ValueError:
        told = {}
    if status != HTTPStatus.OK or not isinstance(told, dict):
        detail = told.get("detail") if isinstance(told, dict) else None
        raise IngestError(f"the service answered {status}: {detail or 'is it Scarline?'}")
    return told


def _sent(method: str, url: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
    if not url.startswith(("http://", "https://")):
        raise IngestError("SCARLINE_URL must begin with http:// or https://")
    try:
        if requests is not None:
            done = requests.request(
                method, url, data=body, headers=headers, timeout=TIMEOUT_SECONDS
            )
            return done.status_code, done.content
        request = urllib.request.Request(url, body, headers, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
                return answer.status, answer.read()
        except urllib.error.HTTPError as problem:
            with problem:
                return problem.code, problem.read()
    except OSError:  # what both raise when nobody answers
        where = urllib.parse.urlsplit(url)
        message = (
            f"nothing answers at {where.scheme}://{where.netloc}: start it with `scarline serve`, "
            "or say in SCARLINE_URL where it is"
        )
        raise IngestError(message) from None


def _write(path: Path, told: dict[str, Any]) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(told, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
    ) as file:
        draft = Path(file.name)
        try:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise


def main(arguments: Sequence[str]) -> int:
    """Do what is asked on the command line; return how it ends."""
    if len(arguments) > 1 or any(it in {"-h", "--help"} for it in arguments):
        print(__doc__, file=sys.stderr)
        return DONE if {"-h", "--help"} & set(arguments) else USAGE
    try:
        if arguments == ["--rollback"]:
            gone = rollback_seed()
            print(f"{len(gone)} loads were rolled back" if gone else "nothing was there to go")
            return DONE
        told = ingest_data(*arguments)
    except IngestError as error:
        print(f"error: {error}", file=sys.stderr)
        return FAILED
    for bad in told["errors"]:
        print(f"line {bad['line']}: {bad['reason']}", file=sys.stderr)
    counts = ", ".join(f"{count} {name}" for name, count in told["counts"].items())
    print(f"{told['accepted']} rows read, {told['rejected']} kept out; flows: {counts}")
    print(f"run {told['run']}; what shows is in {SNAPSHOT}")
    return PARTIAL if told["rejected"] else DONE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
