-- Everything that Scarline keeps in PostgreSQL. Made by `scarline migrate --print`.
-- Paste it once into an empty database; `scarline migrate` adds what later versions bring.

begin;
create schema if not exists scarline;
create table if not exists scarline.migration (
    number integer primary key,
    name text not null,
    digest text not null,
    applied_at timestamptz not null default now()
);
alter table scarline.migration enable row level security;


-- 0001_ledger

-- The ledger: entries in chains, one chain for each stream, and the notes that processes share.
-- Errors that the product knows are raised with SQLSTATEs of class SC.

create table scarline.chain (
    stream text primary key,
    position bigint not null,
    digest text not null
);
comment on table scarline.chain is 'The end of each chain: shows when entries were cut off.';

create table scarline.entry (
    stream text not null references scarline.chain,
    position bigint not null,
    run text not null,
    word text not null,
    at timestamptz not null,
    body text not null,
    previous text not null,
    digest text not null,
    primary key (stream, position),
    unique (stream, previous)
);
comment on column scarline.entry.body is 'Canonical JSON, kept to the byte: the digest covers it.';

create table scarline.run (
    run_no integer generated always as identity primary key,
    run text not null unique,
    started_at timestamptz not null
);
comment on table scarline.run is 'A small number for each run, so that a row need not carry its name.';

create table scarline.note (
    name text primary key,
    body text not null,
    version bigint not null
);
comment on table scarline.note is 'Small texts that processes share, each changed only by compare-and-swap.';

create function scarline.append(e jsonb) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    head scarline.chain;
begin
    insert into scarline.chain values (e->>'stream', 0, '') on conflict do nothing;
    select * into head from scarline.chain where stream = e->>'stream' for update;
    if head.position + 1 <> (e->>'position')::bigint or head.digest <> e->>'previous' then
        raise exception using errcode = 'SC001', message = format(
            'entry %s of %s does not follow the head of its chain', e->>'position', e->>'stream');
    end if;
    insert into scarline.entry (stream, position, run, word, at, body, previous, digest)
    select x.* from jsonb_to_record(e) as x(stream text, position bigint, run text, word text,
        at timestamptz, body text, previous text, digest text);
    update scarline.chain set position = (e->>'position')::bigint, digest = e->>'digest'
    where stream = e->>'stream';
    insert into scarline.run (run, started_at) values (e->>'run', (e->>'at')::timestamptz)
    on conflict do nothing;
end
$$;
comment on function scarline.append is 'Adds an entry to its chain; SC001 if it does not follow the head.';

create function scarline.swap(note_name text, new_body text, old_version bigint) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if old_version = 0 then
        insert into scarline.note values (note_name, new_body, 1) on conflict do nothing;
    else
        update scarline.note set body = new_body, version = old_version + 1
        where name = note_name and version = old_version;
    end if;
    return found;
end
$$;
comment on function scarline.swap is 'Writes a note if it still has the version; says whether it did.';

insert into scarline.migration (number, name, digest)
values (1, '0001_ledger', '595b03eb4fbbf63c2719576b2b23e9189801997d6cc9991ce94079865ef864d3');

-- 0002_metric_points

-- Metric points. What each run saw is kept as it saw it, a row for each series and batch
-- (sighting); what shows is the fold of all sightings, a row for each point (metric_point).
-- Taking a run away is deleting its sightings and folding again where they were.

create table scarline.series (
    series_id integer generated always as identity primary key,
    series_key uuid not null unique
        generated always as (md5(source || e'\x1f' || metric || e'\x1f' || host || e'\x1f'
            || tags || e'\x1f' || interval_seconds::text || e'\x1f' || aggregation)::uuid) stored,
    source text not null,
    metric text not null,
    host text not null,
    tags text not null,
    interval_seconds integer not null check (interval_seconds > 0),
    aggregation text not null,
    unit text
);
create index series_host on scarline.series (host, metric);
create index series_metric on scarline.series (metric, host);
comment on column scarline.series.unit is 'As the newest live run was told.';

create table scarline.sighting (
    run_no integer not null references scarline.run,
    position bigint not null,
    series_id integer not null references scarline.series,
    unit text,
    starts timestamptz not null,
    ends timestamptz not null,
    offsets bigint[],
    values double precision[] not null,
    primary key (run_no, position, series_id)
);
create index sighting_series on scarline.sighting (series_id, starts);
comment on column scarline.sighting.position is 'Of the ledger entry that tells of it.';
comment on column scarline.sighting.offsets is
    'Microseconds after starts, for each value; null where they stand one interval apart.';

create table scarline.metric_point (
    series_id integer not null,
    run_no integer not null,
    ts timestamptz not null,
    value double precision not null,
    primary key (series_id, ts) with (fillfactor = 98)
) partition by range (ts);
-- Batches arrive in the order of time, so a few bytes for each block range find a window.
create index metric_point_ts on scarline.metric_point using brin (ts) with (pages_per_range = 32);
comment on column scarline.metric_point.run_no is
    'The first run of the unbroken row of live runs that saw this value.';

