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
