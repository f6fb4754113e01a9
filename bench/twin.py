"""The digital twin: its drawing beside cytoscape-dagre's, and how soon a browser shows it.

``python -m bench.twin``. Crossings are those of the lines as a page draws them: ours with their
bends, dagre's straight, as cytoscape-dagre leaves them.
"""

import gzip
import json
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from playwright.sync_api import Page, sync_playwright

from bench.report import best
from hatch_build import node, node_environment, npm, stamped
from scarline.flows.layout import drawn
from tests.pages.conftest import SWITCHES
from tests.pages.serving import serving

ROOT = Path(__file__).parents[1]
TOOLS = ROOT / ".tools" / "dagre"
PACKAGES = ("cytoscape@3.34.4", "cytoscape-dagre@4.0.1")
STATIC = ROOT / "src" / "scarline" / "web" / "static"

DAGRE_SECONDS = 120
"""After so long dagre is stopped."""

TIERS = 7
HUBS = 1.3  # shape of the Pareto distribution of how often a system is called

SETTLE_MS = 1_500
DRAG_STEPS = 120
COUNTING = """() => {
    window.frames_seen = [performance.now()];
    const next = (at) => frames_seen.push(at) && requestAnimationFrame(next);
    requestAnimationFrame(next);
}"""

Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Lines = dict[tuple[int, int], list[tuple[float, float]]]


def estate(systems: int, flows: int, seed: int = 1) -> tuple[Longs, Longs]:
    """Return the ends of flows between tiers of systems, of which few are called by many."""
    draw = np.random.default_rng(seed)
    tier, weight = np.sort(draw.integers(0, TIERS, systems)), draw.pareto(HUBS, systems) + 0.2
    pairs = []
    for caller in draw.integers(0, systems, flows).tolist():
        below = np.flatnonzero((tier > tier[caller]) & (tier <= tier[caller] + 2))
        if len(below):
            share = weight[below] / weight[below].sum()
            pairs.append((caller, int(draw.choice(below, p=share))))
    found = np.unique(np.array(pairs, np.int64), axis=0)
    return found[:, 0], found[:, 1]


def crossings(lines: Lines) -> int:
    """Return how often lines cross that have no end in common."""
    whose = [ends for ends, points in lines.items() for _ in points[1:]]
    ends = np.array(whose, np.int64)
    first = np.array([it for points in lines.values() for it in points[:-1]])
    second = np.array([it for points in lines.values() for it in points[1:]])
    found = 0
    for number in range(len(ends) - 1):
        own, others = slice(number, number + 1), slice(number + 1, None)
        apart = ~((ends[others] == ends[own, :1]) | (ends[others] == ends[own, 1:])).any(axis=1)
        one = side(first[own], second[own], first[others]) * side(
            first[own], second[own], second[others]
        )
        other = side(first[others], second[others], first[own]) * side(
            first[others], second[others], second[own]
        )
        found += int((apart & (one < 0) & (other < 0)).sum())
    return found


def side(begin: Floats, end: Floats, point: Floats) -> Floats:
    """Return on which side of lines points lie: -1, 0 or 1."""
    along, to = end - begin, point - begin
    found: Floats = np.sign(np.round(along[:, 0] * to[:, 1] - along[:, 1] * to[:, 0], 6))
    return found


def ours(systems: int, starts: Longs, ends: Longs) -> tuple[float, int]:
    """Return the seconds of our drawing, and its crossings."""
    seconds = best(lambda: drawn(systems, starts, ends))
    drawing = drawn(systems, starts, ends)
    points = list(zip(drawing.x.tolist(), drawing.y.tolist(), strict=True))
    pairs = zip(starts.tolist(), ends.tolist(), strict=True)
    lines = {(a, b): [points[a], *drawing.bends.get((a, b), []), points[b]] for a, b in pairs}
    return seconds, crossings(lines)


