"""Instances beside each other in one Spark: each calls its catalog alike, so each has a session of its own."""

from datetime import datetime, timedelta, timezone

import killed
from pyspark.sql import SparkSession

# Snapshots have the time of the machine.
START = datetime.now(timezone.utc)


class Side:
    """An instance and one of its datasets, in a session of its own."""

    def __init__(self, spark, rendered, label):
        self.label = label
        self.spark = spark.newSession()
        for name, value in rendered.spark_settings().items():
            if ".catalog." in name or name.startswith("spark.sql.session"):
                self.spark.conf.set(name, value)
        self.take_up(rendered)

    def take_up(self, rendered):
        """Goes on with a revision."""
        self.rendered = rendered
        self.address, self.definition = rendered.definition(self.label)

    def create_table(self):
        self.spark.sql(f"DROP TABLE IF EXISTS {self.definition['table']} PURGE")
        self.rendered.create_table(self.spark, self.label, self.definition)

    def run(self, purpose, hour=0, deaths=0, chance=None):
        moment = (START + timedelta(hours=hour)).isoformat()
        SparkSession._instantiatedSession = self.spark
        killed.run(self.rendered, [self.address], moment, deaths, chance, purpose)

    def versions(self):
        """All that consumers may ever see, in the words of the rendered views."""
        columns = ", ".join([*(f"`{column['name']}`" for column in self.definition["columns"]), "_valid_from", "_valid_to"])
        rows = self.spark.sql(
            f"SELECT {columns} FROM {self.definition['table']} WHERE _valid_to IS NULL OR _valid_from < _valid_to"
        )
        return sorted((tuple(row) for row in rows.collect()), key=str)

    def snapshots(self):
        return self.spark.sql(f"SELECT count(*) FROM {self.definition['table']}.snapshots").first()[0]
