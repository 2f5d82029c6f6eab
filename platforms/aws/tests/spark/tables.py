"""Writes and reads Iceberg tables on Spark: a request in JSON on each line of the input, and an answer on each line of the output.

Arguments: the jar of Iceberg. A catalog is a folder.
"""

import json
import sys

from pyspark.sql import SparkSession
from pyspark.sql.functions import lit
from rendered import QUIET


class Tables:
    def __init__(self, spark):
        self.spark, self.catalogs = spark, {}

    def name(self, address):
        """The name of a table in Spark, whose catalog is made known when it is named first."""
        folder = address["catalog"]
        catalog = self.catalogs.setdefault(folder, f"catalog_{len(self.catalogs)}")
        settings = {"": "org.apache.iceberg.spark.SparkCatalog", ".type": "hadoop", ".warehouse": f"file://{folder}"}
        for setting, value in settings.items():
            self.spark.conf.set(f"spark.sql.catalog.{catalog}{setting}", value)
        return f"{catalog}.`{address['database']}`.`{address['table']}`"

    def overwrite(self, address, columns, rows):
        name = self.name(address)
        lines = self.spark.sparkContext.parallelize([json.dumps(row) for row in rows], 1)
        frame = self.spark.read.schema(columns).json(lines)
        if not self.spark.catalog.tableExists(name):
            self.spark.sql(f"CREATE TABLE {name} ({columns}) USING iceberg")
        frame.writeTo(name).overwrite(lit(True))

    def rows(self, address):
        return [json.loads(row) for row in self.spark.table(self.name(address)).toJSON().collect()]

    def snapshots(self, address):
        return self.spark.table(f"{self.name(address)}.snapshots").count()


def main():
    (jar,) = sys.argv[1:]
    settings = QUIET | {
        "spark.jars": jar,
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.jsonGenerator.ignoreNullFields": "false",
    }
    builder = SparkSession.builder.master("local[1]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    tables = Tables(spark)
    for line in sys.stdin:
        ((request, arguments),) = json.loads(line).items()
        print(json.dumps(getattr(tables, request)(**arguments)), flush=True)


if __name__ == "__main__":
    main()
