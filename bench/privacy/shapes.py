"""Shapes that must survive: identifiers, times, versions, numbers as programs write them."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from random import Random
from typing import Any

from bench.privacy.drawing import drawn

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def moment(dice: Random) -> datetime:
    """Return a time of the last years."""
    return datetime.fromtimestamp(1_600_000_000 + dice.random() * 180_000_000, UTC)


def _ulid(dice: Random) -> str:
    return "01" + "".join(dice.choices(_CROCKFORD, k=24))


def _of(*forms: str) -> Callable[[Random], str]:
    return lambda dice: drawn(dice, dice.choice(forms))


SHAPES: Mapping[str, Callable[[Random], str]] = {
    "UUID": _of("{h8}-{h4}-4{h3}-a{h3}-{h12}", "{H8}-{H4}-4{H3}-B{H3}-{H12}"),
    "ULID": _ulid,
    "trace id": _of("{h32}", "{h16}", "{n1}{d18}", "{n1}{d17}"),
    "traceparent": _of("00-{h32}-{h16}-01"),
    "digest": _of("{h40}", "{h64}", "sha256:{h64}", "{h7}", "{h12}"),
    "ISO time": lambda dice: dice.choice(
        (
            moment(dice).isoformat(),
            moment(dice).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            moment(dice).strftime("%Y-%m-%d %H:%M:%S,123"),
            moment(dice).strftime("%Y-%m-%d"),
            moment(dice).strftime("%a, %d %b %Y %H:%M:%S GMT"),
            moment(dice).strftime("%d/%b/%Y:%H:%M:%S +0000"),
        )
    ),
    "epoch time": lambda dice: str(
        int(moment(dice).timestamp() * dice.choice((1, 10**3, 10**6, 10**9)))
    ),
    "version": _of(
        "{n1}.{d1}.{d2}",
        "v{n1}.{d2}.{d1}-rc.{n1}",
        "{n1}.{d1}.{d1}+{h7}",
        "2024.{n1}.{d1}",
        "1{d2}.0.{n1}{d3}.{d2}",
    ),
    "tool-call id": _of(
        "call_{a24}",
        "toolu_01{a22}",
        "chatcmpl-{a29}",
        "run-{h8}-{h4}-{h4}-{h4}-{h12}",
        "msg_01{a22}",
    ),
    "request id": _of("req_{h32}", "1-{h8}-{h24}", "Root=1-{h8}-{h24}", "{U13}"),
    "float": _of("0.{d16}", "-{n1}.{d4}", "{n1}{d2}.{d6}", "{n1}.{d3}e-0{n1}", "{d2}.{d2}"),
    "count": _of("{n1}{d3}", "{n1}{d6}", "{n1},{d3},{d3}", "{n1}{d8}", "{n1}{d9}"),
    "image": _of("registry.example.com/team/app:{n1}.{d1}.{d2}", "python@sha256:{h64}"),
    "pod": _of("worker-{h9}-{L5}", "i-0{h16}"),
    "money": _of("$ {n1}{d2}.{d2}", "{n1}.{d3},{d2} EUR", "USD {n1}{d4}"),
    "duration": _of("{n1}{d1}ms", "{n1}.{d3}s", "PT{n1}H{d2}M", "{d2}:{d2}:{d2}.{d3}"),
    "range": _of("{d2}-{d2}", "lines {n1}{d1}-{n1}{d2}", "{n1}{d2}x{n1}{d2}", "{d3}/{d3}"),
}
CONTEXTS = (
    "{}",
    "done: {}",
    "got {} from the queue, going on",
    "id={} status=ok",
    "| {} | 3 |",
    '{"value": "{}", "next": null}',
    "see `{}` for more",
    "- {}\n- end",
    "https://example.com/items/{}",
    "INFO worker handled {} in time",
)


def shapes(dice: Random, count: int) -> Iterator[tuple[str, str, str]]:
    """Yield kinds of shape, texts about nobody, and the value in them that must survive."""
    for kind, make in SHAPES.items():
        for _ in range(count):
            value = make(dice)
            yield kind, dice.choice(CONTEXTS).replace("{}", value), value


def skeleton(value: Any) -> Any:
    """Return the shape of a JSON value: its keys, and the types of what they hold."""
    if isinstance(value, dict):
        return {key: skeleton(own) for key, own in value.items()}
    if isinstance(value, list):
        return [skeleton(own) for own in value]
    return type(value).__name__
