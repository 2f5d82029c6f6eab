-- resource: table.Shop.orders
-- database: local.db
-- Shop/orders: the latest version of each record, and earlier ones for 30 d.
-- A batch: stage, load every record that its columns in jobs.json have room for; checks must find nothing; then in
-- one transaction merge, count, batch_visible of database.sql, and schema; then unstage. Copies elsewhere are
-- brought up to date; then forget and purge, if there are such sections.

-- [create] Makes the table.
CREATE TABLE IF NOT EXISTS "Shop__orders" (
  "id" INTEGER NOT NULL,
  "amount" TEXT,
  "note" TEXT,
  "batch_in" INTEGER NOT NULL,
  "batch_out" INTEGER,
  PRIMARY KEY ("id", "batch_in")
);

CREATE UNIQUE INDEX IF NOT EXISTS "Shop__orders.live"
  ON "Shop__orders" ("id") WHERE "batch_out" IS NULL;
CREATE INDEX IF NOT EXISTS "Shop__orders.opened"
  ON "Shop__orders" ("batch_in");
CREATE INDEX IF NOT EXISTS "Shop__orders.closed"
  ON "Shop__orders" ("batch_out") WHERE "batch_out" IS NOT NULL;

-- [stage] Makes room for a batch.
DROP TABLE IF EXISTS temp."Shop__orders.stage";

CREATE TEMP TABLE "Shop__orders.stage" (
  "id" INTEGER NOT NULL,
  "amount" TEXT NOT NULL,
  "note" TEXT,
  PRIMARY KEY ("id")
) STRICT, WITHOUT ROWID;

-- [load] Puts one record into it.
INSERT INTO temp."Shop__orders.stage"
  ("id", "amount", "note")
VALUES
  (?1, ?2, ?3);

-- [merge] Closes what changed or is missing, opens what changed or is new.
UPDATE "Shop__orders" AS live
SET "batch_out" = :batch
WHERE live."batch_out" IS NULL
  AND NOT EXISTS (
    SELECT 1
    FROM temp."Shop__orders.stage" AS stage
    WHERE stage."id" = live."id"
      AND (stage."amount", stage."note")
      IS (live."amount", live."note")
  );

INSERT INTO "Shop__orders"
  ("id", "amount", "note", "batch_in")
SELECT stage."id", stage."amount", stage."note", :batch
FROM temp."Shop__orders.stage" AS stage
WHERE NOT EXISTS (
  SELECT 1
  FROM "Shop__orders" AS live
  WHERE live."id" = stage."id"
    AND live."batch_out" IS NULL
);

-- [count] What the batch did.
WITH
  opened AS (SELECT count(*) AS n FROM "Shop__orders" WHERE "batch_in" = :batch),
  closed AS (SELECT count(*) AS n FROM "Shop__orders" WHERE "batch_out" = :batch),
  updated AS (
    SELECT count(*) AS n
    FROM "Shop__orders" AS earlier
    JOIN "Shop__orders" AS later ON later."id" = earlier."id"
    WHERE earlier."batch_out" = :batch AND later."batch_in" = :batch
  ),
  live AS (SELECT count(*) AS n FROM "Shop__orders" WHERE "batch_out" IS NULL)
SELECT
  opened.n - updated.n AS "inserted",
  updated.n AS "updated",
  closed.n - updated.n AS "deleted",
  live.n - opened.n AS "unchanged"
FROM opened, closed, updated, live;

-- [schema] Remembers the schema of the batch, if it is not that of the one before.
INSERT INTO "datasurface_schemas"
  ("datastore", "dataset", "version", "first_batch", "columns", "key")
WITH
  schema("columns", "key") AS (
    VALUES (
      'id BigInt not null, amount Decimal(18,4) not null, note VarChar(20)',
      '"id"'
    )
  ),
  latest AS (
    SELECT "version", "columns", "key"
    FROM "datasurface_schemas"
    WHERE "datastore" = 'Shop'
      AND "dataset" = 'orders'
    ORDER BY "version" DESC
    LIMIT 1
  )
SELECT
  'Shop',
  'orders',
  coalesce(latest."version", 0) + 1,
  :batch,
  schema."columns",
  schema."key"
FROM schema
LEFT JOIN latest
WHERE (schema."columns", schema."key") IS NOT (latest."columns", latest."key");

-- [purge] After that time, nobody is owed an earlier version.
DELETE FROM "Shop__orders"
WHERE "batch_out" <= (
  SELECT max("batch")
  FROM main."datasurface_batches"
  WHERE "datastore" = 'Shop'
    AND "dataset" = 'orders'
    AND "batch" < coalesce(
      (
        SELECT min("batch")
        FROM main."datasurface_batches"
        WHERE "datastore" = 'Shop'
          AND "dataset" = 'orders'
          AND julianday("visible_at") >= julianday(:now) - 30
      ),
      9223372036854775807
    )
);

-- [unstage] Gives the room back.
DROP TABLE IF EXISTS temp."Shop__orders.stage";
