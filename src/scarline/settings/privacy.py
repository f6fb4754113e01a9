"""What is taken out of everything before it is stored."""

from typing import Annotated

from scarline.settings.types import File, Secret, Text, setting

Redaction = Annotated[
    File,
    setting(
        "SCARLINE_REDACTION",
        what="file of your own rules, fields, modes and lists: docs/privacy.md",
    ),
]
PseudonymKey = Annotated[
    Secret,
    setting(
        "SCARLINE_PSEUDONYM_KEY", what="secret that pseudonyms are made with, 32 characters or more"
    ),
]
PseudonymKeyFile = Annotated[
    File,
    setting("SCARLINE_PSEUDONYM_KEY_FILE", what="file that holds it, as secret managers mount it"),
]
NamesModel = Annotated[
    Text,
    setting(
        "SCARLINE_NAMES_MODEL", what="spaCy model that looks for names too: a package or a folder"
    ),
]
