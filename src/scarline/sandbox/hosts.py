"""GET /api/v1/hosts: who is there, with tags and, if asked for, metadata.

Facts: the recorded answer (all hosts with metadata), Datadog API reference
"Hosts": hosts of the last 3 hours unless `from` says otherwise, at most 1,000 a page.
A larger `count` is quietly cut to that, so a client that takes a short page for the last one
loses hosts. What stands in `meta` without `include_hosts_metadata` is not recorded: ours is short.
"""

import numpy as np
import orjson

from scarline.sandbox.endpoint import Answer, Ask, Endpoint, Refusal
from scarline.sandbox.estate import HOUR, ROLES, Estate
from scarline.sandbox.evaluate import evaluate
from scarline.sandbox.query import parse
from scarline.sandbox.quotas import HOST_LISTS
from scarline.sandbox.signals import Moments

LARGEST_PAGE = 1000
_VITALS = {"load": "system.load.1", "iowait": "system.cpu.iowait", "cpu": "system.cpu.user"}
_CHECKS = ("uptime", "memory", "ntp", "network", "cpu", "disk", "load", "io")

Vitals = dict[str, dict[str, float]]


def _hosts(ask: Ask) -> Answer:
    since = ask.whole("from", int(ask.now - 3 * HOUR))
    start, count = ask.whole("start", 0), min(ask.whole("count", 100), LARGEST_PAGE)
    estate = ask.world.estate
    seen = {host: estate.last_seen(host, ask.now) for host in _wanted(ask)}
    hosts = [host for host, at in seen.items() if at >= since]
    vitals = _vitals(ask)
    hosts = _sorted(ask, hosts, vitals)
    page = hosts[start : start + count]
    rows = [_row(ask, host, int(seen[host]), vitals) for host in page]
    if ask.params.get("include_hosts_metadata", "").lower() == "true":
        for host, row in zip(page, rows, strict=True):
            row["meta"] = _metadata(estate, host)
    return Answer(
        {
            "exact_total_matching": True,
            "total_returned": len(rows),
            "host_list": rows,
            "total_matching": len(hosts),
        }
    )


def _wanted(ask: Ask) -> list[int]:
    """Give the hosts whose name or any tag contains the `filter`."""
    estate, wish = ask.world.estate, ask.params.get("filter", "").lower()
    everyone = range(len(estate.names))
    return [h for h in everyone if not wish or any(wish in tag for tag in _tags(estate, h))]


def _tags(estate: Estate, host: int) -> list[str]:
    return [f"{key}:{column[host]}" for key, column in estate.tags.items()]


def _vitals(ask: Ask) -> Vitals:
    """Give the three figures of each host, means of the last whole five minutes."""
    bucket = np.array([int(ask.now) // 300 * 300 - 300], dtype=np.int64)
    moments = Moments(bucket, 300, ask.now)
    figures: Vitals = {}
    for name, metric in _VITALS.items():
        frame = evaluate(ask.world, parse(f"avg:{metric}{{*}} by {{host}}"), moments)
        labels = (group[0].removeprefix("host:") for group in frame.groups)
        figures[name] = dict(zip(labels, frame.values[:, 0].tolist(), strict=True))
    return figures


def _sorted(ask: Ask, hosts: list[int], vitals: Vitals) -> list[int]:
    field, names = ask.params.get("sort_field", "name"), ask.world.estate.names
    falling = ask.params.get("sort_dir", "asc") == "desc"
    if field in vitals:
        return sorted(hosts, key=lambda host: vitals[field].get(names[host], 0.0), reverse=falling)
    if field not in {"name", "status", "apps"}:
        raise Refusal(400, "The value provided for parameter 'sort_field' is invalid")
    return sorted(hosts, key=lambda host: names[host], reverse=falling)


def _number(estate: Estate, host: int) -> int:
    return 1_000_000_000 + int(estate.keys[host])


def _row(ask: Ask, host: int, seen: int, vitals: Vitals) -> dict[str, object]:
    estate = ask.world.estate
    name, number = estate.names[host], _number(estate, host)
    return {
        "last_reported_time": seen,
        "name": name,
        "is_muted": False,
        "mute_timeout": None,
        "apps": ["agent", "ntp", estate.tags["role"][host]],
        "tags_by_source": {"Datadog": sorted(_tags(estate, host))},
        "up": ask.now - seen < 2 * HOUR,
        "metrics": {figure: by_host.get(name) for figure, by_host in vitals.items()},
        "sources": ["agent"],
        "meta": {"host_id": number, "socket-hostname": name},
        "host_name": name,
        "id": number,
        "aliases": [f"i-{number:017x}", f"{name}.shop.internal", name],
    }


def _metadata(estate: Estate, host: int) -> dict[str, object]:
    role, number = ROLES[int(estate.roles[host])], _number(estate, host)
    return {
        "socket-hostname": estate.names[host],
        "nixV": ["ubuntu", "24.04", ""],
        "cpuCores": role.cores,
        "agent_checks": [[check, check, check, "OK", "", ""] for check in _CHECKS],
        "platform": "linux",
        "network": {"network-id": "vpc-0a51", "public-ipv4": _address(number, 203, 0, 113)},
        "agent_flavor": "agent",
        "macV": ["", "", ""],
        "timezones": ["UTC"],
        "winV": ["", "", ""],
        "pythonV": "3.12.9",
        "machine": "amd64",
        "install_method": {
            "tool": None,
            "installer_version": None,
            "tool_version": "undefined",
        },
        "fbsdV": ["", "", ""],
        "gohai": _gohai(estate.names[host], number, role.cores, role.memory_gib),
        "host_id": number,
        "agent_version": "7.71.2" if number % 4 else "7.68.0",
        "processor": "Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz",
        "socket-fqdn": f"{estate.names[host]}.shop.internal",
        "logs_agent": {"transport": "HTTP"},
    }


def _gohai(name: str, number: int, cores: int, memory_gib: int) -> str:
    """Write what the agent knows of the machine: a JSON document within a string."""
    mac = ":".join(f"{part:02x}" for part in (0x42, 1, *number.to_bytes(8, "big")[-4:]))
    address = _address(number, 10, 0, number % 200)
    document = {
        "cpu": {"cpu_cores": str(cores), "cpu_logical_processors": str(cores), "mhz": "2899.998"},
        "filesystem": [{"kb_size": "536870912", "mounted_on": "/", "name": "/dev/nvme0n1p1"}],
        "memory": {"swap_total": "0kB", "total": f"{memory_gib * 1024 * 1024}kB"},
        "network": {"ipaddress": address, "macaddress": mac},
        "platform": {"hostname": name, "os": "GNU/Linux", "machine": "x86_64"},
    }
    return orjson.dumps(document).decode()


def _address(number: int, *network: int) -> str:
    return ".".join(str(part) for part in (*network, number % 251 + 1))


ENDPOINTS = (Endpoint("GET", "/api/v1/hosts", _hosts, HOST_LISTS, "hosts_read"),)
"""The family."""