def dagre(systems: int, starts: Longs, ends: Longs) -> tuple[float, int] | None:
    """Return the same of cytoscape-dagre; None if it took too long."""
    if not (TOOLS / "node_modules" / "cytoscape-dagre").is_dir():
        TOOLS.mkdir(parents=True, exist_ok=True)
        command = [node(), npm(), "install", "--prefix", str(TOOLS), "--no-save", *PACKAGES]
        subprocess.run(command, env=node_environment(), check=True, stdout=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory(dir=TOOLS) as folder:
        graph = Path(folder, "graph.json")
        graph.write_text(json.dumps({"n": systems, "s": starts.tolist(), "t": ends.tolist()}))
        script = shutil.copy(Path(__file__).with_name("twin_dagre.mjs"), folder)
        try:
            done = subprocess.run(
                [node(), script, str(graph)],
                env=node_environment(),
                check=True,
                capture_output=True,
                timeout=DAGRE_SECONDS,
            )
        except subprocess.TimeoutExpired:
            return None
    told = json.loads(done.stdout)
    points = list(zip(told["x"], told["y"], strict=True))
    pairs = zip(starts.tolist(), ends.tolist(), strict=True)
    return told["seconds"], crossings({(a, b): [points[a], points[b]] for a, b in pairs})


def shown(flows: list[dict[str, Any]], times: int = 3) -> tuple[float, float]:
    """Return the median seconds until the twin stands in a browser, from the address on.

    And the median frames a second while it is dragged about.
    """
    seconds, frames = [], []
    with serving() as site, sync_playwright() as playwright:
        site.tell(flows)
        path = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=SWITCHES)
        for _ in range(times):
            page = browser.new_page(bypass_csp=True, base_url=site.url)
            page.goto("/")
            page.wait_for_function("performance.getEntriesByName('twin drawn').length > 0")
            entry = "performance.getEntriesByName('twin drawn')[0].startTime"
            seconds.append(float(page.evaluate(entry)) / 1000)
            frames.append(dragged(page))
            page.close()
        browser.close()
    return statistics.median(seconds), statistics.median(frames)


def dragged(page: Page) -> float:
    """Return how many frames a second the page shows while its graph is dragged about."""
    page.wait_for_timeout(SETTLE_MS)
    left, top = 30, 160  # of the graph, where no system stands
    page.mouse.move(left, top)
    page.mouse.down()
    page.evaluate(COUNTING)
    for step in range(DRAG_STEPS):
        page.mouse.move(left + 5 * step, top + 4 * step)
    found = page.evaluate("frames_seen.length / (performance.now() - frames_seen[0]) * 1000")
    page.mouse.up()
    return float(found)


def run() -> None:
    """Print the drawing's time and crossings, what pages weigh, and when the twin is seen."""
    for systems in (300, 600, 2_000):
        starts, ends = estate(systems, systems * 3 // 2)
        seconds, crossed = ours(systems, starts, ends)
        print(f"{systems:,} systems, {len(starts):,} flows")
        print(f"  scarline         {seconds * 1000:8.0f} ms  {crossed:8,} crossings")
        other = dagre(systems, starts, ends)
        if other is None:
            print(f"  cytoscape-dagre  stopped after {DAGRE_SECONDS} s")
            continue
        slower, more = other[0] / seconds, other[1] / crossed
        print(f"  cytoscape-dagre  {other[0] * 1000:8.0f} ms  {other[1]:8,} crossings", end="")
        print(f"  ({slower:.0f} times the time, {more:.2f} of the crossings)")
    names = [it for it in stamped(STATIC)[1:] if it.endswith(".js")]
    weights = [len(gzip.compress((STATIC / "assets" / it).read_bytes())) for it in names]
    print(f"JavaScript of all pages: {sum(weights) / 1000:.0f} kB by gzip")
    for systems in (300, 2_000):
        starts, ends = estate(systems, systems * 3 // 2)
        flows = [
            {"from": f"service-{a}", "to": f"service-{b}", "env": "prod", "error_rate": 0.001}
            for a, b in zip(starts.tolist(), ends.tolist(), strict=True)
        ]
        seconds, frames = shown(flows)
        print(f"twin of {systems:,} systems in Chromium, 300 shown: {seconds:.2f} s", end="")
        print(f", {frames:.0f} frames a second when dragged")


if __name__ == "__main__":
    run()
