-- What people decide about groups of failures and about scars: records, see 0005, of which each
-- version is a row of its own. And more that is kept of a failed span.

create table scarline.decision_seen (
    about text collate "C" not null,
    subject text collate "C" not null,
    version integer not null,
    at timestamptz not null,
    who text not null,
    what text not null,
    value text not null,
    why text,
    run_no integer not null references scarline.run,
    position bigint not null,
    primary key (about, subject, version, run_no, position)
);
create index decision_seen_run on scarline.decision_seen (run_no, position);
comment on table scarline.decision_seen is 'What people decided, each decision as it was made: never changed.';
comment on column scarline.decision_seen.version is '1 for the first about a subject; the last one holds.';
comment on column scarline.decision_seen.value is 'JSON, kept to the letter: the digest covers it.';
comment on column scarline.decision_seen.position is 'Of the ledger entry that tells of it.';

create view scarline.decision with (security_invoker = true) as
select s.about, s.subject, s.version, s.at, s.who, s.what, s.value, s.why
from scarline.decision_seen s
where not exists (
    select from scarline.decision_seen later
    where later.about = s.about and later.subject = s.subject and later.version = s.version
        and (later.run_no, later.position) > (s.run_no, s.position));
comment on view scarline.decision is 'Every decision that shows.';

create view public.decisions with (security_invoker = true) as
select d.about, d.subject, d.version, d.at, d.who, d.what, scarline.as_jsonb(d.value) as value, d.why
from scarline.decision d;
comment on view public.decisions is 'Every decision that shows; value as jsonb.';

select scarline.guard_records('decision', 'decisions');

alter table scarline.llm_failure_seen
    add column span_name text,
    add column error_type text,
    add column title text,
    add column reasons text,
    add column grouped_by text,
    add column duration_ms double precision;
comment on column scarline.llm_failure_seen.reasons is 'JSON, kept to the letter: the digest covers it.';
comment on column scarline.llm_failure_seen.grouped_by is 'JSON, kept to the letter: the digest covers it.';
create index llm_failure_seen_signature on scarline.llm_failure_seen (signature);

create or replace view scarline.llm_failure with (security_invoker = true) as
select s.trace_id, s.span_id,
    (select min(e.fetched_at) from scarline.llm_failure_seen e
     where e.trace_id = s.trace_id and e.span_id = s.span_id) as fetched_at,
    s.failed_at, s.service_name, s.ml_app, s.span_kind, s.model, s.version, s.status_code,
    s.quality_score, s.failure_type, s.severity, s.signature, s.user_hash, s.trace_payload,
    s.evaluations, s.datadog_url, s.input_tokens, s.output_tokens, s.cost_usd, s.span_name,
    s.error_type, s.title, s.reasons, s.grouped_by, s.duration_ms
from scarline.llm_failure_seen s
where not exists (
    select from scarline.llm_failure_seen later
    where later.trace_id = s.trace_id and later.span_id = s.span_id
        and (later.run_no, later.position) > (s.run_no, s.position));
comment on view scarline.llm_failure is
    'What shows: of each span the row that was seen last, and when the first was fetched.';

create or replace view public.llm_failures with (security_invoker = true) as
select f.trace_id, f.span_id, f.fetched_at, f.failed_at, f.service_name, f.ml_app, f.span_kind,
    f.model, f.version, f.status_code, f.quality_score, f.failure_type, f.severity, f.signature,
    f.user_hash, scarline.as_jsonb(f.trace_payload) as trace_payload,
    scarline.as_jsonb(f.evaluations) as evaluations, f.datadog_url, f.input_tokens,
    f.output_tokens, f.cost_usd, f.span_name, f.error_type, f.title,
    scarline.as_jsonb(f.reasons) as reasons, scarline.as_jsonb(f.grouped_by) as grouped_by,
    f.duration_ms
from scarline.llm_failure f;
comment on view public.llm_failures is
    'Every failed LLM span that shows, as it was seen last; what is JSON as jsonb.';

