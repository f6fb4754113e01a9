-- Records: facts that stand for themselves, in no series. Of each kind of them what a run saw is
-- kept as it saw it, a row for each record and batch, in a table <kind>_seen; what shows is a view
-- on it, <kind>: of each key the row that was seen last. Taking a run away is deleting its rows.
--
-- The first such kind is llm_failure. The functions here serve every kind: for another one it takes
-- a table and two views as below, and scarline.guard_records.

create table scarline.llm_failure_seen (
    trace_id text collate "C" not null,
    span_id text collate "C" not null,
    fetched_at timestamptz not null,
    failed_at timestamptz not null,
    service_name text,
    ml_app text,
    span_kind text,
    model text,
    version text,
    status_code integer,
    quality_score double precision,
    failure_type text not null,
    severity text not null,
    signature text,
    user_hash text,
    trace_payload text,
    evaluations text,
    datadog_url text,
    input_tokens bigint,
    output_tokens bigint,
    cost_usd double precision,
    run_no integer not null references scarline.run,
    position bigint not null,
    primary key (trace_id, span_id, run_no, position)
);
create index llm_failure_seen_run on scarline.llm_failure_seen (run_no, position);
create index llm_failure_seen_at on scarline.llm_failure_seen (failed_at);
comment on table scarline.llm_failure_seen is 'What each run saw of failed LLM spans: never changed.';
comment on column scarline.llm_failure_seen.position is 'Of the ledger entry that tells of it.';
comment on column scarline.llm_failure_seen.trace_payload is 'JSON, kept to the letter: the digest covers it.';
comment on column scarline.llm_failure_seen.evaluations is 'JSON, kept to the letter: the digest covers it.';

-- Not "distinct on": so a condition on the row itself reaches an index before anything is compared.
create view scarline.llm_failure with (security_invoker = true) as
select s.trace_id, s.span_id, s.fetched_at, s.failed_at, s.service_name, s.ml_app, s.span_kind,
    s.model, s.version, s.status_code, s.quality_score, s.failure_type, s.severity, s.signature,
    s.user_hash, s.trace_payload, s.evaluations, s.datadog_url, s.input_tokens, s.output_tokens,
    s.cost_usd
from scarline.llm_failure_seen s
where not exists (
    select from scarline.llm_failure_seen later
    where later.trace_id = s.trace_id and later.span_id = s.span_id
        and (later.run_no, later.position) > (s.run_no, s.position));
comment on view scarline.llm_failure is 'What shows: of each span the row that was seen last.';

create function scarline.as_jsonb(body text) returns jsonb
language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
begin
    return body::jsonb;
exception when others then
    begin  -- perhaps only because jsonb has no U+0000
        return regexp_replace(body, '(?<!\\)((\\\\)*)\\u0000', '\1\\ufffd', 'g')::jsonb;
    exception when others then
        return to_jsonb(body);
    end;
end
$$;
comment on function scarline.as_jsonb is
    'A text as JSON: U+FFFD for U+0000, and the text itself as a string if it is not JSON.';

create view public.llm_failures with (security_invoker = true) as
select f.trace_id, f.span_id, f.fetched_at, f.failed_at, f.service_name, f.ml_app, f.span_kind,
    f.model, f.version, f.status_code, f.quality_score, f.failure_type, f.severity, f.signature,
    f.user_hash, scarline.as_jsonb(f.trace_payload) as trace_payload,
    scarline.as_jsonb(f.evaluations) as evaluations, f.datadog_url, f.input_tokens,
    f.output_tokens, f.cost_usd
from scarline.llm_failure f;
comment on view public.llm_failures is
    'Every failed LLM span that shows, as it was seen last; trace_payload and evaluations as jsonb.';

-- For every kind of records --------------------------------------------------------------------

create function scarline.record_kinds() returns setof text
language sql stable set search_path = pg_catalog, pg_temp as $$
    select left(c.relname, -length('_seen')) from pg_class c
    where c.relnamespace = 'scarline'::regnamespace and c.relkind in ('r', 'p')
        and c.relname like '%\_seen'
    order by 1
