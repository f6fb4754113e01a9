"""What all tests share: an environment without secrets, and a way to say that a part is missing."""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NoReturn

import hypothesis
import pytest

IN_CI = os.environ.get("CI", "").lower() == "true"

# A machine that is shared may take its time over one example: that is no failure.
hypothesis.settings.register_profile("desk", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if IN_CI else "desk")

SECRET = re.compile(
    r"(DD|DATADOG|SUPABASE|GOOGLE|FIRESTORE|SCARLINE(?!_TEST))_\w+|PG[A-Z]+|DATABASE_URL",
)
MISSING = re.compile(r"missing: (?P<part>.+); to have it: (?P<how>.+)")


@pytest.fixture(scope="session", autouse=True)
def no_secrets() -> Iterator[None]:
    """No test can reach the account or the database of whoever runs it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in filter(SECRET.fullmatch, list(os.environ)):
            patch.delenv(name)
        yield


def missing(part: str, how: str, *, ci_has_it: bool = True) -> NoReturn:
    """Skip: this machine lacks a part, and `how` says how to have it.

    In CI that is a failure, unless it is a part that cannot be had there.
    """
    sentence = f"missing: {part}; to have it: {how}"
    if IN_CI and ci_has_it:
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence, allow_module_level=True)


@pytest.fixture(name="missing", scope="session")
def missing_fixture() -> Callable[[str, str], NoReturn]:
    """Give `missing` to tests and fixtures."""
    return missing


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Close with what this machine could not run, and how it could."""
    places = [report.longrepr for report in terminalreporter.getreports("skipped")]
    reasons = [place[2] for place in places if isinstance(place, tuple)]
    parts = Counter(found.groups() for reason in reasons if (found := MISSING.search(reason)))
    if parts:
        terminalreporter.section("not run on this machine")
    for (part, how), tests in sorted(parts.items()):
        terminalreporter.line(f"{tests} without {part}. To have it: {how}")
