"""What is asked of Datadog, and the two ways to ask it."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import orjson

from scarline.sources.datadog.api import Request
from scarline.sources.datadog.config import Config
from scarline.sources.datadog.windows import Span

V1_PATH = "/api/v1/query"
V2_PATH = "/api/v2/query/timeseries"


@dataclass(frozen=True, slots=True)
class Query:
    """One metric, for which hosts, folded how: what makes a series of answers comparable."""

    metric: str
    scope: str
    group_by: tuple[str, ...]
    aggregation: str
    interval: int

    @property
    def text(self) -> str:
        """Return it in Datadog's language, with the rollup said and not left to chance."""
        groups = f" by {{{','.join(self.group_by)}}}" if self.group_by else ""
        rollup = f".rollup({self.aggregation}, {self.interval})"
        return f"{self.aggregation}:{self.metric}{{{self.scope}}}{groups}{rollup}"

    @property
    def key(self) -> str:
        """Return a short digest: the name under which a cursor keeps its place."""
        parts = (self.metric, self.scope, self.group_by, self.aggregation, self.interval)
        return sha256(orjson.dumps(parts)).hexdigest()[:12]


def queries(config: Config) -> tuple[Query, ...]:
    """Return one query for each metric of ``config``, each once."""
    return tuple(
        Query(
            metric,
            config.scope,
            config.group_by,
            config.aggregation,
            config.interval_seconds,
        )
        for metric in dict.fromkeys(config.metrics)
    )


@dataclass(frozen=True, slots=True)
class Question:
    """Some queries of equal interval, and the stretch of time to ask them for."""

    queries: tuple[Query, ...]
    span: Span

    @property
    def interval(self) -> int:
        """Return the interval that is asked for, in seconds."""
        return self.queries[0].interval

    def singly(self) -> "list[Question]":
        """Return one question for each query."""
        return [Question((query,), self.span) for query in self.queries]


def by_v2(question: Question) -> Request:
    """Return the request for all queries at once; times and interval are milliseconds there."""
    names = [f"q{place}" for place in range(len(question.queries))]
    attributes = {
        "from": question.span.start * 1_000,
        "to": question.span.end * 1_000,
        "interval": question.interval * 1_000,
        "queries": [
            {"data_source": "metrics", "name": name, "query": query.text}
            for name, query in zip(names, question.queries, strict=True)
        ],
        "formulas": [{"formula": name} for name in names],
    }
    body = {"data": {"type": "timeseries_request", "attributes": attributes}}
    return Request("POST", V2_PATH, body=orjson.dumps(body))


def by_v1(question: Question) -> Request:
    """Return the request for the one query of ``question``; times are seconds there."""
    (query,) = question.queries
    span = question.span
    params = {"from": str(span.start), "to": str(span.end), "query": query.text}
    return Request("GET", V1_PATH, params)


def requests(question: Question, api: str) -> Sequence[Request]:
    """Return what ``question`` costs by way of ``api``: one request, or one for each query."""
    if api == "v2":
        return [by_v2(question)]
    return [by_v1(one) for one in question.singly()]
