-- name: star
SELECT * FROM people
-- name: star of a join
SELECT * FROM people p JOIN orders o ON o.buyer_id = p.id
-- name: star of one table
SELECT p.* FROM people p JOIN orders o ON o.buyer_id = p.id
-- name: stars twice
SELECT o.*, p.*, o.note FROM people p, orders o WHERE o.seller_id = p.id
-- name: star and count
SELECT country, count(*) FROM people GROUP BY country
-- name: count of nothing else
SELECT count(*) FROM people
-- name: count of nothing else, empty parentheses
-- on: duckdb
SELECT count() FROM people
-- name: constant per row
SELECT 1 FROM people
-- name: star through two levels
SELECT z.country FROM (SELECT * FROM (SELECT * FROM people) AS y) AS z
-- name: exclude
-- on: duckdb
SELECT * EXCLUDE (phone, name) FROM people
-- name: exclude without parentheses
-- on: duckdb
SELECT * EXCLUDE phone FROM people
-- name: exclude on one table
-- on: duckdb
SELECT p.* EXCLUDE (phone), o.* EXCLUDE (note) FROM people p JOIN orders o ON o.buyer_id = p.id
-- name: replace
-- on: duckdb
SELECT * REPLACE (upper(phone) AS phone) FROM people
-- name: replace from another column
-- on: duckdb
SELECT q.phone FROM (SELECT * REPLACE (name AS phone) FROM people) AS q
-- name: rename
-- on: duckdb
SELECT * RENAME (phone AS telephone) FROM people
-- name: exclude, replace and rename in a derived table
-- on: duckdb
SELECT q.k, q.id FROM (SELECT * EXCLUDE (born) REPLACE (id + 1 AS id) RENAME (country AS k) FROM people) AS q
-- name: star like
-- on: duckdb
SELECT * LIKE '%n%' FROM people
-- name: columns by pattern
-- on: duckdb
SELECT COLUMNS('p.*') FROM people
-- name: columns by function
-- on: duckdb
SELECT COLUMNS(lambda c: c LIKE '%n%') FROM people
-- name: columns of one table
-- on: duckdb
SELECT COLUMNS(p.*) FROM people p JOIN orders o ON o.buyer_id = p.id
-- name: aggregate over columns
-- on: duckdb
SELECT min(COLUMNS(*)) FROM orders
-- name: columns except
-- on: duckdb
SELECT COLUMNS(* EXCLUDE (phone)) FROM people
-- name: columns in a filter
-- on: duckdb
SELECT id FROM people WHERE COLUMNS(*) IS NOT NULL
-- name: columns with an alias pattern, then used
-- on: duckdb
SELECT q.x_phone FROM (SELECT COLUMNS('(phone|name)') AS 'x_\1' FROM people) AS q
-- name: unpacked columns
-- on: duckdb
SELECT id, coalesce(*COLUMNS('phone|name')) AS k FROM people
-- name: whole row
-- on: duckdb
SELECT people FROM people
-- name: whole row by alias
-- on: duckdb
SELECT p FROM people AS p WHERE p.id < 9
-- name: whole row counted
-- on: duckdb
SELECT count(p), count(DISTINCT p) FROM people AS p
-- name: whole row as text
-- on: duckdb
SELECT p::VARCHAR AS t FROM people AS p
-- name: whole row as JSON
-- on: duckdb
SELECT to_json(o) AS j FROM orders o
-- name: whole row in a subquery
-- on: duckdb
SELECT id, (SELECT list(o) FROM orders o WHERE o.buyer_id = p.id) AS os FROM people p
-- name: field of a whole row
-- on: duckdb
SELECT q.r.phone FROM (SELECT p AS r FROM people p) AS q
-- name: fields of a whole row spread
-- on: duckdb
SELECT r.* FROM (SELECT p AS r FROM people p) AS q
-- name: unnested whole row
-- on: duckdb
SELECT unnest(p) FROM people AS p
-- name: unnested whole row, then used
-- on: duckdb
SELECT q.phone FROM (SELECT unnest(p) FROM people AS p) AS q
-- name: distinct whole row in order
-- on: duckdb
SELECT id FROM people AS p ORDER BY p
-- name: whole row of a table called as a column
-- on: duckdb
SELECT country FROM people AS country
-- name: from alone
-- on: duckdb
FROM people
-- name: from first
-- on: duckdb
FROM people SELECT id, phone WHERE country = 'CN'
-- name: from first in a subquery
-- on: duckdb
SELECT id FROM orders WHERE buyer_id IN (FROM people SELECT id)
-- name: from alone in a CTE
-- on: duckdb
WITH a AS (FROM people) FROM a SELECT a.id, a.phone
-- name: from with where only
-- on: duckdb
FROM orders WHERE amount > 50
-- name: from two
-- on: duckdb
FROM people p, orders o WHERE o.buyer_id = p.id
-- name: trailing commas
-- on: duckdb
SELECT id, phone, FROM people
-- name: alias before
-- on: duckdb
SELECT k: phone, id FROM people
-- name: alias used at once
-- on: duckdb
SELECT id AS k, k + 1 AS m FROM people WHERE m > 5
-- name: alias hides a column nowhere
SELECT phone AS id, id AS phone FROM people WHERE id > 3
-- name: alias in where
SELECT born AS b FROM people WHERE b > 1960
-- name: distinct
SELECT DISTINCT country FROM people
-- name: distinct on
-- on: duckdb
-- expect: ordered
SELECT DISTINCT ON (country) country, id FROM people ORDER BY country, id
-- name: distinct star
SELECT DISTINCT * FROM people
-- name: quoted output alias
SELECT id AS "a b", phone AS "FROM orders" FROM people
-- name: single-quoted output alias
-- on: duckdb
SELECT id AS 'a b' FROM people
