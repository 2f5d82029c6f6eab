"""Merges files of changes that AWS DMS wrote into Iceberg tables that keep versions.

A job of AWS Glue for any number of datasets: an argument lists their definitions. Progress is in the tables themselves, so a run that was
killed is simply started again.

Each change has a sequence: that of DMS, or nothing if a full load wrote it. Of each key, a table has the sequence of the last change that was
applied, also where that deleted the record. A change is applied if its sequence is greater. That alone makes a file harmless that is read
twice, or late, or both.

A version is valid from one moment to another, or still. Moments are those of batches: of several changes of a key in one batch, the last one
counts. A record that was deleted before it was ever seen is a version that was valid for no time.
"""

import argparse
import json
from datetime import datetime, timedelta, timezone

from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F

# Columns that DMS adds, as the table mappings of the replication task name them.
OPERATION = "Op"
CHANGE_SEQUENCE = "ar_change_seq"
BEFORE = "BI_"

# Columns of a table beside those of its dataset, and their types.
VALID_FROM = "_valid_from"
VALID_TO = "_valid_to"
SEQUENCE = "_sequence"
SYSTEM_COLUMNS = {VALID_FROM: "timestamp", VALID_TO: "timestamp", SEQUENCE: "string"}

# The property of a table with the time, in milliseconds, up to which files were read. It only saves work: whatever was modified within the
# margin before it is read again, since an upload may become visible later than it began.
READ_UNTIL = "datasurface.read-until"
MARGIN = 3_600_000


def main(arguments=None):
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--definitions", required=True, help="a JSON list of the addresses of definitions")
    parser.add_argument("--moment", required=True, help="the moment of the batch, as ISO 8601")
    # Glue has arguments of its own.
    options, _ = parser.parse_known_args(arguments)
    moment = datetime.fromisoformat(options.moment.replace("Z", "+00:00")).astimezone(timezone.utc)
    spark = SparkSession.builder.getOrCreate()
    failures = []
    for address in json.loads(options.definitions):
        # One dataset that fails keeps no other one from its batch.
        try:
            merge(spark, definition(spark, address), moment)
        except Exception as error:
            failures.append(f"{address}: {error}")
    if failures:
        raise SystemExit("\n".join(failures))


def definition(spark, address):
    return json.loads("".join(row.value for row in spark.read.text(address, wholetext=True).collect()))


def merge(spark, table, moment):
    """Brings a table to the state of its source after all changes that are there."""
    name = table["table"]
    evolve(spark, name, table["columns"])
    files, until = new_files(spark, name, table["files"])
    if files:
        changes = last_changes(spark, files, table["columns"], table["key"]).persist()
        refuse_invalid(changes)
        write(spark, name, changes, table["columns"], table["key"], moment)
        changes.unpersist()
        spark.sql(f"ALTER TABLE {name} SET TBLPROPERTIES ('{READ_UNTIL}' = '{until}')")


def evolve(spark, name, columns):
    """Adds columns that the table does not have, and widens those that have got another type. Versions of before have nothing in a new one."""
    present = {field.name.lower(): field.dataType.simpleString() for field in spark.table(name).schema}
    wanted = {column["name"]: column["type"] for column in columns} | SYSTEM_COLUMNS
    for column, kind in wanted.items():
        if column.lower() not in present:
            spark.sql(f"ALTER TABLE {name} ADD COLUMN {quoted(column)} {kind}")
        elif present[column.lower()] != kind:
            spark.sql(f"ALTER TABLE {name} ALTER COLUMN {quoted(column)} TYPE {kind}")