$$;
comment on function scarline.record_kinds is 'The kinds that have a table <kind>_seen.';

create function scarline.record_columns(
    kind text, form text, glue text default ', ', keys boolean default false
) returns text language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    written text;
begin
    select string_agg(format(form, c.name, c.place, c.type), glue order by c.place) into written
    from (
        select a.attname as name, format_type(a.atttypid, null) as type,
            row_number() over (order by a.attnum) - 1 as place
        from pg_attribute a
        join pg_index i on i.indrelid = a.attrelid and i.indisprimary
        where a.attrelid = to_regclass(format('scarline.%I', kind || '_seen'))
            and a.attnum > 0 and not a.attisdropped and a.attname not in ('run_no', 'position')
            and (not keys or a.attnum = any (i.indkey))
    ) c;
    if written is null then
        raise exception using errcode = 'undefined_table', message = format('there is no table of %s', kind);
    end if;
    return written;
end
$$;
comment on function scarline.record_columns is
    'The columns of a kind as SQL, each in this form: %1$I its name, %2$s its place from 0, %3$s its type.';

-- What a digest covers of one value: its name and its bytes, each after its length; of null nothing.
-- Python has the same in series/records.py. These have no search path, see 0004.
create function scarline.field(name text, value bytea) returns bytea language sql stable
return coalesce(int4send(octet_length(convert_to(name, 'UTF8'))) || convert_to(name, 'UTF8')
    || int4send(octet_length(value)) || value, '');
create function scarline.field(name text, value text) returns bytea language sql stable
return scarline.field(name, convert_to(value, 'UTF8'));
create function scarline.field(name text, value integer) returns bytea language sql stable
return scarline.field(name, int4send(value));
create function scarline.field(name text, value bigint) returns bytea language sql stable
return scarline.field(name, int8send(value));
create function scarline.field(name text, value double precision) returns bytea language sql stable
return scarline.field(name, float8send(case when value = 'NaN' then 'NaN' else value end));
create function scarline.field(name text, value timestamptz) returns bytea language sql stable
return scarline.field(name, case
    when isfinite(value) then int8send(scarline.microseconds(value))
    when value is not null then ''  -- no source can say this
end);

create function scarline.record_digest(kind text, of_run integer, at_position bigint) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp set jit = off as $$
declare
    digest text;
begin
    execute format(
        $sql$
        select encode(sha256(string_agg(one.digest, ''::bytea order by one.digest)), 'hex')
        from (
            select sha256(%s) as digest from scarline.%I s where s.run_no = $1 and s.position = $2
        ) one
        $sql$,
        scarline.record_columns(kind, 'scarline.field(%1$L, s.%1$I)', ' || '), kind || '_seen')
    into digest using of_run, at_position;
    return digest;
end
$$;
comment on function scarline.record_digest is
    'The digest of what is kept of one batch, taken again: see content_digest in series.';

create function scarline.record_batches() returns table (kind text, run_no integer, at_position bigint)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    for kind in select k from scarline.record_kinds() k loop
        return query execute format(
            'select distinct $1, s.run_no, s.position from scarline.%I s', kind || '_seen') using kind;
    end loop;
end
$$;
comment on function scarline.record_batches is 'The batches of records that are kept.';

create function scarline.count_records(kind text, run_name text, at_position bigint)
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
        $sql$,
        scarline.record_columns(kind, 's.%1$I'), scarline.record_columns(kind, 'before.%1$I'),
        kind || '_seen', scarline.record_columns(kind, 'b.%1$I = s.%1$I', ' and ', true))
    using run_name, at_position;
end
$$;
comment on function scarline.count_records is
    'How many records of a batch are new, differ from what showed before, or are the same to the bit.';

alter function scarline.retract(text) rename to retract_points;
create function scarline.retract(run_name text) returns bigint
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    taken bigint := scarline.retract_points(run_name);
    gone bigint;
    kind text;
begin
    for kind in select k from scarline.record_kinds() k loop
        execute format(
            'delete from scarline.%I s using scarline.run r where r.run = $1 and s.run_no = r.run_no',
            kind || '_seen') using run_name;
        get diagnostics gone = row_count;
        taken := taken + gone;
    end loop;
    return taken;
