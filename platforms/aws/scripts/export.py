"""Brings tables of the lake into PostgreSQL databases of consumers.

A job of AWS Glue for any number of exports: an argument lists their definitions. What a database has is compared with what it is to have, and
only records that differ are written, in one transaction. The transaction also records the snapshot of the lake that it brings. So a run that
was killed is started again, one with nothing new does nothing, and readers see each batch as a whole.
"""

import json
from urllib.parse import quote

import boto3
from pyspark.sql import functions as F
from versions import for_each_definition, last_snapshot, read_at

DRIVER = "org.postgresql.Driver"

# The table of a consumer's database with the snapshot that each table shows.
SNAPSHOTS = "datasurface_snapshots"

# What records come into first. Spark writes it in many transactions.
INCOMING = "datasurface_incoming_"


def export(spark, wanted, _):
    """Brings one table up to date, with what is there, whenever that was merged."""
    snapshot = last_snapshot(spark, wanted["table"])
    if snapshot is None:
        # Nothing was captured yet.
        return
    # A table that has other columns than before is compared with the same snapshot again.
    brought = json.dumps([snapshot, wanted["columns"]])
    server = wanted["server"]
    url = address(server, wanted["ssl_mode"])
    secret = json.loads(boto3.client("secretsmanager").get_secret_value(SecretId=wanted["secret"])["SecretString"])
    spark._jvm.org.apache.spark.sql.execution.datasources.jdbc.DriverRegistry.register(DRIVER)
    connection = spark._jvm.java.sql.DriverManager.getConnection(url, secret["username"], secret["password"])
    try:
        connection.setAutoCommit(False)
        execute(connection, f"CREATE TABLE IF NOT EXISTS {SNAPSHOTS} (name text PRIMARY KEY, snapshot text NOT NULL)")
        connection.commit()
        for target in wanted["targets"]:
            before = shown(connection, target["name"])
            if before is None:
                refuse_foreign(connection, target["name"])
            if before != brought:
                bring(spark, connection, url, secret, wanted, target, snapshot)
                record(connection, target["name"], brought)
                connection.commit()
    finally:
        # What was not committed is rolled back.
        connection.close()


def address(server, ssl_mode):
    """The address of a database. What the model calls a database is no place for parameters of the driver."""
    host = f"[{server['host']}]" if ":" in server["host"] else server["host"]
    return f"jdbc:postgresql://{host}:{server['port']}/{quote(server['database'], safe='')}?sslmode={ssl_mode}"


def refuse_foreign(connection, name):
    """Refuses a table that is there and was never brought: a table is recorded in the transaction that makes it, so this is somebody else's."""
    found = value(connection, "SELECT to_regclass(quote_ident(?))::text", name)
    if found is not None:
        raise ValueError(f"the table {found} is there, and is not from here: rename it or take it away")


def bring(spark, connection, url, secret, wanted, target, snapshot):
    """Makes a table equal to the snapshot, in the open transaction."""
    names = [column["name"] for column in wanted["columns"]]
    types = {column["name"]: column["postgres"] for column in wanted["columns"]}
    rows = read_at(spark, wanted["table"], snapshot).where(target["condition"])
    key = list(wanted["key"])
    if target["history"]:
        names += ["_valid_from", "_valid_to"]
        types |= {"_valid_from": "timestamptz", "_valid_to": "timestamptz"}
        key.append("_valid_from")
    incoming = INCOMING + target["incoming"]
    properties = {"user": secret["username"], "password": secret["password"], "driver": DRIVER}
    rows.select(*[written(rows, name) for name in names]).write.jdbc(url, quoted(incoming), "overwrite", properties)
    table, incoming = quoted(target["name"]), quoted(incoming)
    declared = ", ".join(f"{quoted(name)} {types[name]}" for name in names)
    execute(connection, f"CREATE TABLE IF NOT EXISTS {table} ({declared}, PRIMARY KEY ({columns(key)}))")
    for name in names:
        execute(connection, f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {quoted(name)} {types[name]}")
        if type_of(connection, target["name"], name) != type_named(connection, types[name]):
            execute(connection, f"ALTER TABLE {table} ALTER COLUMN {quoted(name)} TYPE {types[name]}")
    same = " AND ".join(f"theirs.{quoted(name)} = ours.{quoted(name)}" for name in key)
    values_in = ", ".join(incoming_value(name, types[name]) for name in names)
    execute(connection, f"DELETE FROM {table} AS ours WHERE NOT EXISTS (SELECT FROM {incoming} AS theirs WHERE {same})")
    insert = f"INSERT INTO {table} AS ours ({columns(names)}) SELECT {values_in} FROM {incoming} ON CONFLICT ({columns(key)}) "
    values = [name for name in names if name not in key]
    if values:
        changed = ", ".join(f"{quoted(name)} = excluded.{quoted(name)}" for name in values)
        before = ", ".join(f"ours.{quoted(name)}" for name in values)
        after = ", ".join(f"excluded.{quoted(name)}" for name in values)
        insert += f"DO UPDATE SET {changed} WHERE ({before}) IS DISTINCT FROM ({after})"
    else:
        insert += "DO NOTHING"
    execute(connection, insert)
    execute(connection, f"DROP TABLE {incoming}")


def written(rows, name):
    """A column as it comes in: a moment is a time in UTC there, so that no time zone of a machine is asked."""
    is_moment = rows.schema[name].dataType.typeName() == "timestamp"
    return F.col(f"`{name}`").cast("timestamp_ntz").alias(name) if is_moment else F.col(f"`{name}`")


def incoming_value(name, kind):
    """The value of a column that came in, in the type that it is to have."""
    return f"{quoted(name)} AT TIME ZONE 'UTC'" if kind == "timestamptz" else f"{quoted(name)}::{kind}"


def execute(connection, sql):
    statement = connection.createStatement()
    try:
        statement.execute(sql)
    finally:
        statement.close()


def value(connection, sql, *arguments):
    """The first value that a query finds; none if it finds nothing."""
    statement = connection.prepareStatement(sql)
    try:
        for number, argument in enumerate(arguments, 1):
            statement.setString(number, argument)
        result = statement.executeQuery()
        return result.getString(1) if result.next() else None
    finally:
        statement.close()


def shown(connection, name):
    return value(connection, f"SELECT snapshot FROM {SNAPSHOTS} WHERE name = ?", name)


def record(connection, name, snapshot):
    statement = connection.prepareStatement(
        f"INSERT INTO {SNAPSHOTS} VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET snapshot = excluded.snapshot"
    )
    statement.setString(1, name)
    statement.setString(2, snapshot)
    statement.execute()
    statement.close()


def type_of(connection, table, column):
    return value(
        connection,
        "SELECT format_type(atttypid, atttypmod) FROM pg_attribute"
        " WHERE attrelid = to_regclass(quote_ident(?)) AND attname = ? AND NOT attisdropped",
        table,
        column,
    )


def type_named(connection, name):
    """A type, as PostgreSQL itself writes it."""
    execute(connection, f"CREATE TEMPORARY TABLE datasurface_type (value {name}) ON COMMIT DROP")
    written = type_of(connection, "datasurface_type", "value")
    execute(connection, "DROP TABLE datasurface_type")
    return written


def columns(names):
    return ", ".join(map(quoted, names))


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


if __name__ == "__main__":
    for_each_definition(export)
