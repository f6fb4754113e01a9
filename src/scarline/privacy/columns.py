"""The columns of a batch cleaned: text that repeats once, JSON by the trace it belongs to."""

import re
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_address, ip_network
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from scarline.kinds import Kind
from scarline.model import Asked, Batch, Missing
from scarline.privacy.account import Account
from scarline.privacy.documents import Cleaner, Documents
from scarline.series import series_bounds, series_names
from scarline.series.records import key_digests

_MACHINES = tuple(
    ip_network(it) for it in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)
"""Addresses of private networks (RFC 1918, RFC 4193): as a host's name they are no person's."""


_IDS = frozenset({"trace_id", "span_id", "series"})
_ID = re.compile(
    r"[0-9]{1,20}|[0-9a-f]{16}|[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)
"""Identifiers of traces, spans and series, as they are drawn: 64 or 128 random bits, decimal or
hexadecimal. One in some hundred is as a card's number is, and by them rows are told apart."""


def cleaned(batch: Batch, cleaner: Cleaner, account: Account) -> Batch:
    """Return ``batch`` without what the cleaner's policy names."""
    kind = batch.kind
    told = _sentences(batch, Documents(cleaner, account))
    documents = _documents(kind, batch.rows, cleaner, account)
    columns = {
        name: documents[name]
        if name in documents
        else _column(column, kind, name, Documents(cleaner, account))
        for name, column in zip(kind.schema.names, batch.rows.columns, strict=True)
        if name != kind.named
    }
    if kind.named is not None:  # of what is kept: a digest of what goes could be found by trying
        columns[kind.named] = key_digests([columns[name] for name in kind.key])
    arrays = [columns[name] for name in kind.schema.names]
    rows = pa.RecordBatch.from_arrays(arrays, schema=kind.schema)
    if account.removed:
        if kind.of_records:
            rows, alike = _once(kind, rows)
        else:
            rows, alike = _apart(kind, series_bounds(kind, batch.rows), rows)
        if alike:
            reason = "cannot be told apart once redacted"
            told = replace(told, kept_out={**told.kept_out, reason: alike})
    return replace(told, rows=rows)


def _sentences(batch: Batch, document: Documents) -> Batch:
    """Return ``batch`` with its account of itself cleaned, its rows as they came."""
    asked, missing = batch.asked, batch.missing
    texts = iter(
        document.clean(
            [
                *(it.what for it in asked),
                *(it.what for it in missing),
                *(it.reason for it in missing),
                *batch.kept_out,
            ]
        )
    )
    clean = replace(batch, asked=tuple(Asked(next(texts), it.window) for it in asked))
    whats = [next(texts) for _ in missing]
    return replace(
        clean,
        missing=tuple(
            Missing(what, it.window, next(texts)) for what, it in zip(whats, missing, strict=True)
        ),
        kept_out={next(texts): count for count in batch.kept_out.values()},
    )


def _documents(
    kind: Kind, rows: pa.RecordBatch, cleaner: Cleaner, account: Account
) -> dict[str, pa.Array]:
    """Return the columns that hold JSON, cleaned trace by trace."""
    columns = {name: rows.column(name).to_pylist() for name in kind.json}
    if not columns:
        return {}
    names = rows.column(kind.trace).to_pylist() if kind.trace else range(rows.num_rows)
    numbers: dict[Any, int] = {}
    traces = [numbers.setdefault(name, len(numbers)) for name in names]
    texts = iter(
        Documents(cleaner, account).clean(
            [text for column in columns.values() for text in column],
            traces=traces * len(columns),
        )
    )
    columns = {name: [next(texts) for _ in column] for name, column in columns.items()}
    return {name: pa.array(own, kind.schema.field(name).type) for name, own in columns.items()}


def _column(column: pa.Array, kind: Kind, name: str, document: Documents) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        if name != "tags" and document.bare(column.dictionary, f"{kind.name} {name}"):
            return column
        words = pa.array(_words(column.dictionary.to_pylist(), kind, name, document), pa.string())
        if words.equals(column.dictionary):
            return column
        once = words.dictionary_encode()
        return pa.DictionaryArray.from_arrays(once.indices.take(column.indices), once.dictionary)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return pa.array(_words(column.to_pylist(), kind, name, document), column.type)
    return column


def _words(words: Sequence[str | None], kind: Kind, name: str, document: Documents) -> list[Any]:
    """Return what stands in a column, cleaned; nobody is looked for by name in it."""
    if name == "tags":
        whole = document.clean(words, prose=False)  # a value may have commas in it
        parted = [[_tag(it) for it in (word or "").split(",")] for word in whole]
        return [
            None if word is None else ",".join(map(_joined, own))
            for word, own in zip(whole, document.clean(parted, prose=False), strict=True)
        ]
    if name in _IDS:
        doubtful = [None if it is None or _ID.fullmatch(it) else it for it in words]
        clean = document.words(doubtful, f"{kind.name} {name}")
        return [
            old if it is None else new for old, it, new in zip(words, doubtful, clean, strict=True)
        ]
    clean = document.words(words, f"{kind.name} {name}")  # as a field within it
    if name == "host":
        return [
            old if old is not None and _is_machine(old) else new
            for old, new in zip(words, clean, strict=True)
        ]
    return clean


def _tag(tag: str) -> dict[str, str] | str:
    """Return a tag as a field and its value, if it is both."""
    name, colon, value = tag.partition(":")
    return {name: value} if colon else tag


def _joined(tag: dict[str, str] | str) -> str:
    return tag if isinstance(tag, str) else ":".join(*tag.items())


def _is_machine(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in _MACHINES)


def _apart(
    kind: Kind, bounds: npt.NDArray[np.int64], rows: pa.RecordBatch
) -> tuple[pa.RecordBatch, int]:
    """Keep the first of the series that have the same names; return the rest's row count.

    ``bounds`` are those of the rows as they came: alike neighbours would hide theirs.
    """
    seen: set[tuple[str | int | None, ...]] = set()
    keep = np.ones(rows.num_rows, dtype=bool)
    for names, start, end in zip(
        series_names(kind, rows, bounds), bounds[:-1], bounds[1:], strict=True
    ):
        identity = names[: len(kind.series)]
        keep[start:end] = identity not in seen
        seen.add(identity)
    alike = int(np.count_nonzero(~keep))
    return (rows.filter(pa.array(keep)), alike) if alike else (rows, 0)


def _once(kind: Kind, rows: pa.RecordBatch) -> tuple[pa.RecordBatch, int]:
    """Keep the first of the records that have the same key; return how many others there were."""
    digests = key_digests([rows.column(name) for name in kind.key]).to_numpy(zero_copy_only=False)
    _, first = np.unique(digests, return_index=True)
    alike = rows.num_rows - len(first)
    return (rows.take(pa.array(np.sort(first))), alike) if alike else (rows, 0)
