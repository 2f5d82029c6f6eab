"""Merges files of changes that AWS DMS wrote into Iceberg tables that keep versions.

A job of AWS Glue for any number of datasets: an argument lists their definitions. Progress is in the tables themselves, so a run that was
killed is simply started again.

Each change has a sequence: that of DMS, or nothing if a full load wrote it. Of each key, a table has the sequence of the last change that was
applied, also where that deleted the record. A change is applied if its sequence is greater. That alone makes a file harmless that is read
twice, or late, or both.

`versions.py` has what a version is.
"""

from pyspark.sql import Window
from pyspark.sql import functions as F
from versions import (
    SEQUENCE,
    end_batch,
    evolve,
    for_each_definition,
    in_type,
    problem,
    properties,
    quoted,
    recording_failure,
    refuse_invalid,
    refuse_unchecked,
    types_by_name,
    write,
)

# Columns that DMS adds, as the table mappings of the replication task name them.
OPERATION = "Op"
CHANGE_SEQUENCE = "ar_change_seq"
BEFORE = "BI_"

# The property of a table with the time, in milliseconds, up to which files were read. It only saves work: whatever was modified within the
# margin before it is read again, since an upload may become visible later than it began.
READ_UNTIL = "datasurface.read-until"
MARGIN = 3_600_000

# What the names of files of a full load begin with, and the property of a table with the time, in milliseconds, of the first file of changes.
LOAD = "LOAD"
CHANGES_SINCE = "datasurface.changes-since"


def merge(spark, table, moment):
    """Brings a table to the state of its source after all changes that are there."""
    name = table["table"]
    with recording_failure(spark, [name]):
        evolve(spark, name, table["columns"])
        files, progress = new_files(spark, name, table["files"])
        changes = None
        if files:
            changes = last_changes(spark, files, table["columns"], table["key"]).persist()
            refuse_invalid(changes)
        progress |= refuse_unchecked(spark, table, changes, moment)
        if files:
            write(spark, name, changes, table["columns"], table["key"], moment)
            changes.unpersist()
        # The state machine tells of it, when all tables of the batch are merged.
        end_batch(spark, [name], progress)


def new_files(spark, name, folder):
    """Returns the files that may not have been read, and the properties that record that they were."""
    path = spark._jvm.org.apache.hadoop.fs.Path(folder)
    system = path.getFileSystem(spark._jsc.hadoopConfiguration())
    # DMS makes the folder with its first file.
    found = system.listStatus(path) if system.exists(path) else []
    found = [file for file in found if file.getPath().getName().endswith(".parquet")]
    known = properties(spark, name)
    changes_since = refuse_reload(found, known)
    read_until = int(known.get(READ_UNTIL, "0"))
    until = max([read_until, *(file.getModificationTime() for file in found)])
    if until == read_until:
        return [], {}
    since = read_until - MARGIN
    files = sorted(file.getPath().toString() for file in found if file.getModificationTime() > since)
    return files, {READ_UNTIL: until, CHANGES_SINCE: changes_since}


def refuse_reload(found, known):
    """Refuses files of a full load that came after changes, and returns the time of the first file of changes. Nothing tells which changes
    such a load has seen: its records may be older than what is known of them, or newer, and what it lacks may have been deleted."""
    loads = [file for file in found if file.getPath().getName().startswith(LOAD)]
    times = [file.getModificationTime() for file in found if not file.getPath().getName().startswith(LOAD)]
    if CHANGES_SINCE in known:
        times.append(int(known[CHANGES_SINCE]))
    first = min(times, default=None)
    late = [file.getPath().getName() for file in loads if first is not None and file.getModificationTime() > first]
    if late:
        raise ValueError(f"{late[0]} came after changes, so the task was loaded again: remove files of that load, or declare another dataset")
    return first


def last_changes(spark, files, columns, key):
    """Returns the last change of each key: its columns, its sequence, whether the record is there after it, and what is wrong with it."""
    by_schema = {}
    for file in files:
        by_schema.setdefault(spark.read.parquet(file).schema.json(), []).append(file)
    changes = None
    # Files of one batch differ where the source got another column in the middle of it.
    for group in by_schema.values():
        of_group = changes_of(spark.read.parquet(*group), columns, key)
        changes = of_group if changes is None else changes.unionByName(of_group)
    # Of one sequence, a record that is there comes last: an update may give its key to another record.
    latest = Window.partitionBy(*map(quoted, key)).orderBy(F.desc(SEQUENCE), F.desc("_there"))
    return changes.withColumn("_rank", F.row_number().over(latest)).where("_rank = 1").drop("_rank")


def changes_of(written, columns, key):
    """Returns the changes in files of one schema."""
    present = types_by_name(written)

    def counts(column):
        # Of a record that was deleted, the key counts.
        return F.lit(True) if column["name"] in key else F.col(OPERATION) != "D"

    sequence = F.coalesce(F.col(CHANGE_SEQUENCE), F.lit("")).alias(SEQUENCE)
    after = written.select(
        *[in_type(column, present).alias(column["name"]) for column in columns],
        sequence,
        (F.col(OPERATION) != "D").alias("_there"),
        problem(columns, present, counts, is_lossless=True).alias("_problem"),
    )
    if not all((BEFORE + name).lower() in present for name in key):
        return after
    # An update that changes the key ends the record that had it.
    is_other = F.lit(False)
    for name in key:
        former = F.col(quoted(BEFORE + name))
        is_other = is_other | (former.isNotNull() & ~former.eqNullSafe(F.col(quoted(name))))
    ended = written.where((F.col(OPERATION) == "U") & is_other).select(
        *[
            (F.coalesce(in_type(column, present, BEFORE), in_type(column, present)) if column["name"] in key else F.lit(None))
            .cast(column["type"])
            .alias(column["name"])
            for column in columns
        ],
        sequence,
        F.lit(False).alias("_there"),
        F.lit(None).cast("string").alias("_problem"),
    )
    return after.unionByName(ended)


if __name__ == "__main__":
    for_each_definition(merge)
