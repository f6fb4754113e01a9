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
