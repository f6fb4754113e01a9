"""The laws are held against every store."""

from tests.at_hand import debian_url, embedded_url, open_empty

__all__ = ["debian_url", "embedded_url", "open_empty"]
