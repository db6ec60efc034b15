-- name: two statements
-- expect: refused sql.several_statements
SELECT id FROM people; SELECT phone FROM people
-- name: second statement is a write
-- expect: refused sql.several_statements
SELECT 1; DROP TABLE people
-- name: second statement without a name
-- expect: refused sql.several_statements
SELECT id FROM people;
SELECT 1;
-- name: second statement that acts
-- expect: refused sql.several_statements
SELECT 1 ; CHECKPOINT
-- name: nothing
-- expect: refused sql.empty
   -- only a comment
-- name: nothing but a semicolon
-- expect: refused sql.not_a_query
;
-- name: delete
-- expect: refused sql.write
DELETE FROM people
-- name: insert
-- expect: refused sql.write
INSERT INTO countries SELECT phone, name, 1 FROM people
-- name: update
-- expect: refused sql.write
UPDATE people SET phone = name
-- name: create
-- expect: refused sql.write
CREATE TABLE x AS SELECT * FROM people
-- name: drop
-- expect: refused sql.write
DROP TABLE people
-- name: replace
-- expect: refused sql.write
REPLACE INTO countries VALUES ('x', 'y', 1)
-- name: write in a CTE
-- expect: refused sql.write
WITH a AS (DELETE FROM people RETURNING *) SELECT * FROM a
-- name: with before a write
-- expect: refused sql.write
WITH a AS (SELECT id FROM people) DELETE FROM countries
-- name: select into
-- expect: refused sql.write
SELECT id INTO x FROM people
-- name: for update
-- expect: refused sql.write
SELECT id FROM people FOR UPDATE
-- name: copy
-- expect: refused sql.copy
COPY people TO 'x.csv'
-- name: copy of a query
-- expect: refused sql.copy
COPY (SELECT * FROM people) TO 'x.csv'
-- name: export
-- expect: refused sql.copy
EXPORT DATABASE 'x'
-- name: pivot statement
-- expect: refused sql.pivot
PIVOT people ON country USING count(*)
-- name: pivot in FROM
-- on: duckdb
-- expect: refused sql.pivot
SELECT * FROM people PIVOT (count(*) FOR country IN ('CN', 'DE'))
-- name: pivot in a subquery
-- on: duckdb
-- expect: refused sql.pivot
SELECT * FROM (PIVOT people ON country USING count(*))
-- name: unpivot
-- expect: refused sql.pivot
UNPIVOT people ON phone, name INTO NAME k VALUE v
-- name: unpivot in FROM
-- on: duckdb
-- expect: refused sql.pivot
SELECT * FROM people UNPIVOT (v FOR k IN (phone, name))
-- name: summarize
-- expect: refused sql.summarize
SUMMARIZE people
-- name: summarize in FROM
-- on: duckdb
-- expect: refused sql.summarize
FROM (SUMMARIZE people)
-- name: describe
-- expect: refused sql.describe
DESCRIBE people
-- name: describe in FROM
-- on: duckdb
-- expect: refused sql.describe
SELECT * FROM (DESCRIBE people)
-- name: show
-- expect: refused sql.show
SHOW TABLES
-- name: show in FROM
-- on: duckdb
-- expect: refused sql.unknown_table
SELECT * FROM (SHOW TABLES)
-- name: explain
-- expect: refused sql.explain
EXPLAIN SELECT phone FROM people
-- name: explain analyze
-- expect: refused sql.explain
EXPLAIN ANALYZE SELECT phone FROM people
-- name: pragma
-- expect: refused sql.pragma
PRAGMA table_info('people')
-- name: call
-- expect: refused sql.call
CALL pragma_version()
-- name: attach
-- expect: refused sql.attach
ATTACH 'x.db' AS x
-- name: set
-- expect: refused sql.set
SET enable_external_access = true
-- name: use
-- expect: refused sql.set
USE other
-- name: table statement
-- expect: refused sql.not_a_query
TABLE people
-- name: table statement in a CTE
-- on: duckdb
-- expect: refused sql.word
WITH x AS (TABLE people) SELECT * FROM x
-- name: prepared statement
-- expect: refused sql.call
EXECUTE q(1)
-- name: no statement at all
-- expect: refused sql.not_a_query
hello
-- name: a slip of the pen
-- expect: refused sql.not_a_query
SELEC id FROM people
-- name: broken off
-- expect: refused sql.syntax
SELECT id FROM people WHERE id =
-- name: unbalanced
-- expect: refused sql.syntax
SELECT (id FROM people
-- name: on several lines
-- expect: refused sql.syntax
SELECT id
FROM people
WHERE id = = 3
-- name: read_csv
-- on: duckdb
-- expect: refused sql.table_function
SELECT * FROM read_csv('x.csv')
-- name: read_parquet with alias
-- on: duckdb
-- expect: refused sql.table_function
SELECT p.* FROM people JOIN read_parquet('x.parquet') AS p ON true
-- name: read_text
-- on: duckdb
-- expect: refused sql.table_function
SELECT content FROM read_text('/etc/passwd')
-- name: quoted read_csv
-- on: duckdb
-- expect: refused sql.table_function
SELECT * FROM "read_csv"('x.csv')
-- name: glob
-- on: duckdb
-- expect: refused sql.table_function
SELECT * FROM glob('*')
-- name: query
-- on: duckdb
-- expect: refused sql.table_function
SELECT * FROM query('SELECT phone FROM people')
-- name: query_table
-- on: duckdb
-- expect: refused sql.table_function
SELECT * FROM query_table('people')
-- name: table macro that reads a table by name
-- on: duckdb
-- expect: refused sql.table_function
SELECT * FROM histogram(people, phone)
-- name: table macro that reads a table by a text
-- on: duckdb
-- expect: refused sql.table_function
SELECT * FROM histogram_values('people', 'phone')
-- name: duckdb_tables
-- on: duckdb
-- expect: refused sql.table_function
SELECT * FROM duckdb_tables()
-- name: pragma function
-- expect: refused sql.table_function
SELECT * FROM pragma_table_info('people')
-- name: run SQL from JSON
-- on: duckdb
-- expect: refused sql.table_function
FROM json_execute_serialized_sql('x')
-- name: lateral file
-- on: duckdb
-- expect: refused sql.table_function
SELECT * FROM people p, LATERAL read_csv(p.name)
-- name: file path
-- expect: refused sql.file
SELECT * FROM 'people.csv'
-- name: file path in double quotes
-- on: duckdb
-- expect: refused sql.file
SELECT * FROM "data/people.parquet"
-- name: table in single quotes
-- expect: refused sql.file
SELECT * FROM 'people'
-- name: address
-- expect: refused sql.file
SELECT * FROM 'https://example.org/x.csv'
-- name: main schema
-- expect: refused sql.qualified
SELECT id FROM main.people
-- name: main schema, unprotected
-- expect: refused sql.qualified
SELECT code FROM main.countries
-- name: other schema
-- expect: refused sql.qualified
SELECT * FROM other.people
-- name: catalog and schema
-- on: duckdb
-- expect: refused sql.qualified
SELECT * FROM memory.main.people
-- name: quoted schema
-- expect: refused sql.qualified
SELECT * FROM "main"."people"
-- name: temp schema
-- expect: refused sql.qualified
SELECT * FROM temp.people
-- name: schema before a column
-- expect: refused sql.qualified
SELECT main.people.phone FROM people
-- name: schema before a star
-- expect: refused sql.qualified
SELECT main.people.* FROM people
-- name: schema in a CTE of the same name
-- expect: refused sql.qualified
WITH people AS (SELECT 1 AS id) SELECT * FROM main.people
-- name: information schema
-- expect: refused sql.qualified
SELECT * FROM information_schema.tables
-- name: sqlite_master
-- expect: refused sql.system_table
SELECT sql FROM sqlite_master
-- name: sqlite_schema
-- expect: refused sql.system_table
SELECT sql FROM sqlite_schema
-- name: duckdb_tables as a view
-- on: duckdb
-- expect: refused sql.system_table
SELECT * FROM duckdb_tables
-- name: pg_catalog
-- expect: refused sql.qualified
SELECT * FROM pg_catalog.pg_class
-- name: pg_class
-- expect: refused sql.system_table
SELECT * FROM pg_class
-- name: unknown table
-- expect: refused sql.unknown_table
SELECT * FROM poeple
-- name: table that replacements read
-- expect: refused sql.unknown_table
SELECT * FROM consents
-- name: unknown table in a subquery
-- expect: refused sql.unknown_table
SELECT id FROM people WHERE id IN (SELECT person_id FROM consents)
-- name: CTE out of reach
-- expect: refused sql.unknown_table
SELECT * FROM (WITH a AS (SELECT 1 AS x) SELECT * FROM a) q, a
-- name: Kelvin sign is not k
-- expect: refused sql.unknown_table
WITH k AS (SELECT 1 AS x) SELECT * FROM ␋
-- name: unicode letters keep their case
-- expect: refused sql.unknown_table
SELECT * FROM "ärzte 医生"
-- name: unknown column
-- expect: refused sql.unknown_column
SELECT fone FROM people
-- name: unknown column with alias
-- expect: refused sql.unknown_column
SELECT p.fone FROM people p
-- name: alias out of reach
-- expect: refused sql.unknown_column
SELECT people.id FROM people AS p
-- name: inner alias from outside
-- expect: refused sql.unknown_column
SELECT q.id, o.note FROM (SELECT o.id FROM orders o) AS q
-- name: text in double quotes
-- on: sqlite
-- expect: refused sql.unknown_column
SELECT id FROM people WHERE country = "CN"
-- name: whole row in SQLite
-- on: sqlite
-- expect: refused sql.unknown_column
SELECT people FROM people
-- name: rowid
-- expect: refused sql.pseudo_column
SELECT rowid FROM people
-- name: rowid qualified and quoted
-- expect: refused sql.pseudo_column
SELECT p."ROWID" FROM people p
-- name: oid in a filter
-- expect: refused sql.pseudo_column
SELECT id FROM people WHERE oid = 3
-- name: rowid of an unprotected table
-- expect: refused sql.pseudo_column
SELECT _rowid_ FROM countries
-- name: rowid beside unknown columns
-- on: duckdb
-- expect: refused sql.pseudo_column
SELECT rowid FROM countries, unnest([1, 2]) AS u
-- name: IN a table
-- on: sqlite
-- expect: refused sql.in_table
SELECT id FROM orders WHERE id IN people
-- name: IN a table, where a column is called so
-- on: sqlite
-- expect: refused sql.in_table
SELECT code FROM countries WHERE people IN people
-- name: IN a table of a schema
-- on: sqlite
-- expect: refused sql.qualified
SELECT id FROM orders WHERE id IN main.people.x
-- name: IN a table function
-- on: sqlite
-- expect: refused sql.in_table
SELECT id FROM orders WHERE id IN json_each('[1]')
-- name: getvariable
-- on: duckdb
-- expect: refused sql.function
SELECT getvariable('x')
-- name: current_setting
-- on: duckdb
-- expect: refused sql.function
SELECT current_setting('access_mode') FROM people
-- name: getenv
-- on: duckdb
-- expect: refused sql.function
SELECT getenv('HOME')
-- name: stats shows the raw least and greatest
-- on: duckdb
-- expect: refused sql.function
SELECT stats(phone) FROM people
-- name: current_query
-- on: duckdb
-- expect: refused sql.function
SELECT current_query()
-- name: nextval
-- on: duckdb
-- expect: refused sql.function
SELECT nextval('s')
-- name: setseed
-- on: duckdb
-- expect: refused sql.function
SELECT setseed(0.5)
-- name: error raises a text
-- on: duckdb
-- expect: refused sql.function
SELECT error(phone) FROM people
-- name: write_log
-- on: duckdb
-- expect: refused sql.function
SELECT write_log(phone) FROM people
-- name: sleep
-- on: duckdb
-- expect: refused sql.function
SELECT sleep_ms(1000)
-- name: serialised plan
-- on: duckdb
-- expect: refused sql.function
SELECT json_serialize_plan('SELECT 1')
-- name: unknown function
-- expect: refused sql.function
SELECT my_macro(phone) FROM people
-- name: unknown function, quoted
-- expect: refused sql.function
SELECT "my_macro"(phone) FROM people
-- name: unknown function over a window
-- expect: refused sql.function
SELECT my_rank() OVER (ORDER BY id) FROM people
-- name: function with a comment before its parenthesis
-- on: duckdb
-- expect: refused sql.function
SELECT getvariable /* x */ ('x')
-- name: function in order
-- on: duckdb
-- expect: refused sql.function
SELECT id FROM people ORDER BY getvariable('x')
-- name: method call
-- on: duckdb
-- expect: refused sql.function
SELECT 'x'.getvariable()
-- name: method call of an allowed function
-- on: duckdb
-- expect: refused sql.function
SELECT phone.lower() FROM people
-- name: function of a schema
-- on: duckdb
-- expect: refused sql.function
SELECT main.lower(phone) FROM people
-- name: load_extension
-- on: sqlite
-- expect: refused sql.function
SELECT load_extension('x')
-- name: fts3_tokenizer
-- on: sqlite
-- expect: refused sql.function
SELECT fts3_tokenizer('simple')
-- name: last_insert_rowid
-- on: sqlite
-- expect: refused sql.function
SELECT last_insert_rowid()
-- name: version
-- expect: refused sql.function
SELECT sqlite_version(), version()
-- name: current_user
-- on: duckdb
-- expect: refused sql.word
SELECT current_user
-- name: session_user
-- on: duckdb
-- expect: refused sql.word
SELECT session_user
-- name: question mark
-- expect: refused sql.character
SELECT id FROM people WHERE id = ?
-- name: dollar parameter
-- expect: refused sql.character
SELECT id FROM people WHERE id = $1
-- name: named parameter
-- on: sqlite
-- expect: refused sql.parameter
SELECT id FROM people WHERE id = :id
-- name: at parameter
-- expect: refused sql.character
SELECT id FROM people WHERE id = @id
-- name: positional reference
-- expect: refused sql.character
SELECT id FROM people ORDER BY #1
-- name: dollar quotes
-- expect: refused sql.character
SELECT $$x$$ FROM people
-- name: escape string
-- expect: refused sql.character
SELECT E'\' , phone FROM people --'
-- name: unicode escape string
-- expect: refused sql.character
SELECT U&'\0041' FROM people
-- name: nested comment
-- expect: refused sql.character
SELECT id /* a /* b */ , phone -- */
FROM people
-- name: open comment
-- expect: refused sql.character
SELECT id FROM people /* x
-- name: open text
-- expect: refused sql.character
SELECT 'id FROM people
-- name: open quoted name
-- expect: refused sql.character
SELECT "id FROM people
-- name: carriage return ends a comment for one engine only
-- expect: refused sql.character
SELECT id FROM people -- x␍ UNION SELECT phone FROM people
-- name: no-break space
-- expect: refused sql.character
SELECT␠id FROM people
-- name: NUL
-- expect: refused sql.character
SELECT id FROM people␀; DROP TABLE people
-- name: NUL in a text
-- expect: refused sql.character
SELECT id FROM people WHERE name = 'a␀b'
-- name: backslash
-- expect: refused sql.character
SELECT \id FROM people
-- name: backtick
-- expect: refused sql.character
SELECT `id` FROM people
-- name: brackets as quotes
-- on: sqlite
-- expect: refused sql.character
SELECT [id] FROM [people]
-- name: hexadecimal number
-- expect: refused sql.character
SELECT 0x1F FROM people
-- name: template
-- expect: refused sql.unknown_column
SELECT {{ x }} FROM people
-- name: table sample
-- on: duckdb
-- expect: refused sql.sample
SELECT id FROM people TABLESAMPLE 10%
-- name: using sample
-- on: duckdb
-- expect: refused sql.sample
SELECT id FROM people USING SAMPLE 5
-- name: time travel
-- on: duckdb
-- expect: refused sql.clause
SELECT id FROM people AT (VERSION => 1)
-- name: indexed by
-- on: sqlite
-- expect: refused sql.clause
SELECT id FROM people INDEXED BY i
-- name: positional join
-- on: duckdb
-- expect: refused sql.join
SELECT * FROM people POSITIONAL JOIN orders
-- name: using key
-- on: duckdb
-- expect: refused sql.clause
WITH RECURSIVE r(a) USING KEY (a) AS (SELECT 1 UNION SELECT a + 1 FROM r) SELECT * FROM r
-- name: own type
-- on: duckdb
-- expect: refused sql.word
SELECT CAST(phone AS my_type) FROM people
-- name: lateral table macro
-- on: duckdb
-- expect: refused sql.table_function
SELECT h.* FROM countries c, LATERAL histogram('people', 'phone') AS h
-- name: not indexed
-- on: sqlite
-- expect: refused sql.word
SELECT count(*) FROM people NOT INDEXED
-- name: with ordinality
-- on: duckdb
-- expect: refused sql.clause
SELECT * FROM unnest([1, 2]) WITH ORDINALITY AS u(a, b)
-- name: quoted with single quotes after a dot
-- on: sqlite
-- expect: refused sql.unknown_column
SELECT p.'phone' FROM people p
-- name: lateral column
-- on: duckdb
-- expect: refused sql.qualified
SELECT id FROM people p, p.phone
