"""The route of the digital twin: systems with their places, and the flows between them."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Annotated, Any

import msgspec
import numpy as np
import pyarrow as pa
from fastapi import APIRouter, Depends, Header, Query, Request, Response

from scarline.flows.layout import Drawing, drawn
from scarline.flows.redrawing import Earlier, kept, redrawn
from scarline.web.desk import Open
from scarline.web.flows.answers import records
from scarline.web.problems import DOCUMENTED
from scarline.web.twin import documents as twin_documents
from scarline.web.twin.boxes import titles_of, widths_of
from scarline.web.twin.view import HEALTHS, Chosen, View, chosen, facets, systems_of

router = APIRouter(prefix="/api", tags=["flows"], responses=DOCUMENTED)

KNOWN_BY = ("declared", "inferred", "observed")
"""From least to best: several sources may tell of one flow."""

_VIEWS = 64  # of which the places are remembered

_ANSWERS = 16

Flow = Mapping[str, Any]


@dataclass(slots=True, eq=False)
class Drawn:
    """What was drawn: where systems stood in each view, so that they stand there again."""

    places: dict[str, Earlier] = field(default_factory=dict)
    answers: dict[tuple[str, str], bytes] = field(default_factory=dict)
    drawing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def answer(self, rows: pa.Table, version: str, view: View) -> bytes:
        """Return the view as JSON."""
        words = view.model_dump_json(exclude={"at"})
        async with self.drawing:
            key = (version, words)
            if key not in self.answers:
                earlier = self.places.pop(words, None)
                body, places = await asyncio.to_thread(_answer, rows, view, earlier)
                self.answers[key], self.places[words] = body, places
                _forget(self.answers, _ANSWERS)
                _forget(self.places, _VIEWS)
            return self.answers[key]


def _forget(kept_so_far: dict[Any, Any], most: int) -> None:
    for old in list(kept_so_far)[:-most]:
        del kept_so_far[old]


def _drawn(request: Request) -> Drawn:
    state = request.app.state
    if not hasattr(state, "drawn"):
        state.drawn = Drawn()
    found: Drawn = state.drawn
    return found


@router.get("/twin", responses=twin_documents.TWIN)
async def get_twin(
    desk: Open,
    views: Annotated[Drawn, Depends(_drawn)],
    view: Annotated[View, Query()],
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """Return systems with their places in a drawing, and the flows between them.

    `shown` says how many of those that fit, `matching`, are in it, and of all there are, `total`.
    `hidden` counts the neighbours of a system that fit and are not shown. A system stands where it
    stood when this server last drew the same view.
    """
    shown = await desk.flows.shown(view.at)
    body = await views.answer(shown.rows, shown.version, view)
    tag = f'W/"{sha256(body).hexdigest()[:32]}"'
    if tag in [it.strip() for it in if_none_match.split(",")] or if_none_match.strip() == "*":
        return Response(status_code=304, headers={"ETag": tag})
    return Response(body, headers={"ETag": tag}, media_type="application/json")


def _answer(rows: pa.Table, view: View, earlier: Earlier | None) -> tuple[bytes, Earlier]:
    found, told = chosen(rows, view), facets(rows)
    names = [found.systems.ids[it] for it in found.shown]
    place = np.full(len(found.systems.ids), -1)
    place[found.shown] = np.arange(len(found.shown))
    leads = found.flows[found.systems.ends[found.flows] >= 0]
    starts, ends = place[found.systems.starts[leads]], place[found.systems.ends[leads]]
    pairs = np.unique(np.stack((starts, ends), axis=1), axis=0)
    starts, ends = pairs[:, 0], pairs[:, 1]
    titles = titles_of(found, with_env=not view.env and len(told["env"]) > 1)
    widths = widths_of(titles)
    if earlier is None:
        drawing = drawn(len(names), starts, ends, widths)
    else:
        drawing = redrawn(names, starts, ends, widths, earlier)
    body = {
        "shown": {"systems": len(names), "flows": len(found.flows)},
        "matching": {"systems": len(found.systems.ids), "flows": found.rows.num_rows},
        "total": {"systems": len(systems_of(rows).ids), "flows": rows.num_rows},
        "facets": told,
        **_graph(found, drawing, place, list(zip(titles, widths.tolist(), strict=True))),
    }
    return msgspec.json.encode(body), kept(names, drawing)


def _graph(
    found: Chosen, drawing: Drawing, place: Any, boxes: Sequence[tuple[str, float]]
) -> dict[str, Any]:
    """Return nodes and edges; the flows of a system that lead nowhere stand at its node."""
    systems = found.systems
    flows = records(found.rows.take(pa.array(found.flows)))
    ways: dict[tuple[int, int], list[Flow]] = {}
    for row, flow in zip(found.flows.tolist(), flows, strict=True):
        ends = (int(place[systems.starts[row]]), int(systems.ends[row]))
        ways.setdefault((ends[0], int(place[ends[1]]) if ends[1] >= 0 else -1), []).append(flow)
    names = [systems.ids[it] for it in found.shown]
    owners, oms = _owners(found), _linked(found)
    nodes = [
        {
            "id": systems.ids[number],
            "label": systems.names[number],
            "title": boxes[at][0],
            "width": boxes[at][1],
            "env": systems.envs[number],
            "health": HEALTHS[found.health[number]],
            "owner": owners.get(number),
            "oms_linked": number in oms,
            "x": float(drawing.x[at]),
            "y": float(drawing.y[at]),
            "hidden": int(found.hidden[at]),
            "flows": ways.get((at, -1), []),
        }
        for at, number in enumerate(found.shown.tolist())
    ]
    edges = [
        {"from": names[one], "to": names[other], "bends": drawing.bends.get((one, other), [])}
        | _summed(of_way)
        for (one, other), of_way in ways.items()
        if other >= 0
    ]
    return {"nodes": nodes, "edges": edges}


def _owners(found: Chosen) -> dict[int, str]:
    """Return the team of each system, as the flows that it calls by say."""
    owners: dict[int, str] = {}
    teams = found.rows["owner_team"].cast(pa.string()).to_pylist()
    for system, team in zip(found.systems.starts.tolist(), teams, strict=True):
        if team is not None:
            owners.setdefault(system, team)
    return owners


def _linked(found: Chosen) -> set[int]:
    linked = found.rows["oms_linked"].to_numpy()
    systems = found.systems
    return {*systems.starts[linked].tolist(), *systems.ends[linked].tolist()}


def _summed(flows: Sequence[Flow]) -> dict[str, Any]:
    """Return what several sources tell of one way together: the worst, and the best known."""
    return {
        "status": max((it["status"] for it in flows), key=HEALTHS.index),
        "known_by": max((it["known_by"] for it in flows), key=KNOWN_BY.index),
        "latency_ms": _most(it["latency_ms"] for it in flows),
        "error_rate": _most(it["error_rate"] for it in flows),
        "confidence": _most(it["confidence"] for it in flows),
        "oms_linked": any(it["oms_linked"] for it in flows),
        "flows": flows,
    }


def _most(values: Iterable[float | None]) -> float | None:
    return max((it for it in values if it is not None), default=None)
