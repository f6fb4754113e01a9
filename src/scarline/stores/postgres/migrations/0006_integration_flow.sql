-- Integration flows: which system calls which. They are records, see 0005, with one thing more: a
-- load may tell of all flows of a source in an environment. It says so with a row of neither system,
-- and then what earlier runs saw of that source and environment no longer shows.

create table scarline.integration_flow_seen (
    source text collate "C" not null,
    env text collate "C" not null,
    system_from text collate "C" not null,
    system_to text collate "C" not null,
    flow_id text not null,
    status text not null,
    last_seen timestamptz,
    latency_ms double precision,
    error_rate double precision,
    owner_team text,
    known_by text not null,
    confidence double precision,
    tags text not null,
    run_no integer not null references scarline.run,
    position bigint not null,
    primary key (source, env, system_from, system_to, run_no, position)
);
create index integration_flow_seen_run on scarline.integration_flow_seen (run_no, position);
comment on table scarline.integration_flow_seen is 'What each load told of integration flows: never changed.';
comment on column scarline.integration_flow_seen.position is 'Of the ledger entry that tells of it.';
comment on column scarline.integration_flow_seen.system_from is
    'Without a system: the run told of all flows of this source in this environment.';
comment on column scarline.integration_flow_seen.system_to is 'Without a system: system_from calls none.';

create view scarline.integration_flow with (security_invoker = true) as
select s.source, s.env, s.system_from, s.system_to, s.flow_id, s.status, s.last_seen, s.latency_ms,
    s.error_rate, s.owner_team, s.known_by, s.confidence, s.tags
from scarline.integration_flow_seen s
where s.system_from <> ''
    and not exists (
        select from scarline.integration_flow_seen later
        where later.source = s.source and later.env = s.env
            and later.system_from = s.system_from and later.system_to = s.system_to
            and (later.run_no, later.position) > (s.run_no, s.position))
    and not exists (
        select from scarline.integration_flow_seen later
        where later.source = s.source and later.env = s.env and later.system_from = ''
            and later.run_no > s.run_no);
comment on view scarline.integration_flow is
    'What shows: of each pair of systems the row that was told last, unless a later load told of all and not of it.';

create view public.integration_flows with (security_invoker = true) as
select f.* from scarline.integration_flow f;
comment on view public.integration_flows is 'Every integration flow that shows, as it was told last.';

select scarline.guard_records('integration_flow', 'integration_flows');
