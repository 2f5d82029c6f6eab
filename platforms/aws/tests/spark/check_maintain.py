"""Runs the rendered maintenance job on Spark with Iceberg: what consumers see stays, but for versions whose retention is over.

Arguments: the folder of a rendered instance, an empty folder, and the jar of Iceberg.
"""

import json
import os
import pathlib
import random
import sys
from datetime import datetime, timedelta, timezone

import boto3
import dms_files
import killed
from rendered import Rendered, session

LABEL = "Store-orders"
COLUMNS = {"id": "bigint", "customer": "int", "amount": "decimal(12,2)", "placed": "timestamp"}
# Snapshots have the time of the machine.
START = datetime.now(timezone.utc)


def main():
    folder, buckets, jar = sys.argv[1:]
    rendered = Rendered(folder, buckets)
    spark = session(rendered, jar)
    address, definition = rendered.definition(LABEL)
    table = definition["table"]
    # The job may come before the first batch.
    rendered.create_table(spark, LABEL, definition)
    rendered.run([address], START.isoformat(), "maintain")
    source = dms_files.Folder(definition["files"].removeprefix("file://"), COLUMNS, definition["key"])

    def order(number, customer):
        return {"id": number, "customer": customer, "amount": dms_files.amount(100), "placed": None}

    def merge(day):
        rendered.run([address], (START + timedelta(days=day)).isoformat())

    def versions():
        rows = spark.sql(f"SELECT id, customer, _valid_from, _valid_to FROM {table}").collect()

        def days(moment):
            return moment and (moment.astimezone(timezone.utc) - START).days

        return sorted((row.id, row.customer, days(row._valid_from), days(row._valid_to)) for row in rows)

    def count(of):
        return spark.sql(f"SELECT count(*) FROM {table}.{of}").first()[0]

    source.load([order(1, 0), order(2, 0)])
    merge(0)
    source.change([("D", order(2, 0), dms_files.sequence(1), None)])
    merge(1)
    for day in range(2, 8):
        source.change([
            ("U", order(1, day), dms_files.sequence(day), {"id": 1}),
            ("I", order(day + 10, 0), dms_files.sequence(day + 100), None),
        ])
        merge(day)
    for day in range(8, 14):
        # What only inserts adds a file.
        source.change([("I", order(day + 10, 0), dms_files.sequence(day), None)])
        merge(day)
    before, files = versions(), count("files")
    assert len(before) == 20 and files >= 5, (before, files)

    # Within the retention, every version stays; files are joined, and snapshots go. A run that was killed is made again.
    later = START + timedelta(days=definition["retention"]["snapshot_days"] + 14)
    read = spark.sql(f"SELECT snapshot_id FROM {table}.refs").first()[0]
    rendered.run([address], (START + timedelta(days=1)).isoformat(), "maintain")
    assert spark.sql(f"SELECT count(*) FROM {table} VERSION AS OF {read}").first()[0] == len(before), "whoever reads a snapshot goes on"
    killed.run(rendered, [address], later.isoformat(), 3, random.Random(4), "maintain")
    assert versions() == before
    assert count("files") < files and count("snapshots") == 1, (count("files"), count("snapshots"))

    # A file that a run left behind goes when it is old; one that is new may be of a run.
    data = pathlib.Path(spark.sql(f"SELECT file_path FROM {table}.files").first()[0].removeprefix("file:")).parent
    old, new = data / "left.parquet", data / "new.parquet"
    for path in (old, new):
        path.write_bytes(b"left")
    ago = (START - timedelta(days=9)).timestamp()
    os.utime(old, (ago, ago))
    rendered.run([address], later.isoformat(), "maintain")
    assert new.exists() and not old.exists()
    new.unlink()
    assert versions() == before

    # A version goes when its retention is over, and not a day before; the latest ones stay.
    days = definition["retention"]["version_days"]
    rendered.run([address], (START + timedelta(days=days + 4)).isoformat(), "maintain")
    assert versions() == [one for one in before if one[3] is None or one[3] >= 4], versions()
    rendered.run([address], (START + timedelta(days=days + 100)).isoformat(), "maintain")
    kept = versions()
    assert [one for one in kept if one[3] is None] == [one for one in before if one[3] is None]
    assert [one for one in kept if one[3] is not None] == [], kept

    # What is kept of a record that was deleted tells that a change of before is old.
    definition["retention"]["version_days"] = 0
    pathlib.Path(address.removeprefix("file://")).write_text(json.dumps(definition))
    source.change([("I", order(50, 0), dms_files.sequence(200), None)])
    merge(days + 101)
    source.change([("D", order(50, 0), dms_files.sequence(201), None)])
    merge(days + 102)
    rendered.run([address], (START + timedelta(days=days + 105)).isoformat(), "maintain")
    source.change([("I", order(50, 0), dms_files.sequence(200), None)])
    merge(days + 106)
    assert [one[3] is None for one in versions() if one[0] == 50] == [False], "a record came back that was deleted"

    # Where the table has got another key, all files are written again, by the catalog of that one: once.
    def files_now():
        return {row.file_path for row in spark.sql(f"SELECT file_path FROM {definition['table']}.files").collect()}

    def maintain():
        rendered.run([address], (START + timedelta(days=days + 107)).isoformat(), "maintain")
        return files_now()

    kept, files = versions(), maintain()
    assert maintain() == files
    boto3.KEYS[definition["kms_key"]] = "the key by which it was replaced"
    replaced = maintain()
    assert replaced and not replaced & files, (replaced, files)
    assert maintain() == (files := replaced)
    assert definition.pop("kms_key") and not table.startswith("lake."), definition
    definition["table"] = table = "lake." + table.split(".", 1)[1]
    pathlib.Path(address.removeprefix("file://")).write_text(json.dumps(definition))
    again = maintain()
    assert again and not again & files, (again, files)
    assert maintain() == again
    assert versions() == kept
    print("maintained")


if __name__ == "__main__":
    main()
