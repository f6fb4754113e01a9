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
