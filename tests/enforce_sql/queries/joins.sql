-- name: one table
SELECT id, name, phone FROM people
-- name: alias
SELECT p.id, p.phone FROM people AS p
-- name: alias without AS
SELECT p.id FROM people p WHERE p.phone IS NULL
-- name: qualified by the table's own name
SELECT people.id, people.phone FROM people WHERE people.country = 'CN'
-- name: case of names
SELECT PEOPLE.ID, Phone FROM People WHERE pEOPLE.cOUNTRY = 'DE'
-- name: quoted names
SELECT "people"."id", "phone" FROM "people"
-- name: unicode names
SELECT id, "Größe", "select" FROM "Ärzte 医生"
-- name: unicode alias without quotes
SELECT 人.id AS 编号, 人.phone FROM people AS 人 WHERE 人.country = 'SG'
-- name: inner join
SELECT o.id, p.phone FROM orders o JOIN people p ON p.id = o.buyer_id
-- name: buyer and seller
SELECT o.id, b.name AS buyer, s.name AS seller FROM orders o JOIN people b ON b.id = o.buyer_id JOIN people s ON s.id = o.seller_id
-- name: left join
SELECT p.id, o.note FROM people p LEFT JOIN orders o ON o.buyer_id = p.id
-- name: right join
SELECT p.id, o.note FROM orders o RIGHT JOIN people p ON o.seller_id = p.id
-- name: full join
SELECT p.id, o.id FROM orders o FULL OUTER JOIN people p ON o.seller_id = p.id
-- name: cross join
SELECT count(*) FROM people CROSS JOIN countries
-- name: comma join
SELECT o.id, p.name FROM orders o, people p WHERE o.buyer_id = p.id
-- name: comma then join
SELECT o.id, p.name, c.name FROM countries c, orders o JOIN people p ON o.buyer_id = p.id WHERE c.code = p.country
-- name: using
SELECT id, p.name, e.kind FROM people p JOIN events e USING (id)
-- name: using with star
SELECT * FROM people JOIN orders USING (id)
-- name: full join using merges
SELECT id, name, kind FROM people FULL JOIN events USING (id)
-- name: natural join
SELECT * FROM people NATURAL JOIN orders
-- name: natural left join of three
SELECT id, name, amount, kind FROM people NATURAL LEFT JOIN orders NATURAL LEFT JOIN events
-- name: self join
SELECT a.id, b.id FROM people a JOIN people b ON a.country = b.country AND a.id < b.id
-- name: parenthesised join
SELECT p.id, o.id FROM (people p JOIN orders o ON o.buyer_id = p.id) JOIN countries c ON c.code = p.country
-- name: nested join with late ON
-- on: duckdb
SELECT p.id, o.id, c.name FROM people p JOIN orders o JOIN countries c ON c.people > 7 ON o.buyer_id = p.id
-- name: join under an alias
-- on: duckdb sqlite
SELECT x.name, x.amount FROM (people p JOIN orders o ON o.buyer_id = p.id) AS x
-- name: semi join
-- on: duckdb
SELECT * FROM people SEMI JOIN orders ON orders.buyer_id = people.id
-- name: anti join using
-- on: duckdb
SELECT name FROM people ANTI JOIN events USING (id)
-- name: asof join
-- on: duckdb
SELECT o.id, e.id FROM orders o ASOF JOIN events e ON o.buyer_id = e.person_id AND o.id >= e.id
-- name: asof left join
-- on: duckdb
SELECT o.id, e.kind FROM orders o ASOF LEFT JOIN events e ON o.id >= e.id
-- name: asof using
-- on: duckdb
SELECT p.name, o.amount FROM people p ASOF JOIN orders o USING (id)
-- name: implicit lateral
-- on: duckdb
SELECT p.id, q.n FROM people p, (SELECT count(*) AS n FROM orders o WHERE o.buyer_id = p.id) q
-- name: lateral
-- on: duckdb
SELECT p.id, q.note FROM people p JOIN LATERAL (SELECT note FROM orders WHERE buyer_id = p.id) q ON true
-- name: left lateral
-- on: duckdb
SELECT p.id, q.m FROM people p LEFT JOIN LATERAL (SELECT max(amount) AS m FROM orders o WHERE o.buyer_id = p.id) q ON true
-- name: lateral over lateral
-- on: duckdb
SELECT p.id, r.k FROM people p, LATERAL (SELECT p.id + 1 AS n) q, LATERAL (SELECT q.n * 2 AS k) r
-- name: unnest beside a table
-- on: duckdb
SELECT e.id, u.t FROM events e, unnest(e.tags) AS u(t)
-- name: unnest alone names its column
-- on: duckdb
SELECT e.id, unnest FROM events e, unnest(e.tags)
-- name: range beside a table
-- on: duckdb
SELECT p.id, r.n FROM people p JOIN range(5) AS r(n) ON r.n = p.id
-- name: json_each beside a table
-- on: sqlite
SELECT e.id, j.value, j.key FROM events e, json_each(e.tags) AS j WHERE e.kind IS NOT NULL
-- name: column list on the alias
-- on: duckdb
SELECT x.a, x.b FROM people AS x(a, b)
-- name: short column list, star
-- on: duckdb
SELECT * FROM orders AS x(a, b)
-- name: column list swaps names
-- on: duckdb
SELECT phone FROM people AS people(phone, id, name)
-- name: prefix alias
-- on: duckdb
SELECT a: p.id, p.phone FROM p: people
-- name: alias as another table's name
SELECT orders.name FROM people AS orders JOIN orders AS people ON people.buyer_id = orders.id
-- name: alias is a quoted table name with other case
SELECT "PEOPLE".id FROM people AS "PEOPLE"
-- name: comment between
SELECT /* phone */ id -- FROM orders
FROM people /* x */ AS p /* y */
-- name: comment right after the table
SELECT id FROM people-- p
WHERE id < 5
-- name: comment hides a join
SELECT id FROM people /* JOIN orders USING (id) */ WHERE 1 = 1
-- name: text looks like SQL
SELECT id, 'x'' FROM orders; --' AS t FROM people
-- name: windows line ends
SELECT id␍
FROM people␍
WHERE id > 3
-- name: semicolon at the end
SELECT id FROM people ;
-- name: order
-- expect: ordered
SELECT id, amount FROM orders ORDER BY amount DESC, id
-- name: order and limit
-- expect: ordered
SELECT id, amount FROM orders ORDER BY amount, 1 LIMIT 5 OFFSET 2
-- name: order by what is not shown
-- expect: ordered
SELECT id FROM people ORDER BY born, id
-- name: order by alias over column
-- expect: ordered
SELECT -id AS born, id FROM people ORDER BY born
-- name: limit by subquery
-- expect: ordered
SELECT id FROM people ORDER BY id LIMIT (SELECT count(*) FROM countries)
-- name: nulls last
-- expect: ordered
SELECT phone, id FROM people ORDER BY phone DESC NULLS LAST, id
-- name: order by all
-- on: duckdb
-- expect: ordered
SELECT country, id FROM people ORDER BY ALL
