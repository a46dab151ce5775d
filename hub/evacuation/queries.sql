-- name: add
insert into hub.evacuation_totals (building, people, source, actor, at)
values (%(building)s, %(people)s, %(source)s, %(actor)s, %(at)s)

-- name: standing
select building, people, source, actor, at from (
    select distinct on (building, source) * from hub.evacuation_totals
    where %(building)s::text is null or building = %(building)s
    order by building, source, position desc
) newest

-- name: of_place
select p.building, b.name from hub.places p join hub.buildings b on b.id = p.building
where p.id = %(place)s

-- name: building
select name from hub.buildings where id = %(building)s

-- name: tally
select count(*), min(newest) from (
    select max(t.at) as newest from hub.buildings b
    join hub.evacuation_totals t on t.building = b.id
    where %(among)s::text[] is null or b.id = any(%(among)s)
    group by b.id
) written
