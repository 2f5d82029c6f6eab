"""Runs the rendered merge job on Spark with Iceberg, against files as DMS writes them, and compares live and history with an independent model.

Arguments: the folder of a rendered instance, that of the same instance at a later revision, an empty folder, the jar of Iceberg, and a seed.
"""

import random
import shutil
import sys
from datetime import datetime, timedelta, timezone

import dms_files
import killed
from rendered import Rendered, session
from source import COLUMNS, WIDER, Source

LABEL = "Store-orders"
START = datetime(2026, 1, 1, tzinfo=timezone.utc)


def rows(frame, columns):
    found = {}
    for row in frame.collect():
        record = {name: row[name] for name in columns}
        assert record["id"] not in found, f"two versions of {record['id']} at once"
        found[record["id"]] = record
    return found


def shown(table, spark, condition, columns):
    return rows(spark.sql(f"SELECT * FROM {table} WHERE {condition}"), columns)


def plain(records, columns):
    return {
        key[0]: {name: record.get(name) for name in columns} for key, record in records.items()
    }


def trial(spark, before, after, seed):
    chance = random.Random(seed)
    address, definition = before.definition(LABEL)
    table = definition["table"]
    spark.sql(f"DROP TABLE IF EXISTS {table} PURGE")
    before.create_table(spark, LABEL, definition)
    folder = definition["files"].removeprefix("file://")
    shutil.rmtree(folder, ignore_errors=True)
    source = Source(dms_files.Folder(folder, COLUMNS, definition["key"]), chance)
    # A batch may come before the first file.
    before.run([address], START.isoformat())
    source.load(5)
    rendered, moments = before, []
    for batch in range(1, 6):
        source.go_on()
        if batch == 3:
            # In the middle of a batch, the source gets a column and a wider type; then the platform is told of it.
            source.folder.columns = WIDER
            source.go_on()
            rendered = after
            address, definition = after.definition(LABEL)
        # The clock of one batch is behind that of the one before.
        moment = START + timedelta(hours=batch if batch != 4 else 1)
        killed.run(rendered, [address], moment.isoformat(), chance.randrange(3), chance)
        columns = [column["name"] for column in definition["columns"]]
        last = spark.sql(f"SELECT max(greatest(_valid_from, coalesce(_valid_to, _valid_from))) FROM {table}").first()[0]
        moments.append((last, source.state()))
        live = shown(table, spark, "_valid_to IS NULL", columns)
        assert live == plain(source.state(), columns), f"seed {seed}, batch {batch}: {live} is not {source.state()}"
    for batch, (moment, state) in enumerate(moments, 1):
        at = f"TIMESTAMP '{moment.astimezone(timezone.utc).isoformat()}'"
        as_of = shown(table, spark, f"_valid_from <= {at} AND (_valid_to IS NULL OR _valid_to > {at})", columns)
        assert as_of == plain(state, columns), f"seed {seed}, as of batch {batch}: {as_of} is not {state}"
    # Nothing is left to do, so nothing is written.
    snapshots = spark.sql(f"SELECT count(*) FROM {table}.snapshots").first()[0]
    rendered.run([address], (START + timedelta(days=1)).isoformat())
    assert spark.sql(f"SELECT count(*) FROM {table}.snapshots").first()[0] == snapshots
    return sum(len(state) for _, state in moments), len(source.delivered)


def refused(spark, rendered):
    """A batch with a record that breaks the schema changes nothing, and the next one goes on where the last good one ended."""
    address, definition = rendered.definition(LABEL)
    table = definition["table"]
    spark.sql(f"DROP TABLE IF EXISTS {table} PURGE")
    rendered.create_table(spark, LABEL, definition)
    path = definition["files"].removeprefix("file://")
    shutil.rmtree(path, ignore_errors=True)
    folder = dms_files.Folder(path, {**COLUMNS, "amount": "decimal(18,4)"}, definition["key"])
    good = {"id": 1, "customer": 7, "amount": dms_files.amount(150), "placed": None}
    folder.load([good])
    rendered.run([address], START.isoformat())
    for number, (broken, words) in enumerate(
        [
            ({**good, "customer": None}, "`customer` has no value"),
            ({**good, "amount": dms_files.amount(10**12)}, "a value of `amount`"),
            ({**good, "amount": dms_files.amount(1) / 10}, "a value of `amount`"),
        ]
    ):
        wrong = folder.change([("U", broken, dms_files.sequence(number), good)])
        try:
            rendered.run([address], START.isoformat())
            raise AssertionError(f"{broken} was taken")
        except SystemExit as refusal:
            assert words in str(refusal), refusal
        assert shown(table, spark, "_valid_to IS NULL", list(good)) == {1: good}
        wrong.unlink()
    folder.change([("U", {**good, "customer": 8}, dms_files.sequence(9), good)])
    rendered.run([address], START.isoformat())
    assert shown(table, spark, "_valid_to IS NULL", list(good)) == {1: {**good, "customer": 8}}


def reloaded(spark, rendered):
    """A task that was loaded again is refused, also when the changes before it are gone, and the table goes on without that load."""
    address, definition = rendered.definition(LABEL)
    table = definition["table"]
    spark.sql(f"DROP TABLE IF EXISTS {table} PURGE")
    rendered.create_table(spark, LABEL, definition)
    path = definition["files"].removeprefix("file://")
    shutil.rmtree(path, ignore_errors=True)
    folder = dms_files.Folder(path, COLUMNS, definition["key"])
    good = {"id": 1, "customer": 7, "amount": dms_files.amount(150), "placed": None}
    folder.load([good])
    rendered.run([address], START.isoformat())
    # The load of a large table comes in many files.
    folder.load([{**good, "id": 2}])
    changes = folder.change([("D", {**good, "id": 2}, dms_files.sequence(1), None)])
    rendered.run([address], START.isoformat())
    assert shown(table, spark, "_valid_to IS NULL", list(good)) == {1: good}
    for is_gone in (False, True):
        if is_gone:
            changes.unlink()
        again = folder.load([{**good, "customer": 8}, {**good, "id": 3}])
        try:
            rendered.run([address], START.isoformat())
            raise AssertionError("a second load was taken")
        except SystemExit as refusal:
            assert "loaded again" in str(refusal), refusal
        assert shown(table, spark, "_valid_to IS NULL", list(good)) == {1: good}
        again.unlink()
    folder.change([("U", {**good, "customer": 9}, dms_files.sequence(2), good)])
    rendered.run([address], START.isoformat())
    assert shown(table, spark, "_valid_to IS NULL", list(good)) == {1: {**good, "customer": 9}}


def main():
    before, after, buckets, jar, first, count = sys.argv[1:]
    before, after = Rendered(before, buckets), Rendered(after, buckets)
    spark = session(before, jar)
    refused(spark, before)
    reloaded(spark, before)
    records = changes = 0
    for seed in range(int(first), int(first) + int(count)):
        in_states, delivered = trial(spark, before, after, seed)
        records, changes = records + in_states, changes + delivered
    print(f"{count} trials, {changes} changes, {records} records compared")


if __name__ == "__main__":
    main()
