"""Runs the jobs of a shop with a transformer that adds up on Spark with Iceberg and a real PostgreSQL, which runs the same SELECT on the records
of the sources: sums and quotients of decimal numbers, a trigger that waits for both inputs, an input that fails, a check that fails, and SELECTs that must not run.

Arguments: the folder of the rendered instance, an empty folder, the jars, and port and password of the server.
"""

import json
import pathlib
import sys

import boto3
import dms_files
from flow import Flow, fails

# The statement calls the clients by their former name, Store_customers.
ORDERS, CUSTOMERS, TOTALS = "Store-orders", "Store-clients", "Totals-by_customer"
SHOWN = ["customer", "name", "total", "mean", "orders"]

# What a SELECT of a transformer cannot do, and what is said then.
REFUSED = {
    "SELECT 1 AS customer FROM {secret}": "spark_catalog",
    "SELECT 1 AS customer FROM parquet.`{files}`": "TABLE_OR_VIEW_NOT_FOUND",
    "SELECT 1 AS customer FROM Store_articles": "TABLE_OR_VIEW_NOT_FOUND",
    "SELECT 1 AS customer, reflect('java.lang.System', 'getProperty', 'user.home') AS name": "UNRESOLVED_ROUTINE",
    "SELECT 1 AS customer, java_method('java.lang.System', 'getProperty', 'user.home') AS name": "UNRESOLVED_ROUTINE",
    "SELECT TRANSFORM (customer) USING 'cat' AS (customer int) FROM Store_orders": "runs no program",
    "SELECT 1 AS customer, 0 AS orders WHERE EXISTS (SELECT TRANSFORM (customer) USING 'cat' AS (c int) FROM Store_orders)": "runs no program",
    "SELECT 1) INSERT INTO {secret} SELECT (1": "PARSE_SYNTAX_ERROR",
    "DROP TABLE {secret}": "PARSE_SYNTAX_ERROR",
    "SELECT 1 AS customer, NULL AS name, NULL AS total, NULL AS mean, 0 AS orders FROM default.other": "reads nothing but its inputs",
    "SELECT customer, NULL AS name, NULL AS total, NULL AS mean, 0 AS orders FROM Store_orders": "keys are not unique",
    "SELECT 1 AS customer, NULL AS name, NULL AS total, NULL AS mean, NULL AS orders": "`orders` has no value",
    "SELECT 3000000000 AS customer, NULL AS name, NULL AS total, NULL AS mean, 0 AS orders": "a value of `customer`",
    "SELECT 1 AS customer, NULL AS name, 1e13 AS total, NULL AS mean, 0 AS orders": "a value of `total`",
    "SELECT 1 AS customer, NULL AS name, NULL AS total, 0 AS orders": "`mean` cannot be resolved",
}


