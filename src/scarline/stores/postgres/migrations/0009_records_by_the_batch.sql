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