def new_files(spark, name, folder):
    """Returns the files that may not have been read, and the time up to which they were modified."""
    path = spark._jvm.org.apache.hadoop.fs.Path(folder)
    system = path.getFileSystem(spark._jsc.hadoopConfiguration())
    # DMS makes the folder with its first file.
    found = system.listStatus(path) if system.exists(path) else []
    found = [file for file in found if file.getPath().getName().endswith(".parquet")]
    properties = {row.key: row.value for row in spark.sql(f"SHOW TBLPROPERTIES {name}").collect()}
    read_until = int(properties.get(READ_UNTIL, "0"))
    until = max([read_until, *(file.getModificationTime() for file in found)])
    if until == read_until:
        return [], until
    since = read_until - MARGIN
    return sorted(file.getPath().toString() for file in found if file.getModificationTime() > since), until


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
    present = {field.name.lower(): field.dataType for field in written.schema}

    def kept(column, before=""):
        source = before + column["name"]
        if source.lower() not in present:
            return F.lit(None).cast(column["type"])
        return F.expr(f"try_cast({quoted(source)} AS {column['type']})")

    sequence = F.coalesce(F.col(CHANGE_SEQUENCE), F.lit("")).alias(SEQUENCE)
    after = written.select(
        *[kept(column).alias(column["name"]) for column in columns],
        sequence,
        (F.col(OPERATION) != "D").alias("_there"),
        problem(columns, key, present).alias("_problem"),
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
            (F.coalesce(kept(column, BEFORE), kept(column)) if column["name"] in key else F.lit(None))
            .cast(column["type"])
            .alias(column["name"])
            for column in columns
        ],
        sequence,
        F.lit(False).alias("_there"),
        F.lit(None).cast("string").alias("_problem"),
    )
    return after.unionByName(ended)


def problem(columns, key, present):
    """What is wrong with a record, by its first column that breaks the schema; null if nothing is."""
    found = F.lit(None).cast("string")
    is_there = F.col(OPERATION) != "D"
    for column in reversed(columns):
        name, kind = column["name"], column["type"]
        # Of a record that was deleted, the key counts.
        counts = F.lit(True) if name in key else is_there
        if name.lower() not in present:
            if not column["nullable"]:
                found = F.when(counts, F.lit(f"`{name}` has no value")).otherwise(found)
            continue
        value, cast = F.col(quoted(name)), F.expr(f"try_cast({quoted(name)} AS {kind})")
        is_broken = value.isNotNull() & cast.isNull()
        if present[name.lower()].typeName() in ("decimal", "byte", "short", "integer", "long", "float", "double"):
            source = present[name.lower()].simpleString()
            is_broken = is_broken | ~F.expr(f"try_cast(try_cast({quoted(name)} AS {kind}) AS {source})").eqNullSafe(value)
        if "characters" in column:
            is_broken = is_broken | (F.char_length(cast) > column["characters"])
        if "bytes" in column:
            is_broken = is_broken | (F.octet_length(cast) > column["bytes"])
        if "least" in column:
            is_broken = is_broken | (cast < F.lit(column["least"]).cast("decimal(38,0)"))
        if "greatest" in column:
            is_broken = is_broken | (cast > F.lit(column["greatest"]).cast("decimal(38,0)"))
        found = F.when(counts & is_broken, F.lit(f"a value of `{name}` is no {kind} within its limits")).otherwise(found)
        if not column["nullable"]:
            found = F.when(counts & value.isNull(), F.lit(f"`{name}` has no value")).otherwise(found)
    return found


def refuse_invalid(changes):
    """Refuses the batch if a record breaks the schema: readers keep the last good data."""
    problems = changes.where(F.col("_problem").isNotNull()).groupBy("_problem").count().collect()
    if problems:
        raise ValueError("; ".join(sorted(f"{row['count']} records: {row._problem}" for row in problems)))


