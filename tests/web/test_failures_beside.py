"""What pages ask of groups besides the groups: counts over time, filters, merges, parts, marks."""

from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scarline.failures.groups import SEVERITIES
from scarline.model import Window
from scarline.web.failures.activity import BUCKETS, activity
from tests.fakes import EPOCH, failures
from tests.web.failing import EXPORTS, FAILED, GROUPS, captured, told
from tests.web.served import Served, problem_of, served


async def decided(api: Served, path: str, version: int, body: dict[str, Any]) -> Any:
    """Decide about a group; return the answer, which must be good."""
    headers = {"If-Match": f'"{version}"'}
    done = await api.http.post(f"{GROUPS}/{path}", json=body, headers=headers)
    assert done.status_code == 200, done.text
    return done.json()


async def test_the_list_counts_over_time_and_by_filter() -> None:
    """Over a day at least, to the end of the hour; a filter does not narrow its own values."""
    async with served() as api:
        await captured(api)
        api.clock.forward(minutes=90)
        answer = await told(api, GROUPS)
        assert answer["over"] == {"from": "2026-03-01T02:00:00Z", "to": "2026-03-02T02:00:00Z"}
        counts = {it["id"]: it["activity"] for it in answer["groups"]}
        assert {it: len(own) for it, own in counts.items()} == {"A": BUCKETS, "B": BUCKETS}
        assert (sum(counts["A"]), counts["A"][22], counts["B"][22]) == (2, 2, 1)
        assert answer["facets"]["severity"] == [
            {"value": "critical", "groups": 1},
            {"value": "medium", "groups": 1},
        ]
        narrowed = await told(api, GROUPS, type="quality", service="desk")
        assert narrowed["facets"]["type"] == [{"value": "quality", "groups": 1}]
        assert narrowed["facets"]["service"] == [{"value": "desk", "groups": 1}]
        assert narrowed["facets"]["application"] == [{"value": "shop", "groups": 1}]
        by_type = await told(api, GROUPS, type="quality")
        assert {it["value"] for it in by_type["facets"]["type"]} == {"timeout", "quality"}
        window = {"from": "2026-03-02T00:00:00Z", "to": "2026-03-02T00:02:00Z"}
        within = await told(api, GROUPS, **window)
        assert within["over"] == window
        assert [it["activity"][12] for it in within["groups"]] == [1]
        assert within["facets"]["state"] == [{"value": "new", "groups": 1}]


@given(
    minutes=st.lists(st.integers(-90, 200), max_size=30),
    groups=st.lists(st.sampled_from(["A", "B", "C"]), min_size=30, max_size=30),
)
@settings(deadline=None)
def test_every_failure_within_is_counted_once(minutes: list[int], groups: list[str]) -> None:
    """In the stretch of its time; those before and after in none."""
    rows = [
        {"trace_id": f"t{number}", "failed_at": EPOCH + timedelta(minutes=at)}
        for number, at in enumerate(minutes)
    ]
    table = pa.Table.from_batches([failures(*rows)])
    named = pa.array(groups[: len(minutes)], pa.string()).dictionary_encode()
    table = table.append_column("group", named)
    hours = Window(EPOCH, EPOCH + timedelta(hours=2))
    counts = activity(table, hours)
    for name in set(groups[: len(minutes)]):
        own = [at for at, group in zip(minutes, groups, strict=False) if group == name]
        expected = [sum(5 * place <= at < 5 * place + 5 for at in own) for place in range(BUCKETS)]
        assert counts[name] == expected


