"""Receives what another platform captures: versions of an Iceberg table of its lake become versions of a table of this one.

A job of AWS Glue for any number of datasets: an argument lists their definitions. A batch of the other lake is complete when its snapshot is in
the metadata of its table, so each run reads one snapshot. Its versions are written here as one snapshot, with the moments that they have there.
Which snapshot was received is recorded behind that. So a run that was killed is started again: what it wrote is there already, and differs in
nothing.

Of a table whose last snapshot follows the one that was received, only versions are read that began or ended since. Otherwise, as the first
time, or where that snapshot has expired, all of it is compared.
"""

import json
from datetime import datetime, timezone

from pyspark.sql import functions as F
from versions import (
    FAILED,
    VALID_FROM,
    VALID_TO,
    announce,
    end_batch,
    equals_former,
    evolve,
    for_each_definition,
    former,
    in_type,
    insertion,
    last_moment,
    literal,
    problem,
    properties,
    quoted,
    read_at,
    recording_failure,
    refuse_invalid,
    types_by_name,
    waits_for,
)

# The property of a table with what was received last: the table of the other lake, its snapshot, and the last moment in that; and the columns
# that were asked for.
RECEIVED = "datasurface.received"


def receive(spark, table, _):
    """Brings a table to the last snapshot of its source. Versions have the moments of their batches there."""
    name, columns, key = table["table"], table["columns"], table["key"]
    with recording_failure(spark, [name]):
        evolve(spark, name, columns)
        source = Source(spark, table["source"])
        recorded = json.loads(properties(spark, name).get(RECEIVED, "null"))
        is_new = source.snapshot is not None and source.is_other(recorded, columns)
        progress = {}
        if is_new:
            changes = versions_to_write(spark, name, source, recorded, columns, key).persist()
            refuse_invalid(changes)
            if not changes.isEmpty():
                write_versions(spark, name, changes, columns, key)
            changes.unpersist()
            progress = {RECEIVED: json.dumps(source.received(spark, columns))}
        failure = source.failure and waits_for(table["source"])
        end_batch(spark, [name], progress, failure, is_new, lambda: announce(table["event"]))


class Source:
    """A table of another lake, as it is when the run begins."""

    def __init__(self, spark, name):
        self.name = name
        self.failure = properties(spark, name).get(FAILED)
        # What Iceberg knows of a table, and no statement tells.
        table = spark._jvm.org.apache.iceberg.spark.Spark3Util.loadIcebergTable(spark._jsparkSession, name)
        self.identity, self.snapshot = str(table.uuid()), None
        current = table.currentSnapshot()
        self.before = []
        if current is not None:
            self.snapshot = current.snapshotId()
            ancestors = spark._jvm.org.apache.iceberg.util.SnapshotUtil.currentAncestorIds(table)
            self.before = [int(ancestor) for ancestor in ancestors]

    def is_other(self, recorded, columns):
        """Whether there is something else than was received."""
        place = ("table", "snapshot", "columns")
        return recorded is None or any(recorded[one] != self.place(columns)[one] for one in place)

    def follows(self, recorded, columns):
        """Whether what was received is a former state of this, and nothing else is asked for."""
        is_same = recorded is not None and recorded["table"] == self.identity and recorded["columns"] == columns
        return is_same and recorded["last"] is not None and recorded["snapshot"] in self.before

    def place(self, columns):
        return {"table": self.identity, "snapshot": self.snapshot, "columns": columns}

    def received(self, spark, columns):
        last = self.read(spark).agg(last_moment()).first()[0]
        return self.place(columns) | {"last": last and last.astimezone(timezone.utc).isoformat()}

    def read(self, spark):
        """Every version that was ever valid."""
        rows = read_at(spark, self.name, self.snapshot)
        if VALID_TO not in rows.columns:
            raise ValueError(f"{self.name} has no versions: there is no `{VALID_TO}` in it")
        return rows.where(F.col(VALID_TO).isNull() | (F.col(VALID_FROM) < F.col(VALID_TO)))


