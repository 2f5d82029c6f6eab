"""Runs the rendered merge job on Spark with Iceberg for three batches, and the job that receives what something else wrote into a lake. Prints
where both tables are.

Arguments: the folder of a rendered instance, an empty folder, the folder of an instance that receives, one with the table that it receives, and
the jar of Iceberg.
"""

import json
import sys
from datetime import datetime, timedelta, timezone

import dms_files
from rendered import Rendered, session
from side import Side

LABEL = "Store-orders"
COLUMNS = {"id": "bigint", "customer": "int", "amount": "decimal(12,2)", "placed": "timestamp"}
START = datetime(2026, 1, 1, tzinfo=timezone.utc)


def merge_orders(spark, rendered):
    address, definition = rendered.definition(LABEL)
    rendered.create_table(spark, LABEL, definition)
    source = dms_files.Folder(definition["files"].removeprefix("file://"), COLUMNS, definition["key"])

    def order(number, customer):
        return {"id": number, "customer": customer, "amount": dms_files.amount(100), "placed": None}

    def merge(minutes):
        rendered.run([address], (START + timedelta(minutes=minutes)).isoformat())

    source.load([order(1, 0), order(2, 0)])
    merge(0)
    source.change([("U", order(1, 7), dms_files.sequence(1), {"id": 1})])
    merge(1)
    source.change([("D", order(2, 0), dms_files.sequence(2), None)])
    merge(2)
    return place(rendered, definition)


def receive_orders(spark, rendered):
    side = Side(spark, rendered, LABEL)
    side.create_table()
    side.run("receive")
    return place(rendered, side.definition)


def place(rendered, definition):
    catalog, database, table = definition["table"].replace("`", "").split(".")
    warehouse = rendered.spark_settings()[f"spark.sql.catalog.{catalog}.warehouse"].removeprefix("file://").rstrip("/")
    return f"{warehouse}/{database}/{table}"


def main():
    folder, buckets, receiving, received, jar = sys.argv[1:]
    rendered = Rendered(folder, buckets)
    spark = session(rendered, jar)
    addresses = {
        "merged": merge_orders(spark, rendered),
        "received": receive_orders(spark, Rendered(receiving, received)),
    }
    print("tables " + json.dumps(addresses))


if __name__ == "__main__":
    main()
