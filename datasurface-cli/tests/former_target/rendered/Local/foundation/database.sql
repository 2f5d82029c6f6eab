-- resource: database
-- database: local.db
-- The database of the platform Local: what it keeps its books in.
-- Batches are numbered for each datastore. A batch is visible when it stands here.
-- Schemas are numbered for each dataset. A batch has the last one whose first batch is not after it.

-- [create] Makes the books that are not there.
CREATE TABLE IF NOT EXISTS "datasurface_steps" (
  "platform" TEXT NOT NULL,
  "plan" TEXT NOT NULL,
  "step" TEXT NOT NULL,
  "done_at" TEXT NOT NULL,
  PRIMARY KEY ("platform", "plan", "step")
);

CREATE TABLE IF NOT EXISTS "datasurface_books" (
  "row" INTEGER PRIMARY KEY CHECK ("row" = 1),
  "identity" TEXT NOT NULL,
  "version" INTEGER NOT NULL,
  "trusted_at" TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS "datasurface_batches" (
  "datastore" TEXT NOT NULL,
  "dataset" TEXT NOT NULL,
  "batch" INTEGER NOT NULL,
  "visible_at" TEXT NOT NULL,
  "inserted" INTEGER NOT NULL,
  "updated" INTEGER NOT NULL,
  "deleted" INTEGER NOT NULL,
  "unchanged" INTEGER NOT NULL,
  PRIMARY KEY ("datastore", "dataset", "batch")
);

CREATE TABLE IF NOT EXISTS "datasurface_runs" (
  "run" INTEGER PRIMARY KEY,
  "job" TEXT NOT NULL,
  "started_at" TEXT NOT NULL,
  "ended_at" TEXT,
  "failure" TEXT,
  "milliseconds" INTEGER,
  "records" INTEGER
);
CREATE INDEX IF NOT EXISTS "datasurface_runs.by_job" ON "datasurface_runs" ("job", "run");

CREATE TABLE IF NOT EXISTS "datasurface_inputs" (
  "workspace" TEXT NOT NULL,
  "datastore" TEXT NOT NULL,
  "dataset" TEXT NOT NULL,
  "batch" INTEGER NOT NULL,
  "made_by" TEXT NOT NULL,
  PRIMARY KEY ("workspace", "datastore", "dataset")
);

CREATE TABLE IF NOT EXISTS "datasurface_positions" (
  "table" TEXT NOT NULL PRIMARY KEY,
  "position",
  "made_by" TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS "datasurface_schemas" (
  "datastore" TEXT NOT NULL,
  "dataset" TEXT NOT NULL,
  "version" INTEGER NOT NULL,
  "first_batch" INTEGER NOT NULL,
  "columns" TEXT NOT NULL,
  "key" TEXT NOT NULL,
  PRIMARY KEY ("datastore", "dataset", "version")
);

CREATE TABLE IF NOT EXISTS "datasurface_behind" (
  "datastore" TEXT NOT NULL,
  "dataset" TEXT NOT NULL,
  "failed_at" TEXT NOT NULL,
  "reason" TEXT NOT NULL,
  "examples" TEXT NOT NULL,
  "confirmed_at" TEXT,
  PRIMARY KEY ("datastore", "dataset")
);

-- [upgrade_to_2] Gives books of version 1 what those of version 2 have.
ALTER TABLE "datasurface_runs" ADD COLUMN "milliseconds" INTEGER;

ALTER TABLE "datasurface_runs" ADD COLUMN "records" INTEGER;

-- [begin_books] Writes down what tells this database from every other one, and the version of these books.
INSERT INTO "datasurface_books" ("row", "identity", "version", "trusted_at")
VALUES (
  1,
  :identity,
  :version,
  coalesce(
    (SELECT max("ended_at") FROM "datasurface_runs" WHERE "failure" IS NULL),
    :now
  )
)
ON CONFLICT ("row") DO UPDATE SET "version" = max("version", excluded."version");

-- [books] What was written down of the books themselves.
SELECT "identity", "version", "trusted_at"
FROM "datasurface_books";

-- [trust_clock] Remembers the time of a run that could be trusted. What somebody confirmed counts also if it is earlier.
UPDATE "datasurface_books"
SET "trusted_at" = CASE WHEN :confirmed THEN :now ELSE max("trusted_at", :now) END;

-- [server_clock] What the time is on a PostgreSQL server, where it is asked.
SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "now";

-- [step_done] Remembers that a step of a plan was done, in the transaction that does it.
INSERT INTO "datasurface_steps" ("platform", "plan", "step", "done_at")
VALUES ('Local', :plan, :step, :now);

-- [steps_done] What was done, by plan; the plan without a name made the database.
SELECT "plan", "step"
FROM "datasurface_steps"
WHERE "platform" = 'Local';

-- [new_plan] Forgets what was done of other plans: the same change may come again.
DELETE FROM "datasurface_steps"
WHERE "platform" = 'Local' AND "plan" NOT IN ('', :plan);

-- [next_batch] The number of the next batch of a datastore.
SELECT coalesce(max("batch"), 0) + 1 AS "batch"
FROM "datasurface_batches"
WHERE "datastore" = :datastore;

-- [batch_visible] Makes a batch of a dataset visible, in the transaction that merges it. Its time is not before that of an earlier one.
INSERT INTO "datasurface_batches"
  ("datastore", "dataset", "batch", "visible_at", "inserted", "updated", "deleted", "unchanged")
VALUES (
  :datastore,
  :dataset,
  :batch,
  max(
    :now,
    coalesce((SELECT max("visible_at") FROM "datasurface_batches" WHERE "datastore" = :datastore), '')
  ),
  :inserted,
  :updated,
  :deleted,
  :unchanged
);

-- [last_batch] The last batch of a dataset, and when it became visible.
SELECT "batch", "visible_at"
FROM "datasurface_batches"
WHERE "datastore" = :datastore AND "dataset" = :dataset
ORDER BY "batch" DESC
LIMIT 1;

-- [first_batch] The first batch of a dataset that is known.
SELECT coalesce(min("batch"), 0) AS "batch"
FROM "datasurface_batches"
WHERE "datastore" = :datastore AND "dataset" = :dataset;

-- [last_move] The last batch, up to :until, that changed a dataset; its first one counts.
SELECT coalesce(max(batches."batch"), 0) AS "batch"
FROM "datasurface_batches" AS batches
WHERE batches."datastore" = :datastore
  AND batches."dataset" = :dataset
  AND batches."batch" <= :until
  AND (
    batches."inserted" + batches."updated" + batches."deleted" > 0
    OR NOT EXISTS (
      SELECT 1
      FROM "datasurface_batches" AS earlier
      WHERE earlier."datastore" = batches."datastore"
        AND earlier."dataset" = batches."dataset"
        AND earlier."batch" < batches."batch"
    )
  );

-- [schema_version] The version of its schema that a batch of a dataset has.
SELECT max("version") AS "version"
FROM "datasurface_schemas"
WHERE "datastore" = :datastore AND "dataset" = :dataset AND "first_batch" <= :batch;

-- [dataset_failed] Remembers why a dataset stays as it is, in the transaction of the batch of the others.
INSERT INTO "datasurface_behind" ("datastore", "dataset", "failed_at", "reason", "examples", "confirmed_at")
VALUES (:datastore, :dataset, :now, :reason, :examples, :confirmed_at)
ON CONFLICT ("datastore", "dataset") DO UPDATE SET
  "failed_at" = excluded."failed_at",
  "reason" = excluded."reason",
  "examples" = excluded."examples";

-- [dataset_captured] A dataset is behind no more.
DELETE FROM "datasurface_behind"
WHERE "datastore" = :datastore AND "dataset" = :dataset;

-- [datasets_behind] The datasets whose last capture failed.
SELECT "datastore", "dataset", "reason", "examples", "confirmed_at"
FROM "datasurface_behind"
ORDER BY "datastore", "dataset";

-- [input_seen] The last batch of an input that a transformer has seen, as it is now: :made_by is a fingerprint of it.
SELECT coalesce(max("batch"), 0) AS "batch"
FROM "datasurface_inputs"
WHERE "workspace" = :workspace AND "datastore" = :datastore AND "dataset" = :dataset
  AND "made_by" = :made_by;

-- [see_input] Remembers which batch of an input a transformer saw, in the transaction of its outputs.
INSERT INTO "datasurface_inputs" ("workspace", "datastore", "dataset", "batch", "made_by")
VALUES (:workspace, :datastore, :dataset, :batch, :made_by)
ON CONFLICT ("workspace", "datastore", "dataset") DO UPDATE SET
  "batch" = excluded."batch",
  "made_by" = excluded."made_by";

-- [run_started] Remembers that a job was started.
INSERT INTO "datasurface_runs" ("job", "started_at")
VALUES (:job, :now)
RETURNING "run";

-- [run_ended] Remembers how a job ended, how long it took, and how many records it moved; without a failure, it went well. Its last 100 runs stay, and its last good one.
UPDATE "datasurface_runs"
SET
  "ended_at" = :now,
  "failure" = :failure,
  "milliseconds" = :milliseconds,
  "records" = :records
WHERE "run" = :run;

WITH of_job AS (
  SELECT *
  FROM "datasurface_runs"
  WHERE "job" = (SELECT "job" FROM "datasurface_runs" WHERE "run" = :run)
)
DELETE FROM "datasurface_runs"
WHERE "run" IN (SELECT "run" FROM of_job ORDER BY "run" DESC LIMIT -1 OFFSET 100)
  AND "run" <> coalesce(
    (SELECT max("run") FROM of_job WHERE "ended_at" IS NOT NULL AND "failure" IS NULL),
    0
  );

-- [last_run] The last run of a job.
SELECT "started_at", "ended_at", "failure"
FROM "datasurface_runs"
WHERE "job" = :job
ORDER BY "run" DESC
LIMIT 1;

-- [last_success] When a job last ended well.
SELECT "ended_at"
FROM "datasurface_runs"
WHERE "job" = :job AND "ended_at" IS NOT NULL AND "failure" IS NULL
ORDER BY "run" DESC
LIMIT 1;

-- [history] The last :most runs of each job, the newest first; what a server refused is a part of a job.
WITH numbered AS (
  SELECT *, row_number() OVER (PARTITION BY "job" ORDER BY "run" DESC) AS "number"
  FROM "datasurface_runs"
  WHERE "job" NOT LIKE '%.refused'
)
SELECT "job", "started_at", "ended_at", "failure", "milliseconds", "records"
FROM numbered
WHERE "number" <= :most
ORDER BY "job", "number";

-- [moved_since] How many records of a dataset changed in the batches after :arrived, up to :batch.
SELECT coalesce(sum("inserted" + "updated" + "deleted"), 0) AS "records"
FROM "datasurface_batches"
WHERE "datastore" = :datastore AND "dataset" = :dataset AND "batch" > :arrived AND "batch" <= :batch;
