//! The platform's own database, and the metadata tables that it keeps.

use crate::{
    config::LocalConfig,
    names::address,
    prelude::*,
    sql::{quote::literal, script::Script},
};

/// What was done of a plan; kept in every database that a plan touches, beside what it did there. Several platforms may
/// bring data to one file of a consumer.
pub(super) const STEPS: &str = "\
CREATE TABLE IF NOT EXISTS \"datasurface_steps\" (
  \"platform\" TEXT NOT NULL,
  \"plan\" TEXT NOT NULL,
  \"step\" TEXT NOT NULL,
  \"done_at\" TEXT NOT NULL,
  PRIMARY KEY (\"platform\", \"plan\", \"step\")
);";

// Rendered statements may be newer than a database. An apply always executes `create`, so a table is only ever added,
// `IF NOT EXISTS`; whoever reads the database of another platform asks first whether a newer table is there.
/// The metadata tables of the platform's own database; what was done of a plan comes last.
pub(crate) const METADATA_TABLES: [&str; 8] = [
    "datasurface_batches",
    "datasurface_runs",
    "datasurface_inputs",
    "datasurface_positions",
    "datasurface_schemas",
    "datasurface_behind",
    "datasurface_steps",
    "datasurface_books",
];

fn steps_done(platform: &str) -> String {
    format!("SELECT \"plan\", \"step\"\nFROM \"datasurface_steps\"\nWHERE \"platform\" = {platform};")
}

fn step_done(platform: &str) -> String {
    format!(
        "INSERT INTO \"datasurface_steps\" (\"platform\", \"plan\", \"step\", \"done_at\")\n\
         VALUES ({platform}, :plan, :step, :now);"
    )
}

fn new_plan(platform: &str) -> String {
    format!(
        "DELETE FROM \"datasurface_steps\"\nWHERE \"platform\" = {platform} AND \"plan\" NOT IN ('', :plan);"
    )
}

/// There is one row: what the metadata tables are.
const METADATA_SECTION: &str = "\
CREATE TABLE IF NOT EXISTS \"datasurface_books\" (
  \"row\" INTEGER PRIMARY KEY CHECK (\"row\" = 1),
  \"identity\" TEXT NOT NULL,
  \"version\" INTEGER NOT NULL,
  \"trusted_at\" TEXT NOT NULL
);";

/// What the metadata tables say of themselves.
pub(crate) const READ_METADATA: &str =
    "SELECT \"identity\", \"version\", \"trusted_at\"\nFROM \"datasurface_books\";";

