SELECT id, strftime('%Y', placed) AS year FROM Store_orders
SELECT id, string_agg(name, ',') AS names FROM Store_customers GROUP BY id
SELECT id, group_concat(name) AS names FROM Store_customers GROUP BY id
SELECT id, to_tsvector(name) AS words FROM Store_customers
SELECT id, julianday(placed) AS day FROM Store_orders
SELECT id, substr(name) AS a FROM Store_customers
SELECT id, upper(name, 'x') AS a FROM Store_customers
SELECT id, coalesce() AS a FROM Store_customers
SELECT id, CAST(name AS TEXT) AS name FROM Store_customers
SELECT id, CAST(amount AS DOUBLE PRECISION) AS amount FROM Store_orders
SELECT id, CAST(name AS VARCHAR) AS name FROM Store_customers
SELECT id, CAST(amount AS DECIMAL(40, 2)) AS amount FROM Store_orders
SELECT id, CAST(placed AS TIMESTAMP WITH TIME ZONE) AS placed FROM Store_orders
SELECT id, name::varchar(3) AS name FROM Store_customers
SELECT DISTINCT ON (customer) customer, id FROM Store_orders
SELECT TOP 5 id FROM Store_orders
SELECT id FROM Store_orders LIMIT 1, 2
SELECT id FROM Store_orders FETCH FIRST 3 ROWS ONLY
SELECT id FROM Store_orders QUALIFY row_number() OVER (ORDER BY id) = 1
SELECT id, row_number() OVER () AS number FROM Store_orders
SELECT id, rank() OVER (PARTITION BY customer) AS number FROM Store_orders
SELECT id, row_number() AS number FROM Store_orders
SELECT id, upper(name) OVER (PARTITION BY id) AS name FROM Store_customers
SELECT id, count(DISTINCT name) OVER (PARTITION BY id) AS names FROM Store_customers
SELECT id, sum(id) OVER (ORDER BY id GROUPS 1 PRECEDING) AS total FROM Store_customers
SELECT array_agg(name ORDER BY id) AS names, 1 AS id FROM Store_customers
SELECT id, upper(DISTINCT name) AS name FROM Store_customers
SELECT id, name SIMILAR TO 'a' AS a FROM Store_customers
SELECT id, name ~ 'a' AS a FROM Store_customers
SELECT id, name COLLATE "C" AS name FROM Store_customers
SELECT id, placed AT TIME ZONE 'UTC' AS placed FROM Store_orders
SELECT id, placed + INTERVAL '1 day' AS placed FROM Store_orders FOR UPDATE
SELECT id FROM Store_orders WHERE customer = ANY (SELECT id FROM Store_customers)
SELECT id, ROW(1, 2) AS a FROM Store_orders
WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n
WITH n AS MATERIALIZED (SELECT 1 AS i) SELECT i FROM n
SELECT i FROM generate_series(1, 3) AS g(i)
SELECT id FROM Store_orders WHERE id IN ()
SELECT id, extract(EPOCH FROM placed) AS a FROM Store_orders
SELECT id, trim(name, ' ', 'x', 'y') AS name FROM Store_customers
SELECT id, iif(amount > 1, 1, 0) AS a FROM Store_orders
SELECT id, reflect('java.lang.System', 'getenv', 'HOME') AS a FROM Store_orders
