"""Runs the rendered merge and export jobs on Spark with Iceberg, and compares the tables of a real PostgreSQL with an independent model.

Arguments: the folder of a rendered instance, that of the same instance at a later revision, an empty folder, the jars, and the password.
"""

import json
import shutil
import sys
from datetime import datetime, timedelta, timezone

import boto3
import dms_files
import expected
from database import Database
from rendered import Rendered, session

LABEL = "Store-orders"
EXPORT = "export-Europe-Sales-Reports-Store-orders"
COLUMNS = {"id": "bigint", "customer": "int", "amount": "decimal(12,2)", "placed": "timestamp"}
START = datetime(2026, 1, 1, tzinfo=timezone.utc)


def plain(rows, columns):
    return sorted((tuple(row[name] for name in columns) for row in rows), key=str)


def main():
    before, after, buckets, jars, password = sys.argv[1:]
    before, after = Rendered(before, buckets), Rendered(after, buckets)
    spark = session(before, jars)
    address, definition = before.definition(LABEL)
    export, wanted = before.export_definition(EXPORT)
    before.create_table(spark, LABEL, definition)
    boto3.SECRETS["datasurface/Europe/Sales/writer"] = json.dumps({"username": "writer", "password": password})
    database = Database(spark, wanted["server"], "writer", password)
    live, history = (target["name"] for target in wanted["targets"])
    path = definition["files"].removeprefix("file://")
    shutil.rmtree(path, ignore_errors=True)
    folder = dms_files.Folder(path, COLUMNS, definition["key"])

    def batch(hour, rendered=before):
        rendered.run([address], (START + timedelta(hours=hour)).isoformat())
        rendered.run([export], (START + timedelta(hours=hour)).isoformat(), "export")

    def compare(state, columns):
        there = [{name: record.get(name) for name in columns} for record in state.values()]
        shown = database.rows(live)
        assert plain(shown, columns) == plain(there, columns), f"{shown} is not {there}"
        # Every version that is valid now is the latest one.
        now = [row for row in database.rows(history) if row["_valid_to"] is None]
        assert plain(now, columns) == plain(there, columns), f"{now} is not {there}"

    # Nothing was captured yet.
    before.run([export], START.isoformat(), "export")
    columns = list(COLUMNS)
    loaded = [
        {"id": number, "customer": number % 3, "amount": dms_files.amount(number * 125), "placed": datetime(2026, 5, 1, 12, number)}
        for number in range(6)
    ]
    folder.load(loaded)

    # A table of somebody else has the name: nothing of it is touched, and when it is gone, the export goes on.
    database.execute(f'CREATE TABLE "{live}" (id bigint PRIMARY KEY); INSERT INTO "{live}" VALUES (99)')
    try:
        batch(1)
        raise AssertionError("a table of somebody else was taken")
    except SystemExit as failure:
        assert "is not from here" in str(failure), failure
    assert [row["id"] for row in database.rows(live)] == [99]
    database.execute(f'DROP TABLE "{live}"')
    batch(1)
    compare(expected.state(loaded, [], ["id"]), columns)
    first = {row["id"]: row["written"] for row in database.rows(live)}

    # With nothing new, nothing is written.
    before.run([export], START.isoformat(), "export")
    assert {row["id"]: row["written"] for row in database.rows(live)} == first

    # A change, a deletion, another key, and a record without an amount: a failure in the middle leaves everything as it was.
    changes = [
        ("U", {**loaded[1], "customer": 9}, dms_files.sequence(1), {"id": 1}),
        ("D", loaded[2], dms_files.sequence(2), None),
        ("U", {**loaded[3], "id": 30}, dms_files.sequence(3), {"id": 3}),
        ("I", {"id": 7, "customer": 1, "amount": None, "placed": None}, dms_files.sequence(4), None),
    ]
    folder.change(changes)
    database.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not now'; END $$;"
        f'CREATE TRIGGER refuse BEFORE INSERT ON "{live}" FOR EACH ROW WHEN (NEW.id = 30) EXECUTE FUNCTION refuse()'
    )
    try:
        batch(2)
        raise AssertionError("the failure was passed over")
    except SystemExit as failure:
        assert "not now" in str(failure), failure
    assert {row["id"]: row["written"] for row in database.rows(live)} == first
    database.execute(f'DROP TRIGGER refuse ON "{live}"')
    batch(2)
    state = expected.state(loaded, changes, ["id"])
    compare(state, columns)
    untouched = {row["id"]: row["written"] for row in database.rows(live) if row["id"] in (0, 4, 5)}
    assert untouched == {number: first[number] for number in (0, 4, 5)}, "what did not change was written"
    ended = [row for row in database.rows(history) if row["_valid_to"] is not None]
    assert sorted(row["id"] for row in ended) == [1, 2, 3], ended

    # The next revision has a column more, and a wider one.
    folder.columns = {**COLUMNS, "customer": "bigint", "note": "string"}
    more = [("U", {**loaded[4], "customer": 2**40, "note": "wide"}, dms_files.sequence(5), {"id": 4})]
    folder.change(more)
    address, definition = after.definition(LABEL)
    export, wanted = after.export_definition(EXPORT)
    batch(3, after)
    compare(expected.state(loaded, changes + more, ["id"]), [*columns, "note"])
    print("6 batches compared")


if __name__ == "__main__":
    main()
