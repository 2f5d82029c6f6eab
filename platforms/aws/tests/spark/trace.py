"""Runs the rendered merge job on Spark with Iceberg against a producer that changes at random, and writes what it was given and what it shows,
so that another platform can be given the same states at the same batches. Runs die before statements, and are made again.

Arguments: the folder of a rendered instance, that of the same instance at a later revision, an empty folder, the jar of Iceberg, a seed, and the
file to write.
"""

import json
import random
import sys
from datetime import datetime, timedelta, timezone

import dms_files
import killed
from rendered import Rendered, session
from source import COLUMNS, WIDER, Source

LABEL = "Store-orders"
START = datetime(2026, 1, 1, tzinfo=timezone.utc)


def text(value):
    """A value as a text that is the same on every platform."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S.%f}+00:00"
    return None if value is None else str(value)


def main():
    before, after, buckets, jar, seed, file = sys.argv[1:]
    before, after = Rendered(before, buckets), Rendered(after, buckets)
    rendered = before
    spark = session(before, jar)
    address, definition = before.definition(LABEL)
    table = definition["table"]
    before.create_table(spark, LABEL, definition)
    source = Source(dms_files.Folder(definition["files"].removeprefix("file://"), COLUMNS, definition["key"]), random.Random(int(seed)))
    # When runs die must not change what the source does.
    deaths = random.Random(f"deaths of {seed}")
    source.load(5)
    moments, batches = {}, []
    while len(batches) < 7:
        if batches:
            source.go_on()
        if len(batches) == 3:
            # In the middle of a batch, the source gets a column and a wider type, of which both platforms are told.
            source.folder.columns = WIDER
            source.go_on()
            rendered = after
            address, definition = after.definition(LABEL)
        killed.run(rendered, [address], (START + timedelta(hours=len(batches))).isoformat(), deaths.randrange(4), deaths)
        last = spark.sql(f"SELECT max(greatest(_valid_from, coalesce(_valid_to, _valid_from))) FROM {table}").first()[0]
        columns = [column["name"] for column in definition["columns"]]
        state = sorted(([text(record.get(name)) for name in columns] for record in source.state().values()), key=str)
        # A batch without a change is none.
        if not batches or state != batches[-1]["records"]:
            batches.append({"columns": columns, "records": state})
        moments[last] = len(batches)
    columns = [column["name"] for column in definition["columns"]]
    # What consumers are shown, in the words of the rendered exports.
    history = spark.sql(f"SELECT * FROM {table} WHERE _valid_to IS NULL OR _valid_from < _valid_to").collect()
    versions = [
        [*(text(row[name]) for name in columns), moments[row["_valid_from"]], row["_valid_to"] and moments[row["_valid_to"]]]
        for row in history
    ]
    with open(file, "w") as written:
        json.dump({"batches": batches, "versions": versions, "changes": len(source.delivered)}, written)
    print(f"{len(batches)} batches")


if __name__ == "__main__":
    main()
