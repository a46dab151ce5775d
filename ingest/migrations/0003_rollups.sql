-- Sensors, roll-ups by minute and hour, compression and retention of the series.
--
-- TimescaleDB's own means where they are: continuous aggregates, compression, policies. Elsewhere the
-- same tables, kept up by `ingest.rollup` and `ingest.retention`. Readers see no difference.

-- Sensors --------------------------------------------------------------------------------------

create table sensors (
    device   int not null,
    quantity smallint not null,
    primary key (device, quantity)
);
comment on table sensors is
    'Which quantities each device has measured: the newest of each is one look into the index.';

insert into sensors (device, quantity)
select d.id, q.id from devices d cross join quantities q
where exists (select from readings r where r.device = d.id and r.quantity = q.id);

-- One SQL for both -----------------------------------------------------------------------------

-- Continuous aggregates, compression and policies are of TimescaleDB's community edition.
create function timescale_community() returns boolean language sql stable as $$
    select exists (select from pg_extension where extname = 'timescaledb')
       and current_setting('timescaledb.license', true) = 'timescale'
$$;

do $$
begin
    if not exists (select from pg_extension where extname = 'timescaledb') then
        -- TimescaleDB counts from the Monday of 2000-01-03 too.
        create function time_bucket(width interval, at timestamptz) returns timestamptz
            language sql immutable parallel safe strict
            return date_bin(width, at, timestamptz '2000-01-03 00:00:00Z');
    end if;
end
$$;

-- Roll-ups ---------------------------------------------------------------------------------------

-- A table for roll-ups where there are no continuous aggregates.
create function make_rollup(series_name text, width interval) returns void language plpgsql as $$
begin
    execute format('create table %I (
        time     timestamptz not null,
        device   int not null,
        quantity smallint not null,
        readings bigint not null,
        total    float8 not null,
        low      float8 not null,
        high     float8 not null,
        primary key (device, quantity, time)
    ) %s', series_name, case when timescale_usable() then '' else 'partition by range (time)' end);
    if timescale_usable() then
        execute format(
            'select create_hypertable(%L, by_range(%L, %L::interval), create_default_indexes => false)',
            series_name, 'time', width::text);
    end if;
    insert into series values (series_name, width);
end
$$;

-- Makes the roll-ups of [from_time, to_time) anew out of all readings of that time.
create function roll_up(from_time timestamptz, to_time timestamptz) returns void
language plpgsql as $$
begin
    perform add_partition(s.name, to_timestamp(n * extract(epoch from s.span)),
                          to_timestamp((n + 1) * extract(epoch from s.span)))
    from series s
    cross join lateral generate_series(
        floor(extract(epoch from from_time) / extract(epoch from s.span)),
        floor(extract(epoch from to_time) / extract(epoch from s.span))) as n
    where s.name in ('readings_1m', 'readings_1h');

    insert into readings_1m
    select time_bucket('1 minute', time) as minute, device, quantity, count(*), sum(value),
           min(value), max(value)
    from readings where time >= from_time and time < to_time
    group by minute, device, quantity
    on conflict (device, quantity, time) do update
    set readings = excluded.readings, total = excluded.total,
        low = excluded.low, high = excluded.high;

    insert into readings_1h
    select time_bucket('1 hour', time) as hour, device, quantity, sum(readings),
           sum(total), min(low), max(high)
    from readings_1m
    where time >= time_bucket('1 hour', from_time)
      and time < time_bucket('1 hour', to_time + interval '1 hour')
    group by hour, device, quantity
    on conflict (device, quantity, time) do update
    set readings = excluded.readings, total = excluded.total,
        low = excluded.low, high = excluded.high;
end
$$;

do $$
declare
    one record;
begin
    if not timescale_community() then
        perform make_rollup('readings_1m', '7 days');
        perform make_rollup('readings_1h', '364 days');
        perform roll_up(min(time), max(time) + interval '1 minute') from readings
        having count(*) > 0;
        return;
    end if;
    -- By `execute`: elsewhere the options would not even parse.
    execute $sql$
        create materialized view readings_1m
        with (timescaledb.continuous, timescaledb.materialized_only = false) as
        select time_bucket(interval '1 minute', time) as time, device, quantity,
               count(*) as readings, sum(value) as total, min(value) as low, max(value) as high
        from readings group by 1, 2, 3 with no data$sql$;
    execute $sql$
        create materialized view readings_1h
        with (timescaledb.continuous, timescaledb.materialized_only = false) as
        select time_bucket(interval '1 hour', time) as time, device, quantity,
               sum(readings)::bigint as readings, sum(total) as total, min(low) as low, max(high) as high
        from readings_1m group by 1, 2, 3 with no data$sql$;
    for one in select * from (values ('readings', 'device, quantity'), ('swipes', 'reader'),
                                     ('detections', 'device'), ('device_states', 'device'))
                             as t (series, segments) loop
        execute format('alter table %I set (timescaledb.compress, '
                       'timescaledb.compress_segmentby = %L, timescaledb.compress_orderby = %L)',
                       one.series, one.segments, 'time');
        perform add_compression_policy(one.series::regclass, compress_after => interval '1 day');
    end loop;
