"""From settings to an open pipeline: the only room that knows concrete sources and stores."""

from scarline.bootstrap.opening import STREAMS, clock, diagnose, open_pipeline
from scarline.bootstrap.policies import clean, redact
from scarline.bootstrap.stores import migrate, open_store, schema

__all__ = [
    "STREAMS",
    "clean",
    "clock",
    "diagnose",
    "migrate",
    "open_pipeline",
    "open_store",
    "redact",
    "schema",
]
