"""`scarline redact` as people run it: a real process, a pipe on either side, no socket."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.e2e

KEY = "0123456789abcdef0123456789abcdef"
# Counts the sockets that the process opens, and lets it go on.
COUNTING = """
import sys
def told(event, arguments):
    if event.startswith("socket."):
        print("SOCKET", event, file=sys.stderr)
sys.addaudithook(told)
"""


def redact(
    folder: Path, text: bytes, *words: str, **settings: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the filter to its end."""
    return subprocess.run(
        [sys.executable, "-m", "scarline", "redact", *words],
        input=text,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **settings},
        cwd=folder,
        capture_output=True,
        check=False,
    )


def test_text(tmp_path: Path) -> None:
    """What comes in goes out clean, and nothing is said."""
    done = redact(tmp_path, b"Mail jane.doe@example.org\nfine\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"Mail [email]\nfine\n", b"")


def test_nothing_comes_of_nothing(tmp_path: Path) -> None:
    """An empty input is an empty output."""
    for words in ((), ("--jsonl",)):
        done = redact(tmp_path, b"", *words)
        assert (done.returncode, done.stdout) == (0, b"")


def test_jsonl_and_a_report(tmp_path: Path) -> None:
    """Bad lines are named, the exit code says so, and the report has counts, no values."""
    text = b'{"user":{"email":"jane.doe@example.org"}}\nno json of jane.doe@example.org\n'
    done = redact(tmp_path, text, "--jsonl", "--report", "report.json")
    assert done.returncode == 3
    assert done.stdout == b'{"user":{"email":"[email]"}}\n"no json of [email]"\n'
    assert b"line 2 is not JSON" in done.stderr
    report = (tmp_path / "report.json").read_text()
    assert "jane" not in report
    assert json.loads(report) == {
        "lines": 2,
        "removed": {"contact": {"email": 2}},
        "dropped": {},
        "not_json": [2],
    }


def test_own_rules_and_pseudonyms(tmp_path: Path) -> None:
    """The file and the key come from the environment; the key from a file, too."""
    rules = tmp_path / "rules.toml"
    rules.write_text('[modes]\ncontact = "pseudonym"\n')
    (tmp_path / "key").write_text(f"{KEY}\n")
    text = b"jane.doe@example.org"
    one = redact(tmp_path, text, SCARLINE_REDACTION=str(rules), SCARLINE_PSEUDONYM_KEY=KEY)
    two = redact(tmp_path, text, SCARLINE_REDACTION=str(rules), SCARLINE_PSEUDONYM_KEY_FILE="key")
    assert one.stdout == two.stdout
    assert one.stdout.startswith(b"[email:")
    assert KEY.encode() not in one.stdout + one.stderr


@pytest.mark.parametrize(
    ("text", "settings", "said"),
    [
        ('[[rule]]\nname = "x"', {}, b"rules.toml, line 1: rule 'x': lacks"),
        ('[modes]\nperson = "pseudonym"', {}, b"set SCARLINE_PSEUDONYM_KEY"),
        ("", {"SCARLINE_PSEUDONYM_KEY": "short"}, b"too short"),
        (
            "",
            {"SCARLINE_PSEUDONYM_KEY_FILE": "none"},
            b"SCARLINE_PSEUDONYM_KEY_FILE cannot be read",
        ),
        ("", {"SCARLINE_PSEUDONYM_KEY_FILE": "k", "SCARLINE_PSEUDONYM_KEY": KEY}, b"use one"),
        ("", {"SCARLINE_NAMES_MODEL": "none"}, b"SCARLINE_NAMES_MODEL=none cannot be loaded"),
    ],
)
def test_mistakes_are_sentences(
    tmp_path: Path, text: str, settings: dict[str, str], said: bytes
) -> None:
    """Before anything is read, and nothing comes out."""
    rules = tmp_path / "rules.toml"
    rules.write_text(text)
    done = redact(tmp_path, b"jane", SCARLINE_REDACTION=str(rules), **settings)
    assert said in done.stderr
    assert b"Traceback" not in done.stderr
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"short'" not in done.stderr


def test_no_socket_is_opened(tmp_path: Path) -> None:
    """Cleaning asks nobody: Python's own audit tells of every socket."""
    (tmp_path / "sitecustomize.py").write_text(COUNTING)
    text = b"Dear Jane Doe, +49 30 901820, DE89370400440532013000, 4111 1111 1111 1111\n"
    done = redact(tmp_path, text, PYTHONPATH=str(tmp_path))
    assert b"SOCKET" not in done.stderr
    assert done.stdout.count(b"[") == 4
    probe = "import socket; socket.socket().close()"
    told = subprocess.run(
        [sys.executable, "-c", probe],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        check=True,
    )
    assert b"SOCKET" in told.stderr
