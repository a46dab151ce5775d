-- name: put
insert into hub.reports (at, seen, actor, category, subject, spot, grid, words, photos)
values (%(at)s, %(seen)s, %(actor)s, %(category)s, %(subject)s, %(spot)s, %(grid)s, %(words)s, %(photos)s)
returning id
