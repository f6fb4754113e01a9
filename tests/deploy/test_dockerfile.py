"""The Dockerfile, held to the rules for such files. Nothing is built: see test_image.py."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.deploy.dockerfile import RULES, Image

DOCKERFILE = Path(__file__).parents[2] / "deploy" / "Dockerfile"


@pytest.fixture(name="image", scope="module")
def image_fixture() -> Image:
    """Give ours to all tests."""
    return Image(DOCKERFILE.read_text(encoding="utf-8"))


def test_it_keeps_the_rules(image: Image) -> None:
    """All of them."""
    assert image.faults() == []


BROKEN: Sequence[tuple[str, str, str]] = [
    ("USER 10001:10001", "USER root", "nobody is root"),
    ("USER 10001:10001", "", "nobody is root"),
    ("python:3.13-slim-trixie\n", "python:latest\n", "the base has a version"),
    ("python:3.13-slim-trixie\n", "python\n", "the base has a version"),
    ('CMD ["sh", "-c", "exec scarline', 'CMD ("sh", "-c", "exec scarline', "exec form"),
    ("COPY src src", "COPY . .", "nothing is copied whole"),
    ("COPY src src", "ADD src src", "no ADD"),
    (
        "--require-hashes --no-deps --only-binary :all: --requirement build",
        "build",
        "by their hash",
    ),
    ("pip uninstall", "pip install", "no build tools"),
    ("PYTHONUNBUFFERED=1", "DD_API_KEY=x", "no secret is baked in"),
    ("VOLUME /var/lib/scarline", "", "the only place to write"),
    ('CMD ["python", "-c"', 'CMD ["curl", "-c"', "by Python"),
    ("FROM ${PYTHON}\n", "", "two stages"),
    ("WORKDIR /build", "WORKDIR build", "folders by their whole path"),
    ("PYTHONDONTWRITEBYTECODE=1", "PYTHONDONTWRITEBYTECODE=", "beside its sources"),
]


@pytest.mark.parametrize(("right", "wrong", "rule"), BROKEN)
def test_a_broken_rule_is_named(image: Image, right: str, wrong: str, rule: str) -> None:
    """Each by a change of ours."""
    assert right in image.text
    assert [it for it in Image(image.text.replace(right, wrong)).faults() if rule in it]


def test_every_rule_was_broken_once() -> None:
    """So each can fail."""
    assert [rule for rule in RULES if not any(it in rule for *_, it in BROKEN)] == []