def write(spark, name, changes, columns, key, moment):
    """Writes the changes as one snapshot of the table: either all of them are there, or none."""
    kept = spark.table(name)
    columns = [column["name"] for column in columns]
    moment = moment_after(kept, moment)
    now, never = F.lit(moment), F.lit(None).cast("timestamp")
    joined = with_last_versions(changes, kept, columns, key)
    values = [column for column in columns if column not in key]
    is_same = F.lit(True)
    for column in values:
        is_same = is_same & F.col(quoted(column)).eqNullSafe(F.col(quoted(f"_old_{column}")))
    is_known = F.col("_old_from").isNotNull()
    was_there = is_known & F.col("_was_there")
    goes_on = was_there & F.col("_there") & is_same

    def rows(condition, **system):
        return joined.where(condition).select(
            *map(quoted, columns), *[value.alias(column) for column, value in system.items()]
        )

    # The last version of a key goes on, or ends. It has the sequence of the change that ended it only if no other version follows.
    known = rows(
        is_known & (goes_on | ~F.col("_there") | was_there),
        _target=F.col("_old_from"),
        _ends=was_there & ~goes_on,
        _new_sequence=F.when(F.col("_there") & ~goes_on, F.col("_old_sequence")).otherwise(F.col(SEQUENCE)),
        _to=never,
    )
    # A new version begins. So does one of what was deleted before it was seen, and it ends at once.
    begun = rows(
        (F.col("_there") & ~goes_on) | ~is_known,
        _target=never,
        _ends=F.lit(False),
        _new_sequence=F.col(SEQUENCE),
        _to=F.when(~F.col("_there"), now).otherwise(never),
    )
    known.unionByName(begun).createOrReplaceTempView("changes")
    on = " AND ".join(f"kept.{quoted(column)} = changes.{quoted(column)}" for column in key)
    inserted = {quoted(column): f"changes.{quoted(column)}" for column in columns}
    inserted |= {VALID_FROM: literal(moment), VALID_TO: "changes._to", SEQUENCE: "changes._new_sequence"}
    # A column that the dataset has no more stays, for the versions that have values in it.
    known_names = {column.lower() for column in [*columns, *SYSTEM_COLUMNS]}
    inserted |= {quoted(column): "NULL" for column in kept.columns if column.lower() not in known_names}
    spark.sql(f"""
        MERGE INTO {name} AS kept USING changes ON {on} AND kept.{VALID_FROM} = changes._target
        WHEN MATCHED AND changes._ends THEN UPDATE SET
            {VALID_TO} = {literal(moment)}, {SEQUENCE} = changes._new_sequence
        WHEN MATCHED THEN UPDATE SET {SEQUENCE} = changes._new_sequence
        WHEN NOT MATCHED THEN INSERT ({", ".join(inserted)}) VALUES ({", ".join(inserted.values())})
    """)


def moment_after(kept, moment):
    """Returns the moment of a batch: the clock may be behind that of the batch before."""
    last = kept.agg(F.max(F.greatest(F.col(VALID_FROM), F.coalesce(VALID_TO, VALID_FROM)))).first()[0]
    return moment if last is None else max(moment, last.astimezone(timezone.utc) + timedelta(microseconds=1))


def with_last_versions(changes, kept, columns, key):
    """Returns the changes that are newer than what the table has of their keys, beside the last version of each."""
    newest = Window.partitionBy(*map(quoted, key)).orderBy(F.desc(VALID_FROM))
    last = kept.join(changes.select(*map(quoted, key)), key, "left_semi")
    last = last.withColumn("_rank", F.row_number().over(newest)).where("_rank = 1").select(
        *map(quoted, key),
        *[F.col(quoted(column)).alias(f"_old_{column}") for column in columns if column not in key],
        F.col(SEQUENCE).alias("_old_sequence"),
        F.col(VALID_FROM).alias("_old_from"),
        F.col(VALID_TO).isNull().alias("_was_there"),
    )
    joined = changes.join(last, key, "left")
    is_newer = F.col(SEQUENCE) > F.coalesce("_old_sequence", F.lit(""))
    return joined.where(F.col("_old_from").isNull() | is_newer)


def literal(moment):
    return f"TIMESTAMP '{moment.isoformat()}'"


def quoted(name):
    return "`" + name.replace("`", "``") + "`"


if __name__ == "__main__":
    main()
