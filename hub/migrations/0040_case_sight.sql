-- Who sees a case, said once for the lists and the wall: who reads in its grids, and for whom it
-- waits or who was told so that they help.

create function hub.is_seen(c hub.cases, reach text[], reader text) returns boolean
language sql immutable return
    reach is null or c.grid_path && reach or c.owner = reader or c.warden = reader
    or reader = any (c.assist);
comment on function hub.is_seen is
    'Whether somebody may read a case; reach: their grids, null where they read everywhere.
The same as hub.cases.sight.sees. One expression, so that PostgreSQL puts it into the query.';

alter policy sight on hub.cases using (
    (select hub.sees_all()) or grid_path && (select hub.scope())
    or owner = (select hub.acting()) or warden = (select hub.acting())
    or (select hub.acting()) = any (assist));
