-- resource: table.Shop.items
-- database: local.db
-- Shop/items: held. Nobody asks for it any more, and nothing feeds it.
-- It is owed until 2026-03-05; then it may go.

-- [create] Makes the table, if it is not there.
CREATE TABLE IF NOT EXISTS "Shop__items" (
  "id" INTEGER NOT NULL,
  "name" TEXT,
  "batch_in" INTEGER NOT NULL,
  "batch_out" INTEGER,
  PRIMARY KEY ("id", "batch_in")
);

CREATE UNIQUE INDEX IF NOT EXISTS "Shop__items.live"
  ON "Shop__items" ("id") WHERE "batch_out" IS NULL;
CREATE INDEX IF NOT EXISTS "Shop__items.opened"
  ON "Shop__items" ("batch_in");
CREATE INDEX IF NOT EXISTS "Shop__items.closed"
  ON "Shop__items" ("batch_out") WHERE "batch_out" IS NOT NULL;