end
$$;

create table rollup_progress (
    position  bigint not null,
    refreshed boolean not null default false,
    reached   interval
);
comment on table rollup_progress is
    'One row: the feed row up to which our own roll-ups are made, or how far back the policies of '
    'the continuous aggregates reach (null: all the way) once there are any.';
insert into rollup_progress (position) select coalesce(max(position), 0) from feed;

create view reading_minutes as
select r.time, d.name as device, q.name as quantity, r.readings,
       r.total / r.readings as mean, r.low, r.high
from readings_1m r
join devices d on d.id = r.device
join quantities q on q.id = r.quantity;

create view reading_hours as
select r.time, d.name as device, q.name as quantity, r.readings,
       r.total / r.readings as mean, r.low, r.high
from readings_1h r
join devices d on d.id = r.device
join quantities q on q.id = r.quantity;

-- Age ----------------------------------------------------------------------------------------------

-- The partitions or chunks of a series by time.
create function series_parts(series_name text)
returns table (part text, begins timestamptz, ends timestamptz) language plpgsql stable as $$
begin
    if exists (select from pg_extension where extname = 'timescaledb') then
        return query
            select format('%I.%I', c.chunk_schema, c.chunk_name), c.range_start, c.range_end
            from timescaledb_information.chunks c
            left join timescaledb_information.continuous_aggregates a
                   on a.materialization_hypertable_schema = c.hypertable_schema
                  and a.materialization_hypertable_name = c.hypertable_name
            where coalesce(a.view_name, c.hypertable_name) = series_name
            order by c.range_start;
    else
        return query
            select c.oid::regclass::text, bound.found[1]::timestamptz, bound.found[2]::timestamptz
            from pg_inherits i
            join pg_class c on c.oid = i.inhrelid
            cross join lateral regexp_match(pg_get_expr(c.relpartbound, c.oid),
                                            'FROM \(''(.+)''\) TO \(''(.+)''\)') as bound (found)
            where i.inhparent = to_regclass(quote_ident(series_name))
            order by 2;
    end if;
end
$$;

-- Drops the oldest partition or chunk of a series that ended by `before`, unless something in it
-- was received since: what was carried in late has its time too. Returns what was dropped, or null.
create function drop_oldest(series_name text, before timestamptz) returns text
language plpgsql as $$
declare
    is_raw constant boolean := exists (
        select from pg_attribute
        where attrelid = to_regclass(quote_ident(series_name)) and attname = 'received');
    old    record;
    recent boolean := false;
begin
    for old in select * from series_parts(series_name) where ends <= before loop
        if is_raw then
            execute format('select exists (select from %s where received >= $1)', old.part)
                into recent using before;
        end if;
        continue when recent;
        perform set_config('lock_timeout', '2s', true);  -- writers come first; the next round tries again
        if exists (select from pg_extension where extname = 'timescaledb') then
            perform drop_chunks(to_regclass(quote_ident(series_name)),
                                older_than => old.ends, newer_than => old.begins);
        else
            execute format('drop table %s', old.part);
        end if;
        return old.part;
    end loop;
    return null;
end
$$;

-- Has TimescaleDB refresh the continuous aggregates every minute, back to `reach` ago (null: all).
-- Where readings have been dropped nothing may be refreshed, or the roll-ups would go with them.
create function refresh_back_to(reach interval) returns void language plpgsql as $$
declare
    minutes int;
    hours   int;
begin
    if not timescale_community()
       or exists (select from rollup_progress where refreshed and reached is not distinct from reach) then
        return;
    end if;
    perform remove_continuous_aggregate_policy('readings_1m', if_exists => true);
    perform remove_continuous_aggregate_policy('readings_1h', if_exists => true);
    minutes := add_continuous_aggregate_policy('readings_1m', start_offset => reach,
        end_offset => interval '1 minute', schedule_interval => interval '1 minute');
    hours := add_continuous_aggregate_policy('readings_1h', start_offset => reach,
        end_offset => interval '1 hour', schedule_interval => interval '5 minutes');
    -- A day of minutes and a week of hours at once: one bucket at a time, as by default, an hour of
    -- late readings takes seconds. Older versions let the key pass unread.
    perform alter_job(job_id, config => config || jsonb_build_object(
                'buckets_per_batch', case job_id when minutes then 1440 else 168 end))
    from timescaledb_information.jobs where job_id in (minutes, hours);
    update rollup_progress set refreshed = true, reached = reach;
end
$$;
