"""The jobs of an instance, one after the other, with a real PostgreSQL behind them."""

import json
import pathlib
import shutil
from datetime import datetime, timedelta, timezone

import boto3
import dms_files
from database import Database
from rendered import Rendered, session

START = datetime(2026, 1, 1, tzinfo=timezone.utc)


class Flow:
    def __init__(self, folder, buckets, jars, port, password):
        self.rendered = Rendered(folder, buckets)
        self.spark = session(self.rendered, jars)
        self.server = {"host": "127.0.0.1", "port": int(port), "database": "consumers"}
        self.password = password
        self.database = Database(self.spark, self.server, "writer", password)
        self.definitions, self.exports, self.folders = {}, {}, {}

    def captured(self, label, columns):
        """Makes the table of a dataset that is captured, and the folder into which its source writes."""
        address, definition = self.made(label)
        path = definition["files"].removeprefix("file://")
        shutil.rmtree(path, ignore_errors=True)
        self.folders[label] = dms_files.Folder(pathlib.Path(path), columns, definition["key"])
        return self.folders[label]

    def made(self, label):
        """Makes the table of a dataset."""
        self.definitions[label] = self.rendered.definition(label)
        self.rendered.create_table(self.spark, label, self.definitions[label][1])
        return self.definitions[label]

    def exported(self, label):
        """Takes up an export, and returns the names of its tables."""
        self.exports[label] = self.rendered.export_definition(label, self.server)
        definition = self.exports[label][1]
        secret = {"username": "writer", "password": self.password}
        boto3.SECRETS[definition["secret"]] = json.dumps(secret)
        return [target["name"] for target in definition["targets"]]

    def moment(self, hour):
        return (START + timedelta(hours=hour)).isoformat()

    def merge(self, hour):
        self.rendered.run([self.definitions[label][0] for label in self.folders], self.moment(hour))

    def export(self, hour):
        self.rendered.run([address for address, _ in self.exports.values()], self.moment(hour), "export")

    def snapshots(self, label):
        return self.spark.sql(f"SELECT count(*) FROM {self.definitions[label][1]['table']}.snapshots").first()[0]

    def compare(self, table, query, columns):
        """Compares a table of consumers with what a query of PostgreSQL returns."""
        named = ", ".join(f'"{column}"' for column in columns)
        shown, wanted = (
            sorted((tuple(row[name] for name in columns) for row in rows), key=str)
            for rows in (self.database.rows(table), self.database.select(f"SELECT {named} FROM ({query}) AS wanted"))
        )
        assert shown == wanted, f"{shown} is not {wanted}"
        return len(shown)


def fails(run, words):
    """Runs something that must fail with these words."""
    try:
        run()
    except SystemExit as failure:
        assert words in str(failure), failure
        return
    raise AssertionError(f"it was passed over: {words}")
