"""Runs transformers that feed each other on Spark with Iceberg, as their state machines start them: a loop begins though each member waits for
another one, turns until nothing differs, and goes on after an input failed, and after a member did.

Arguments: the folder of the rendered instance, an empty folder, the jars, and the definitions that are started by the timetable, and by an event.
"""

import json
import pathlib
import sys
from datetime import datetime, timedelta, timezone

import boto3
import dms_files
from flow import fails
from rendered import Rendered, session

START = datetime(2026, 1, 1, tzinfo=timezone.utc)
ORDERS, LOOP, OWN = "Store-orders", ["Forth", "Middle", "Back"], "Own"
COLUMNS = {"id": "bigint", "customer": "int", "amount": "decimal(12,2)", "placed": "timestamp"}

# Where each of them counts to.
LIMIT = 1


class Loop:
    def __init__(self, folder, buckets, jars, started):
        self.rendered = Rendered(folder, buckets)
        self.spark = session(self.rendered, jars)
        started = json.loads(self.rendered.local(started))
        self.by_timetable, self.by_event = started["timetable"], started["event"]
        self.hour, self.tables, self.transformers = 0, {}, {}
        self.orders, definition = self.rendered.definition(ORDERS)
        self.rendered.create_table(self.spark, ORDERS, definition)
        self.folder = dms_files.Folder(pathlib.Path(definition["files"].removeprefix("file://")), COLUMNS, definition["key"])
        for name in [*LOOP, OWN]:
            _, definition = self.rendered.definition(f"{name}-steps")
            self.rendered.create_table(self.spark, f"{name}-steps", definition)
            self.tables[name] = definition["table"]
            trigger, transformer = self.rendered.trigger(name)
            address = json.loads(pathlib.Path(trigger.removeprefix("file://")).read_text())["transformer"]
            self.transformers[name] = (address, transformer)

    def run(self, definitions, purpose):
        """Runs a job, and then whatever its events start, and theirs; returns how often transformers were started by an event."""
        self.hour += 1
        told = len(boto3.EVENTS)
        try:
            self.rendered.run(definitions, (START + timedelta(hours=self.hour)).isoformat(), purpose)
        finally:
            # A machine goes on with its other runs.
            is_told = len(boto3.EVENTS) > told or purpose == "merge"
            turns = 1 + self.run(self.by_event, "transform") if is_told else 0
        return turns

    def merge(self):
        return self.run([self.orders], "merge")

    def timetable(self):
        return self.run(self.by_timetable, "transform")

    def turns(self, name):
        """What a transformer shows: the turns of each order."""
        rows = self.spark.sql(f"SELECT * FROM {self.tables[name]}").collect()
        # A table that was never written has one column.
        return {row["id"]: row["turns"] for row in rows if row["_valid_to"] is None}

    def snapshots(self):
        return [self.spark.sql(f"SELECT count(*) FROM {table}.snapshots").first()[0] for table in self.tables.values()]

    def metadata(self):
        return [self.spark.sql(f"SELECT count(*) FROM {table}.metadata_log_entries").first()[0] for table in self.tables.values()]

    def properties(self, name):
        return {row.key: row.value for row in self.spark.sql(f"SHOW TBLPROPERTIES {self.tables[name]}").collect()}

    def waits(self):
        return [name for name in [*LOOP, OWN] if "datasurface.waits-for" in self.properties(name)]

    def failed(self):
        return [name for name in [*LOOP, OWN] if "datasurface.failed" in self.properties(name)]


def order(number):
    return {"id": number, "customer": 1, "amount": dms_files.amount(number), "placed": None}


def main():
    loop = Loop(*sys.argv[1:])
    # Nothing was captured yet: whoever is not on the loop is waited for.
    loop.timetable()
    assert (loop.snapshots(), boto3.EVENTS) == ([0] * 4, []), boto3.EVENTS
    loop.folder.load([order(1), order(2)])
    loop.merge()
    # The member with a timetable waits for the loop alone, and the loop for it.
    assert loop.snapshots() == [0] * 4 and loop.waits() == [*LOOP, OWN], loop.waits()

    # Each time, it goes round once: what came back is one more. It is begun by whoever first sees that it waits for itself.
    for turn in range(LIMIT + 1):
        loop.timetable()
        if turn == 0 and not loop.turns("Forth"):
            loop.timetable()
        assert [loop.turns(name) for name in LOOP] == [{1: turn, 2: turn}] * 3, [turn, *map(loop.turns, LOOP)]
        assert loop.waits() == []
    # It comes to rest: nothing differs, nobody is told, and nothing is written.
    loop.timetable()
    assert loop.turns(OWN) == {1: LIMIT, 2: LIMIT}, loop.turns(OWN)
    before, told = (loop.snapshots(), loop.metadata()), len(boto3.EVENTS)
    loop.timetable()
    loop.run(loop.by_event, "transform")
    assert ((loop.snapshots(), loop.metadata()), len(boto3.EVENTS)) == (before, told)

    # An input fails: all wait, each as soon as it is run. When it is corrected, all go on, though each member waits for another one.
    wrong = loop.folder.change([("I", order(3) | {"customer": None}, dms_files.sequence(1), None)])
    fails(loop.merge, "`customer` has no value")
    loop.timetable()
    for _ in range(2):
        loop.run(loop.by_event, "transform")
    assert loop.failed() == [*LOOP, OWN] and loop.snapshots() == before[0], loop.failed()
    wrong.unlink()
    loop.folder.change([("I", order(3), dms_files.sequence(2), None)])
    loop.merge()
    loop.timetable()
    loop.run(loop.by_event, "transform")
    assert (loop.failed(), loop.waits()) == ([], []), (loop.failed(), loop.waits())
    assert [loop.turns(name) for name in LOOP] == [{1: LIMIT, 2: LIMIT, 3: 0}] * 3, list(map(loop.turns, LOOP))

    # A member fails, and those behind it wait, also for itself. When its code is corrected, it goes on.
    address, transformer = loop.transformers["Forth"]
    (output,) = transformer["outputs"]
    loop.rendered.replace(address, transformer | {"outputs": [output | {"select": "SELECT id, CAST(NULL AS int) AS turns FROM Store_orders"}]})
    fails(loop.timetable, "`turns` has no value")
    loop.run(loop.by_event, "transform")
    loop.run(loop.by_event, "transform")
    assert loop.failed() == LOOP, loop.failed()
    loop.rendered.replace(address, transformer)
    for _ in range(LIMIT):
        loop.timetable()
        loop.run(loop.by_event, "transform")
    assert (loop.failed(), loop.waits()) == ([], []), (loop.failed(), loop.waits())
    assert [loop.turns(name) for name in LOOP] == [{1: LIMIT, 2: LIMIT, 3: LIMIT}] * 3, list(map(loop.turns, LOOP))
    print(f"{loop.hour} runs, and it rests")


if __name__ == "__main__":
    main()
