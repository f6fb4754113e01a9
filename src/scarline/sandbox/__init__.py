"""A pretend Datadog on loopback: real shapes, real limits, faults on demand, and a story.

    with running(World(seed=7), faults=[Fault("429", count=2)]) as sandbox:
        ...  # talk to sandbox.url with DD-API-KEY: sandbox-api-key and
             # DD-APPLICATION-KEY: sandbox-app-key

Nothing here imports the rest of Scarline. Answers depend on the world and the time only.
"""

from scarline.sandbox.app import create_app
from scarline.sandbox.failing import Failing
from scarline.sandbox.faults import KINDS as FAULT_KINDS
from scarline.sandbox.faults import Fault, parse_fault
from scarline.sandbox.incidents import Incident
from scarline.sandbox.quotas import DEFAULT_QUOTAS, Quota, Quotas
from scarline.sandbox.scene import Served
from scarline.sandbox.server import DEFAULT_PORT, Sandbox, running, serve
from scarline.sandbox.world import World

__all__ = [
    "DEFAULT_PORT",
    "DEFAULT_QUOTAS",
    "FAULT_KINDS",
    "Failing",
    "Fault",
    "Incident",
    "Quota",
    "Quotas",
    "Sandbox",
    "Served",
    "World",
    "create_app",
    "parse_fault",
    "running",
    "serve",
]
