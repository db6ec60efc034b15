-- name: group by
SELECT country, count(*) AS n, min(phone) AS m FROM people GROUP BY country
-- name: group by what is not shown
SELECT count(*) AS n FROM people GROUP BY phone
-- name: group by place
SELECT country, count(*) FROM people GROUP BY 1
-- name: group by alias
SELECT substr(name, 1, 6) AS k, count(*) FROM people GROUP BY k
-- name: group by all
-- on: duckdb
SELECT country, born % 10 AS d, count(*) FROM people GROUP BY ALL
-- name: group by all over a star
-- on: duckdb
SELECT *, count(*) FROM countries GROUP BY ALL
-- name: grouping sets
-- on: duckdb
SELECT country, born % 2 AS e, count(*) FROM people GROUP BY GROUPING SETS ((country), (born % 2), ())
-- name: rollup
-- on: duckdb
SELECT buyer_id, seller_id, sum(amount), grouping(buyer_id) FROM orders GROUP BY ROLLUP (buyer_id, seller_id)
-- name: cube
-- on: duckdb
SELECT buyer_id % 3, seller_id % 3, count(note) FROM orders GROUP BY CUBE (1, 2)
-- name: having
SELECT buyer_id FROM orders GROUP BY buyer_id HAVING sum(amount) > 100 AND count(note) > 0
-- name: having on a masked column
SELECT country FROM people GROUP BY country HAVING max(phone) IS NOT NULL
-- name: aggregate filter
SELECT count(*) FILTER (WHERE phone IS NULL) AS n, sum(born) FILTER (WHERE country = 'CN') AS b FROM people
-- name: distinct aggregate
SELECT count(DISTINCT phone), count(DISTINCT country) FROM people
-- name: ordered aggregate
-- on: duckdb
SELECT country, string_agg(name, ',' ORDER BY born DESC, id) FROM people GROUP BY country
-- name: ordered list
-- on: duckdb
SELECT list(id ORDER BY phone NULLS FIRST, id) FROM people
-- name: group_concat in a sorted subquery
-- on: sqlite
SELECT group_concat(phone, ';') FROM (SELECT phone FROM people ORDER BY id)
-- name: within group
-- on: duckdb
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY born) FROM people
-- name: median and mode
-- on: duckdb
SELECT median(amount), mode(day), quantile_cont(amount, 0.9) FROM orders
-- name: arg_max
-- on: duckdb
SELECT arg_max(note, amount + id / 1000), first(id ORDER BY id) FROM orders
-- name: histogram as an aggregate
-- on: duckdb
SELECT histogram(day) FROM orders
-- name: aggregate of a case
SELECT sum(CASE WHEN note IS NULL THEN 1 ELSE 0 END) FROM orders
-- name: row number
SELECT id, row_number() OVER (ORDER BY born, id) AS n FROM people
-- name: window partition
SELECT id, count(*) OVER (PARTITION BY phone) AS n FROM people
-- name: window over a masked order
SELECT id, rank() OVER (ORDER BY phone) AS n FROM people
-- name: window frame
SELECT id, sum(amount) OVER (PARTITION BY buyer_id ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS s FROM orders
-- name: window frame with exclusion
SELECT id, max(note) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW) AS s FROM orders
-- name: range frame
SELECT id, count(*) OVER (ORDER BY day RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS n FROM orders
-- name: named window
SELECT id, lag(note) OVER w AS l, lead(amount, 2, -1) OVER w AS m FROM orders WINDOW w AS (PARTITION BY buyer_id ORDER BY id)
-- name: named window built upon
SELECT id, first_value(note) OVER (w ORDER BY id) AS f FROM orders WINDOW w AS (PARTITION BY seller_id)
-- name: ignore nulls
-- on: duckdb
SELECT id, last_value(note IGNORE NULLS) OVER (ORDER BY id) AS v FROM orders
-- name: filter over a window
SELECT id, count(*) FILTER (WHERE note IS NULL) OVER (PARTITION BY buyer_id) AS n FROM orders
-- name: qualify
-- on: duckdb
SELECT id, buyer_id FROM orders QUALIFY row_number() OVER (PARTITION BY buyer_id ORDER BY amount DESC, id) = 1
-- name: qualify by alias and named window
-- on: duckdb
SELECT id, rank() OVER w AS r FROM orders WINDOW w AS (PARTITION BY day ORDER BY note, id) QUALIFY r < 3
-- name: window in a subquery
SELECT q.id FROM (SELECT id, ntile(4) OVER (ORDER BY born, id) AS t, phone FROM people) AS q WHERE q.t = 2
-- name: window in order
-- expect: ordered
SELECT id FROM people ORDER BY count(*) OVER (PARTITION BY country), id
-- name: text functions
SELECT upper(name), length(phone), substr(country, 1, 1), replace(name, 'a', 'b') FROM people
-- name: output names of expressions
SELECT ifnull(phone, '-'), lower( name ), id+1, coalesce(phone,name) FROM people
-- name: output names written oddly
SELECT Count( * ), SUM(amount) FROM orders
-- name: case
SELECT CASE country WHEN 'CN' THEN phone WHEN 'DE' THEN name ELSE 'x' END AS c FROM people
-- name: cast
SELECT CAST(born AS VARCHAR) AS b, CAST(amount AS DOUBLE) AS a FROM people JOIN orders USING (id)
-- name: casts of DuckDB
-- on: duckdb
SELECT id::VARCHAR, TRY_CAST(phone AS INTEGER), amount::DECIMAL(10, 2), CAST(NULL AS STRUCT(id INTEGER)) FROM people JOIN orders USING (id)
-- name: comparisons
SELECT id FROM people WHERE phone LIKE '+00%' AND name NOT LIKE '%9' AND born BETWEEN 1950 AND 1990 OR country IN ('SG', 'US')
-- name: is distinct from
SELECT id FROM people WHERE phone IS NOT DISTINCT FROM NULL
-- name: null tests of SQLite
-- on: sqlite
SELECT id FROM people WHERE phone NOTNULL AND country ISNULL OR born NOT NULL
-- name: patterns of SQLite
-- on: sqlite
SELECT id FROM people WHERE name GLOB 'name [1-3]' COLLATE NOCASE
-- name: patterns of DuckDB
-- on: duckdb
SELECT id FROM people WHERE name ILIKE 'NAME 1%' OR regexp_matches(phone, '^.0') OR name SIMILAR TO 'name [23]'
-- name: collation
SELECT id FROM people ORDER BY name COLLATE NOCASE, id
-- name: intervals
-- on: duckdb
SELECT id, DATE '2024-01-01' + INTERVAL (born) DAY AS d, extract(year FROM DATE '2024-01-01') AS y FROM people
-- name: dates of SQLite
-- on: sqlite
SELECT id, date('2024-01-01', '+' || born || ' days') AS d FROM people
-- name: lists
-- on: duckdb
SELECT id, tags[1], tags[1:2], len(tags), list_contains(tags, 2) FROM events
-- name: list functions
-- on: duckdb
SELECT list_transform(tags, lambda x: x + person_id), list_filter(tags, lambda id: id > 1) FROM events
-- name: list comprehension
-- on: duckdb
SELECT [x + person_id for x in tags if x > 0] AS l FROM events
-- name: comprehension variable named as a column
-- on: duckdb
SELECT [kind + 1 for kind in tags] AS l FROM events
-- name: structs
-- on: duckdb
SELECT {'phone': id, 'k': name} AS s, struct_pack(phone := born) AS t FROM people
-- name: struct of a subquery
-- on: duckdb
SELECT q.s.k FROM (SELECT {'k': phone, 'l': id} AS s FROM people) AS q
-- name: maps
-- on: duckdb
SELECT MAP {'a': id} AS m, map([id], [country]) AS n FROM people
-- name: json of SQLite
-- on: sqlite
SELECT json_extract(tags, '$[0]') AS a, tags -> 0 AS b, tags ->> '$[1]' AS c FROM events
-- name: in a list column
-- on: duckdb
SELECT id FROM events WHERE 2 IN tags
-- name: concatenation
SELECT name || '/' || country AS k FROM people
-- name: row values
SELECT id FROM orders WHERE (buyer_id, seller_id) = (12, 18)
-- name: greatest of SQLite
-- on: sqlite
SELECT max(born, id), min(born, id), iif(phone IS NULL, 'm', phone), total(born) FROM people GROUP BY id
-- name: no table
SELECT 1 AS one, 'x' AS x
-- name: limit percent
-- on: duckdb
-- expect: ordered
SELECT id FROM people ORDER BY id LIMIT 20 PERCENT
-- name: unprotected only
SELECT * FROM countries
-- name: column called as a table
SELECT people FROM countries
-- name: column called as a table, beside it
SELECT countries.people, p.id FROM countries JOIN people p ON p.country = countries.code
