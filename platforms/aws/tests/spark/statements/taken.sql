SELECT o.customer AS "customer", max(c.name) AS name, sum(o.amount) AS total FROM Store_orders o LEFT JOIN Store_customers c ON c.id = o.customer GROUP BY o.customer; -- by customer
SELECT id, upper(trim(name)) AS name FROM Store_customers WHERE name LIKE 'A%' AND id BETWEEN 1 AND 9
SELECT id, name || ' (' || CAST(id AS VARCHAR(10)) || ')' AS name FROM Store_customers
SELECT id, CASE WHEN amount > 10 THEN 'much' ELSE 'little' END AS size FROM Store_orders
SELECT id, CASE customer WHEN 1 THEN 'one' END AS one FROM Store_orders
SELECT id, coalesce(amount, 0) AS amount, nullif(customer, 0) AS customer FROM Store_orders
SELECT id, row_number() OVER (PARTITION BY customer ORDER BY placed DESC) AS number FROM Store_orders
SELECT id, sum(amount) OVER (PARTITION BY customer ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS running FROM Store_orders
SELECT id, lag(amount) OVER w AS before FROM Store_orders WINDOW w AS (PARTITION BY customer ORDER BY id)
SELECT id, sum(amount) OVER (PARTITION BY customer) AS total FROM Store_orders
WITH big AS (SELECT * FROM Store_orders WHERE amount > 100) SELECT customer, count(*) AS orders FROM big GROUP BY customer HAVING count(*) > 1
SELECT customer, count(DISTINCT id) AS orders, count(*) FILTER (WHERE amount > 1) AS big FROM Store_orders GROUP BY customer
SELECT id FROM Store_orders WHERE customer IN (SELECT id FROM Store_customers) AND EXISTS (SELECT 1 FROM Store_customers c WHERE c.id = customer)
SELECT id, (SELECT max(c.name) FROM Store_customers c WHERE c.id = o.customer) AS name FROM Store_orders o
SELECT id, extract(YEAR FROM placed) AS year, extract(DOW FROM placed) AS day FROM Store_orders
SELECT id, date_trunc('month', placed) AS month, placed + INTERVAL '1' DAY AS next FROM Store_orders
SELECT id, placed - INTERVAL 2 HOURS AS before FROM Store_orders
SELECT id, TIMESTAMP '2026-01-01 00:00:00' AS a, DATE '2026-01-01' AS b, current_date AS c, current_timestamp AS d FROM Store_orders
SELECT id, CAST(amount AS DOUBLE) AS a, TRY_CAST(customer AS STRING) AS b, CAST(placed AS DATE) AS c, CAST(id AS DECIMAL(20, 2)) AS d FROM Store_orders
SELECT id, substring(name FROM 1 FOR 3) AS a, substr(name, 2) AS b, position('a' IN name) AS c, overlay(name PLACING 'x' FROM 1 FOR 1) AS d FROM Store_customers
SELECT id, trim(BOTH ' ' FROM name) AS a, trim(LEADING ' ' FROM name) AS b, ltrim(name) AS c FROM Store_customers
SELECT id, ceil(amount) AS a, floor(amount) AS b, round(amount, 1) AS c, abs(amount) AS d, -amount AS e, NOT amount > 1 AS f FROM Store_orders
SELECT id, amount IS NOT DISTINCT FROM 1 AS a, amount IS DISTINCT FROM 1 AS b, (amount > 1) IS TRUE AS c, (amount > 1) IS NOT FALSE AS d FROM Store_orders
SELECT id, customer % 2 AS a, customer / 2 AS b, customer & 1 AS c, customer | 1 AS d, mod(customer, 2) AS e FROM Store_orders
SELECT id, name ILIKE 'a%' AS a, name LIKE 'a!%' ESCAPE '!' AS b, name NOT LIKE 'b%' AS c FROM Store_customers
SELECT id FROM Store_orders UNION ALL SELECT id FROM Store_customers
SELECT id FROM Store_orders EXCEPT SELECT id FROM Store_customers INTERSECT SELECT id FROM Store_customers
SELECT DISTINCT customer FROM Store_orders ORDER BY customer DESC NULLS LAST LIMIT 5 OFFSET 1
SELECT o.id, c.name FROM Store_orders o JOIN Store_customers c ON o.customer = c.id CROSS JOIN (SELECT 1 AS one) AS x
SELECT id, o.amount, c.name FROM Store_orders o FULL OUTER JOIN Store_customers c USING (id)
SELECT o.id FROM Store_orders o LEFT SEMI JOIN Store_customers c ON c.id = o.customer
SELECT o.id FROM Store_orders o LEFT ANTI JOIN Store_customers c ON c.id = o.customer
SELECT o.id, x.name FROM Store_orders o, LATERAL (SELECT c.name FROM Store_customers c WHERE c.id = o.customer) x
SELECT t.a, t.b FROM (VALUES (1, 'x'), (2, 'y')) AS t(a, b)
SELECT id, word FROM Store_customers LATERAL VIEW explode(split(name, ' ')) words AS word
SELECT customer, sum(amount) AS total FROM Store_orders GROUP BY ROLLUP (customer)
SELECT customer, placed, sum(amount) AS total FROM Store_orders GROUP BY GROUPING SETS ((customer), (placed), ())
SELECT customer, sum(amount) AS total FROM Store_orders GROUP BY ALL
SELECT customer, sum(amount) AS total FROM Store_orders GROUP BY 1
SELECT id, X'00FF' AS b, 1.5e3 AS c, TRUE AS d, NULL AS e FROM Store_orders
SELECT customer, array_join(transform(collect_list(id), x -> CAST(x + 1 AS STRING)), ',') AS ids FROM Store_orders GROUP BY customer
SELECT `id`, "customer" FROM Store_orders AS `o` /* a comment */ WHERE "o".`id` <> 1
