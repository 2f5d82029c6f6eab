"""Maintains Iceberg tables that keep versions: removes versions that nobody was promised any more, joins small files, and removes snapshots and
files that nothing reads.

A job of AWS Glue for any number of tables: an argument lists their definitions. It has a schedule of its own, and changes nothing that
consumers see but versions whose retention is over. Who reads a table meanwhile reads a snapshot, which stays for days; a batch that is merged
at the same time makes one of both fail, and that one is run again.
"""

from datetime import timedelta

import boto3
from versions import (
    VALID_FROM,
    VALID_TO,
    for_each_definition,
    literal,
    properties,
    quoted,
    set_properties,
    text,
)

# The property of a table with the key of KMS by which all its files were written.
KEY = "datasurface.kms-key"


def maintain(spark, table, moment):
    name = table["table"]
    if VALID_TO not in spark.table(name).columns:
        # No batch came yet.
        return
    remove_versions(spark, name, table["key"], table["retention"], moment)
    rewrite(spark, name, table.get("kms_key"))
    before = moment - timedelta(days=table["retention"]["snapshot_days"])
    procedure(spark, name, "expire_snapshots", older_than=literal(before), retain_last="1")
    # By the clock of the machine: files that are three days old, and of no snapshot. No run takes as long.
    procedure(spark, name, "remove_orphan_files")


def remove_versions(spark, name, key, retention, moment):
    """Removes the versions that were superseded before the retention, if that has an end. The last version of a record that was deleted stays
    for as long as files of changes do: it tells which changes of the record are old."""
    if retention["version_days"] is None:
        return
    over = moment - timedelta(days=retention["version_days"])
    forgotten = min(over, moment - timedelta(days=retention["change_days"]))
    same = " AND ".join(f"later.{quoted(column)} = kept.{quoted(column)}" for column in key)
    spark.sql(f"""
        DELETE FROM {name} AS kept WHERE kept.{VALID_TO} < {literal(over)} AND (
            kept.{VALID_TO} < {literal(forgotten)}
            OR EXISTS (SELECT 1 FROM {name} AS later WHERE {same} AND later.{VALID_FROM} > kept.{VALID_FROM})
        )
    """)


def rewrite(spark, name, alias):
    """Joins small files. Where a table has got another key, all files are written again, by that one: another alias, or another key behind it."""
    key = alias and boto3.client("kms").describe_key(KeyId=alias)["KeyMetadata"]["Arn"]
    if properties(spark, name).get(KEY) == key:
        procedure(spark, name, "rewrite_data_files")
        return
    procedure(spark, name, "rewrite_data_files", options="map('rewrite-all', 'true')")
    set_properties(spark, name, **{KEY: key})


def procedure(spark, name, procedure, **arguments):
    # With its catalog: a database may be called like that.
    catalog, given = name.split(".")[0], {"table": text(name)} | arguments
    spark.sql(f"CALL {catalog}.system.{procedure}({', '.join(f'{one} => {value}' for one, value in given.items())})")


if __name__ == "__main__":
    for_each_definition(maintain)
