-- Letters: found among the new cases of some kinds, also closed ones, without reading all cases.

create index cases_by_kind on hub.cases (kind, opened);
