"""Runs the jobs of NorthWind with its masking transformer on Spark with Iceberg and a real PostgreSQL, which runs the same SELECT on the records
of the source.

Arguments: the folder of the rendered instance, an empty folder, the jars, and port and password of the server.
"""

import random
import sys

import boto3
import dms_files
import killed
from flow import Flow

ORIGINALS, MASKED = "NW_Data-customers", "Masked_NW_Data-customers"
COLUMNS = {"customer_id": "string", "company_name": "string", "country": "string"}


def main():
    flow, chance = Flow(*sys.argv[1:]), random.Random(25)
    source = flow.captured(ORIGINALS, COLUMNS)
    flow.made(MASKED)
    (shown,) = flow.exported("export-USA-NorthWindTeam-Warehouse-Masked_NW_Data-customers")
    trigger, transformer = flow.rendered.trigger("MaskCustomers")
    (select,) = (output["select"] for output in transformer["outputs"])
    # The records of the source, in a table that PostgreSQL finds by the name of the input.
    flow.database.execute("CREATE TABLE nw_data_customers (customer_id text PRIMARY KEY, company_name text, country text)")
    records, batches = {}, 0

    def state():
        rows = ", ".join("('{customer_id}', '{company_name}', '{country}')".format(**record) for record in records.values())
        flow.database.execute(f"TRUNCATE nw_data_customers; INSERT INTO nw_data_customers VALUES {rows}")

    def batch(deaths):
        nonlocal batches
        batches += 1
        state()
        flow.merge(batches)
        killed.run(flow.rendered, [trigger], flow.moment(batches), deaths, chance, "transform")
        flow.export(batches)
        assert flow.compare(shown, select, list(COLUMNS)) == len(records)

    # Nothing is there yet: it waits.
    flow.rendered.run([trigger], flow.moment(0), "transform")
    assert (flow.snapshots(MASKED), boto3.EVENTS) == (0, [])
    for number in range(20):
        key = f"NW{number:03}"
        records[key] = {"customer_id": key, "company_name": f"Company {number}", "country": ["Germany", "Mexico", "UK"][number % 3]}
    source.load(list(records.values()))
    batch(0)
    assert [event["Detail"] for event in boto3.EVENTS] == ['{"instance":"LegacyA"}']

    # A name that is masked changes nothing of what is made, so nothing is written or told; but it was made of other inputs.
    changed = records["NW003"] | {"company_name": "Another name"}
    source.change([("U", changed, dms_files.sequence(1), records["NW003"])])
    records["NW003"] = changed
    snapshots = flow.snapshots(MASKED)
    batch(0)
    assert (flow.snapshots(MASKED), len(boto3.EVENTS)) == (snapshots, 1)

    # What died in the middle goes on, and is told at least once.
    for sequence in (10, 20, 30):
        moved, gone, new = records["NW001"] | {"country": f"Country {sequence}"}, f"NW{sequence // 10 + 4:03}", f"NW{sequence + 90}"
        added = {"customer_id": new, "company_name": "New", "country": "Spain"}
        source.change([
            ("U", moved, dms_files.sequence(sequence), records["NW001"]),
            ("D", records.pop(gone), dms_files.sequence(sequence + 1), None),
            ("I", added, dms_files.sequence(sequence + 2), None),
        ])
        records |= {"NW001": moved, new: added}
        told, snapshots = len(boto3.EVENTS), flow.snapshots(MASKED)
        batch(3)
        assert len(boto3.EVENTS) > told
        assert flow.snapshots(MASKED) == snapshots + 1, "a batch is one snapshot, however often a run died"

    # What was merged by a run that died before it told so is told by the next one.
    original, told = boto3.Events.put_events, len(boto3.EVENTS)

    def dying(self, Entries):
        raise killed.Killed

    moved = records["NW002"] | {"country": "Peru"}
    source.change([("U", moved, dms_files.sequence(40), records["NW002"])])
    records["NW002"], boto3.Events.put_events = moved, dying
    flow.merge(batches + 1)
    try:
        flow.rendered.run([trigger], flow.moment(batches + 1), "transform")
        raise AssertionError("it told nothing")
    except killed.Killed:
        boto3.Events.put_events = original
    snapshots = flow.snapshots(MASKED)
    batch(0)
    assert (flow.snapshots(MASKED), len(boto3.EVENTS)) == (snapshots, told + 1)

    # Each version of a record is there: of the one that moved thrice, four.
    table = flow.definitions[MASKED][1]["table"]
    versions = flow.spark.sql(f"SELECT country FROM {table} WHERE customer_id = 'NW001' ORDER BY _valid_from").collect()
    assert [row[0] for row in versions] == ["Mexico", "Country 10", "Country 20", "Country 30"], versions
    flow.rendered.run([trigger], flow.moment(90), "transform")
    assert flow.snapshots(MASKED) == snapshots, "nothing moved"
    print(f"{batches} batches compared")


if __name__ == "__main__":
    main()