create function scarline.make_partitions(first timestamptz, last timestamptz) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    week timestamptz := date_bin('7 days', first, '2001-01-01+00');  -- a Monday
    name text;
begin
    while week <= last loop
        name := 'metric_point_' || to_char(week at time zone 'UTC', 'YYYYMMDD');
        if to_regclass('scarline.' || name) is null then
            perform pg_advisory_xact_lock(hashtext('scarline.make_partitions'));
            -- Made beside and then attached: readers of the table are not kept waiting.
            execute format('create table if not exists scarline.%I
                (like scarline.metric_point including defaults including constraints)', name);
            execute format('alter table scarline.%I enable row level security', name);
            if not exists (select from pg_inherits
                           where inhrelid = format('scarline.%I', name)::regclass) then
                execute format('alter table scarline.metric_point attach partition scarline.%I
                    for values from (%L) to (%L)', name, week, week + interval '7 days');
            end if;
        end if;
        week := week + interval '7 days';
    end loop;
end
$$;
comment on function scarline.make_partitions is 'Makes the partitions (a week each, from Monday, UTC) that hold a window.';

-- The next two name everything in full instead of pinning a search path: only so does the
-- planner put their bodies in place of the calls.
create function scarline.seen(s scarline.sighting, step interval)
returns table (ts timestamptz, value double precision)
language sql immutable as $$
    select coalesce(s.starts + u.o * interval '1 microsecond', s.starts + (u.n - 1) * step), u.v
    from unnest(s.offsets, s.values) with ordinality as u(o, v, n)
$$;
comment on function scarline.seen is 'The points of one sighting.';

create function scarline.fold(of_series integer, first timestamptz, last timestamptz)
returns table (ts timestamptz, value double precision, run_no integer)
language sql stable as $$
    select distinct on (t.ts) t.ts, t.value, t.run_no
    from (
        select p.ts, p.value, s.run_no, s.position,
            p.value is distinct from lag(p.value) over (
                partition by p.ts order by s.run_no, s.position) as turned
        from scarline.sighting s
        join scarline.series x using (series_id)
        cross join lateral scarline.seen(s, x.interval_seconds * interval '1 second') p
        where s.series_id = of_series and s.starts <= last and s.ends >= first
            and p.ts between first and last
    ) t
    where t.turned
    order by t.ts, t.run_no desc, t.position desc
$$;
comment on function scarline.fold is
    'What shows of a series: at each time the newest value, and the run that first saw it so.';

create function scarline.absorb(run_name text, entry_position bigint)
returns table (new bigint, changed bigint, same bigint)
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    number integer := (select r.run_no from scarline.run r where r.run = run_name);
    seen bigint;
begin
    insert into scarline.series (source, metric, host, tags, interval_seconds, aggregation)
    select t.source, t.metric, t.host, t.tags, t.interval_seconds, t.aggregation
    from pg_temp.staged t
    on conflict (series_key) do nothing;

    insert into scarline.sighting
    select number, entry_position, x.series_id, t.unit, t.starts, t.ends, t.offsets, t.values
    from pg_temp.staged t
    join scarline.series x using (source, metric, host, tags, interval_seconds, aggregation);
    update scarline.series x set unit = s.unit
    from scarline.sighting s
    where s.run_no = number and s.position = entry_position
        and x.series_id = s.series_id and x.unit is distinct from s.unit;

    perform scarline.make_partitions(min(t.starts), max(t.ends)) from pg_temp.staged t
    having count(*) > 0;
    select coalesce(sum(cardinality(t.values)), 0) into seen from pg_temp.staged t;

    -- Points that nobody saw before go in as they are. That is most of what is ever loaded.
    if not exists (
        select from scarline.sighting s
        cross join lateral (
            select from scarline.metric_point p
            where p.series_id = s.series_id and p.ts between s.starts and s.ends limit 1
        ) shown
        where s.run_no = number and s.position = entry_position
    ) then
        insert into scarline.metric_point (series_id, run_no, ts, value)
        select s.series_id, number, p.ts, p.value
        from scarline.sighting s
        join scarline.series x using (series_id)
        cross join lateral scarline.seen(s, x.interval_seconds * interval '1 second') p
        where s.run_no = number and s.position = entry_position;
        return query select seen, 0::bigint, 0::bigint;
        return;
    end if;

    -- Else, for each series, what shows in its span beside what was seen: only what differs
    -- is written, and always by the key, however large the table.
    return query
    with differing as materialized (
        select s.series_id, d.ts, d.value, d.before
        from scarline.sighting s
        join scarline.series x using (series_id)
        cross join lateral (
            select seen.ts, seen.value, shown.value as before
            from scarline.seen(s, x.interval_seconds * interval '1 second') seen
            left join (
                select p.ts, p.value from scarline.metric_point p
                where p.series_id = s.series_id and p.ts between s.starts and s.ends
                offset 0
            ) shown using (ts)
            where shown.value is distinct from seen.value
            order by seen.ts
        ) d
        where s.run_no = number and s.position = entry_position
    ), put as (
        insert into scarline.metric_point (series_id, run_no, ts, value)
        select d.series_id, number, d.ts, d.value from differing d
        on conflict (series_id, ts) do update set value = excluded.value, run_no = excluded.run_no
    )
    select count(*) filter (where d.before is null), count(d.before), seen - count(*)
    from differing d;
end
$$;
comment on function scarline.absorb is
    'Keeps the sightings staged in pg_temp.staged and folds them into what shows.';

create function scarline.retract(run_name text) returns bigint
language plpgsql set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_hashjoin = on set jit = off as $$
declare
    number integer := (select r.run_no from scarline.run r where r.run = run_name);
    taken bigint;
begin
    create temporary table gone on commit drop as
    select s.series_id, lower(span) as starts, upper(span) as ends
    from (
        select series_id, range_agg(tstzrange(starts, ends, '[]')) as spans
        from scarline.sighting where run_no = number group by series_id
    ) s, unnest(s.spans) span;
    analyze pg_temp.gone;

    select coalesce(sum(cardinality(values)), 0) into taken
    from scarline.sighting where run_no = number;
    delete from scarline.sighting where run_no = number;

    -- First what others saw there takes the place of what the run saw, then its own goes.
    insert into scarline.metric_point (series_id, run_no, ts, value)
    select g.series_id, f.run_no, f.ts, f.value
    from pg_temp.gone g
    cross join lateral (
        select fold.* from scarline.fold(g.series_id, g.starts, g.ends) fold
        left join (
            select p.ts, p.value, p.run_no from scarline.metric_point p
            where p.series_id = g.series_id and p.ts between g.starts and g.ends
            offset 0
        ) shown using (ts)
        where (shown.value, shown.run_no) is distinct from (fold.value, fold.run_no)
    ) f
    on conflict (series_id, ts) do update set value = excluded.value, run_no = excluded.run_no;
    -- By the key, span after span: a hash join would read the whole table for it.
    perform set_config('enable_hashjoin', 'off', true);
    delete from scarline.metric_point p using pg_temp.gone g
    where p.series_id = g.series_id and p.ts between g.starts and g.ends and p.run_no = number;

    update scarline.series x set unit = newest.unit
    from (
        select distinct on (s.series_id) s.series_id, s.unit
        from scarline.sighting s join (select distinct series_id from pg_temp.gone) g using (series_id)
        order by s.series_id, s.run_no desc, s.position desc
    ) newest
    where newest.series_id = x.series_id and newest.unit is distinct from x.unit;
    delete from scarline.series x using (select distinct series_id from pg_temp.gone) g
    where x.series_id = g.series_id
        and not exists (select from scarline.sighting s where s.series_id = g.series_id);
    drop table pg_temp.gone;
    return taken;
end
$$;
comment on function scarline.retract is
    'Takes away what a run saw and folds again where it was; returns how many rows it had written.';

create function scarline.misfolded(of_series integer) returns bigint
language sql stable set search_path = pg_catalog, pg_temp as $$
    select count(*)
    from (select p.ts, p.value, p.run_no from scarline.metric_point p
          where p.series_id = of_series) shown
    full join scarline.fold(of_series, '-infinity', 'infinity') fold using (ts)
    where (shown.value, shown.run_no) is distinct from (fold.value, fold.run_no)
$$;
comment on function scarline.misfolded is
    'How many points of a series show something else than its sightings add up to.';

create view public.metrics with (security_invoker = true) as
select
    encode(substring(uuid_send(x.series_key) for 8) || int8send((extract(epoch from p.ts) * 1000000)::bigint), 'hex')::uuid as id,
    x.host,
    x.metric as metric_name,
    p.value,
    p.ts as "timestamp",
    r.started_at as created_at
from scarline.metric_point p
join scarline.series x using (series_id)
join scarline.run r using (run_no);
comment on view public.metrics is 'Every metric point that shows; created_at is the start of the run that brought it.';

insert into scarline.migration (number, name, digest)
values (2, '0002_metric_points', '2a556ec4969d27a45090787d2d4e1bea38a6f0bff203bfaf7132326260207217');

-- 0003_row_security

-- Nobody but the owner reads or writes, unless a policy says so. On Supabase, the role that
-- servers use may do everything and the roles that browsers use may do nothing.

alter table scarline.chain enable row level security;
alter table scarline.entry enable row level security;
alter table scarline.run enable row level security;
alter table scarline.note enable row level security;
alter table scarline.series enable row level security;
alter table scarline.sighting enable row level security;
alter table scarline.metric_point enable row level security;

revoke all on schema scarline from public;
revoke all on public.metrics from public;
revoke execute on all functions in schema scarline from public;

do $$
declare
    browser_role text;
    kept text;
begin
    foreach browser_role in array array['anon', 'authenticated'] loop
        if to_regrole(browser_role) is not null then
            execute format('revoke all on public.metrics from %I', browser_role);
        end if;
    end loop;
    if to_regrole('service_role') is null then
        return;
    end if;
    grant usage on schema scarline to service_role;
    grant select on public.metrics to service_role;
    grant select on scarline.metric_point, scarline.series, scarline.run to service_role;
    foreach kept in array array['chain', 'entry', 'run', 'note', 'series', 'sighting', 'metric_point'] loop
        execute format('create policy servers on scarline.%I to service_role using (true) with check (true)', kept);
    end loop;
end
$$;

insert into scarline.migration (number, name, digest)
values (3, '0003_row_security', 'b1acaa4f03430969cd759715f651a033199d4e4f5911b9f952c19d6cb37c6687');

-- 0004_rest

-- The door for those who have a URL and a key but no connection string: the functions that
-- PostgREST (Supabase's REST API) shows, all named public.scarline_*.
--
-- Each answers with one JSON value, so that no cap on rows can cut an answer short; what may be
-- long comes in pages {"rows": [...], "next": ...}, and "next" is null only on the last one.
-- Times are whole microseconds since 1970. Arrays of numbers come in as PostgreSQL writes them
-- ('{1.5,-0}') and go out as array_send in base64: neither passes through JSON's numbers, which
-- know no -0 and no NaN.
--
-- Where much may be read, a call has 50 s (Supabase's roles have 8) and nothing is compiled, which
-- takes longer than it saves: the plans within look dearer than they are.
--
-- They run as their owner. Nobody else may call them but Supabase's service_role; to let another
-- role in, say as their owner: select scarline.open_rest('that_role');

create table scarline.lease (
    stream text primary key,
    holder text not null,
    expires_at timestamptz not null
);
alter table scarline.lease enable row level security;
comment on table scarline.lease is
    'Who holds a stream through the REST door, and until when if nothing more is heard.';

create table scarline.receipt (
    about text primary key,
    token text not null,
    answer jsonb not null
);
alter table scarline.receipt enable row level security;
comment on table scarline.receipt is
    'The last answer about each chain and note: for a caller who lost it and asks again.';

-- These two have no search path to set, which would keep them from being written out where they
-- are called: their bodies are bound to what they name when they are made.
create function scarline.instant(microseconds bigint) returns timestamptz language sql stable
return '1970-01-01 00:00:00+00'::timestamptz + microseconds * interval '1 microsecond';

create function scarline.microseconds(at timestamptz) returns bigint language sql stable
return (extract(epoch from at) * 1000000)::bigint;

create function scarline.keep_receipt(for_about text, for_token text, given jsonb) returns jsonb
language sql set search_path = pg_catalog, pg_temp as $$
    insert into scarline.receipt as r (about, token, answer) values (for_about, for_token, given)
    on conflict (about) do update set token = excluded.token, answer = excluded.answer
    returning given
$$;

create function scarline.append_once(e jsonb, again boolean) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    kept jsonb;
begin
    perform scarline.append(e);
    return null;
exception when sqlstate 'SC001' then
    select r.answer into kept from scarline.receipt r
    where again and r.about = 'chain ' || (e->>'stream') and r.token = e->>'digest';
    if found then
        return kept;
    elsif again and exists (
        select from scarline.entry o where o.stream = e->>'stream' and o.digest = e->>'digest'
    ) then
        raise exception using errcode = 'SC002', message = format(
            'entry %s of %s was stored, but its counts were lost', e->>'position', e->>'stream');
    end if;
    raise;
end
$$;
comment on function scarline.append_once is
    'Appends an entry; if it is sent again and stands already, returns what was answered then,
or SC002 if others have written since.';

create function public.scarline_commit(entry jsonb, batch jsonb default null, again boolean default false)
returns jsonb language plpgsql security definer
set search_path = pg_catalog, pg_temp set statement_timeout = '50s' set jit = off as $$
declare
    answer jsonb := scarline.append_once(entry, again);
begin
    if answer is not null then
        return answer;
    end if;
    answer := '{"new": 0, "changed": 0, "same": 0}';
    if jsonb_array_length(batch) > 0 then
        create temporary table staged (
            source text, metric text, host text, tags text, interval_seconds integer,
            aggregation text, unit text, starts timestamptz, ends timestamptz, offsets bigint[],
            values double precision[]
        ) on commit drop;
        insert into pg_temp.staged
        select t.source, t.metric, t.host, t.tags, t.interval_seconds, t.aggregation, t.unit,
            scarline.instant(t.starts), scarline.instant(t.ends), t.offsets, t.values
        from jsonb_to_recordset(batch) as t(source text, metric text, host text, tags text,
            interval_seconds integer, aggregation text, unit text, starts bigint, ends bigint,
            offsets bigint[], values double precision[]);
        select to_jsonb(a) into answer
        from scarline.absorb(entry->>'run', (entry->>'position')::bigint) a;
    end if;
    return scarline.keep_receipt('chain ' || (entry->>'stream'), entry->>'digest', answer);
end
$$;
comment on function public.scarline_commit is
    'Adds an entry to its chain and, with a batch, the points it tells of: both or neither.';

create function public.scarline_retract(run text, entry jsonb, again boolean default false)
returns jsonb language plpgsql security definer
set search_path = pg_catalog, pg_temp set statement_timeout = '50s' set jit = off as $$
declare
    answer jsonb := scarline.append_once(entry, again);
begin
    if answer is not null then
        return answer;
    end if;
    answer := to_jsonb(scarline.retract(run));
    return scarline.keep_receipt('chain ' || (entry->>'stream'), entry->>'digest', answer);
end
$$;
comment on function public.scarline_retract is
    'Adds an entry and takes away all that a run wrote; returns how many rows that were.';

create function public.scarline_heads() returns jsonb
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select coalesce(jsonb_object_agg(c.stream, jsonb_build_array(c.position, c.digest)), '{}')
    from scarline.chain c
$$;
comment on function public.scarline_heads is 'The end of each chain: {stream: [position, digest]}.';

create function public.scarline_entries(stream text, after bigint default null, most integer default 1000)
returns jsonb language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    with page as (
        select e.*, sum(octet_length(e.body)) over (order by e.position) as size
        from scarline.entry e
        where e.stream = scarline_entries.stream and e.position > coalesce(after, 0)
        order by e.position limit most
    ), fitting as (
        select * from page where size - octet_length(body) < 4000000
    )
    select jsonb_build_object(
        'rows', coalesce(jsonb_agg(jsonb_build_array(f.stream, f.position, f.run, f.word,
            scarline.microseconds(f.at), f.body, f.previous, f.digest) order by f.position), '[]'),
        'next', (select max(e.position) from scarline.entry e
            where e.stream = scarline_entries.stream and e.position = max(f.position)
                and exists (select from scarline.entry later
                    where later.stream = e.stream and later.position > e.position)))
    from fitting f
$$;
comment on function public.scarline_entries is
    'A page of a chain, after a position: [stream, position, run, word, at, body, previous, digest].';

create function public.scarline_find(filters jsonb, after jsonb default null, most integer default 200000)
returns jsonb language plpgsql stable security definer
set search_path = pg_catalog, pg_temp set statement_timeout = '50s' set jit = off as $$
declare
    until constant timestamptz := clock_timestamp() + interval '3 s';
    low constant timestamptz := coalesce(scarline.instant((filters->>'start')::bigint), '-infinity');
    high constant timestamptz := coalesce(scarline.instant((filters->>'end')::bigint), 'infinity');
    resumed timestamptz := scarline.instant((after->>6)::bigint);
    room integer := most;
    visited boolean := false;
    found_rows jsonb[] := '{}';
    go_on jsonb;
    s record;
    p record;
begin
    for s in
        select x.* from scarline.series x
        where (filters->'source' is null or filters->'source' @> to_jsonb(x.source))
            and (filters->'metric' is null or filters->'metric' @> to_jsonb(x.metric))
            and (filters->'host' is null or filters->'host' @> to_jsonb(x.host))
            and (filters->'tags' is null or filters->'tags' @> to_jsonb(x.tags))
            and (filters->'interval_seconds' is null
                or filters->'interval_seconds' @> to_jsonb(x.interval_seconds))
            and (filters->'aggregation' is null or filters->'aggregation' @> to_jsonb(x.aggregation))
            and (filters->'unit' is null or filters->'unit' @> to_jsonb(x.unit))
            and (after is null or (x.source collate "C", x.metric collate "C", x.host collate "C",
                    x.tags collate "C", x.interval_seconds, x.aggregation collate "C")
                >= (after->>0, after->>1, after->>2, after->>3, (after->>4)::integer, after->>5))
        order by x.source collate "C", x.metric collate "C", x.host collate "C",
            x.tags collate "C", x.interval_seconds, x.aggregation collate "C"
    loop
        go_on := jsonb_build_array(s.source, s.metric, s.host, s.tags, s.interval_seconds, s.aggregation);
        exit when visited and clock_timestamp() > until;
        visited := true;
        select count(*)::integer as points, max(q.ts) as last,
            array_agg(q.ts order by q.ts) as times, array_agg(q.value order by q.ts) as values
        into p
        from (
            select m.ts, m.value from scarline.metric_point m
            where m.series_id = s.series_id and m.ts >= greatest(low, resumed) and m.ts < high
            order by m.ts limit room
        ) q;
        if p.points > 0 then
            found_rows := array_append(found_rows, jsonb_build_array(s.source, s.metric, s.host,
                s.tags, s.interval_seconds, s.aggregation, s.unit,
                encode(array_send(p.times), 'base64'), encode(array_send(p.values), 'base64')));
        end if;
        room := room - p.points;
        go_on := go_on || jsonb_build_array(scarline.microseconds(p.last) + 1);
        exit when room <= 0;
        resumed := null;
        go_on := null;
    end loop;
    return jsonb_build_object('rows', to_jsonb(found_rows), 'next', go_on, 'points', most - room);
end
$$;
comment on function public.scarline_find is
    'A page of what shows, by key: [series and unit, times, values]. "next" leads to the page after.';

create function public.scarline_sightings(after jsonb default null, most integer default 200000)
returns jsonb language plpgsql stable security definer
set search_path = pg_catalog, pg_temp set statement_timeout = '50s' set jit = off
set enable_sort = off as $$
declare
    until constant timestamptz := clock_timestamp() + interval '3 s';
    room integer := most;
    found_rows jsonb[] := '{}';
    go_on jsonb;
    s record;
begin
    for s in
        select r.run, x.source, x.metric, x.host, x.tags, x.interval_seconds, x.aggregation, g.*
        from scarline.sighting g
        join scarline.run r using (run_no)
        join scarline.series x using (series_id)
        where after is null or (g.run_no, g.position, g.series_id)
            >= ((after->>0)::integer, (after->>1)::bigint, (after->>2)::integer)
        order by g.run_no, g.position, g.series_id
    loop
        go_on := jsonb_build_array(s.run_no, s.position, s.series_id);
        exit when room <= 0 or (room < most and clock_timestamp() > until);
        found_rows := array_append(found_rows, jsonb_build_array(s.run, s.position, s.source,
            s.metric, s.host, s.tags, s.interval_seconds, s.aggregation, s.unit,
            scarline.microseconds(s.starts), encode(array_send(s.offsets), 'base64'),
            encode(array_send(s.values), 'base64')));
        room := room - greatest(cardinality(s.values), 1);
        go_on := null;
    end loop;
    return jsonb_build_object('rows', to_jsonb(found_rows), 'next', go_on, 'heads',
        (select md5(string_agg(c.digest, ' ' order by c.stream)) from scarline.chain c));
end
$$;
comment on function public.scarline_sightings is
    'A page of all that live runs saw. "heads" changes whenever anything was written between two pages.';

create function public.scarline_misfolded(after integer default null)
returns jsonb language plpgsql stable security definer
set search_path = pg_catalog, pg_temp set statement_timeout = '50s' set jit = off as $$
declare
    until constant timestamptz := clock_timestamp() + interval '3 s';
    visited boolean := false;
    found_rows jsonb[] := '{}';
    go_on integer;
    s record;
    points bigint;
begin
    for s in
        select x.* from scarline.series x where x.series_id >= coalesce(after, 0) order by x.series_id
    loop
        go_on := s.series_id;
        exit when visited and clock_timestamp() > until;
        visited := true;
        points := scarline.misfolded(s.series_id);
        if points > 0 then
            found_rows := array_append(found_rows, jsonb_build_array(s.metric, s.host, s.tags, points));
        end if;
        go_on := null;
    end loop;
    return jsonb_build_object('rows', to_jsonb(found_rows), 'next', go_on, 'heads',
        (select md5(string_agg(c.digest, ' ' order by c.stream)) from scarline.chain c));
end
$$;
comment on function public.scarline_misfolded is
    'A page of the series that show something else than was seen: [metric, host, tags, points].';

create function public.scarline_strays() returns jsonb
language sql stable security definer
set search_path = pg_catalog, pg_temp set statement_timeout = '50s' set jit = off as $$
    select to_jsonb(count(*)) from scarline.metric_point p
    where not exists (select from scarline.series x where x.series_id = p.series_id)
$$;
comment on function public.scarline_strays is 'How many points belong to no series.';

create function public.scarline_note(name text) returns jsonb
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select jsonb_build_array(n.body, n.version) from scarline.note n where n.name = scarline_note.name
$$;
comment on function public.scarline_note is 'A shared note: [text, version], or null.';

create function public.scarline_swap(
    name text, body text, version bigint, token text, again boolean default false
) returns jsonb language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if scarline.swap(name, body, version) then
        return scarline.keep_receipt('note ' || name, token, 'true');
    end if;
    return to_jsonb(again and exists (
        select from scarline.receipt r
        where r.about = 'note ' || scarline_swap.name and r.token = scarline_swap.token));
end
$$;
comment on function public.scarline_swap is
    'Writes a note if it still has the version; "token" tells the caller from others who ask the same.';

create function scarline.locked(of_stream text) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
    select exists (
        select from pg_locks l, hashtextextended('scarline.stream.' || of_stream, 0) as named(key)
        where l.locktype = 'advisory' and l.objsubid = 1 and l.granted
            and l.database = (select d.oid from pg_database d where d.datname = current_database())
            and ((l.classid::bigint << 32) | l.objid::bigint) = named.key)
$$;
comment on function scarline.locked is 'Whether somebody with a connection of his own holds a stream.';

create function public.scarline_lease(stream text, holder text, seconds double precision)
returns jsonb language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if not scarline.locked(stream) then
        insert into scarline.lease as l (stream, holder, expires_at)
        values (stream, holder, clock_timestamp() + make_interval(secs => seconds))
        on conflict on constraint lease_pkey do update
            set holder = excluded.holder, expires_at = excluded.expires_at
            where l.holder = excluded.holder or l.expires_at <= clock_timestamp();
        if found then
            return '{"held": true}';
        end if;
    end if;
    return jsonb_build_object('held', false, 'free_in_seconds', (
        select extract(epoch from l.expires_at - clock_timestamp())
        from scarline.lease l where l.stream = scarline_lease.stream));
end
$$;
comment on function public.scarline_lease is
    'Holds a stream, or goes on holding it, for so many seconds by the clock of this server.';

create function public.scarline_release(stream text, holder text) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    delete from scarline.lease l
    where l.stream = scarline_release.stream and l.holder = scarline_release.holder;
    return to_jsonb(found);
end
$$;
comment on function public.scarline_release is 'Lets go of a stream, if it is still held.';

create function public.scarline_leased(stream text) returns jsonb
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select to_jsonb(scarline.locked(scarline_leased.stream) or exists (
        select from scarline.lease l
        where l.stream = scarline_leased.stream and l.expires_at > clock_timestamp()))
$$;
comment on function public.scarline_leased is 'Whether somebody holds a stream, through whichever door.';

create function public.scarline_about() returns jsonb
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select jsonb_build_object('version', current_setting('server_version'),
        'role', current_setting('role'), 'bytes', pg_database_size(current_database()),
        'read_only', current_setting('default_transaction_read_only')::boolean or pg_is_in_recovery(),
        'migration', (select max(m.number) from scarline.migration m))
$$;
comment on function public.scarline_about is 'What doctor wants to know of the server.';

create function scarline.open_rest(to_role text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    door regprocedure;
begin
    for door in
        select p.oid from pg_proc p
        where p.pronamespace = 'public'::regnamespace and starts_with(p.proname, 'scarline_')
    loop
        execute format('grant execute on function %s to %I', door, to_role);
    end loop;
end
$$;
comment on function scarline.open_rest is 'Lets a role call the functions of the REST door.';

revoke execute on all functions in schema scarline from public;

-- Supabase lets its browser roles call whatever is new in public: not these.
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
    end if;
end
$$;

notify pgrst, 'reload schema';

insert into scarline.migration (number, name, digest)
values (4, '0004_rest', '72f0b71078b8fe50282b57132a46469ee4431e1a13b25976a3e72f4bd2a4f673');

-- 0005_llm_failure

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

insert into scarline.migration (number, name, digest)
values (5, '0005_llm_failure', '5f8da01d412ae0fbc5a769f7040989851533ad0da757a0c856d7c804809742a6');

-- 0006_integration_flow

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

insert into scarline.migration (number, name, digest)
values (6, '0006_integration_flow', 'bdebe17b91a082163d291686ad793a1a0342c4bd098fd6541540d571d9f28dd3');

-- 0007_decision

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

insert into scarline.migration (number, name, digest)
values (7, '0007_decision', 'fb3865269f5c1fbaca7ac1ad23923b42acffb3973c51a003c606964fc9430a97');

-- 0008_scar

-- Scars: what the detector found in the points of a run. They are records, see 0005, and of the run
-- that brought the points.

create table scarline.scar_seen (
    series text collate "C" not null,
    onset timestamptz not null,
    source text collate "C" not null,
    metric text collate "C" not null,
    host text collate "C" not null,
    tags text collate "C" not null,
    interval_seconds integer not null,
    aggregation text not null,
    unit text,
    ended_at timestamptz,
    points integer not null,
    detector text not null,
    expert text,
    direction text not null,
    peak_at timestamptz not null,
    peak_score double precision not null,
    peak_value double precision not null,
    expected double precision,
    low double precision,
    high double precision,
    missed_by double precision,
    shape text not null,
    run_no integer not null references scarline.run,
    position bigint not null,
    primary key (series, onset, run_no, position)
);
create index scar_seen_run on scarline.scar_seen (run_no, position);
create index scar_seen_at on scarline.scar_seen (onset);
comment on table scarline.scar_seen is 'What each run found of scars: never changed.';
comment on column scarline.scar_seen.series is 'A digest of source, metric, host, tags, interval and aggregation.';
comment on column scarline.scar_seen.onset is 'Of the point that began the alert.';
comment on column scarline.scar_seen.ended_at is 'Of the first calm point; null while it goes on.';
comment on column scarline.scar_seen.missed_by is 'At the peak, in mean absolute deviations.';
comment on column scarline.scar_seen.shape is 'JSON, kept to the letter: the digest covers it.';
comment on column scarline.scar_seen.position is 'Of the ledger entry that tells of it.';

create view scarline.scar with (security_invoker = true) as
select s.series, s.onset, s.source, s.metric, s.host, s.tags, s.interval_seconds, s.aggregation,
    s.unit, s.ended_at, s.points, s.detector, s.expert, s.direction, s.peak_at, s.peak_score,
    s.peak_value, s.expected, s.low, s.high, s.missed_by, s.shape
from scarline.scar_seen s
where not exists (
    select from scarline.scar_seen later
    where later.series = s.series and later.onset = s.onset
        and (later.run_no, later.position) > (s.run_no, s.position));
comment on view scarline.scar is 'What shows: of each scar what was found last.';

create view public.scars with (security_invoker = true) as
select f.* from scarline.scar f;
comment on view public.scars is 'Every scar that shows, as it was found last.';

select scarline.guard_records('scar', 'scars');

notify pgrst, 'reload schema';

insert into scarline.migration (number, name, digest)
values (8, '0008_scar', '4fe49a06a4661f61189cdc6608ee06c4354b7894ead4321ba3cc3bb6de5a1bcd');

-- 0009_records_by_the_batch

-- Records come by the hundred thousand: what was asked for each row is asked for each batch.

-- Whether a row's run is there took 44 % of a load's time. A load adds its run, or finds it,
-- in the transaction that adds the rows; an audit names rows of a run that is not there.
do $$
declare
    kind text;
begin
    for kind in select k from scarline.record_kinds() k loop
        execute format('alter table scarline.%I drop constraint %I',
            kind || '_seen', kind || '_seen_run_no_fkey');
    end loop;
end
$$;

create function scarline.run_name(number integer) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
    select coalesce((select r.run from scarline.run r where r.run_no = number), 'number ' || number)
$$;
comment on function scarline.run_name is 'The name of a run, or its number where there is no such run.';

-- Most batches tell of keys that nobody told of, and nobody else's key stands between theirs. That is
-- seen in one walk along the primary key. Else each key is looked up.
create or replace function scarline.count_records(kind text, run_name text, at_position bigint)
returns table (new bigint, changed bigint, same bigint)
language plpgsql stable set search_path = pg_catalog, pg_temp
set jit = off set enable_seqscan = off as $$
declare
    number constant integer := (select r.run_no from scarline.run r where r.run = run_name);
    told bigint;
    low jsonb;
    high jsonb;
    met boolean;
begin
    -- No key comes before the least of each column, none after the greatest.
    execute format(
        $sql$
        select count(*) filter (where not (%1$s)), jsonb_build_array(%2$s), jsonb_build_array(%3$s)
        from scarline.%4$I s where s.run_no = $1 and s.position = $2
        $sql$,
        scarline.tells_of_all(kind), scarline.record_columns(kind, 'min(s.%I)', keys => true),
        scarline.record_columns(kind, 'max(s.%I)', keys => true), kind || '_seen')
    into told, low, high using number, at_position;
    execute format(
        $sql$
        select exists (
            select from scarline.%1$I s
            where (%2$s) >= (%3$s) and (%2$s) <= (%4$s) and (s.run_no, s.position) <> ($1, $2))
        $sql$,
        kind || '_seen', scarline.record_columns(kind, 's.%I', keys => true),
        scarline.record_columns(kind, '($3->>%2$s)::%3$s', keys => true),
        scarline.record_columns(kind, '($4->>%2$s)::%3$s', keys => true))
    into met using number, at_position, low, high;
    if not met then
        return query select told, 0::bigint, 0::bigint;
        return;
    end if;
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
        where s.run_no = $1 and s.position = $2 and not (%5$s)
        $sql$,
        replace(scarline.record_columns(kind, 's.%1$I'), 's.fetched_at', 'before.fetched_at'),
        scarline.record_columns(kind, 'before.%1$I'),
        kind || '_seen', scarline.record_columns(kind, 'b.%1$I = s.%1$I', ' and ', true),
        scarline.tells_of_all(kind))
    using number, at_position;
end
$$;

create or replace function public.scarline_digests(after jsonb default null) returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp set statement_timeout = '50s' set jit = off as $$
declare
    until constant timestamptz := clock_timestamp() + interval '3 s';
    found_rows jsonb[] := '{}';
    go_on jsonb;
    b record;
begin
    for b in
        select k.kind, k.run_no, k.at_position
        from scarline.record_batches() k
        where after is null
            or (k.kind, k.run_no, k.at_position) >= (after->>0, (after->>1)::integer, (after->>2)::bigint)
        order by k.kind, k.run_no, k.at_position
    loop
        go_on := jsonb_build_array(b.kind, b.run_no, b.at_position);
        exit when found_rows <> '{}' and clock_timestamp() > until;
        found_rows := array_append(found_rows, jsonb_build_array(scarline.run_name(b.run_no),
            b.at_position, scarline.record_digest(b.kind, b.run_no, b.at_position)));
        go_on := null;
    end loop;
    return jsonb_build_object('rows', to_jsonb(found_rows), 'next', go_on, 'heads',
        (select md5(string_agg(c.digest, ' ' order by c.stream)) from scarline.chain c));
end
$$;

revoke execute on all functions in schema scarline from public;

notify pgrst, 'reload schema';

insert into scarline.migration (number, name, digest)
values (9, '0009_records_by_the_batch', '237b2f71d6a1021764f74ad83beadb2d2bbfad97b861c6460987c6e69eb55d94');

commit;
