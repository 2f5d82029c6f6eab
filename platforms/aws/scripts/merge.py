"""Merges the files that AWS DMS wrote for tables of a source into Iceberg tables that keep versions.

A job of AWS Glue, for any number of datasets: they are arguments. Nothing here knows a dataset, and what is known of progress is in the
tables themselves, so a job that was killed is simply run again.

Each change has a sequence: the change sequence of DMS, or nothing for what a full load wrote. Of each key, a table knows the last sequence
that it has seen, also where the record was deleted. A change is applied if its sequence is greater. That alone makes a file that is read
twice, or late, or both, harmless. The list of files that were read is only there to read each once.

A version is valid from one moment to another, or still. The moments are those of batches: several changes of a key in one batch are the last
one of them. What a version was deleted by is remembered in the version; what was deleted before it was ever seen is a version that was
valid for no time.
"""

import argparse
import json
from datetime import datetime, timedelta, timezone

from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F

# Columns that DMS adds, as the table mappings of the replication task name them.
OPERATION = "Op"
SEQUENCE = "ar_change_seq"
BEFORE = "BI_"

# Columns of a table beside those of the dataset.
VALID_FROM = "_valid_from"
VALID_TO = "_valid_to"
SEEN = "_sequence"
SYSTEM_COLUMNS = {VALID_FROM: "timestamp", VALID_TO: "timestamp", SEEN: "string"}

# The property of a table that has the names of the files that were read, as far as they still exist.
READ_FILES = "datasurface.read-files"


def main(arguments=None):
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--tables", required=True, help="a JSON list of tables, each with its files, columns and key")
    parser.add_argument("--moment", required=True, help="the moment of the batch, as ISO 8601")
    # Glue has arguments of its own.
    options, _ = parser.parse_known_args(arguments)
    spark = SparkSession.builder.config("spark.sql.ansi.enabled", "true").getOrCreate()
    failures = []
    for table in json.loads(options.tables):
        try:
            merge(spark, table, datetime.fromisoformat(options.moment.replace("Z", "+00:00")))
        except Exception as error:  # One table that fails keeps no other one from its batch.
            failures.append(f"{table['table']}: {error}")
    if failures:
        raise SystemExit("\n".join(failures))


def merge(spark, table, moment):
    """Brings one table to the state of its source after all files that are there."""
    name, columns, key = table["table"], table["columns"], table["key"]
    evolve(spark, name, columns)
    files = listed(spark, table["files"])
    known = read_files(spark, name)
    new = {file: path for file, path in files.items() if file not in known}
    if not new:
        return
    changes = last_changes(spark, sorted(new.values()), columns, key)
    refuse_invalid(changes, name, columns, key)
    write(spark, name, changes, [column["name"] for column in columns], key, moment)
    remember_files(spark, name, files)


def evolve(spark, name, columns):
    """Adds the columns that the table does not have yet; what is kept of before has nothing in them."""
    present = set(spark.table(name).columns)
    wanted = {column["name"]: column["type"] for column in columns} | SYSTEM_COLUMNS
    for column, kind in wanted.items():
        if column not in present:
            spark.sql(f"ALTER TABLE {name} ADD COLUMN {quoted(column)} {kind}")


def listed(spark, folder):
    """The files in a folder by their names. A folder that DMS has not made yet has none."""
    jvm, configuration = spark._jvm, spark._jsc.hadoopConfiguration()
    path = jvm.org.apache.hadoop.fs.Path(folder)
    system = path.getFileSystem(configuration)
    if not system.exists(path):
        return {}
    found = [status.getPath() for status in system.listStatus(path)]
    return {one.getName(): one.toString() for one in found if one.getName().endswith(".parquet")}


def read_files(spark, name):
    rows = spark.sql(f"SHOW TBLPROPERTIES {name}").collect()
    return set(next((row.value for row in rows if row.key == READ_FILES), "").split())


def remember_files(spark, name, files):
    spark.sql(f"ALTER TABLE {name} SET TBLPROPERTIES ('{READ_FILES}' = '{' '.join(sorted(files))}')")


def last_changes(spark, files, columns, key):
    """The last change of each key: the columns, whether the record is there after it, and its sequence."""
    written = spark.read.option("mergeSchema", "true").parquet(*files)
    present = set(written.columns)

    def column(name, kind):
        return (F.col(quoted(name)) if name in present else F.lit(None)).cast(kind)

    operation = F.col(OPERATION) if OPERATION in present else F.lit("I")
    sequence = F.coalesce(F.col(SEQUENCE), F.lit("")) if SEQUENCE in present else F.lit("")
    after = written.select(
        *[column(one["name"], one["type"]).alias(one["name"]) for one in columns],
        sequence.alias(SEEN),
        (operation != "D").alias("_there"),
    )
    # An update that changes the key ends the record of the key before.
    before = [f"{BEFORE}{name}" for name in key]
    if all(name in present for name in before):
        is_other = F.lit(False)
        for name in key:
            former = F.col(quoted(BEFORE + name))
            is_other = is_other | (former.isNotNull() & ~former.eqNullSafe(F.col(quoted(name))))
        ended = written.where((operation == "U") & is_other).select(
            *[
                (F.coalesce(F.col(quoted(BEFORE + one["name"])), F.col(quoted(one["name"]))).cast(one["type"])
                 if one["name"] in key else F.lit(None).cast(one["type"])).alias(one["name"])
                for one in columns
            ],
            sequence.alias(SEEN),
            F.lit(False).alias("_there"),
        )
        after = after.unionByName(ended)
    # Of one sequence, a record that is there comes last: an update may give its key to another record.
    latest = Window.partitionBy(*map(quoted, key)).orderBy(F.desc(SEEN), F.desc("_there"))
    return after.withColumn("_rank", F.row_number().over(latest)).where("_rank = 1").drop("_rank")


