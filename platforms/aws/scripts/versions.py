"""What jobs have in common: how a run goes, and tables that keep versions.

A run does its work for each definition that it is given. A batch of a table fails, or ends: that is recorded in properties of the table, so that a
run that was killed is started again, and jobs that read the table know of a failure.

A version of a record is valid from one moment to another, or still. Moments are those of batches: of several changes of a key in one batch,
the last one counts. A record that was deleted before it was ever seen is a version that was valid for no time. Each version has the sequence
of the change that made or ended it.
"""

import argparse
import hashlib
import json
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from functools import reduce
from operator import and_

import boto3
from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F

# Columns of a table beside those of its dataset, and their types.
VALID_FROM = "_valid_from"
VALID_TO = "_valid_to"
SEQUENCE = "_sequence"
SYSTEM_COLUMNS = {VALID_FROM: "timestamp", VALID_TO: "timestamp", SEQUENCE: "string"}

# The property of a table with the checks that all of its records passed.
CHECKED = "datasurface.checked"

# The property of a table whose last batch failed, with the reason: what is made from it waits.
FAILED = "datasurface.failed"

NUMBERS = ("decimal", "byte", "short", "integer", "long", "float", "double")


def for_each_definition(work):
    """Runs a job: calls the work with the session of Spark, each definition and the moment of the batch. One that fails keeps no other one from
    its batch; the run fails at its end."""
    addresses, moment = arguments_of_run()
    spark = SparkSession.builder.getOrCreate()
    failures = []
    for address in addresses:
        try:
            work(spark, definition(spark, address), moment)
        except Exception as error:
            failures.append(f"{address}: {error}")
    if failures:
        raise SystemExit("\n".join(failures))