create function scarline.tells_of_all(kind text) returns text language sql immutable
return case kind
    when 'integration_flow' then $$s.system_from = '' and s.system_to = ''$$
    else 'false'
end;
comment on function scarline.tells_of_all is
    'The condition, as SQL, that a row of a kind only says that its run told of everything.';

-- When a row was fetched is no part of what it tells, and one that only says that this was
-- everything tells nothing.
create or replace function scarline.count_records(kind text, run_name text, at_position bigint)
returns table (new bigint, changed bigint, same bigint)
language plpgsql stable set search_path = pg_catalog, pg_temp set jit = off as $$
begin
    return query execute format(
        $sql$
        select count(*) filter (where before.run_no is null),
            count(*) filter (where before.run_no is not null
                and not record_image_eq(row(%1$s), row(%2$s))),
            count(*) filter (where before.run_no is not null
                and record_image_eq(row(%1$s), row(%2$s)))
        from scarline.%3$I s
        left join lateral (
            select b.* from scarline.%3$I b
            where %4$s and (b.run_no, b.position) <> (s.run_no, s.position)
            order by b.run_no desc, b.position desc limit 1
        ) before on true
        where s.run_no = (select r.run_no from scarline.run r where r.run = $1) and s.position = $2
            and not (%5$s)
        $sql$,
        replace(scarline.record_columns(kind, 's.%1$I'), 's.fetched_at', 'before.fetched_at'),
        scarline.record_columns(kind, 'before.%1$I'),
        kind || '_seen', scarline.record_columns(kind, 'b.%1$I = s.%1$I', ' and ', true),
        scarline.tells_of_all(kind))
    using run_name, at_position;
end
$$;
comment on function scarline.count_records is
    'How many records of a batch are new, tell something else than what showed before, or the same to the bit.';

create function public.scarline_seen_records(
    kind text, runs text[], after jsonb default null, most integer default 10000
) returns jsonb language plpgsql stable security definer
set search_path = pg_catalog, pg_temp set statement_timeout = '50s' set jit = off
set extra_float_digits = 1 as $$
declare
    until constant timestamptz := clock_timestamp() + interval '3 s';
    key constant text := scarline.record_columns(kind, 's.%I', keys => true);
    more boolean := false;
    size bigint := 0;
    found_rows jsonb[] := '{}';
    go_on jsonb;
    r record;
begin
    for r in execute format(
        $sql$
        select distinct on (%1$s) jsonb_build_array(%2$s) as cells, jsonb_build_array(%1$s) as key
        from scarline.%3$I s join scarline.run r using (run_no)
        where r.run = any($1) and ($2 is null or (%1$s) > (%4$s))
        order by %1$s, s.run_no desc, s.position desc limit $3
        $sql$,
        key, scarline.record_columns(kind, 'scarline.cell(s.%I)'), kind || '_seen',
        scarline.record_columns(kind, '($2->>%2$s)::%3$s', keys => true))
        using runs, after, most + 1
    loop
        more := cardinality(found_rows) = most or size > 4000000
            or (size > 0 and clock_timestamp() > until);
        exit when more;
        found_rows := array_append(found_rows, r.cells);
        size := size + octet_length(r.cells::text);
        go_on := r.key;
    end loop;
    return jsonb_build_object('rows', to_jsonb(found_rows), 'next', case when more then go_on end);
end
$$;
comment on function public.scarline_seen_records is
    'A page of the records that these runs told, of each key the last, as scarline_find_records has them.';

revoke all on function public.scarline_seen_records from public;

do $$
declare
    browser_role text;
begin
    foreach browser_role in array array['anon', 'authenticated'] loop
        if to_regrole(browser_role) is not null then
            execute format('revoke all on function public.scarline_seen_records from %I', browser_role);
        end if;
    end loop;
    if to_regrole('service_role') is not null then
        perform scarline.open_rest('service_role');
    end if;
end
$$;

revoke execute on all functions in schema scarline from public;

notify pgrst, 'reload schema';