def refuse_invalid(changes, name, columns, key):
    """Refuses all changes of a batch if a record lacks what its table requires."""
    required = [column["name"] for column in columns if not column["nullable"]]
    is_invalid = F.lit(False)
    for column in required:
        is_invalid = is_invalid | ((F.col("_there") | F.lit(column in key)) & F.col(quoted(column)).isNull())
    invalid = changes.where(is_invalid).count()
    if invalid:
        raise ValueError(f"{invalid} records have no value where one is required")


def write(spark, name, changes, columns, key, moment):
    """Writes the changes as one snapshot of the table: either all of them are there, or none."""
    kept = spark.table(name)
    end = kept.agg(F.max(F.greatest(F.col(VALID_FROM), F.coalesce(VALID_TO, VALID_FROM)))).first()[0]
    moment = moment.astimezone(timezone.utc)
    if end is not None:
        # The clock of a batch may be behind that of the one before.
        moment = max(moment, end.astimezone(timezone.utc) + timedelta(microseconds=1))
    now = F.lit(moment)
    newest = Window.partitionBy(*map(quoted, key)).orderBy(F.desc(VALID_FROM))
    last = kept.join(changes.select(*map(quoted, key)), key, "left_semi")
    last = last.withColumn("_rank", F.row_number().over(newest)).where("_rank = 1").drop("_rank")
    values = [column for column in columns if column not in key]
    renamed = last.select(
        *map(quoted, key),
        *[F.col(quoted(column)).alias(f"_old_{column}") for column in values],
        F.col(SEEN).alias("_old_sequence"),
        F.col(VALID_FROM).alias("_old_from"),
        F.col(VALID_TO).isNull().alias("_was_there"),
    )
    joined = changes.join(renamed, key, "left")
    is_known = F.col("_old_from").isNotNull()
    joined = joined.where(~is_known | (F.col(SEEN) > F.coalesce("_old_sequence", F.lit(""))))
    is_same = F.lit(True)
    for column in values:
        is_same = is_same & F.col(quoted(column)).eqNullSafe(F.col(quoted(f"_old_{column}")))
    was_there = is_known & F.col("_was_there")
    is_kept = was_there & F.col("_there") & is_same
    none = F.lit(None).cast("timestamp")

    def step(rows, **system):
        return rows.select(*map(quoted, columns), *[value.alias(name) for name, value in system.items()])

    # What is known of a key goes on, or ends.
    known = step(
        joined.where(is_known & (is_kept | ~F.col("_there") | was_there)),
        _target=F.col("_old_from"),
        _ends=was_there & ~is_kept,
        _new_sequence=F.when(F.col("_there") & ~is_kept, F.col("_old_sequence")).otherwise(F.col(SEEN)),
        _to=none,
    )
    # What was not there begins. What was deleted before it was seen is remembered, too.
    begun = step(
        joined.where((F.col("_there") & ~is_kept) | ~is_known),
        _target=none,
        _ends=F.lit(False),
        _new_sequence=F.col(SEEN),
        _to=F.when(~F.col("_there"), now).otherwise(none),
    )
    known.unionByName(begun).createOrReplaceTempView("changes")
    on = " AND ".join(f"kept.{quoted(column)} = changes.{quoted(column)}" for column in key)
    inserted = [*columns, VALID_FROM, VALID_TO, SEEN]
    given = [*(f"changes.{quoted(column)}" for column in columns), f"TIMESTAMP '{moment.isoformat()}'"]
    given += ["changes._to", "changes._new_sequence"]
    spark.sql(f"""
        MERGE INTO {name} AS kept USING changes ON {on} AND kept.{VALID_FROM} = changes._target
        WHEN MATCHED AND changes._ends THEN UPDATE SET
            {VALID_TO} = TIMESTAMP '{moment.isoformat()}', {SEEN} = changes._new_sequence
        WHEN MATCHED THEN UPDATE SET {SEEN} = changes._new_sequence
        WHEN NOT MATCHED THEN INSERT ({", ".join(map(quoted, inserted))}) VALUES ({", ".join(given)})
    """)


def quoted(name):
    return "`" + name.replace("`", "``") + "`"


if __name__ == "__main__":
    main()
