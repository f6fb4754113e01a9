"""Who gets in at Supabase's REST door, who does not, and in which words they are told."""

import asyncio
import sys
from dataclasses import replace

import psycopg
import pytest
import stamina

from scarline.errors import ConfigError, StoreError, StoreRefused, StoreUnavailable
from scarline.stores.postgres.migrate import script
from scarline.stores.supabase import Config, open_store
from scarline.stores.supabase.rest import ATTEMPTS
from tests.fakes import batch, failed
from tests.laws.stories import pipeline, shown
from tests.stores.postgrest import SECRET, Project, key, project, supabase
from tests.stores.test_supabase_gateway import Fault

__all__ = ["supabase"]

FUNCTIONS = """
    select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = 'scarline' or p.proname like 'scarline%'
"""
TABLES = """
    select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v') and (n.nspname = 'scarline'
        or c.relname in ('metrics', 'llm_failures'))
"""


@pytest.fixture(autouse=True)
def no_waiting() -> None:
    """Nobody waits between two attempts."""
    stamina.set_testing(True, attempts=ATTEMPTS, cap=True)


async def refused(config: Config) -> str:
    """Return the sentence with which the project lets nobody in; it never holds the key."""
    with pytest.raises(StoreError) as raised:
        async with open_store(config):
            pass
    assert config.key not in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize("role", ["", "anon", "authenticated"])
async def test_browsers_see_nothing_at_all(supabase: Project, role: str) -> None:
    """Neither functions nor tables nor the view, nor that there are any."""
    async with supabase.store() as own:
        await pipeline(own, [batch(("cpu", "a", 0, 1.0))]).pull("metrics")
    listed = (await supabase.read(role, "")).text
    assert "scarline" not in listed
    assert "metrics" not in listed
    assert "llm_failures" not in listed
    assert (await supabase.read(role, "metrics")).json()["code"] == "42501"
    assert (await supabase.read(role, "llm_failures")).json()["code"] == "42501"
    for table in ("entry", "metric_point", "scarline.entry", "note", "llm_failure_seen"):
        assert (await supabase.read(role, table)).status_code == 404
    held = await supabase.call(role, "scarline_lease", stream="metrics", holder="x", seconds=1)
    assert held.json()["code"] == "42501"
    for function in ("scarline_heads", "scarline_strays", "scarline_about", "scarline_digests"):
        assert (await supabase.call(role, function)).json()["code"] == "42501"


@pytest.mark.parametrize("role", ["public", "anon", "authenticated"])
def test_browsers_have_no_right_to_anything(supabase: Project, role: str) -> None:
    """Asked one by one: no function, no table, and not the schema."""
    functions, tables = supabase.sql(FUNCTIONS), supabase.sql(TABLES)
    assert len(functions) > 25
    assert len(tables) > 10
    for (function,) in functions:
        may = supabase.sql(f"select has_function_privilege('{role}', '{function}', 'execute')")
        assert may == [(False,)], function
    for (table,) in tables:
        asked = f"select has_table_privilege('{role}', '{table}', 'select, insert, update, delete')"
        assert supabase.sql(asked) == [(False,)], table
    assert supabase.sql(f"select has_schema_privilege('{role}', 'scarline', 'usage')") == [(False,)]


def test_the_functions_cannot_be_led_astray(supabase: Project) -> None:
    """Each runs as its owner with a search path of its own."""
    settings = "select prosecdef, proconfig[1] from pg_proc where proname like 'scarline%'"
    doors = supabase.sql(settings)
    assert len(doors) > 10
    assert set(doors) == {(True, "search_path=pg_catalog, pg_temp")}


async def test_servers_read_the_view(supabase: Project) -> None:
    """With the service_role key, anything that speaks REST reads the metrics."""
    async with supabase.store() as own:
        await pipeline(own, [batch(("cpu", "a", 0, 1.5))]).pull("metrics")
    (row,) = (await supabase.read("service_role", "metrics?select=host,metric_name,value")).json()
    assert row == {"host": "a", "metric_name": "cpu", "value": 1.5}


