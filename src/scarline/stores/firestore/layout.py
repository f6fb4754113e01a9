"""Which documents there are, and what they are called: the full name of each, by what it is of.

Ids are hashes, so that documents that are written one after the other lie far apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from scarline import kinds
from scarline.errors import StoreRefused
from scarline.kinds import Kind

KINDS: Mapping[str, Kind] = {
    it.name: it for it in vars(kinds).values() if isinstance(it, Kind) and it.of_records
}
"""The kinds that are kept, by name: all that are of records."""

_NAMED = {"llm_failure": "raw_traces"}
"""Collections that are not called after their kind in the plural."""


def held(kind: Kind) -> Kind:
    """Return ``kind``; raises ``StoreRefused`` if Firestore does not hold it."""
    if KINDS.get(kind.name) is kind:
        return kind
    message = f"this version keeps no {kind.name} in Firestore"
    if not kind.of_records:
        message = (
            f"{kind.name} is in series, of which Firestore would need a document each: it holds "
            "records only; set DATABASE_URL, or leave all stores unset, to keep it in PostgreSQL"
        )
    raise StoreRefused(message)


def hashed(*parts: str | int) -> str:
    """Return the id of what has these names, which do not run into one another: 32 digits."""
    said = b"".join(
        len(part).to_bytes(4, "big") + part for part in (str(it).encode() for it in parts)
    )
    return sha256(said).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Layout:
    """The collections of one database. ``root`` is ``projects/P/databases/D/documents``."""

    root: str
    prefix: str = "evalforge_"

    def document(self, collection: str, document: str) -> str:
        """Return the full name of a document."""
        return f"{self.root}/{collection}/{document}"

    def shown(self, kind: Kind) -> str:
        """Return the collection of what shows of a kind, a document for each key."""
        return self.prefix + _NAMED.get(kind.name, f"{kind.name}s")

    def wholes(self, kind: Kind) -> str:
        """Return the collection of the rows that say that a run told of everything."""
        return f"{self.shown(kind)}_whole"

    @property
    def groups(self) -> str:
        """The collection of groups of failures."""
        return f"{self.prefix}groups"

    @property
    def told(self) -> str:
        """The collection of what each batch told, packed."""
        return f"{self.prefix}told"

    @property
    def keys(self) -> str:
        """The collection of the keys of each batch, which what it told is found by."""
        return f"{self.prefix}told_keys"

    @property
    def ledger(self) -> str:
        """The collection of entries."""
        return f"{self.prefix}ledger"

    @property
    def heads(self) -> str:
        """The collection of the ends of the chains."""
        return f"{self.prefix}heads"

    def entry(self, stream: str, position: int) -> str:
        """Return the document of an entry."""
        return self.document(self.ledger, hashed(stream, position))

    def head(self, stream: str) -> str:
        """Return the document of the end of a chain."""
        return self.document(self.heads, hashed(stream))

    def run(self, run: str) -> str:
        """Return the document of a run."""
        return self.document(f"{self.prefix}runs", hashed(run))

    def kind(self, kind: Kind) -> str:
        """Return the document that counts the batches of a kind."""
        return self.document(f"{self.prefix}kinds", hashed(kind.name))

    def part(self, stream: str, digest: str, part: int) -> str:
        """Return the document of one part of what a batch told; ``digest`` is of its entry."""
        return self.document(self.told, hashed(stream, digest, part))

    def keys_of(self, stream: str, digest: str) -> str:
        """Return the document of the keys of a batch; ``digest`` is of its entry."""
        return self.document(self.keys, hashed(stream, digest))

    def group(self, signature: str) -> str:
        """Return the document of a group of failures."""
        return self.document(self.groups, hashed(signature))

    def lease(self, stream: str) -> str:
        """Return the document that says who holds a stream."""
        return self.document(f"{self.prefix}leases", hashed(stream))

    def note(self, name: str) -> str:
        """Return the document of a shared note."""
        return self.document(f"{self.prefix}notes", hashed(name))

    @property
    def unfinished(self) -> str:
        """The document that says which commit or rollback is not yet in all that shows."""
        return self.document(f"{self.prefix}unfinished", "now")