async def test_a_group_tells_one_failure_in_full() -> None:
    """The newest, or the one that is named; with the other spans of its trace and its marks."""
    hidden = '{"said":"write to ann@example.org [email] [nonsense]"}'
    rows = [*FAILED[:2], {**FAILED[2], "trace_id": "t2", "trace_payload": hidden, "span_id": "s2"}]
    async with served() as api:
        await captured(api, rows)
        assert (await told(api, f"{GROUPS}/A"))["failure"] is None
        newest = (await told(api, f"{GROUPS}/A", full=True))["failure"]
        assert (newest["trace_id"], newest["group"]) == ("t2", "A")
        assert [(it["span_id"], it["group"]) for it in newest["trace"]] == [("s2", "B")]
        assert newest["marks"] == {}
        named = await told(api, f"{GROUPS}/A", full=True, trace_id="t2", span_id="s2")
        assert named["failure"]["marks"] == {"email": "contact"}
        assert named["failure"]["group"] == "B"
        path = f"{GROUPS}/A?full=true&trace_id=none&span_id=none"
        problem_of(await api.http.get(path), 404)


async def test_a_merge_is_told_by_the_group_that_stays() -> None:
    """With the version that takes it back, and what the other one was called."""
    async with served() as api:
        await captured(api)
        await decided(api, "A/merge", 0, {"into": "B"})
        stays = await told(api, f"{GROUPS}/B")
        assert stays["merged_here"] == [{"group": "A", "version": 1, "title": "Timed out: search"}]
        assert stays["values"]["failure_type"] == {
            "distinct": 2,
            "most": [{"value": "timeout", "failures": 2}, {"value": "quality", "failures": 1}],
        }
        gone = await told(api, f"{GROUPS}/A")
        assert (gone["group"], gone["merged_into"], gone["failure"]) == (None, "B", None)
        await decided(api, "A/merge", 1, {"into": None})
        assert (await told(api, f"{GROUPS}/B"))["merged_here"] == []


async def test_a_split_by_a_column_is_told_by_both() -> None:
    """The whole names its parts, each part where it is from."""
    async with served() as api:
        await captured(api)
        await decided(api, "A/split", 0, {"by": "version"})
        whole = await told(api, f"{GROUPS}/A")
        assert (whole["split_by"], len(whole["parts"])) == ("version", 2)
        part = await told(api, f"{GROUPS}/{whole['parts'][0]['group']}")
        origin = {"group": "A", "version": 1, "by": "version", "failures": 0}
        assert part["split_from"] == origin
        await decided(api, "A/split", 1, {"by": None})
        assert (await told(api, f"{GROUPS}/A"))["parts"] == []


async def test_listed_failures_that_were_split_off_go_back() -> None:
    """By naming their part with no failures; anything else beside it is refused."""
    async with served() as api:
        await captured(api)
        done = await decided(api, "A/split", 0, {"failures": [["t2", "s1"]]})
        part = await told(api, f"{GROUPS}/{done['part']}")
        assert part["split_from"] == {"group": "A", "version": 1, "by": None, "failures": 1}
        assert [it["group"] for it in (await told(api, f"{GROUPS}/A"))["parts"]] == [done["part"]]
        wrong: list[dict[str, Any]] = [
            {"failures": []},
            {"failures": [], "part": "A~elsewhere"},
            {"failures": [["t1", "s1"]], "part": done["part"]},
        ]
        for body in wrong:
            headers = {"If-Match": '"1"'}
            refused = await api.http.post(f"{GROUPS}/A/split", json=body, headers=headers)
            problem_of(refused, 422)
        await decided(api, "A/split", 1, {"failures": [], "part": done["part"]})
        back = await told(api, f"{GROUPS}/A")
        assert (back["group"]["failures"], back["parts"]) == (2, [])


@pytest.mark.parametrize("severity", SEVERITIES)
async def test_an_empty_backlog_has_counts_too(severity: str) -> None:
    """None of anything, over the last day."""
    async with served() as api:
        answer = await told(api, GROUPS, severity=severity)
        assert (answer["groups"], answer["facets"]["state"]) == ([], [])
        assert answer["over"] == {"from": "2026-03-01T01:00:00Z", "to": "2026-03-02T01:00:00Z"}


async def test_the_list_of_exports_says_whether_a_webhook_is_set() -> None:
    """So that nobody is offered what is not there."""
    async with served() as api:
        assert await told(api, EXPORTS) == {"deliveries": [], "webhook": False}
