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
