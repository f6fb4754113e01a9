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
