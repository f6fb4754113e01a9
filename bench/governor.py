"""How much of a hidden quota is used, and how often it is overrun, with 1, 2 and 4 processes."""

import math
import subprocess
import sys
import time
from collections import Counter

from bench.governor_worker import SITE
from bench.report import Report
from scarline.sandbox import Quota, World, running

PERIODS = 5  # measured; the first one, in which the limit is learnt, does not count
BUCKET = "timeseries_query"
TOO_MANY = 429


def run(url: str) -> None:
    """Ask as fast as is allowed, from several processes, and print the share that was used."""
    report = Report("governor against a hidden quota", "% of the limit used")
    for limit, period in ((100, 4), (40, 3)):
        for processes in (1, 2, 4):
            used, refused = share(url, Quota(limit, period), processes)
            note = f"{refused} answers of 429 after the first period"
            report.add(f"{limit} in {period} s, {processes} processes", 100 * used, note)
    report.show(report.lines[0][0])


def share(url: str, quota: Quota, processes: int, periods: int = PERIODS) -> tuple[float, int]:
    """Return the share of the limit that was used in full periods, and the refusals in them."""
    with running(World(hosts=2, quotas={BUCKET: quota})) as sandbox:
        start = math.ceil(time.time() / quota.period + 1) * quota.period
        end = start + (periods + 1) * quota.period
        words = [sys.executable, "-m", "bench.governor_worker", url, sandbox.url, str(end)]
        site = f"{SITE}-{processes}-{quota.limit}"
        workers = [subprocess.Popen([*words, site]) for _ in range(processes)]
        for worker in workers:
            worker.wait()
        served = [it for it in sandbox.log if it.bucket == BUCKET]
    full = Counter[int]()
    refused = 0
    for it in served:
        number = int(it.time // quota.period) - int(start // quota.period)
        if 0 <= number < periods:
            full[number] += it.status != TOO_MANY
            refused += it.status == TOO_MANY
    return sum(full[number] for number in range(periods)) / (periods * quota.limit), refused