const CREATE_METADATA: &str = "\
INSERT INTO \"datasurface_books\" (\"row\", \"identity\", \"version\", \"trusted_at\")
VALUES (
  1,
  :identity,
  :version,
  coalesce(
    (SELECT max(\"ended_at\") FROM \"datasurface_runs\" WHERE \"failure\" IS NULL),
    :now
  )
)
ON CONFLICT (\"row\") DO UPDATE SET \"version\" = max(\"version\", excluded.\"version\");";

const TRUST_CLOCK: &str = "UPDATE \"datasurface_books\"\nSET \"trusted_at\" = CASE WHEN :confirmed THEN :now ELSE max(\"trusted_at\", :now) END;";

const SERVER_CLOCK: &str =
    "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') AS \"now\";";

const BATCHES: &str = "\
CREATE TABLE IF NOT EXISTS \"datasurface_batches\" (
  \"datastore\" TEXT NOT NULL,
  \"dataset\" TEXT NOT NULL,
  \"batch\" INTEGER NOT NULL,
  \"visible_at\" TEXT NOT NULL,
  \"inserted\" INTEGER NOT NULL,
  \"updated\" INTEGER NOT NULL,
  \"deleted\" INTEGER NOT NULL,
  \"unchanged\" INTEGER NOT NULL,
  PRIMARY KEY (\"datastore\", \"dataset\", \"batch\")
);";

const RUNS: &str = "\
CREATE TABLE IF NOT EXISTS \"datasurface_runs\" (
  \"run\" INTEGER PRIMARY KEY,
  \"job\" TEXT NOT NULL,
  \"started_at\" TEXT NOT NULL,
  \"ended_at\" TEXT,
  \"failure\" TEXT,
  \"milliseconds\" INTEGER,
  \"records\" INTEGER
);
CREATE INDEX IF NOT EXISTS \"datasurface_runs.by_job\" ON \"datasurface_runs\" (\"job\", \"run\");";

/// Books of version 1 know neither how long a job took nor what it moved.
const UPGRADE_TO_2: [&str; 2] = [
    "ALTER TABLE \"datasurface_runs\" ADD COLUMN \"milliseconds\" INTEGER;",
    "ALTER TABLE \"datasurface_runs\" ADD COLUMN \"records\" INTEGER;",
];

const INPUTS: &str = "\
CREATE TABLE IF NOT EXISTS \"datasurface_inputs\" (
  \"workspace\" TEXT NOT NULL,
  \"datastore\" TEXT NOT NULL,
  \"dataset\" TEXT NOT NULL,
  \"batch\" INTEGER NOT NULL,
  \"made_by\" TEXT NOT NULL,
  PRIMARY KEY (\"workspace\", \"datastore\", \"dataset\")
);";

const POSITIONS: &str = "\
CREATE TABLE IF NOT EXISTS \"datasurface_positions\" (
  \"table\" TEXT NOT NULL PRIMARY KEY,
  \"position\",
  \"made_by\" TEXT NOT NULL
);";

const SCHEMAS: &str = "\
CREATE TABLE IF NOT EXISTS \"datasurface_schemas\" (
  \"datastore\" TEXT NOT NULL,
  \"dataset\" TEXT NOT NULL,
  \"version\" INTEGER NOT NULL,
  \"first_batch\" INTEGER NOT NULL,
  \"columns\" TEXT NOT NULL,
  \"key\" TEXT NOT NULL,
  PRIMARY KEY (\"datastore\", \"dataset\", \"version\")
);";

const BEHIND: &str = "\
CREATE TABLE IF NOT EXISTS \"datasurface_behind\" (
  \"datastore\" TEXT NOT NULL,
  \"dataset\" TEXT NOT NULL,
  \"failed_at\" TEXT NOT NULL,
  \"reason\" TEXT NOT NULL,
  \"examples\" TEXT NOT NULL,
  \"confirmed_at\" TEXT,
  PRIMARY KEY (\"datastore\", \"dataset\")
);";

const DATASET_FAILED: &str = "\
INSERT INTO \"datasurface_behind\" (\"datastore\", \"dataset\", \"failed_at\", \"reason\", \"examples\", \"confirmed_at\")
VALUES (:datastore, :dataset, :now, :reason, :examples, :confirmed_at)
ON CONFLICT (\"datastore\", \"dataset\") DO UPDATE SET
  \"failed_at\" = excluded.\"failed_at\",
  \"reason\" = excluded.\"reason\",
  \"examples\" = excluded.\"examples\";";

const DATASET_CAPTURED: &str = "\
DELETE FROM \"datasurface_behind\"
WHERE \"datastore\" = :datastore AND \"dataset\" = :dataset;";

const DATASETS_BEHIND: &str = "\
SELECT \"datastore\", \"dataset\", \"reason\", \"examples\", \"confirmed_at\"
FROM \"datasurface_behind\"
ORDER BY \"datastore\", \"dataset\";";

const NEXT_BATCH: &str = "\
SELECT coalesce(max(\"batch\"), 0) + 1 AS \"batch\"
FROM \"datasurface_batches\"
WHERE \"datastore\" = :datastore;";

const BATCH_VISIBLE: &str = "\
INSERT INTO \"datasurface_batches\"
  (\"datastore\", \"dataset\", \"batch\", \"visible_at\", \"inserted\", \"updated\", \"deleted\", \"unchanged\")
VALUES (
  :datastore,
  :dataset,
  :batch,
  max(
    :now,
    coalesce((SELECT max(\"visible_at\") FROM \"datasurface_batches\" WHERE \"datastore\" = :datastore), '')
  ),
  :inserted,
  :updated,
  :deleted,
  :unchanged
);";

const LAST_BATCH: &str = "\
SELECT \"batch\", \"visible_at\"
FROM \"datasurface_batches\"
WHERE \"datastore\" = :datastore AND \"dataset\" = :dataset
ORDER BY \"batch\" DESC
LIMIT 1;";

const FIRST_BATCH: &str = "\
SELECT coalesce(min(\"batch\"), 0) AS \"batch\"
FROM \"datasurface_batches\"
WHERE \"datastore\" = :datastore AND \"dataset\" = :dataset;";

const LAST_MOVE: &str = "\
SELECT coalesce(max(batches.\"batch\"), 0) AS \"batch\"
FROM \"datasurface_batches\" AS batches
WHERE batches.\"datastore\" = :datastore
  AND batches.\"dataset\" = :dataset
  AND batches.\"batch\" <= :until
  AND (
    batches.\"inserted\" + batches.\"updated\" + batches.\"deleted\" > 0
    OR NOT EXISTS (
      SELECT 1
      FROM \"datasurface_batches\" AS earlier
      WHERE earlier.\"datastore\" = batches.\"datastore\"
        AND earlier.\"dataset\" = batches.\"dataset\"
        AND earlier.\"batch\" < batches.\"batch\"
    )
  );";

const SCHEMA_VERSION: &str = "\
SELECT max(\"version\") AS \"version\"
FROM \"datasurface_schemas\"
WHERE \"datastore\" = :datastore AND \"dataset\" = :dataset AND \"first_batch\" <= :batch;";

const INPUT_SEEN: &str = "\
SELECT coalesce(max(\"batch\"), 0) AS \"batch\"
FROM \"datasurface_inputs\"
WHERE \"workspace\" = :workspace AND \"datastore\" = :datastore AND \"dataset\" = :dataset
  AND \"made_by\" = :made_by;";

const SEE_INPUT: &str = "\
INSERT INTO \"datasurface_inputs\" (\"workspace\", \"datastore\", \"dataset\", \"batch\", \"made_by\")
VALUES (:workspace, :datastore, :dataset, :batch, :made_by)
ON CONFLICT (\"workspace\", \"datastore\", \"dataset\") DO UPDATE SET
  \"batch\" = excluded.\"batch\",
  \"made_by\" = excluded.\"made_by\";";

const RUN_STARTED: &str = "\
INSERT INTO \"datasurface_runs\" (\"job\", \"started_at\")
VALUES (:job, :now)
RETURNING \"run\";";

const RUN_ENDED: &str = "\
UPDATE \"datasurface_runs\"
SET
  \"ended_at\" = :now,
  \"failure\" = :failure,
  \"milliseconds\" = :milliseconds,
  \"records\" = :records
WHERE \"run\" = :run;

WITH of_job AS (
  SELECT *
  FROM \"datasurface_runs\"
  WHERE \"job\" = (SELECT \"job\" FROM \"datasurface_runs\" WHERE \"run\" = :run)
)
DELETE FROM \"datasurface_runs\"
WHERE \"run\" IN (SELECT \"run\" FROM of_job ORDER BY \"run\" DESC LIMIT -1 OFFSET 100)
  AND \"run\" <> coalesce(
    (SELECT max(\"run\") FROM of_job WHERE \"ended_at\" IS NOT NULL AND \"failure\" IS NULL),
    0
  );";

const LAST_RUN: &str = "\
SELECT \"started_at\", \"ended_at\", \"failure\"
FROM \"datasurface_runs\"
WHERE \"job\" = :job
ORDER BY \"run\" DESC
LIMIT 1;";

const LAST_SUCCESS: &str = "\
SELECT \"ended_at\"
FROM \"datasurface_runs\"
WHERE \"job\" = :job AND \"ended_at\" IS NOT NULL AND \"failure\" IS NULL
ORDER BY \"run\" DESC
LIMIT 1;";

const HISTORY: &str = "\
WITH numbered AS (
  SELECT *, row_number() OVER (PARTITION BY \"job\" ORDER BY \"run\" DESC) AS \"number\"
  FROM \"datasurface_runs\"
  WHERE \"job\" NOT LIKE '%.refused'
)
SELECT \"job\", \"started_at\", \"ended_at\", \"failure\", \"milliseconds\", \"records\"
FROM numbered
WHERE \"number\" <= :most
ORDER BY \"job\", \"number\";";

const MOVED_SINCE: &str = "\
SELECT coalesce(sum(\"inserted\" + \"updated\" + \"deleted\"), 0) AS \"records\"
FROM \"datasurface_batches\"
WHERE \"datastore\" = :datastore AND \"dataset\" = :dataset AND \"batch\" > :arrived AND \"batch\" <= :batch;";

pub(super) fn render(
    config: &LocalConfig,
    scope: &ScopeView,
    rendering: &mut Rendering,
) -> Result<(), PlatformError> {
    let platform = literal(scope.platform().storage_name().as_str());
    let one = |statement: &str| [statement.to_owned()];
    let script = Script::new(address::DATABASE, &config.database)
        .note(format!(
            "The database of the platform {}: what it keeps its books in.",
            scope.platform().storage_name()
        ))
        .note("Batches are numbered for each datastore. A batch is visible when it stands here.")
        .note("Schemas are numbered for each dataset. A batch has the last one whose first batch is not after it.")
        .add_section(
            "create",
            "Makes the books that are not there.",
            [STEPS, METADATA_SECTION, BATCHES, RUNS, INPUTS, POSITIONS, SCHEMAS, BEHIND].map(str::to_owned),
        )
        .add_section(
            "upgrade_to_2",
            "Gives books of version 1 what those of version 2 have.",
            UPGRADE_TO_2.map(str::to_owned),
        )
        .add_section(
            "begin_books",
            "Writes down what tells this database from every other one, and the version of these books.",
            one(CREATE_METADATA),
        )
        .add_section("books", "What was written down of the books themselves.", one(READ_METADATA))
        .add_section(
            "trust_clock",
            "Remembers the time of a run that could be trusted. What somebody confirmed counts also if it is earlier.",
            one(TRUST_CLOCK),
        )
        .add_section("server_clock", "What the time is on a PostgreSQL server, where it is asked.", one(SERVER_CLOCK))
        .add_section(
            "step_done",
            "Remembers that a step of a plan was done, in the transaction that does it.",
            [step_done(&platform)],
        )
        .add_section("steps_done", "What was done, by plan; the plan without a name made the database.", [steps_done(&platform)])
        .add_section("new_plan", "Forgets what was done of other plans: the same change may come again.", [new_plan(&platform)])
        .add_section("next_batch", "The number of the next batch of a datastore.", one(NEXT_BATCH))
        .add_section(
            "batch_visible",
            "Makes a batch of a dataset visible, in the transaction that merges it. Its time is not before that of an earlier one.",
            one(BATCH_VISIBLE),
        )
        .add_section("last_batch", "The last batch of a dataset, and when it became visible.", one(LAST_BATCH))
        .add_section("first_batch", "The first batch of a dataset that is known.", one(FIRST_BATCH))
        .add_section(
            "last_move",
            "The last batch, up to :until, that changed a dataset; its first one counts.",
            one(LAST_MOVE),
        )
        .add_section("schema_version", "The version of its schema that a batch of a dataset has.", one(SCHEMA_VERSION))
        .add_section(
            "dataset_failed",
            "Remembers why a dataset stays as it is, in the transaction of the batch of the others.",
            one(DATASET_FAILED),
        )
        .add_section("dataset_captured", "A dataset is behind no more.", one(DATASET_CAPTURED))
        .add_section("datasets_behind", "The datasets whose last capture failed.", one(DATASETS_BEHIND))
        .add_section(
            "input_seen",
            "The last batch of an input that a transformer has seen, as it is now: :made_by is a fingerprint of it.",
            one(INPUT_SEEN),
        )
        .add_section(
            "see_input",
            "Remembers which batch of an input a transformer saw, in the transaction of its outputs.",
            one(SEE_INPUT),
        )
        .add_section("run_started", "Remembers that a job was started.", one(RUN_STARTED))
        .add_section(
            "run_ended",
            "Remembers how a job ended, how long it took, and how many records it moved; without a failure, it went well. Its last \
             100 runs stay, and its last good one.",
            one(RUN_ENDED),
        )
        .add_section("last_run", "The last run of a job.", one(LAST_RUN))
        .add_section("last_success", "When a job last ended well.", one(LAST_SUCCESS))
        .add_section("history", "The last :most runs of each job, the newest first; what a server refused is a part of a job.", one(HISTORY))
        .add_section(
            "moved_since",
            "How many records of a dataset changed in the batches after :arrived, up to :batch.",
            one(MOVED_SINCE),
        );
    let resource = Resource::new(address::DATABASE, "database")
        .attribute("database", &config.database)
        .attribute("shards", scope.shards());
    rendering.add(File::sql("database.sql", script.to_string())?, [resource])
}