def main():
    flow = Flow(*sys.argv[1:])
    orders = flow.captured(ORDERS, {"id": "bigint", "customer": "int", "amount": "decimal(12,2)", "placed": "timestamp"})
    customers = flow.captured(CUSTOMERS, {"id": "int", "name": "string"})
    flow.made(TOTALS)
    shown, _ = flow.exported("export-Europe-Sales-Reports-Totals-by_customer")
    trigger, transformer = flow.rendered.trigger("Totalling")
    (output,) = transformer["outputs"]
    flow.database.execute(
        "CREATE TABLE store_orders (id bigint, customer int, amount numeric(12, 2)); CREATE TABLE store_customers (id int, name text)"
    )
    # Rounded to the columns of the output.
    query = f"SELECT customer, name, total::numeric(14, 2), mean::numeric(14, 3), orders FROM ({output['select'].split(';')[0]}) AS made"
    hour = 0

    def run(merges=True):
        nonlocal hour
        hour += 1
        if merges:
            flow.merge(hour)
        flow.rendered.run([trigger], flow.moment(hour), "transform")
        flow.export(hour)

    def order(number, customer, cents):
        return {"id": number, "customer": customer, "amount": dms_files.amount(cents), "placed": None}

    # One input alone is not enough.
    first = [order(1, 1, 1000), order(2, 1, 1001), order(3, 1, 1), order(4, 2, None), order(5, 3, 7)]
    orders.load(first)
    flow.database.execute("INSERT INTO store_orders VALUES (1, 1, 10), (2, 1, 10.01), (3, 1, 0.01), (4, 2, NULL), (5, 3, 0.07)")
    run()
    assert (flow.snapshots(TOTALS), boto3.EVENTS) == (0, [])
    customers.load([{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bob's \\ \"shop\""}])
    flow.database.execute("INSERT INTO store_customers VALUES (1, 'Ada'), (2, 'Bob''s \\ \"shop\"')")
    run()
    assert flow.compare(shown, query, SHOWN) == 3

    # The trigger waits until both inputs moved.
    orders.change([("I", order(6, 2, 333), dms_files.sequence(1), None), ("D", first[4], dms_files.sequence(2), None)])
    before = flow.snapshots(TOTALS)
    run()
    assert flow.snapshots(TOTALS) == before, "one input rests"
    customers.change([("U", {"id": 1, "name": "Ada L."}, dms_files.sequence(1), {"id": 1})])
    flow.database.execute(
        "INSERT INTO store_orders VALUES (6, 2, 3.33); DELETE FROM store_orders WHERE id = 5; UPDATE store_customers SET name = 'Ada L.' WHERE id = 1"
    )
    run()
    assert flow.compare(shown, query, SHOWN) == 2

    # An input whose last batch failed keeps the good data, also when the other input moved.
    wrong = customers.change([("I", {"id": 4, "name": "x" * 81}, dms_files.sequence(2), None)])
    orders.change([("I", order(7, 4, 50), dms_files.sequence(3), None)])
    before = flow.snapshots(TOTALS)
    fails(lambda: flow.merge(hour), "a value of `name`")
    flow.rendered.run([trigger], flow.moment(hour), "transform")
    assert flow.snapshots(TOTALS) == before, "it mixed what is new with what could not be read"
    properties = flow.spark.sql(f"SHOW TBLPROPERTIES {flow.definitions[TOTALS][1]['table']}").collect()
    assert any(row.key == "datasurface.failed" and "store__clients" in row.value for row in properties), properties
    wrong.unlink()
    customers.change([("I", {"id": 4, "name": "Eve"}, dms_files.sequence(3), None)])
    flow.database.execute("INSERT INTO store_orders VALUES (7, 4, 0.50); INSERT INTO store_customers VALUES (4, 'Eve')")
    run()
    assert flow.compare(shown, query, SHOWN) == 3

    # What would be shown fails a check: the output stays as it is, and is made again until it passes.
    orders.change([("I", order(8, 5, 50), dms_files.sequence(4), None)])
    customers.change([("I", {"id": 5, "name": "Kim"}, dms_files.sequence(4), None)])
    before, rows = flow.snapshots(TOTALS), flow.database.rows(shown)
    fails(run, "it fails the check that there are 0 to 3 rows: there are 4")
    flow.export(hour)
    assert (flow.snapshots(TOTALS), flow.database.rows(shown)) == (before, rows)
    orders.change([("D", order(7, 4, 50), dms_files.sequence(5), None)])
    flow.database.execute(
        "DELETE FROM store_orders WHERE id = 7; INSERT INTO store_orders VALUES (8, 5, 0.50); INSERT INTO store_customers VALUES (5, 'Kim')"
    )
    run()
    assert flow.compare(shown, query, SHOWN) == 3

    # Other code makes the outputs again, though no input moved; and code that must not run changes nothing.
    flow.spark.sql("CREATE TABLE lake.lake.secret (value int) USING iceberg")
    # In the catalog that Spark itself has.
    flow.spark.sql(f"CREATE TABLE other USING parquet LOCATION '{pathlib.Path(sys.argv[2]) / 'other'}' AS SELECT 1 AS value")
    address = transformer_address(flow, trigger)
    files = flow.definitions[ORDERS][1]["files"]
    rows = flow.database.rows(shown)
    # It is in each catalog, also in one that no input is read by.
    catalog = flow.definitions[TOTALS][1]["table"].split(".")[0]
    assert catalog != "lake", catalog
    for select, words in REFUSED.items():
        for secret in ("lake.lake.secret", f"{catalog}.lake.secret"):
            replace(address, transformer, select.format(secret=secret, files=files))
            fails(lambda: flow.rendered.run([trigger], flow.moment(hour), "transform"), words)
    flow.export(hour)
    assert flow.database.rows(shown) == rows
    # What failed is recorded as it was said, without anything of the environment, and with what a text can have in it.
    replace(address, transformer, """SELECT "it's \\ ${env:HOME}" AS customer""")
    fails(lambda: flow.rendered.run([trigger], flow.moment(hour), "transform"), "it's")
    properties = flow.spark.sql(f"SHOW TBLPROPERTIES {flow.definitions[TOTALS][1]['table']}").collect()
    (reason,) = (row.value for row in properties if row.key == "datasurface.failed")
    assert "`it's \\ ${env:HOME}`" in reason, reason
    # Nothing is filled in from the environment, and what is in double quotes is a name.
    replace(address, transformer, """SELECT 1 AS "customer", '${env:HOME}' AS name, 2.5 AS total, 0.0005 AS mean, 1.5 AS orders;""")
    run(merges=False)
    wanted = "SELECT 1 AS customer, '${env:HOME}' AS name, 2.50::numeric AS total, 0.001::numeric AS mean, 2 AS orders"
    assert flow.compare(shown, wanted, SHOWN) == 1
    print(f"{hour} batches compared")


def transformer_address(flow, trigger):
    return json.loads(pathlib.Path(trigger.removeprefix("file://")).read_text())["transformer"].removeprefix("file://")


def replace(address, transformer, select):
    """Gives the transformer another SELECT."""
    (output,) = transformer["outputs"]
    pathlib.Path(address).write_text(json.dumps(transformer | {"outputs": [output | {"select": select}]}))


if __name__ == "__main__":
    main()
