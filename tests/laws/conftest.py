"""The laws are held against every store."""

from tests.at_hand import debian_url, embedded_url, open_empty
from tests.stores.postgrest import supabase

__all__ = ["debian_url", "embedded_url", "open_empty", "supabase"]
