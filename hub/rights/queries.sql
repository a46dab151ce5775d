-- name: enter
select set_config('gridwarden.scope', %(scope)s, false),
    set_config('gridwarden.person', %(person)s, false),
    set_config('role', 'gridwarden_desk', false)

-- name: leave
select set_config('role', 'none', false), set_config('gridwarden.scope', '', false)
