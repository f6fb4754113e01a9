"""Law 7. One account of each quota for all processes: used to the full, never overrun."""

import pytest

from bench.governor import share
from scarline.sandbox import Quota


@pytest.mark.slow
@pytest.mark.parametrize("processes", [1, 3])
def test_frugal(embedded_url: str, processes: int) -> None:
    """More than 90 % of a hidden quota is used, and nothing is refused once it is known."""
    used, refused = share(embedded_url, Quota(40, 3), processes, periods=3)
    assert refused == 0
    assert 0.9 < used <= 0.95, "a share is left for people"
