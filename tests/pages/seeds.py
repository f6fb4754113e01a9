"""The flows of a made-up shop, as two sources tell of them."""

from datetime import timedelta
from typing import Any

from scarline.model import stamp
from tests.fakes import EPOCH

SOURCES = ("datadog", "catalog")

TEAMS = {
    "web": "storefront",
    "app": "storefront",
    "gateway": "platform",
    "checkout": "storefront",
    "cart": "storefront",
    "catalogue": "merchandise",
    "search": "merchandise",
    "pricing": "merchandise",
    "oms": "orders",
    "payments": "payments",
    "fraud": "payments",
    "stock": "warehouse",
    "warehouse": "warehouse",
    "shipping": "warehouse",
    "mail": "platform",
    "ledger": "finance",
    "invoices": "finance",
    "assistant": "support",
    "reviews": "merchandise",
}

CALLS = """
web gateway 18 0.0006; app gateway 22 0.0009; gateway checkout 41 0.002; gateway cart 12 0.0004
gateway catalogue 25 0.001; gateway search 63 0.004; gateway assistant 880 0.021
search catalogue 14 0.0007; catalogue pricing 9 0.0002; cart pricing 7 0.0003; cart stock 16 0.001
checkout cart 11 0.0005; checkout payments 210 0.131; checkout oms 55 0.003; checkout fraud 74 0.012
payments fraud 66 0.008; payments ledger 30 0.0004; oms stock 24 0.0011; oms warehouse 48 0.0016
oms shipping 95 0.014; oms mail 15 0.0002; oms payments 120 0.009; warehouse stock 8 0.0001
warehouse shipping 37 0.0007; ledger invoices 19 0; invoices mail 12 0; assistant catalogue 31 0.001
assistant oms 44 0.0022; reviews catalogue 17 0.0003; web reviews 29 0.0008
shipping warehouse 21 0.0004
"""

ONLY_DECLARED = (
    ("oms", "erp"),
    ("erp", "ledger"),
    ("reviews", "moderation"),
    ("oms", "oms-archive"),
)


def observed(text: str, env: str, scale: float, *, later: bool) -> dict[str, Any]:
    """Return a flow that Datadog told of."""
    caller, called, latency, errors = text.split()
    return {
        "source": "datadog",
        "env": env,
        "from": caller,
        "to": called,
        "latency_ms": float(latency) * scale,
        "error_rate": min(1.0, float(errors) * scale),
        "owner_team": TEAMS[caller],
        "known_by": "inferred" if called == "mail" else "observed",
        "last_seen": stamp(EPOCH - timedelta(minutes=3)),
        "tags": ["tier:1"] if caller in {"checkout", "oms", "payments"} else [],
        "later": later,
    }


def flows() -> list[dict[str, Any]]:
    """Return all flows; ``later`` says which a second load brings."""
    lines = [it.strip() for it in CALLS.replace("\n", ";").split(";") if it.strip()]
    told = [observed(it, "prod", 1.0, later=False) for it in lines]
    told += [observed(it, "staging", 1.4, later=False) for it in lines[:18]]
    told += [
        {
            "source": "catalog",
            "env": "prod",
            "from": caller,
            "to": called,
            "owner_team": TEAMS.get(caller),
            "known_by": "declared",
            "later": False,
        }
        for caller, called in (*ONLY_DECLARED, ("checkout", "oms"), ("oms", "stock"))
    ]
    told.append(observed("search pricing 33 0.055", "prod", 1.0, later=True))
    told.append(observed("gateway search 240 0.06", "prod", 1.0, later=True))
    return told


FLOWS = flows()
