"""How a benchmark measures and prints: best of a few, peak memory, a line for each side."""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

CLEAR_PEAK = "5"
"""What /proc/self/clear_refs takes to set the peak of the resident set back to now (proc(5))."""


@dataclass
class Measured:
    """What one stretch of work took."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_megabytes: float = 0.0  # above what was resident at the start


@contextmanager
def measured() -> Iterator[Measured]:
    """Measure what is done within: wall clock, this process's CPU, and its peak memory."""
    result = Measured()
    gc.collect()
    Path("/proc/self/clear_refs").write_text(CLEAR_PEAK, encoding="ascii")
    start_memory = _status("VmRSS")
    start, start_cpu = time.perf_counter(), time.process_time()
    yield result
    result.seconds = time.perf_counter() - start
    result.cpu_seconds = time.process_time() - start_cpu
    result.peak_megabytes = max(0.0, (_status("VmHWM") - start_memory) / 1024)


def _status(name: str) -> int:
    """Return a figure of /proc/self/status, in kB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name + ":"))


def best(work: Callable[[], object], times: int = 5) -> float:
    """Return the shortest of a few runs, in seconds: what the machine can do undisturbed."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


@dataclass
class Report:
    """Lines of one benchmark: what was done, the figure, and how many times ours it takes."""

    title: str
    unit: str
    lines: list[tuple[str, float, str]] = field(default_factory=list)

    def add(self, who: str, figure: float, note: str = "") -> None:
        """Add one side."""
        self.lines.append((who, figure, note))

    def show(self, ours: str) -> None:
        """Print all sides, and each as a ratio to ours."""
        base = next(figure for who, figure, _ in self.lines if who == ours)
        print(f"\n{self.title} [{self.unit}]")
        for who, figure, note in self.lines:
            ratio = base / figure if figure else float("inf")
            print(f"  {who:<52}{figure:>14,.4g}   ours/this {ratio:>8.3g}   {note}".rstrip())


def table(
    title: str, unit: str, who: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]]
) -> None:
    """Print a table: a row for each thing that was measured, a column for each side."""
    print(f"\n{title} [{unit}]")
    print(f"  {'':<44}" + "".join(f"{name:>15}" for name in who))
    for name, cells in rows:
        print(f"  {name:<44}" + "".join(f"{cell:>15}" for cell in cells))
