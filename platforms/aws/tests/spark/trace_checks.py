"""Runs the rendered merge job on Spark with Iceberg against a producer whose records pass the quality checks of their dataset, or do not, and writes
what it was given, what it refused, and what it shows, so that another platform can be given the same states at the same batches. Runs die before
statements, and are made again.

Arguments: the folder of a rendered instance, an empty folder, the jar of Iceberg, a seed, and the file to write.
"""

import json
import random
import sys
from datetime import datetime, timedelta, timezone

import dms_files
import killed
from rendered import Rendered, session
from source import COLUMNS, Source
from trace import LABEL, text

START = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)

# The days of the batches, and those on which the producer does nothing: one at once, and one much later.
DAYS = [*range(1, 15), 15, 28]
IDLE = (15, 28)


class Producer(Source):
    """A producer of whose values few are wrong."""

    day = 1

    def values(self):
        moment = datetime(2026, 1, max(self.day - self.random.choice([0, 1, 3, 5, 5, 5]), 1), 11, 59, 59)
        return {
            "customer": self.random.choice([1, 2, 3, 4, 5, 6, 7, 8] * 6 + [9]),
            "amount": dms_files.amount(self.random.choice([100, 250, 300, 450, 500, 650] * 8 + [199])),
            "placed": self.random.choice([moment, moment, None]),
        }


def main():
    folder, buckets, jar, seed, file = sys.argv[1:]
    rendered = Rendered(folder, buckets)
    spark = session(rendered, jar)
    address, definition = rendered.definition(LABEL)
    table, columns = definition["table"], [column["name"] for column in definition["columns"]]
    rendered.create_table(spark, LABEL, definition)
    folder = dms_files.Folder(definition["files"].removeprefix("file://"), COLUMNS, definition["key"])
    source = Producer(folder, random.Random(int(seed)))
    # When runs die must not change what the source does.
    deaths = random.Random(f"deaths of {seed}")

    def snapshots():
        return spark.sql(f"SELECT count(*) FROM {table}.snapshots").first()[0]

    def shown(condition, *more):
        rows = spark.sql(f"SELECT * FROM {table} WHERE {condition}").collect()
        return sorted(([text(row[name]) for name in [*columns, *more]] for row in rows), key=str)

    batches = []
    for day in DAYS:
        source.day = day
        if day == 1:
            source.load(5)
        elif day not in IDLE:
            source.go_on()
        moment, before, refusal = START + timedelta(days=day - 1), snapshots(), None
        try:
            killed.run(rendered, [address], moment.isoformat(), deaths.randrange(3), deaths)
        except SystemExit as refused:
            refusal = str(refused).split(": ", 1)[1]
            assert snapshots() == before, "what fails is not written"
        state = sorted(([text(record.get(name)) for name in columns] for record in source.state().values()), key=str)
        live = shown("_valid_to IS NULL") if snapshots() else []
        batches.append({"day": day, "columns": columns, "records": state, "refusal": refusal, "live": live})
    versions = shown("_valid_to IS NULL OR _valid_from < _valid_to", "_valid_from", "_valid_to")
    with open(file, "w") as written:
        json.dump({"batches": batches, "versions": versions}, written)
    print(f"{len(batches)} batches")


if __name__ == "__main__":
    main()
