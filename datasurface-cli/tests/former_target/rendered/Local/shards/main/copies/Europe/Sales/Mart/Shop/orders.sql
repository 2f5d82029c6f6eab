-- resource: copy.Europe/Sales/Mart.Shop.orders
-- database: mart.db
-- reads: local.db as platform
-- Shop/orders, as the consumers of Europe/Sales/Mart read it.

-- [create] Makes the copy and the books of this file.
CREATE TABLE IF NOT EXISTS "datasurface_steps" (
  "platform" TEXT NOT NULL,
  "plan" TEXT NOT NULL,
  "step" TEXT NOT NULL,
  "done_at" TEXT NOT NULL,
  PRIMARY KEY ("platform", "plan", "step")
);

CREATE TABLE IF NOT EXISTS "datasurface_applied" (
  "copy" TEXT NOT NULL PRIMARY KEY,
  "batch" BIGINT NOT NULL,
  "applied_at" TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS "Local__Shop__orders" (
  "id" INTEGER NOT NULL,
  "amount" TEXT,
  "note" TEXT,
  "batch_in" INTEGER NOT NULL,
  "batch_out" INTEGER,
  PRIMARY KEY ("id", "batch_in")
);

CREATE UNIQUE INDEX IF NOT EXISTS "Local__Shop__orders.live"
  ON "Local__Shop__orders" ("id") WHERE "batch_out" IS NULL;
CREATE INDEX IF NOT EXISTS "Local__Shop__orders.opened"
  ON "Local__Shop__orders" ("batch_in");
CREATE INDEX IF NOT EXISTS "Local__Shop__orders.closed"
  ON "Local__Shop__orders" ("batch_out") WHERE "batch_out" IS NOT NULL;

-- [apply] Brings the copy up to the batch :batch, in one transaction; again changes nothing.
UPDATE "Local__Shop__orders" AS copy
SET "batch_out" = buffer."batch_out"
FROM platform."Shop__orders" AS buffer
WHERE buffer."batch_out" > coalesce(
    (SELECT "batch" FROM "datasurface_applied" WHERE "copy" = 'Local__Shop__orders'),
    0
  )
  AND buffer."id" = copy."id"
  AND buffer."batch_in" = copy."batch_in"
  AND +copy."batch_out" IS NULL;

UPDATE "Local__Shop__orders" AS copy
SET "batch_out" = coalesce(
  (
    SELECT buffer."batch_out"
    FROM platform."Shop__orders" AS buffer
    WHERE buffer."id" = copy."id"
      AND buffer."batch_in" = copy."batch_in"
  ),
  :batch
)
WHERE copy."batch_out" IS NULL
  AND (SELECT count(*) FROM "Local__Shop__orders" WHERE "batch_out" IS NULL) <> (
    (SELECT count(*) FROM platform."Shop__orders" WHERE "batch_out" IS NULL)
    - (SELECT count(*) FROM platform."Shop__orders" WHERE "batch_in" > coalesce(
    (SELECT "batch" FROM "datasurface_applied" WHERE "copy" = 'Local__Shop__orders'),
    0
  ) AND +"batch_out" IS NULL)
  )
  AND NOT EXISTS (
    SELECT 1
    FROM platform."Shop__orders" AS buffer
    WHERE buffer."id" = copy."id"
      AND buffer."batch_in" = copy."batch_in"
      AND buffer."batch_out" IS NULL
  );

INSERT INTO "Local__Shop__orders"
  ("id", "amount", "note", "batch_in", "batch_out")
SELECT buffer."id", buffer."amount", buffer."note", buffer."batch_in", buffer."batch_out"
FROM platform."Shop__orders" AS buffer
WHERE buffer."batch_in" > coalesce(
    (SELECT "batch" FROM "datasurface_applied" WHERE "copy" = 'Local__Shop__orders'),
    0
  )
ON CONFLICT ("id", "batch_in") DO NOTHING;

INSERT INTO "datasurface_applied" ("copy", "batch", "applied_at")
VALUES ('Local__Shop__orders', :batch, :now)
ON CONFLICT ("copy") DO UPDATE SET
  "batch" = excluded."batch",
  "applied_at" = excluded."applied_at";

-- [purge] After that time, nobody is owed an earlier version.
DELETE FROM "Local__Shop__orders"
WHERE "batch_out" <= (
  SELECT max("batch")
  FROM platform."datasurface_batches"
  WHERE "datastore" = 'Shop'
    AND "dataset" = 'orders'
    AND "batch" < coalesce(
      (
        SELECT min("batch")
        FROM platform."datasurface_batches"
        WHERE "datastore" = 'Shop'
          AND "dataset" = 'orders'
          AND julianday("visible_at") >= julianday(:now) - 30
      ),
      9223372036854775807
    )
);

-- [restart] Empties the copy: what comes next, in the same transaction, brings everything from the batch :first on.
DELETE FROM "Local__Shop__orders"
WHERE "batch_in" >= :first
  OR "batch_out" IS NULL;

DELETE FROM "datasurface_applied"
WHERE "copy" = 'Local__Shop__orders';

-- [applied] The last batch that arrived, and when.
SELECT "batch", "applied_at"
FROM "datasurface_applied"
WHERE "copy" = 'Local__Shop__orders';

-- [earlier] How many versions it has from before the batch :first: nothing could bring them again.
SELECT count(*)
FROM main."Local__Shop__orders"
WHERE "batch_in" < :first;

-- [remake] Takes away what is left of the copy: it is made and filled again in the same transaction.
DROP TABLE IF EXISTS main."Local__Shop__orders";

DELETE FROM "datasurface_applied"
WHERE "copy" = 'Local__Shop__orders';

-- [verify] How many versions are missing here, were added, or read otherwise than those of the platform's own database.
WITH last_old ("batch") AS (
  SELECT coalesce((
    SELECT max("batch")
    FROM platform."datasurface_batches"
    WHERE "datastore" = 'Shop'
      AND "dataset" = 'orders'
      AND "batch" < coalesce(
        (
          SELECT min("batch")
          FROM platform."datasurface_batches"
          WHERE "datastore" = 'Shop'
            AND "dataset" = 'orders'
            AND julianday("visible_at") >= julianday(:now) - 30
        ),
        9223372036854775807
      )
  ), 0)
)
SELECT
  (
    SELECT count(*)
    FROM platform."Shop__orders" AS expected
    WHERE (expected."batch_out" IS NULL OR expected."batch_out" > (SELECT "batch" FROM last_old))
    AND NOT EXISTS (
      SELECT 1
      FROM main."Local__Shop__orders" AS copy
      WHERE expected."id" = copy."id"
      AND expected."batch_in" = copy."batch_in"
    )
  ) AS "missing",
  (
    SELECT count(*)
    FROM main."Local__Shop__orders" AS copy
    WHERE (copy."batch_out" IS NULL OR copy."batch_out" > (SELECT "batch" FROM last_old))
    AND (copy."batch_out" IS NULL OR copy."batch_in" >= :first)
    AND NOT EXISTS (
      SELECT 1
      FROM platform."Shop__orders" AS expected
      WHERE expected."id" = copy."id"
      AND expected."batch_in" = copy."batch_in"
      AND (expected."batch_out" IS NULL OR expected."batch_out" > (SELECT "batch" FROM last_old))
    )
  ) AS "added",
  (
    SELECT count(*)
    FROM main."Local__Shop__orders" AS copy
    JOIN platform."Shop__orders" AS expected ON expected."id" = copy."id"
      AND expected."batch_in" = copy."batch_in"
    WHERE (expected."batch_out" IS NULL OR expected."batch_out" > (SELECT "batch" FROM last_old))
    AND (copy."batch_out" IS NOT expected."batch_out" OR (copy."amount", copy."note")
      IS NOT (expected."amount", expected."note"))
  ) AS "different";