async def test_servers_read_the_failures(supabase: Project) -> None:
    """With the JSON in them as JSON."""
    async with supabase.store() as own:
        payload = '{"a": [1.0, null]}'
        await pipeline(own, [failed({"trace_payload": payload, "status_code": 500})]).pull(
            "metrics"
        )
    columns = "trace_id,failed_at,status_code,trace_payload"
    (row,) = (await supabase.read("service_role", f"llm_failures?select={columns}")).json()
    assert row == {
        "trace_id": "t1",
        "failed_at": "2026-03-02T00:00:00+00:00",
        "status_code": 500,
        "trace_payload": {"a": [1.0, None]},
    }


async def test_another_role_can_be_let_in(supabase: Project) -> None:
    """Its owner says so in one statement."""
    supabase.sql("create role reporter nologin; grant reporter to authenticator")
    assert "service_role" in await refused(supabase.config("reporter"))
    supabase.sql("grant usage on schema public to reporter; select scarline.open_rest('reporter')")
    async with open_store(supabase.config("reporter")) as own:
        assert "as reporter" in (await own.check())[0].finding


async def test_a_key_that_may_not(supabase: Project) -> None:
    """The anon key is told to be the wrong one of the two."""
    sentence = await refused(supabase.config("anon"))
    assert sentence == (
        "the key in SUPABASE_KEY may not do this (permission denied for function "
        "scarline_about): use the service_role key or a secret key (project settings, API keys), "
        "not the anon or publishable one, which sees nothing here"
    )


OTHERS = key("service_role", "another-secret-of-thirty-two-characters")


@pytest.mark.parametrize("wrong", [OTHERS, key("service_role", exp=1), "no.key.at-all"])
async def test_a_key_that_is_not_accepted(supabase: Project, wrong: str) -> None:
    """A key of another project, an old one, and nonsense: copy it again."""
    sentence = await refused(Config(supabase.url, wrong))
    assert "does not accept SUPABASE_KEY" in sentence


async def test_a_project_without_tables_and_then_with() -> None:
    """Without our functions it says what to paste; pasted, it works, without a restart."""
    with project(migrated=False) as bare:
        sentence = await refused(bare.config())
        assert "lacks Scarline's functions" in sentence
        assert "paste create_metrics_table.sql into the project's SQL editor once" in sentence
        bare.sql(script())
        for _ in range(50):  # PostgREST hears of it by itself
            if (await bare.call("service_role", "scarline_about")).is_success:
                break
            await asyncio.sleep(0.1)
        async with open_store(bare.config()) as own:
            await pipeline(own, [batch(("cpu", "a", 0, 1.0))]).pull("metrics")
            assert len(await shown(own)) == 1
            assert await pipeline(own, []).verify() == []


ANSWERS = [
    (401, '{"message": "Invalid API key", "hint": "..."}', "does not accept SUPABASE_KEY"),
    (404, "", "there is no REST API at SUPABASE_URL"),
    (302, "", "SUPABASE_URL leads elsewhere"),
    (540, "", "the project is paused"),
    (503, '{"code": "PGRST002", "message": "no schema cache"}', "the project does not answer"),
    (500, '{"code": "57014", "message": "canceling"}', "statement timeout"),
    (405, '{"code": "25006", "message": "read-only"}', "read-only or full"),
    (500, '{"code": "XX000", "message": "bad\\nrow: 7"}', "the project refused a call (bad)"),
    (406, '{"code": "PGRST106", "message": "schema"}', "does not show the schema public"),
]


@pytest.mark.parametrize(("status", "body", "sentence"), ANSWERS)
async def test_other_answers_are_sentences(
    supabase: Project, status: int, body: str, sentence: str
) -> None:
    """What the gateway, PostgREST and the database say instead of a value."""
    supabase.reset()
    supabase.gateway.faults += [Fault("scarline_about", status, body)] * ATTEMPTS
    assert sentence in await refused(supabase.config())


