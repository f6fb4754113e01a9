"""Hosts page as recorded, and only the right keys with the right scopes come in."""

from typing import Any

import httpx2
import orjson
import pytest

from scarline.sandbox import World, running
from tests.sandbox.conftest import KEYS, NOON, Connect

DAY = 86_400
PATHS = {
    "/api/v1/query": "timeseries_query",
    "/api/v1/metrics": "metrics_read",
    "/api/v2/metrics": "metrics_read",
    "/api/v1/hosts": "hosts_read",
}
PARAMS = {"from": "1", "to": "2", "query": "avg:system.load.1{*}"}
METADATA = {
    "agent_checks",
    "agent_flavor",
    "agent_version",
    "cpuCores",
    "fbsdV",
    "gohai",
    "host_id",
    "install_method",
    "logs_agent",
    "macV",
    "machine",
    "network",
    "nixV",
    "platform",
    "processor",
    "pythonV",
    "socket-fqdn",
    "socket-hostname",
    "timezones",
    "winV",
}


def test_pages_cover_all_hosts_once(call: httpx2.Client) -> None:
    """`start` and `count` walk over the whole list."""
    pages = [
        call.get("/api/v1/hosts", params={"start": start, "count": 15}).json()
        for start in (0, 15, 30, 45)
    ]
    names = [host["name"] for page in pages for host in page["host_list"]]
    assert len(set(names)) == len(names) == pages[0]["total_matching"] == 39
    assert [page["total_returned"] for page in pages] == [15, 15, 9, 0]


def test_a_host_that_left_is_found_further_back(call: httpx2.Client) -> None:
    """Only the last three hours are listed, unless `from` says otherwise; then it is down."""
    earlier: dict[str, Any] = {"from": int(NOON - 7 * DAY), "filter": "web-08"}
    assert call.get("/api/v1/hosts", params={"filter": "web-08"}).json()["host_list"] == []
    (gone,) = call.get("/api/v1/hosts", params=earlier).json()["host_list"]
    assert gone["up"] is False
    assert gone["last_reported_time"] < NOON - DAY
    assert gone["metrics"] == {"load": None, "iowait": None, "cpu": None}


def test_no_more_than_a_thousand_a_page(connect: Connect) -> None:
    """A larger count is cut without a word: the totals tell."""
    with running(World(hosts=1200, clock=lambda: NOON)) as sandbox:
        page = connect(sandbox).get("/api/v1/hosts", params={"count": 5000}).json()
    assert [page["total_returned"], page["total_matching"]] == [1000, 1199]


def test_metadata_as_recorded(call: httpx2.Client) -> None:
    """With metadata: the recorded members, and gohai as JSON within a string."""
    params = {"filter": "role:db", "include_hosts_metadata": "true", "sort_field": "cpu"}
    rows = call.get("/api/v1/hosts", params={**params, "sort_dir": "desc"}).json()["host_list"]
    assert len(rows) == 4
    cpu = [row["metrics"]["cpu"] for row in rows]
    assert cpu == sorted(cpu, reverse=True)
    meta = rows[0]["meta"]
    assert set(meta) == METADATA
    assert orjson.loads(meta["gohai"])["platform"]["hostname"] == rows[0]["name"]
    assert call.get("/api/v1/hosts", params={"sort_field": "mood"}).status_code == 400


@pytest.mark.parametrize("path", PATHS)
def test_both_keys_are_needed(call: httpx2.Client, path: str) -> None:
    """Without keys 401, with a wrong one 403, with both 200."""
    wrong = [{"DD-API-KEY": "x"}, {"DD-APPLICATION-KEY": "x"}]
    url = str(call.base_url) + path
    assert httpx2.get(url, params=PARAMS).status_code == 401
    only = {"DD-API-KEY": KEYS["DD-API-KEY"]}
    assert httpx2.get(url, params=PARAMS, headers=only).status_code == 401
    for headers in wrong:
        refused = call.get(path, params=PARAMS, headers=headers)
        assert (refused.status_code, refused.json()) == (403, {"errors": ["Forbidden"]})
    assert call.get(path, params=PARAMS).status_code == 200


def test_validate_needs_the_api_key_only(call: httpx2.Client) -> None:
    """The application key plays no part in it."""
    url = f"{call.base_url}/api/v1/validate"
    good = httpx2.get(url, headers={"DD-API-KEY": KEYS["DD-API-KEY"]})
    assert (good.status_code, good.json()) == (200, {"valid": True})
    assert httpx2.get(url, headers={"DD-API-KEY": "x"}).status_code == 403
    assert httpx2.get(url).status_code == 403


@pytest.mark.parametrize("scope", sorted(set(PATHS.values())))
def test_a_missing_scope_closes_its_endpoints_only(connect: Connect, scope: str) -> None:
    """403 where the scope is needed, with its name; everything else goes on."""
    with running(World(missing_scopes=frozenset({scope}))) as sandbox:
        call = connect(sandbox)
        answers = {path: call.get(path, params=PARAMS) for path in PATHS}
        assert call.get("/api/v1/validate").status_code == 200
    closed = {path for path, answer in answers.items() if answer.status_code == 403}
    assert closed == {path for path, needed in PATHS.items() if needed == scope}
    assert all(scope in answers[path].json()["errors"][1] for path in closed)
    assert all(answers[path].status_code == 200 for path in set(PATHS) - closed)


def test_the_key_is_the_worlds(connect: Connect) -> None:
    """Other keys can be chosen; then the usual ones are wrong."""
    with running(World(api_key="a", app_key="b")) as sandbox:
        call = connect(sandbox)
        own = {"DD-API-KEY": "a", "DD-APPLICATION-KEY": "b"}
        assert call.get("/api/v1/hosts").status_code == 403
        assert call.get("/api/v1/hosts", headers=own).status_code == 200
