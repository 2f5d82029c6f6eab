"""Asks Spark what it takes: statements that are accepted, those that are refused, and functions with the counts of their arguments.

Arguments: the folder of an instance, the jars, a file for the list of functions, and files of statements, one in a line: those that Spark must take, those
that it must not take, and those that it reads in a way of its own.
"""

import pathlib
import re
import runpy
import sys

import py4j
from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from rendered import Rendered, session

COLUMNS = {
    "Store_orders": "id bigint, customer int, amount decimal(12,2), placed timestamp",
    "Store_customers": "id int, name string",
}

# Whatever takes so many arguments takes any count.
MANY = 8


def main():
    folder, jars, functions, taken, refused, otherwise = sys.argv[1:]
    rendered = Rendered(folder, "/nowhere")
    spark = session(rendered, jars)
    # The session of a transformer, as the job makes it.
    job = runpy.run_path(str(rendered.folder / "foundation/transform.py"))
    for setting, value in job["SETTINGS"].items():
        spark.conf.set(setting, value)
    for name in job["DANGEROUS"]:
        spark._jsparkSession.sessionState().functionRegistry().dropFunction(identifier(spark, name))
    for name, columns in COLUMNS.items():
        spark.createDataFrame([], columns).createOrReplaceTempView(name)
    statements = [pathlib.Path(file).read_text().splitlines() for file in (taken, refused, otherwise)]
    answers = {statement: reason(spark, statement) for statement in sum(statements, [])}
    wrong = [f"Spark does not take {one}: {answers[one]}" for one in statements[0] + statements[2] if answers[one]]
    wrong += [f"Spark takes {one}" for one in statements[1] if not answers[one]]
    assert not wrong, "\n".join(wrong)
    pathlib.Path(functions).write_text("\n".join(listed(spark)) + "\n")
    print(f"{sum(map(len, statements))} statements asked")


def reason(spark, statement):
    """Why Spark does not take a statement; nothing if it does."""
    try:
        spark.sql(f"CREATE OR REPLACE TEMPORARY VIEW made AS\n{statement}")
        return None
    except PySparkException as error:
        return str(error).strip().split("\n")[0]


def listed(spark):
    """The functions of Spark, each with its group, and the least and the most arguments that it takes."""
    # Errors come as they are in Java: what PySpark makes of them takes a dozen more calls for each.
    py4j.java_gateway.get_return_value = py4j.protocol.get_return_value
    registry = spark._jsparkSession.sessionState().functionRegistry()
    for name in sorted(row[0] for row in spark.sql("SHOW SYSTEM FUNCTIONS").collect()):
        found = registry.lookupFunction(identifier(spark, name)) if re.fullmatch("[a-z_][a-z_0-9]*", name) else None
        if found is None or not found.isDefined():
            continue
        counts = counts_of(spark, name)
        if counts:
            most = "*" if counts[-1] >= MANY else counts[-1]
            yield f"{name} {found.get().getGroup().removesuffix('_funcs')} {counts[0]} {most}"


def counts_of(spark, name):
    """The counts of arguments that a function takes, whatever else Spark says of these arguments."""
    counts = []
    for count in range(MANY + 1):
        if takes(spark, name, count):
            counts.append(count)
        # Arguments in pairs leave out one count, and nothing leaves out two.
        elif counts and count > counts[-1] + 1:
            break
    return counts


def takes(spark, name, count):
    try:
        spark._jsparkSession.sql(f"SELECT `{name}`({', '.join(['NULL'] * count)})")
        return True
    except Py4JJavaError as error:
        return "[WRONG_NUM_ARGS" not in error.java_exception.getMessage()


def identifier(spark, name):
    return spark._jvm.org.apache.spark.sql.catalyst.FunctionIdentifier(name)


if __name__ == "__main__":
    main()