def arguments_of_run():
    """Returns the addresses of the definitions that a run is for, and the moment of its batch."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--definitions", required=True, help="a JSON list of the addresses of definitions")
    parser.add_argument("--moment", required=True, help="the moment of the batch, as ISO 8601")
    # Glue has arguments of its own.
    options, _ = parser.parse_known_args()
    moment = datetime.fromisoformat(options.moment.replace("Z", "+00:00")).astimezone(timezone.utc)
    return json.loads(options.definitions), moment


def definition(spark, address):
    """Reads a definition, which Terraform has put there. A query for each would take longer than many a batch."""
    path = spark._jvm.org.apache.hadoop.fs.Path(address)
    stream = path.getFileSystem(spark._jsc.hadoopConfiguration()).open(path)
    try:
        return json.loads(spark._jvm.org.apache.commons.io.IOUtils.toString(stream, "UTF-8"))
    finally:
        stream.close()


def properties(spark, name):
    return {row.key: row.value for row in spark.sql(f"SHOW TBLPROPERTIES {name}").collect()}


def set_properties(spark, name, **values):
    """Sets properties of a table. Those without a value are taken away."""
    kept = ", ".join(f"{text(key)} = {text(value)}" for key, value in values.items() if value is not None)
    gone = ", ".join(text(key) for key, value in values.items() if value is None)
    if kept:
        spark.sql(f"ALTER TABLE {name} SET TBLPROPERTIES ({kept})")
    if gone:
        spark.sql(f"ALTER TABLE {name} UNSET TBLPROPERTIES IF EXISTS ({gone})")


def read_at(spark, name, snapshot):
    """Returns what a table was at a snapshot."""
    return spark.sql(f"SELECT * FROM {name} VERSION AS OF {snapshot}")


def last_snapshot(spark, name):
    """Returns the last snapshot of a table; none if nothing was ever written."""
    found = spark.sql(f"SELECT snapshot_id FROM {name}.refs WHERE name = 'main'").first()
    return found and found[0]


def record_failure(spark, name, reason):
    """Records why the last batch of a table failed; no reason means that it did not. Returns whether that is new."""
    # The log of the run has all of it.
    reason = reason and reason.strip().split("\n")[0][:500]
    is_new = properties(spark, name).get(FAILED) != reason
    if is_new:
        set_properties(spark, name, **{FAILED: reason})
    return is_new


@contextmanager
def recording_failure(spark, names):
    """Records of tables whether their batch fails."""
    try:
        yield
    except Exception as error:
        for name in names:
            record_failure(spark, name, str(error) or "it failed")
        raise


def waits_for(name):
    """Returns the reason why a batch waits that reads a table of which the last one failed."""
    return f"waits for {name}, of which the last batch failed"


def end_batch(spark, names, progress, failure=None, is_new=False, tell=lambda: None):
    """Ends the batch of tables: records whether it failed, and its progress, as properties. It is told if it is new, or its failure is, and before
    progress is recorded: a run that dies in between is made again, and tells it again."""
    changed = [record_failure(spark, name, failure) for name in names]
    if is_new or any(changed):
        tell()
    for name in names:
        set_properties(spark, name, **progress)


def evolve(spark, name, columns):
    """Adds columns that the table does not have, and widens those that have got another type. Versions of before have nothing in a new one."""
    present = {field.name.lower(): field.dataType.simpleString() for field in spark.table(name).schema}
    wanted = {column["name"]: column["type"] for column in columns} | SYSTEM_COLUMNS
    for column, kind in wanted.items():
        if column.lower() not in present:
            spark.sql(f"ALTER TABLE {name} ADD COLUMN {quoted(column)} {kind}")
        elif present[column.lower()] != kind:
            spark.sql(f"ALTER TABLE {name} ALTER COLUMN {quoted(column)} TYPE {kind}")


def in_type(column, present, before=""):
    """Returns a column in its type, from one whose name has something before it; nothing if that is not there, or has a value that the type
    does not."""
    source = before + column["name"]
    if source.lower() not in present:
        return F.lit(None).cast(column["type"])
    return F.expr(f"try_cast({quoted(source)} AS {column['type']})")


def types_by_name(rows):
    """Returns the types of columns by their names in small letters."""
    return {field.name.lower(): field.dataType for field in rows.schema}


def problem(columns, present, counts, is_lossless):
    """What is wrong with a record, by its first column that breaks the schema; null if nothing is. `present` has the types of the columns that
    are there, by name in small letters, and `counts` says whether a column of a record counts. A number of a source must be kept as it is."""
    found = F.lit(None).cast("string")
    for column in reversed(columns):
        name, kind = column["name"], column["type"]
        if name.lower() not in present:
            if not column["nullable"]:
                found = F.when(counts(column), F.lit(f"`{name}` has no value")).otherwise(found)
            continue
        value, cast = F.col(quoted(name)), F.expr(f"try_cast({quoted(name)} AS {kind})")
        is_broken = value.isNotNull() & cast.isNull()
        if is_lossless and present[name.lower()].typeName() in NUMBERS:
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
        found = F.when(counts(column) & is_broken, F.lit(f"a value of `{name}` is no {kind} within its limits")).otherwise(found)
        if not column["nullable"]:
            found = F.when(counts(column) & value.isNull(), F.lit(f"`{name}` has no value")).otherwise(found)
    return found


def refuse_invalid(changes):
    """Refuses the batch if a record breaks the schema: readers keep the last good data."""
    problems = changes.where(F.col("_problem").isNotNull()).groupBy("_problem").count().collect()
    if problems:
        raise ValueError("; ".join(sorted(f"{row['count']} records: {row._problem}" for row in problems)))


def visible(spark, name, changes, columns, key):
    """Returns the records that a table shows when the changes are written."""
    columns = [column["name"] for column in columns]
    kept = spark.table(name)
    shown = kept.where(F.col(VALID_TO).isNull()).select(*map(quoted, columns))
    if changes is None:
        return shown
    applied = with_last_versions(changes, kept, columns, key)
    stays = shown.join(applied.select(*map(quoted, key)), key, "left_anti")
    return stays.select(*map(quoted, columns)).unionByName(applied.where("_there").select(*map(quoted, columns)))


def refuse_unchecked(spark, table, changes, moment):
    """Refuses the batch if a table with its changes would show what a check excludes: nothing is written, and readers keep the last good data.
    Returns the properties that record which checks were passed. Without changes, only the clock and another check can find anything new."""
    name, checks = table["table"], table.get("checks", [])
    recorded = properties(spark, name).get(CHECKED)
    digest = hashlib.sha256(json.dumps(checks).encode()).hexdigest() if checks else None
    if changes is None and digest == recorded:
        checks = [check for check in checks if check["kind"] == "fresh"]
    if checks:
        found = violations(visible(spark, name, changes, table["columns"], table["key"]), checks, moment)
        if found:
            raise ValueError("; ".join(found))
    return {} if digest == recorded else {CHECKED: digest}


def violations(rows, checks, moment):
    """Returns what is wrong with records, check by check. It says how many there are, and never a value."""
    measured = rows.agg(F.count(F.lit(1)), *map(measure, checks)).first()
    count, found = measured[0], []
    for check, value in zip(checks, measured[1:]):
        kind, words = check["kind"], None
        if kind == "not_null" and (count - value) * 1_000_000 > count * check["tolerated"]:
            words = f"{count - value} of {count} without one"
        elif kind == "rows" and not check["at_least"] <= count <= check.get("at_most", count):
            words = f"there are {count}"
        elif kind == "fresh" and (value is None or value < int(moment.timestamp()) - check["seconds"]):
            words = "there is none" if value is None else "it is older"
        elif kind == "accepted_values" and value:
            words = f"{value} with another value"
        elif kind == "unique":
            columns = [F.col(quoted(column)) for column in check["columns"]]
            # What has no value is like nothing.
            whole = rows.where(reduce(and_, (column.isNotNull() for column in columns)))
            same = whole.groupBy(*columns).count().where("count > 1")
            like_others = same.agg(F.sum("count")).first()[0]
            words = like_others and f"{like_others} like others"
        if words:
            found.append(f"it fails the check that {check['rule']}: {words}")
    return found


def measure(check):
    """Returns what one query counts of all records for a check. Whether they are unique takes a query of its own."""
    if check["kind"] not in ("not_null", "fresh", "accepted_values"):
        return F.lit(None)
    column = F.col(quoted(check["column"]))
    if check["kind"] == "not_null":
        return F.count(column)
    if check["kind"] == "fresh":
        # In whole seconds; a date is its beginning.
        return F.max(column.cast("timestamp").cast("long"))
    accepted = [F.lit(value).cast(check["type"]) for value in check["values"]]
    return F.count_if(~column.cast(check["type"]).isin(accepted))


def write(spark, name, changes, columns, key, moment):
    """Writes the changes as one snapshot of the table: either all of them are there, or none."""
    kept = spark.table(name)
    columns = [column["name"] for column in columns]
    moment = moment_after(kept, moment)
    now, never = F.lit(moment), F.lit(None).cast("timestamp")
    joined = with_last_versions(changes, kept, columns, key)
    is_same = equals_former(column for column in columns if column not in key)
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
    inserted = {column: f"changes.{quoted(column)}" for column in columns}
    inserted |= {VALID_FROM: literal(moment), VALID_TO: "changes._to", SEQUENCE: "changes._new_sequence"}
    spark.sql(f"""
        MERGE INTO {name} AS kept USING changes ON {on} AND kept.{VALID_FROM} = changes._target
        WHEN MATCHED AND changes._ends THEN UPDATE SET
            {VALID_TO} = {literal(moment)}, {SEQUENCE} = changes._new_sequence
        WHEN MATCHED THEN UPDATE SET {SEQUENCE} = changes._new_sequence
        WHEN NOT MATCHED THEN {insertion(kept, inserted)}
    """)


def insertion(kept, values):
    """Returns the words of an insertion. A column without a value is one that the dataset has no more: it stays for the versions that have
    values in it."""
    known = {column.lower() for column in values}
    values = values | {column: "NULL" for column in kept.columns if column.lower() not in known}
    return f"INSERT ({', '.join(map(quoted, values))}) VALUES ({', '.join(values.values())})"


def last_moment():
    """The moment of the last batch that changed anything, as an aggregate of versions."""
    return F.max(F.greatest(F.col(VALID_FROM), F.coalesce(F.col(VALID_TO), F.col(VALID_FROM))))


def moment_after(kept, moment):
    """Returns the moment of a batch: the clock may be behind that of the batch before."""
    last = kept.agg(last_moment()).first()[0]
    return moment if last is None else max(moment, last.astimezone(timezone.utc) + timedelta(microseconds=1))


def with_last_versions(changes, kept, columns, key):
    """Returns the changes that are newer than what the table has of their keys, beside the last version of each."""
    newest = Window.partitionBy(*map(quoted, key)).orderBy(F.desc(VALID_FROM))
    last = kept.join(changes.select(*map(quoted, key)), key, "left_semi")
    last = last.withColumn("_rank", F.row_number().over(newest)).where("_rank = 1").select(
        *map(quoted, key),
        *former(column for column in columns if column not in key),
        F.col(SEQUENCE).alias("_old_sequence"),
        F.col(VALID_FROM).alias("_old_from"),
        F.col(VALID_TO).isNull().alias("_was_there"),
    )
    joined = changes.join(last, key, "left")
    is_newer = F.col(SEQUENCE) > F.coalesce("_old_sequence", F.lit(""))
    return joined.where(F.col("_old_from").isNull() | is_newer)


def former(columns):
    """Returns columns of versions that are there, by names that differ from those of changes."""
    return [F.col(quoted(column)).alias(f"_old_{column}") for column in columns]


def equals_former(columns):
    """Whether columns of a change equal those of the version that is there. Two without a value do."""
    is_same = F.lit(True)
    for column in columns:
        is_same = is_same & F.col(quoted(column)).eqNullSafe(F.col(quoted(f"_old_{column}")))
    return is_same


def announce(event):
    """Tells that a batch ended, so that exports and other transformers go on."""
    answer = boto3.client("events").put_events(Entries=[event])
    if answer["FailedEntryCount"]:
        raise RuntimeError(f"the end of the batch was not announced: {answer['Entries']}")


def literal(moment):
    return f"TIMESTAMP '{moment.isoformat()}'"


def quoted(name):
    return "`" + name.replace("`", "``") + "`"


def text(value):
    """A text, as Spark reads it. A dollar would begin what Spark fills in from its settings and the environment."""
    return "'" + str(value).replace("\\", "\\\\").replace("'", "\\'").replace("$", "\\u0024") + "'"
