-- resource: view.Reporting.Daily.Shop.orders
-- database: mart.db
-- What the group Reporting/Daily sees of Shop/orders.

-- [create] Makes what the group reads.
CREATE VIEW IF NOT EXISTS "Local__Reporting__Daily__Shop__orders" AS
SELECT "id", "amount", "note"
FROM "Local__Shop__orders"
WHERE "batch_out" IS NULL;

CREATE VIEW IF NOT EXISTS "Local__Reporting__Daily__Shop__orders__history" AS
SELECT "id", "amount", "note", "batch_in", "batch_out"
FROM "Local__Shop__orders";
