-- name: shadowing CTE
-- on: duckdb
WITH orders AS (SELECT * FROM orders) SELECT id, note FROM orders
-- name: shadowing CTE, other case
-- on: duckdb
WITH OrDeRs AS (SELECT id, amount FROM "ORDERS" WHERE amount > 20) SELECT orders.id FROM oRDERS
-- name: shadowing CTE of another table
WITH people AS (SELECT id, note AS name FROM orders) SELECT people.name FROM people
-- name: shadow in one branch only
SELECT id FROM people UNION ALL SELECT id FROM (WITH people AS (SELECT id FROM orders) SELECT id FROM people) q
-- name: shadow inside a subquery, not outside
SELECT p.id FROM people p WHERE p.id IN (WITH people AS (SELECT 5 AS id) SELECT id FROM people)
-- name: shadow of a shadow
-- on: duckdb
WITH people AS (SELECT id, name FROM people WHERE id < 20) SELECT * FROM (WITH people AS (SELECT id FROM people WHERE id > 3) SELECT * FROM people) q
-- name: later CTE does not shadow an earlier body
-- on: duckdb
WITH a AS (SELECT id FROM people), people AS (SELECT 1 AS z) SELECT a.id, people.z FROM a, people
-- name: later CTE shadows an earlier body
-- on: sqlite
WITH a AS (SELECT * FROM people), people AS (SELECT 1 AS z) SELECT * FROM a
-- name: CTE captures what a replacement reads
WITH consents AS (SELECT id AS person_id, 1 AS given FROM people) SELECT p.phone, c.given FROM people p JOIN consents c ON c.person_id = p.id
-- name: CTE captures the table under a replacement
WITH people AS (SELECT 1 AS id, 1 AS person_id, 1 AS given) SELECT o.id, o.note FROM orders o, people
-- name: outer CTE captures inside a subquery
WITH consents AS (SELECT id AS person_id, 1 AS given FROM countries, people) SELECT (SELECT count(phone) FROM people) AS n, count(*) AS m FROM consents
-- name: quoted capturing CTE
WITH "CONSENTS" AS (SELECT id AS person_id, 1 AS given FROM people) SELECT p.phone FROM people p, "CONSENTS" WHERE p.id = "CONSENTS".person_id
-- name: capturing CTE with column list and alias
WITH consents(person_id, given) AS (SELECT id, 1 FROM people) SELECT p.phone FROM people p, consents k WHERE k.person_id = p.id
-- name: CTE whole row keeps its name
-- on: duckdb
WITH orders AS (SELECT id, note FROM orders) SELECT orders FROM orders
-- name: capturing CTE whose fresh name is taken
WITH consents AS (SELECT 1 AS person_id), consents_2 AS (SELECT 2 AS person_id) SELECT a.person_id, b.person_id, p.phone FROM consents a, consents_2 b, people p
-- name: two CTEs
WITH a AS (SELECT id, country FROM people), b AS (SELECT a.id FROM a WHERE a.country = 'CN') SELECT * FROM b
-- name: CTE never used
WITH a AS (SELECT phone FROM people) SELECT id FROM orders
-- name: CTE used twice
WITH a AS (SELECT buyer_id, amount FROM orders) SELECT x.amount, y.amount FROM a x JOIN a y ON x.buyer_id = y.buyer_id AND x.amount < y.amount
-- name: CTE with columns
WITH a(x, y) AS (SELECT id, phone FROM people) SELECT y FROM a WHERE x < 9
-- name: CTE star with columns
-- on: duckdb
WITH a(x) AS (SELECT * FROM people) SELECT x, phone FROM a
-- name: materialised CTE
WITH a AS MATERIALIZED (SELECT id FROM people), b AS NOT MATERIALIZED (SELECT id FROM orders) SELECT a.id FROM a JOIN b ON a.id = b.id
-- name: recursive numbers
WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 9) SELECT r.n, p.phone FROM r JOIN people p ON p.id = r.n
-- name: recursive over a protected table
WITH RECURSIVE r(id, d) AS (SELECT seller_id, 0 FROM orders WHERE id = 3 UNION SELECT o.seller_id, d + 1 FROM r JOIN orders o ON o.buyer_id = r.id WHERE d < 4) SELECT id, d FROM r
-- name: recursive columns change places
WITH RECURSIVE r AS (SELECT id, buyer_id AS b, seller_id AS s FROM orders WHERE id < 4 UNION SELECT r.id, r.s, r.b FROM r) SELECT b FROM r
-- name: recursive with the table's own name
-- on: duckdb
WITH RECURSIVE orders AS (SELECT id FROM orders WHERE id < 3 UNION ALL SELECT id + 100 FROM orders WHERE id < 200) SELECT id FROM orders
-- name: recursive keyword without recursion
-- on: duckdb
WITH RECURSIVE people AS (SELECT id, phone FROM people) SELECT * FROM people
-- name: recursive intersect is not recursive
-- on: duckdb
WITH RECURSIVE people AS (SELECT id FROM orders INTERSECT SELECT id FROM people) SELECT id FROM people
-- name: recursive in several terms
-- on: sqlite
WITH RECURSIVE r(n) AS (SELECT 1 UNION SELECT n + 1 FROM r WHERE n < 3 UNION SELECT n + 10 FROM r WHERE n < 2) SELECT p.id, p.phone FROM r JOIN people p ON p.id = r.n
-- name: circular CTE
-- on: sqlite
-- expect: refused sql.circular
WITH orders AS (SELECT * FROM orders) SELECT id FROM orders
-- name: CTE in a CTE
WITH a AS (WITH b AS (SELECT id, phone FROM people) SELECT * FROM b) SELECT id FROM a
-- name: WITH in a derived table
SELECT q.id FROM (WITH b AS (SELECT id FROM people) SELECT id FROM b) AS q
-- name: WITH in an IN
SELECT id FROM orders WHERE buyer_id IN (WITH b AS (SELECT id FROM people WHERE country = 'CN') SELECT id FROM b)
-- name: derived table
SELECT q.id FROM (SELECT id, phone FROM people) AS q WHERE q.phone IS NOT NULL
-- name: derived table star, few used
SELECT q.id FROM (SELECT * FROM people) AS q WHERE q.country = 'DE'
-- name: derived table distinct star
SELECT count(*) FROM (SELECT DISTINCT country, phone FROM people) AS q
-- name: derived table over a join
SELECT q.name, q.amount FROM (SELECT p.name, o.* FROM people p JOIN orders o ON o.buyer_id = p.id) AS q
-- name: derived table limited by a star's order
SELECT q.id FROM (SELECT * FROM people ORDER BY 5, 1 LIMIT 4) AS q
-- name: derived table named as the table
SELECT people.id FROM (SELECT id FROM people) AS people
-- name: scalar subquery
SELECT p.id, (SELECT max(o.amount) FROM orders o WHERE o.buyer_id = p.id) AS m FROM people p
-- name: scalar subquery with unqualified outer column
SELECT id, (SELECT count(*) FROM orders WHERE seller_id = people.id AND country = 'CN') AS n FROM people
-- name: correlated exists
SELECT name FROM people p WHERE EXISTS (SELECT 1 FROM orders o WHERE o.buyer_id = p.id AND o.amount > 50)
-- name: exists star
SELECT name FROM people p WHERE EXISTS (SELECT * FROM orders o WHERE o.seller_id = p.id)
-- name: not exists
SELECT id FROM people p WHERE NOT EXISTS (SELECT * FROM orders WHERE buyer_id = p.id)
-- name: exists over a set difference
SELECT id FROM countries c JOIN people p ON p.country = c.code WHERE EXISTS (SELECT phone FROM people EXCEPT SELECT note FROM orders)
-- name: in
SELECT id FROM people WHERE id IN (SELECT buyer_id FROM orders WHERE note IS NULL)
-- name: not in
SELECT id FROM people WHERE id NOT IN (SELECT buyer_id FROM orders)
-- name: row in
SELECT id FROM orders WHERE (buyer_id, seller_id) IN (SELECT a.id, b.id FROM people a, people b)
-- name: any
-- on: duckdb
SELECT id FROM people WHERE born = ANY (SELECT born FROM people WHERE country = 'CN')
-- name: all
-- on: duckdb
SELECT id FROM people WHERE born <= ALL (SELECT born FROM people WHERE born IS NOT NULL)
-- name: three deep
SELECT id FROM people p WHERE id IN (SELECT buyer_id FROM orders o WHERE EXISTS (SELECT 1 FROM events e WHERE e.person_id = o.seller_id AND e.id <> p.id))
-- name: inner name wins
SELECT id FROM people WHERE EXISTS (SELECT 1 FROM orders WHERE id = 3 AND note IS NULL)
-- name: subquery in a join condition
SELECT p.id, o.id FROM people p JOIN orders o ON o.buyer_id = p.id AND o.amount > (SELECT avg(amount) FROM orders)
-- name: subquery in order
-- expect: ordered
SELECT id FROM people p ORDER BY (SELECT count(*) FROM orders o WHERE o.buyer_id = p.id), id
-- name: subquery in having
SELECT country, count(*) AS n FROM people GROUP BY country HAVING count(*) > (SELECT count(*) FROM countries)
-- name: subquery in case
SELECT id, CASE WHEN EXISTS (SELECT 1 FROM orders WHERE buyer_id = people.id) THEN 'buyer' ELSE phone END AS k FROM people
-- name: union
SELECT id, phone FROM people UNION SELECT id, note FROM orders
-- name: union all of stars
SELECT * FROM people UNION ALL SELECT * FROM people
-- name: union in a derived table, one column used
SELECT q.id FROM (SELECT * FROM people UNION SELECT * FROM people WHERE id < 9) AS q
-- name: union by name
-- on: duckdb
SELECT id, phone FROM people UNION ALL BY NAME SELECT note AS phone, id FROM orders
-- name: intersect
SELECT id FROM people INTERSECT SELECT buyer_id FROM orders
-- name: except
SELECT id FROM people EXCEPT SELECT buyer_id FROM orders
-- name: except all
-- on: duckdb
SELECT country FROM people EXCEPT ALL SELECT code FROM countries
-- name: except uncovers nothing
SELECT phone FROM people EXCEPT SELECT phone FROM people WHERE id > 10
-- name: set operations mixed
SELECT id FROM people UNION ALL SELECT id FROM orders EXCEPT SELECT id FROM events
-- name: order over a union
-- expect: ordered
SELECT id AS k, name FROM people UNION SELECT id, note FROM orders ORDER BY k, name LIMIT 12
-- name: order over a union by the second's name
-- on: duckdb
-- expect: ordered
SELECT id AS k FROM people UNION SELECT id AS m FROM orders ORDER BY m
-- name: parenthesised union
-- on: duckdb
(SELECT id FROM people ORDER BY id LIMIT 3) UNION ALL (SELECT id FROM orders ORDER BY id DESC LIMIT 2)
-- name: union in IN
SELECT name FROM people WHERE id IN (SELECT buyer_id FROM orders UNION SELECT seller_id FROM orders)
-- name: values
-- on: duckdb
SELECT v.a, p.phone FROM (VALUES (1, 'x'), (2, 'y')) AS v(a, b) JOIN people p ON p.id = v.a
-- name: values as CTE
WITH v(a) AS (VALUES (1), (2), (4)) SELECT p.id, p.phone FROM v JOIN people p ON p.id = v.a
-- name: values alone
VALUES (1, 'a'), (2, 'b')
-- name: values with a scalar subquery
SELECT * FROM (VALUES ((SELECT max(phone) FROM people))) AS v
-- name: scalar subquery without alias
SELECT id, (SELECT max(id) FROM orders) FROM people
-- name: scalar subquery without alias, written oddly
-- on: sqlite
SELECT id,  ( select MAX( id )  from orders )  , coalesce(phone,(SELECT "name" FROM people p WHERE p.id=people.id)) FROM people
-- name: exists without alias
-- on: sqlite
SELECT NOT EXISTS (SELECT 1 FROM orders WHERE buyer_id = people.id), id FROM people
-- name: subquery without alias under a star
SELECT * FROM (SELECT id, (SELECT max(id) FROM orders) FROM people) AS q
-- name: subquery without alias in distinct
-- on: duckdb
SELECT DISTINCT ON (country) (SELECT max(id) FROM orders), country FROM people ORDER BY country
-- name: subquery without alias in a set operation
SELECT id, (SELECT min(id) FROM orders) FROM people UNION SELECT 1, (SELECT max(id) FROM orders)
-- name: subquery without alias in IN
SELECT id FROM people WHERE id IN (SELECT (SELECT max(buyer_id) FROM orders))
-- name: subquery without alias beside traps
SELECT id IS DISTINCT FROM (SELECT max(id) FROM orders) AS d, born FROM people
