"""Runs the rendered merge job on Spark with Iceberg for three batches, and prints where the table is, and what was captured.

Arguments: the folder of a rendered instance, an empty folder, and the jar of Iceberg.
"""

import json
import sys
from datetime import datetime, timedelta, timezone

import dms_files
from rendered import Rendered, session

LABEL = "Store-orders"
COLUMNS = {"id": "bigint", "customer": "int", "amount": "decimal(12,2)", "placed": "timestamp"}
START = datetime(2026, 1, 1, tzinfo=timezone.utc)


def main():
    folder, buckets, jar = sys.argv[1:]
    rendered = Rendered(folder, buckets)
    spark = session(rendered, jar)
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
    catalog, database, table = definition["table"].replace("`", "").split(".")
    warehouse = rendered.spark_settings()[f"spark.sql.catalog.{catalog}.warehouse"].removeprefix("file://").rstrip("/")
    print("table " + json.dumps({"address": f"{warehouse}/{database}/{table}"}))


if __name__ == "__main__":
    main()