def versions_to_write(spark, name, source, recorded, columns, key):
    """Returns the versions that are not here as they are at the source, each with what is wrong with it, and those that go."""
    there = source.read(spark)
    follows = source.follows(recorded, columns)
    if follows:
        # Moments only grow from batch to batch. The last one is read again: nobody says that a batch has one snapshot.
        since = literal(datetime.fromisoformat(recorded["last"]))
        there = there.where(F.expr(f"{VALID_FROM} >= {since} OR {VALID_TO} >= {since}"))
    names = [column["name"] for column in columns]
    there = in_types_of(there, columns)
    kept = spark.table(name).select(*map(quoted, [*names, VALID_FROM, VALID_TO]))
    place = [*key, VALID_FROM]
    values = [*(one for one in names if one not in key), VALID_TO]
    known = kept.select(*map(quoted, place), *former(values), F.lit(True).alias("_old_there"))
    differing = there.join(known, place, "left")
    is_same = F.col("_old_there").isNotNull() & equals_former(values)
    differing = differing.where(~is_same).select(*map(quoted, names), VALID_FROM, VALID_TO, F.lit(False).alias("_goes"), "_problem")
    return differing if follows else differing.unionByName(contradicted(there, kept, names, key))


def in_types_of(versions, columns):
    """Returns versions with the columns that are asked for, in their types. A value that its column cannot have is a problem; versions may be
    older than a column is, so that none has a value."""
    present = types_by_name(versions)
    nullable = [column | {"nullable": True} for column in columns]
    return versions.select(
        *[in_type(column, present).alias(column["name"]) for column in columns],
        VALID_FROM,
        VALID_TO,
        problem(nullable, present, lambda _: F.lit(True), is_lossless=True).alias("_problem"),
    )


def contradicted(there, kept, names, key):
    """Returns what becomes of the versions here that the source does not have: its retention may be over there, or it was made anew, or
    taken back to an earlier snapshot. One that ended stays; one that goes on ends; and one goes if the source says that another one was valid."""
    place = [*key, VALID_FROM]
    last = there.agg(last_moment().alias("_last"))
    missing = kept.join(there.select(*map(quoted, place)), place, "left_anti")
    others = there.select(
        *[F.col(quoted(column)).alias(f"_its_{column}") for column in key],
        F.col(VALID_FROM).alias("_its_from"),
        F.col(VALID_TO).alias("_its_to"),
    )
    is_its = F.lit(True)
    for column in key:
        is_its = is_its & (F.col(quoted(column)) == F.col(quoted(f"_its_{column}")))
    judged = missing.join(others, is_its, "left").groupBy(*map(quoted, [*names, VALID_FROM, VALID_TO])).agg(
        # The next version of the record at the source.
        F.min(F.when(F.col("_its_from") > F.col(VALID_FROM), F.col("_its_from"))).alias("_next"),
        F.max(
            (F.col("_its_from") < F.col(VALID_FROM)) & F.coalesce(F.col("_its_to") > F.col(VALID_FROM), F.col("_its_from").isNotNull())
        ).alias("_is_other"),
    ).crossJoin(last)
    # Of the next version and its own end, the earlier one; of what goes on, the last moment of the source.
    end = F.greatest(F.col(VALID_FROM), F.coalesce(F.least("_next", F.coalesce(VALID_TO, "_last")), F.col("_last")))
    never_was = F.coalesce(F.col("_is_other") | (F.col(VALID_FROM) > F.col("_last")), F.lit(False))
    return judged.where(never_was | ~end.eqNullSafe(F.col(VALID_TO))).select(
        *map(quoted, names),
        VALID_FROM,
        end.alias(VALID_TO),
        never_was.alias("_goes"),
        F.lit(None).cast("string").alias("_problem"),
    )


def write_versions(spark, name, changes, columns, key):
    """Writes versions as one snapshot of the table: either all of them are there, or none."""
    names = [column["name"] for column in columns]
    changes.createOrReplaceTempView("received")
    on = " AND ".join(f"kept.{quoted(column)} = received.{quoted(column)}" for column in [*key, VALID_FROM])
    values = [*(column for column in names if column not in key), VALID_TO]
    changed = ", ".join(f"{quoted(column)} = received.{quoted(column)}" for column in values)
    inserted = {column: f"received.{quoted(column)}" for column in [*names, VALID_FROM, VALID_TO]}
    spark.sql(f"""
        MERGE INTO {name} AS kept USING received ON {on}
        WHEN MATCHED AND received._goes THEN DELETE
        WHEN MATCHED THEN UPDATE SET {changed}
        WHEN NOT MATCHED AND NOT received._goes THEN {insertion(spark.table(name), inserted)}
    """)


if __name__ == "__main__":
    for_each_definition(receive)