async def test_something_else_answers(supabase: Project) -> None:
    """A page of HTML with status 200 is not taken for a value."""
    supabase.reset()
    supabase.gateway.faults.append(Fault("scarline_about", 200, "<html>", kind="text/html"))
    assert "not Supabase's REST API" in await refused(supabase.config())


async def test_nobody_answers(supabase: Project) -> None:
    """A closed port: retryable, and the sentence says what to look at."""
    sentence = await refused(replace(supabase.config(), url="http://127.0.0.1:9"))
    assert "the project does not answer (ConnectError): check SUPABASE_URL" in sentence
    assert StoreUnavailable.retryable


async def test_addresses_as_people_paste_them(supabase: Project) -> None:
    """With a slash at the end, or with the path of the REST API, and a key with a newline."""
    for end in ("/", "/rest/v1", "/rest/v1/"):
        config = Config(supabase.url + end, supabase.config().key + "\n")
        async with open_store(config) as own:
            assert (await own.check())[0].well


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://abcdefgh.supabase.co", "write https://"),
        ("http://10.0.0.7:8000", "write https://"),
        ("http://localhost.example.com", "write https://"),
        ("abcdefgh.supabase.co", "is no address"),
        ("postgresql://postgres:x@db.abcdefgh.supabase.co/postgres", "is no address"),
        ("https://", "is no address"),
        ("https://me:secret@abcdefgh.supabase.co", "more than an address"),
        ("https://abcdefgh.supabase.co?apikey=1", "more than an address"),
    ],
)
def test_addresses_that_cannot_be(url: str, said: str) -> None:
    """Before anything is sent; and what is wrong with it is said without repeating it."""
    with pytest.raises(ConfigError, match=said) as raised:
        Config(url, "key")
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("own", ["", " ", "kéy", "a\nb"])
def test_keys_that_cannot_be(own: str) -> None:
    """An empty key, or one that no header can carry."""
    with pytest.raises(ConfigError, match="SUPABASE_KEY is no key"):
        Config("https://abcdefgh.supabase.co", own)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:54321", "[::1]:54321"])
def test_loopback_needs_no_https(host: str) -> None:
    """`supabase start` serves plain http on this machine; the key is never shown."""
    config = Config(f"http://{host}", SECRET)
    assert SECRET not in repr(config)


async def test_without_the_client(supabase: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who did not install the extra is told how to."""
    monkeypatch.delitem(sys.modules, "scarline.stores.supabase.client", raising=False)
    monkeypatch.setitem(sys.modules, "supabase", None)
    with pytest.raises(ConfigError, match=r"pip install 'scarline\[supabase\]'"):
        async with open_store(supabase.config()):
            pass


async def test_the_tables_have_their_own_timeout(supabase: Project) -> None:
    """A commit may take longer than the role's statement timeout; a note may not."""
    async with supabase.store() as own:
        with psycopg.connect(supabase.database) as other:
            other.execute("lock table scarline.series, scarline.note in access exclusive mode")
            with pytest.raises(StoreUnavailable, match="statement timeout"):
                await own.note("quota")
            supabase.free_soon(other)
            done = await pipeline(own, [batch(("cpu", "a", 0, 1.0))]).pull("metrics")
        assert done.counts["new"] == 1


async def test_too_large_a_batch(supabase: Project) -> None:
    """The gateway's 413 is a sentence; nothing is stored, and the ledger says why."""
    async with supabase.store() as own:
        supabase.gateway.most_bytes = 20_000
        rows = [("cpu", "a", minute, minute / 7) for minute in range(2_000)]
        with pytest.raises(StoreRefused, match="too large for the project's gateway"):
            await pipeline(own, [batch(*rows)]).pull("metrics")
        assert await shown(own) == []
        (failed,) = await pipeline(own, []).runs()
        assert str(failed.error).startswith("StoreRefused: the batch is too large")
