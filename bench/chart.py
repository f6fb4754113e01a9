"""A chart of 100,000 points in headless Chromium: as the page draws it, beside all points drawn.

``python -m bench.chart``. Both sides use the same chart library and the same browser. Ours asks
the server, which keeps the extremes of each stretch and computes what was expected; the other is
given all points, as whoever has no such server would be.
"""

import json
import shutil
import statistics
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx2 as httpx
import numpy as np
from playwright.sync_api import Page, sync_playwright

from bench.report import Report, best
from scarline.kinds import METRIC_POINT
from scarline.ports import Query
from scarline.scars.options import DEFAULT
from scarline.stores.memory import MemoryStore
from scarline.web.metrics.drawn import drawn as columns_drawn
from tests.fakes import EPOCH, FakeSource
from tests.pages.conftest import SWITCHES
from tests.pages.scars_seeds import STEP, Told, brought
from tests.pages.serving import Site, serving

POINTS = 100_000

TIMES = 7

UPLOT = Path(__file__).parents[1] / "ui" / "node_modules" / "uplot" / "dist" / "uPlot.iife.min.js"

ALL = """points => {
  const own = document.createElement("div");
  document.body.append(own);
  const begun = performance.now();
  const {ts, value, low, high} = JSON.parse(points);
  const line = {stroke: "black", points: {show: false}};
  const chart = new uPlot({
    width: 1200, height: 300, legend: {show: false}, bands: [{series: [3, 2], fill: "#ccd"}],
    series: [{}, line, {...line, width: 0}, {...line, width: 0}],
  }, [ts, value, low, high], own);
  return new Promise(done => requestAnimationFrame(() => setTimeout(() => {
    const took = performance.now() - begun;
    chart.destroy();
    own.remove();
    done(took);
  })));
}"""
"""From the text of an answer to the next frame, with all that is drawn on it."""


def seeded(site: Site) -> dict[str, Any]:
    """Have one long series pulled; return how it is asked for."""
    draw = np.random.default_rng(1)
    values = 34 + 5 * np.sin(np.arange(POINTS) / 46) + draw.standard_normal(POINTS)
    told = brought([Told("system.cpu.user", "web-1", values)], 0, POINTS)
    source = FakeSource([told], resuming=False, name="datadog")
    site.clock.at = EPOCH + timedelta(minutes=STEP * POINTS)
    site.run(replace(site.pipeline, sources={"metrics": source}).pull("metrics"))
    return {"metric": "system.cpu.user", "host": "web-1", "from": "2026-03-02T00:00:00Z"}


def answer(site: Site, wanted: dict[str, Any]) -> httpx.Response:
    """Return the points as a page gets them."""
    done = httpx.get(f"{site.url}/api/metrics/points", params=wanted, timeout=600)
    return done.raise_for_status()


def drawn(page: Page, text: str) -> float:
    """Return the median milliseconds until points are on the screen."""
    return statistics.median(float(page.evaluate(ALL, text)) for _ in range(TIMES))


def opened(page: Page, site: Site, wanted: dict[str, Any]) -> float:
    """Return the milliseconds that the page of a series takes, from its answer to its chart."""
    series = answer(site, wanted | {"most": 10}).json()["series"]["series"]
    times = []
    for _ in range(3):
        page.goto(f"{site.url}/scars/series/{series}?from={wanted['from']}")
        page.wait_for_selector(".scars-chart canvas")
        entry = "performance.getEntriesByName('chart drawn')[0].startTime"
        end = "performance.getEntriesByType('resource').findLast(it => it.name.includes('/points'))"
        times.append(float(page.evaluate(f"{entry} - {end}.responseEnd")))
    return statistics.median(times)


def everything(site: Site, wanted: dict[str, Any]) -> str:
    """Return all points with their band as JSON: what is drawn without thinning."""
    ts = list[float]()
    columns: dict[str, list[float | None]] = {"value": [], "low": [], "high": []}
    part, start = timedelta(minutes=STEP * 20_000), EPOCH
    while len(ts) < POINTS:
        window = {"from": start.isoformat(), "to": (start + part).isoformat()}
        told = answer(site, wanted | window | {"most": 20_000}).json()
        ts += told["ts"]
        for name, own in columns.items():
            own.extend(told[name])
        start += part
    return json.dumps({"ts": ts} | columns)


def run() -> None:
    """Print how long it takes until the points of a long series are seen, on each side."""
    with serving(store=MemoryStore()) as site, sync_playwright() as playwright:
        wanted = seeded(site)
        some = answer(site, wanted | {"most": 2_500})
        every = everything(site, wanted)
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=SWITCHES
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.add_script_tag(path=str(UPLOT))
        report = Report(f"{POINTS:,} points drawn, from the answer to the frame", "ms")
        report.add("scarline: thinned by the server", drawn(page, some.text))
        report.add("all points", drawn(page, every))
        report.show("scarline: thinned by the server")
        sizes = Report("what is sent for it", "kB")
        sizes.add("scarline: thinned by the server", len(some.content) / 1000)
        sizes.add("all points", len(every) / 1000)
        sizes.show("scarline: thinned by the server")
        whole = browser.new_page(viewport={"width": 1280, "height": 800})
        took = opened(whole, site, wanted)
        print(f"\npage of the series, from its answer to its chart: {took:.0f} ms")
        browser.close()
        print(f"the server, thinning and band, from memory: {served(site) * 1000:.0f} ms")


def served(site: Site) -> float:
    """Return the seconds for judging and thinning the points, without reading a store."""
    points = site.run(site.pipeline.store.find(Query(METRIC_POINT)))
    work: Callable[[], object] = partial(columns_drawn, points, EPOCH, 2_500, DEFAULT)
    return best(work)


if __name__ == "__main__":
    run()