end
$$;
comment on function scarline.retract is
    'Takes away what a run saw, points and records; returns how many rows it had written.';

create function scarline.guard_records(kind text, shown text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    kept constant text := format('scarline.%I', kind || '_seen');
    views constant text := format('scarline.%I, public.%I', kind, shown);
    browser_role text;
begin
    execute format('alter table %s enable row level security', kept);
    execute format('revoke all on %s from public', views);
    foreach browser_role in array array['anon', 'authenticated'] loop
        if to_regrole(browser_role) is not null then
            execute format('revoke all on %s from %I', views, browser_role);
        end if;
    end loop;
    if to_regrole('service_role') is not null then
        execute format('grant select on %s, %s to service_role', kept, views);
        execute format('create policy servers on %s to service_role using (true) with check (true)', kept);
    end if;
end
$$;
comment on function scarline.guard_records is
    'Shuts a kind of records and the view that people read to all but the owner and service_role.';

select scarline.guard_records('llm_failure', 'llm_failures');

-- The REST door --------------------------------------------------------------------------------
-- A batch of records comes in as many calls as its size asks for: all but the last leave a parcel,
-- the last one takes them up, in the transaction that adds the entry. Doubles travel as text and
-- times as text on the way in, as whole microseconds on the way out: see 0004.

create unlogged table scarline.parcel (
    stream text not null,
    digest text not null,
    part integer not null,
    rows jsonb not null,
    primary key (stream, digest, part)
);
alter table scarline.parcel enable row level security;
comment on table scarline.parcel is
    'Parts of a batch whose last part has not come yet; what nobody takes up goes with the next batch.';
comment on column scarline.parcel.digest is 'Of the ledger entry that will tell of it.';

create function public.scarline_parcel(stream text, digest text, part integer, rows jsonb) returns jsonb
language sql security definer set search_path = pg_catalog, pg_temp set statement_timeout = '50s' as $$
    insert into scarline.parcel values (stream, digest, part, rows)
    on conflict on constraint parcel_pkey do update set rows = excluded.rows
    returning 'true'::jsonb
$$;
comment on function public.scarline_parcel is
    'Leaves a part of a batch of records for the entry with that digest, which comes later.';

create function public.scarline_commit_records(
    entry jsonb, kind text, rows jsonb, parts integer default 0, again boolean default false
) returns jsonb language plpgsql security definer
set search_path = pg_catalog, pg_temp set statement_timeout = '50s' set jit = off as $$
declare
    answer jsonb := scarline.append_once(entry, again);
begin
    if answer is not null then
        return answer;
    end if;
    if parts <> (select count(*) from scarline.parcel p
                 where p.stream = entry->>'stream' and p.digest = entry->>'digest') then
        raise exception using errcode = 'SC001', message = format(
            'parts of entry %s of %s are gone', entry->>'position', entry->>'stream');
    end if;
    execute format(
        $sql$
        insert into scarline.%1$I (%2$s, run_no, position)
        select %3$s, (select r.run_no from scarline.run r where r.run = $1->>'run'),
            ($1->>'position')::bigint
        from (
            select p.rows from scarline.parcel p
            where p.stream = $1->>'stream' and p.digest = $1->>'digest'
            union all select $2
        ) part
        cross join lateral jsonb_populate_recordset(null::scarline.%1$I, part.rows) t
        $sql$,
        kind || '_seen', scarline.record_columns(kind, '%I'), scarline.record_columns(kind, 't.%I'))
    using entry, rows;
    delete from scarline.parcel p where p.stream = entry->>'stream';
    select to_jsonb(c) into answer
    from scarline.count_records(kind, entry->>'run', (entry->>'position')::bigint) c;
    return scarline.keep_receipt('chain ' || (entry->>'stream'), entry->>'digest', answer);
end
$$;
comment on function public.scarline_commit_records is
    'Adds an entry to its chain and the records that it tells of, with the parcels left before: all or nothing.';

-- A value of a record as JSON that keeps it to the bit.
create function scarline.cell(value text) returns jsonb language sql immutable
return to_jsonb(value);
create function scarline.cell(value integer) returns jsonb language sql immutable
return to_jsonb(value);
create function scarline.cell(value bigint) returns jsonb language sql immutable
return to_jsonb(value);
create function scarline.cell(value double precision) returns jsonb language sql immutable
return to_jsonb(value::text);
create function scarline.cell(value timestamptz) returns jsonb language sql stable
return to_jsonb(scarline.microseconds(value));

create function public.scarline_find_records(
    kind text, filters jsonb, at text, start timestamptz default null, "end" timestamptz default null,
    after jsonb default null, most integer default 10000
) returns jsonb language plpgsql stable security definer
set search_path = pg_catalog, pg_temp set statement_timeout = '50s' set jit = off
set extra_float_digits = 1 as $$
declare
    until constant timestamptz := clock_timestamp() + interval '3 s';
    asked constant text := coalesce(
        (select string_agg(format('$1->%1$L @> to_jsonb(s.%1$I)', name), ' and ')
         from jsonb_object_keys(filters) name), 'true');
    more boolean := false;
    size bigint := 0;
    found_rows jsonb[] := '{}';
    go_on jsonb;
    r record;
begin
    for r in execute format(
        $sql$
        select jsonb_build_array(%1$s) as cells, jsonb_build_array(%2$s) as key
        from scarline.%3$I s
        where %4$s and ($2 is null or s.%5$I >= $2) and ($3 is null or s.%5$I < $3)
            and ($4 is null or (%6$s) > (%7$s))
        order by %6$s limit $5
        $sql$,
        scarline.record_columns(kind, 'scarline.cell(s.%I)'),
        scarline.record_columns(kind, 's.%I', keys => true), kind, asked, at,
        scarline.record_columns(kind, 's.%I', keys => true),
        scarline.record_columns(kind, '($4->>%2$s)::%3$s', keys => true))
        using filters, start, "end", after, most + 1
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
comment on function public.scarline_find_records is
    'A page of what shows of a kind of records, by key, each an array of its columns in order.';

create function public.scarline_digests(after jsonb default null) returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp set statement_timeout = '50s' set jit = off as $$
declare
    until constant timestamptz := clock_timestamp() + interval '3 s';
    found_rows jsonb[] := '{}';
    go_on jsonb;
    b record;
begin
    for b in
        select k.kind, k.run_no, k.at_position, r.run
        from scarline.record_batches() k join scarline.run r using (run_no)
        where after is null
            or (k.kind, k.run_no, k.at_position) >= (after->>0, (after->>1)::integer, (after->>2)::bigint)
        order by k.kind, k.run_no, k.at_position
    loop
        go_on := jsonb_build_array(b.kind, b.run_no, b.at_position);
        exit when found_rows <> '{}' and clock_timestamp() > until;
        found_rows := array_append(found_rows, jsonb_build_array(
            b.run, b.at_position, scarline.record_digest(b.kind, b.run_no, b.at_position)));
        go_on := null;
    end loop;
    return jsonb_build_object('rows', to_jsonb(found_rows), 'next', go_on, 'heads',
        (select md5(string_agg(c.digest, ' ' order by c.stream)) from scarline.chain c));
end
$$;
comment on function public.scarline_digests is
    'A page of the batches of records that are kept: [run, position, digest taken again from the rows].';

revoke execute on all functions in schema scarline from public;

do $$
declare
    door regprocedure;
    browser_role text;
begin
    for door in
        select p.oid from pg_proc p
        where p.pronamespace = 'public'::regnamespace and starts_with(p.proname, 'scarline_')
    loop
        execute format('revoke all on function %s from public', door);
        foreach browser_role in array array['anon', 'authenticated'] loop
            if to_regrole(browser_role) is not null then
                execute format('revoke all on function %s from %I', door, browser_role);
            end if;
        end loop;
    end loop;
    if to_regrole('service_role') is not null then
        perform scarline.open_rest('service_role');
        grant execute on function scarline.as_jsonb to service_role;
    end if;
end
$$;

notify pgrst, 'reload schema';
