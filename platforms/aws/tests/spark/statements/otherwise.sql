SELECT id, name || '\n' AS name FROM Store_customers
SELECT id, customer ^ 2 AS a FROM Store_orders
SELECT id, ~customer AS a FROM Store_orders
SELECT id, first_value(name) IGNORE NULLS OVER (ORDER BY id) AS a FROM Store_customers
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY id) AS a FROM Store_customers
SELECT id AS a FROM Store_orders CLUSTER BY id
SELECT id, split(name, ' ')[0] AS a FROM Store_customers
SELECT id, (id, id) IN ((CAST(1 AS BIGINT), CAST(2 AS BIGINT))) AS a FROM Store_orders
SELECT id, trim(LEADING FROM name) AS a FROM Store_customers
SELECT id, customer DIV 2 AS a FROM Store_orders
