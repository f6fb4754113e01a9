"""The live side of a sandbox: what may be changed, and what has been served, while it runs."""

from collections.abc import Sequence
from dataclasses import dataclass

from scarline.sandbox.faults import Fault, Tallies
from scarline.sandbox.quotas import Quotas
from scarline.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Served:
    """One request that was answered: `time` in epoch seconds of the world's clock.

    `status` is 0 where the connection was dropped; `bucket` is the quota it counts on, if any;
    `query` the query string as it came; `faults` the names of those that struck.
    """

    method: str
    path: str
    status: int
    bucket: str | None
    time: float
    query: str
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """A world, and what is live in it: add to or clear `faults`, assign to `quotas`, read `log`."""

    world: World
    faults: list[Fault]
    quotas: Quotas
    log: list[Served]
    tallies: Tallies

    @classmethod
    def of(cls, world: World, faults: Sequence[Fault]) -> "Scene":
        """Set the scene: nothing served, nothing used."""
        return cls(world, list(faults), Quotas(world.quotas), [], Tallies(world.seed))
