"""A pretrained model: a real spaCy pipeline in a folder, one that knows a single name."""

import pytest
import spacy

from scarline.errors import ConfigError
from scarline.privacy import read_policy, redact_text
from scarline.privacy.pretrained import MOST_CHARACTERS, open_model

NAME = "qzx plugh"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the folder of the model."""
    pipeline = spacy.blank("en")
    ruler = pipeline.add_pipe("entity_ruler")
    ruler.add_patterns(  # type: ignore[attr-defined]
        [{"label": "PERSON", "pattern": NAME}, {"label": "ORG", "pattern": "acme"}]
    )
    folder = tmp_path_factory.mktemp("model")
    pipeline.to_disk(folder)
    return str(folder)


def test_it_adds_to_what_is_found_without_it(model: str) -> None:
    """Its persons go beside ours; what else it knows stays."""
    policy = read_policy(None, names=open_model(model))
    text = f"My name is Jane Doe, {NAME} of acme said"
    assert redact_text(text, policy) == "My name is [person], [person] of acme said"
    assert NAME in redact_text(text)


def test_long_texts_are_read_in_parts(model: str) -> None:
    """And the places are those of the whole text."""
    start = MOST_CHARACTERS + 7
    text = "." * start + f" {NAME} ."
    assert (start + 1, start + 1 + len(NAME), "person") in open_model(model)([text])[0]


def test_a_model_that_is_not_there() -> None:
    """A sentence says so, before anything is cleaned."""
    with pytest.raises(ConfigError, match="SCARLINE_NAMES_MODEL=nowhere cannot be loaded"):
        open_model("nowhere")
