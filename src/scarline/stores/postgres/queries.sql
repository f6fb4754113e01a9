-- Every statement that the store sends, by name. Values are parameters, always.

-- name: entries
-- The entries of one stream, or of all, in order.
select stream, position, run, word, at, body, previous, digest
from scarline.entry
where %(stream)s::text is null or stream = %(stream)s
order by stream collate "C", position;

-- name: heads
-- The end of each chain.
select stream, position, digest from scarline.chain;

-- name: append
-- Adds an entry to its chain.
select scarline.append(%(entry)s);

-- name: stage
-- Where a batch is copied to before it is absorbed, a row for each series.
create temporary table staged (
    source text, metric text, host text, tags text, interval_seconds integer, aggregation text,
    unit text, starts timestamptz, ends timestamptz, offsets bigint[], values double precision[]
) on commit drop;

-- name: copy
-- Takes what staging.py packs.
copy pg_temp.staged from stdin (format binary);

-- name: absorb
-- Keeps what is staged, and folds it into what shows.
select new, changed, same from scarline.absorb(%(run)s, %(position)s);

-- name: run_number
-- The small number of a run, which stays as long as this transaction lasts.
select run_no from scarline.run where run = %(run)s for key share;

-- name: count_records
-- What a batch of records changed.
select new, changed, same from scarline.count_records(%(kind)s, %(run)s, %(position)s);

-- name: retract
-- Takes away what a run saw.
select scarline.retract(%(run)s);

-- name: find
-- The points that show, a row for each series with its times and values as packed arrays.
select x.source, x.metric, x.host, x.tags, x.interval_seconds, x.aggregation, x.unit,
    array_send(array_agg(f.ts order by f.ts)) as times,
    array_send(array_agg(f.value order by f.ts)) as values
from (
    select series_id, p.ts, p.value
    from scarline.metric_point p
    join scarline.series x using (series_id)
    where p.ts >= coalesce(%(start)s, '-infinity'::timestamptz)
        and p.ts < coalesce(%(end)s, 'infinity'::timestamptz)
        and (%(source)s::text[] is null or x.source = any(%(source)s))
        and (%(metric)s::text[] is null or x.metric = any(%(metric)s))
        and (%(host)s::text[] is null or x.host = any(%(host)s))
        and (%(tags)s::text[] is null or x.tags = any(%(tags)s))
        and (%(interval_seconds)s::int[] is null or x.interval_seconds = any(%(interval_seconds)s))
        and (%(aggregation)s::text[] is null or x.aggregation = any(%(aggregation)s))
        and (%(unit)s::text[] is null or x.unit = any(%(unit)s))
    order by x.source collate "C", x.metric collate "C", x.host collate "C",
        x.tags collate "C", x.interval_seconds, x.aggregation collate "C", p.ts
    limit %(limit)s
) f
join scarline.series x using (series_id)
group by x.series_id
order by x.source collate "C", x.metric collate "C", x.host collate "C",
    x.tags collate "C", x.interval_seconds, x.aggregation collate "C";

-- name: sightings
-- All that live runs saw, a row for each series and batch.
select r.run, s.position, x.source, x.metric, x.host, x.tags, x.interval_seconds,
    x.aggregation, s.unit, s.starts, array_send(s.offsets) as offsets, array_send(s.values) as values
from scarline.sighting s
join scarline.run r using (run_no)
join scarline.series x using (series_id);

-- name: record_digests
-- The digest of each batch of records, taken again from what is kept.
select scarline.run_name(b.run_no), b.at_position,
    scarline.record_digest(b.kind, b.run_no, b.at_position)
from scarline.record_batches() b;

-- name: misfolded
-- The series that show something else than their sightings add up to.
select x.metric, x.host, x.tags, m.points
from scarline.series x
cross join lateral (select scarline.misfolded(x.series_id)) m(points)
where m.points > 0
order by 1, 2, 3;

-- name: strays
-- Points of no series at all.
select count(*) from scarline.metric_point p
where not exists (select from scarline.series x where x.series_id = p.series_id);

-- name: note
-- A shared note.
select body, version from scarline.note where name = %(name)s;

-- name: swap
-- Writes a note if nobody was faster.
select scarline.swap(%(name)s, %(body)s, %(version)s);

-- name: hold
-- Holds a stream for as long as this session lives, unless somebody holds it through REST.
select case
    when exists (
        select from scarline.lease where stream = %(stream)s and expires_at > clock_timestamp()
    ) then false
    else pg_try_advisory_lock(hashtextextended('scarline.stream.' || %(stream)s, 0))
end;

-- name: release
-- Lets go of a stream.
select pg_advisory_unlock(hashtextextended('scarline.stream.' || %(stream)s, 0));

-- name: held
-- Whether somebody holds a stream.
with named as (select hashtextextended('scarline.stream.' || %(stream)s, 0) as key)
select exists (
    select from pg_locks l, named n
    where l.locktype = 'advisory' and l.objsubid = 1 and l.granted
        and l.database = (select oid from pg_database where datname = current_database())
        and ((l.classid::bigint << 32) | l.objid::bigint) = n.key
) or exists (
    select from scarline.lease where stream = %(stream)s and expires_at > clock_timestamp()
);

-- name: about
-- What doctor wants to know of the server.
select current_setting('server_version') as version, current_user as role,
    pg_database_size(current_database()) as bytes, current_setting('transaction_read_only') as read_only,
    clock_timestamp() as now;

-- name: migrations
-- What has been applied.
select number, name, digest from scarline.migration order by number;

-- name: prepare_migrations
-- Where migrations are recorded.
create schema if not exists scarline;
create table if not exists scarline.migration (
    number integer primary key,
    name text not null,
    digest text not null,
    applied_at timestamptz not null default now()
);
alter table scarline.migration enable row level security;

-- name: serialise_migrations
-- One process at a time.
select pg_advisory_xact_lock(hashtext('scarline.migration'));

-- name: record_migration
-- Recorded in the transaction that applied it.
insert into scarline.migration (number, name, digest) values (%(number)s, %(name)s, %(digest)s);

-- name: migrated
-- Whether anything was ever applied.
select to_regclass('scarline.migration') is not null;
