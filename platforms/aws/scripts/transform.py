"""Runs transformers: what their SELECTs make of their inputs becomes versions of their outputs.

A job of AWS Glue for any number of transformers: an argument lists the definitions of their triggers. Each output is compared with what the
SELECT makes, and what differs is merged in one snapshot of its table. So a run that was killed is started again, and one that makes nothing
new writes nothing.

A transformer reads each input as it was when the run began, and nothing else: neither other tables, nor files, nor programs. It waits while
an input was never there, and while the last batch of one failed: otherwise it would mix what is new with what could not be read. What it waits
for is recorded in its outputs, with what that waits for in turn. So transformers that feed each other in a loop see that they wait for
each other, and go on with what is there.
"""

import hashlib
import json
import re

from pyspark.sql import functions as F
from versions import (
    FAILED,
    SEQUENCE,
    VALID_TO,
    announce,
    definition,
    end_batch,
    equals_former,
    evolve,
    for_each_definition,
    former,
    in_type,
    last_moment,
    last_snapshot,
    moment_after,
    problem,
    properties,
    quoted,
    read_at,
    recording_failure,
    refuse_invalid,
    refuse_unchecked,
    set_properties,
    types_by_name,
    waits_for,
    write,
)

# The property of an output with what it was made of: the moment of the last batch of each input, and the code; and with the moments of what was
# made, all of which was told.
MADE_OF = "datasurface.made-of"

# The property of an output whose transformer waits: a list of the tables that it waits for, and of those that they wait for.
WAITS_FOR = "datasurface.waits-for"

# Settings of the session in which a SELECT runs: as in standard SQL, what is in double quotes is a name; the path of a file is no table, and
# no text is filled in from the environment.
SETTINGS = {
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    "spark.sql.runSQLOnFiles": "false",
    "spark.sql.variable.substitute": "false",
}

# The setting of Spark that a catalog is.
CATALOG = re.compile(r"spark\.sql\.catalog\.[^.]+")

# The view of what a SELECT makes, while it is made.
MADE = "datasurface_made"

# What a SELECT must not have in its plan, by class: tables that are no inputs, if Spark has a catalog of its own, and programs.
FORBIDDEN = {
    "HiveTableRelation": "reads nothing but its inputs",
    "LogicalRelation": "reads nothing but its inputs",
    "ScriptTransformation": "runs no program",
}

# Functions that call whatever Java there is.
DANGEROUS = ("reflect", "java_method")


class Input:
    """An input, as it is when the run begins."""

    def __init__(self, spark, declared, outputs):
        # Statements of others may still have the names that it had before.
        self.names = [declared["name"], *declared.get("former_names", [])]
        self.table, self.columns = declared["table"], declared["columns"]
        known = properties(spark, self.table)
        self.waits_for = set(json.loads(known.get(WAITS_FOR, "[]")))
        # It is made by the run that would wait for it, or waits for that run.
        is_fed = declared["is_own"] or not self.waits_for.isdisjoint(outputs)
        self.failure = None if is_fed else known.get(FAILED)
        self.snapshot = last_snapshot(spark, self.table)
        # An output of a transformer may be there without a record, and a loop begins without what it makes itself.
        self.is_there = self.snapshot is not None or MADE_OF in known or is_fed
        self.moment = None if self.snapshot is None else moment_of(self.read(spark))

    def read(self, spark):
        """All versions."""
        if self.snapshot is None:
            return spark.table(self.table)
        return read_at(spark, self.table, self.snapshot)

    def rows(self, spark):
        """The latest version of each record. The merge job adds a column that is new with the next batch."""
        kept = self.read(spark)
        if VALID_TO in kept.columns:
            kept = kept.where(F.col(VALID_TO).isNull())
        present = {name.lower() for name in kept.columns}
        columns = [
            F.col(quoted(column["name"])) if column["name"].lower() in present else F.lit(None)
            for column in self.columns
        ]
        return kept.select(*[value.cast(column["type"]).alias(column["name"]) for value, column in zip(columns, self.columns)])


def moment_of(versions):
    """The moment of the last batch that changed anything, as a text. Snapshots do not tell it: files are rewritten, too."""
    last = versions.agg(last_moment()).first()[0]
    return last and last.isoformat()


def run(spark, trigger, moment):
    """Runs a transformer, if it is to run."""
    transformer = definition(spark, trigger["transformer"])
    outputs = [definition(spark, output["definition"]) | output for output in transformer["outputs"]]
    tables = [output["table"] for output in outputs]
    with recording_failure(spark, tables):
        inputs = [Input(spark, one, tables) for one in transformer["inputs"]]
        known = [properties(spark, table) for table in tables]
        record_waiting(spark, tables, known, [one for one in inputs if one.failure or not one.is_there])
        broken = next((one for one in inputs if one.failure), None)
        if broken:
            # Whatever is made of the outputs waits, too.
            end_batch(spark, tables, {}, waits_for(broken.table))
            return
        made_of = {
            "code": hashlib.sha256(json.dumps([transformer, outputs]).encode()).hexdigest(),
            "inputs": {one.table: one.moment for one in inputs},
        }
        recorded = [json.loads(one.get(MADE_OF, "{}")) for one in known]
        is_new, progress = False, {}
        if is_due(trigger["when"], inputs, made_of, recorded):
            transform(spark, inputs, outputs, moment)
            # Also what a run merged that died before it told so.
            made_of["made"] = {table: moment_of(spark.table(table)) for table in tables}
            is_new = any(one.get("made") != made_of["made"] for one in recorded)
            progress = {MADE_OF: json.dumps(made_of)}
        end_batch(spark, tables, progress, None, is_new, lambda: announce(transformer["event"]))


def record_waiting(spark, tables, known, inputs):
    """Records which inputs the transformer waits for, and what they wait for; none if it goes on."""
    waited = {table for one in inputs for table in (one.table, *one.waits_for)}
    value = json.dumps(sorted(waited)) if waited else None
    for table, properties_of_table in zip(tables, known):
        if properties_of_table.get(WAITS_FOR) != value:
            set_properties(spark, table, **{WAITS_FOR: value})


def is_due(when, inputs, made_of, recorded):
    """Whether a transformer is to run: its inputs moved, or its code is another one, since its outputs were made."""
    if not all(one.is_there for one in inputs):
        return False
    if any(one.get("code") != made_of["code"] for one in recorded):
        return True
    moved = [any(one["inputs"].get(table) != last for one in recorded) for table, last in made_of["inputs"].items()]
    return all(moved) and bool(moved) if when == "all_inputs_moved" else any(moved)


def transform(spark, inputs, outputs, moment):
    """Makes all outputs, and merges what differs. Nothing is merged before each SELECT has ended and each record was judged."""
    session = closed_session(spark, inputs)
    differing = []
    for output in outputs:
        evolve(spark, output["table"], output["columns"])
        changes = differences(spark, output, made(spark, session, output), moment).persist()
        refuse_invalid(changes)
        refuse_unchecked(spark, output, changes, moment)
        differing.append(changes)
    for output, changes in zip(outputs, differing):
        if not changes.isEmpty():
            write(spark, output["table"], changes, output["columns"], output["key"], moment)
        changes.unpersist()


def closed_session(spark, inputs):
    """Returns a session in which the inputs are visible by their names, and nothing else: it has no catalog, reads no files and runs no
    programs."""
    session = spark.newSession()
    for one in inputs:
        rows = hand_over(one.rows(spark), session)
        for name in one.names:
            rows.createOrReplaceTempView(quoted(name))
    # Also catalogs that no input is in: each one has all tables.
    for row in session.sql("SET").collect():
        if CATALOG.fullmatch(row.key):
            session.conf.unset(row.key)
    for setting, value in SETTINGS.items():
        session.conf.set(setting, value)
    functions = session._jsparkSession.sessionState().functionRegistry()
    for name in DANGEROUS:
        functions.dropFunction(session._jvm.org.apache.spark.sql.catalyst.FunctionIdentifier(name))
    return session


def hand_over(frame, session):
    """Returns what a session has in another one."""
    name = "datasurface_handed_over"
    frame.createOrReplaceGlobalTempView(name)
    there = session.table(f"global_temp.{name}")
    frame.sparkSession.catalog.dropGlobalTempView(name)
    return there


def made(spark, session, output):
    """Returns what the SELECT of an output makes. It is made once: not each SELECT makes the same twice."""
    columns = [column["name"] for column in output["columns"]]
    # Of a view, nothing but a query has a place; a semicolon and comments may follow.
    session.sql(f"CREATE TEMPORARY VIEW {MADE} AS\n{output['select']}")
    view = session.table(MADE)
    for plan in plans(view._jdf.queryExecution().analyzed()):
        kind = plan.getClass().getSimpleName()
        if kind in FORBIDDEN:
            raise ValueError(f"a SELECT of a transformer {FORBIDDEN[kind]}")
    frame = view.select(*map(quoted, columns))
    kinds = {field.name.lower(): field.dataType.typeName() for field in frame.schema}
    values = []
    for column in output["columns"]:
        value = F.col(quoted(column["name"]))
        # A cast to a whole number would cut, and casts to decimal numbers round.
        if column["type"] in ("int", "bigint") and kinds[column["name"].lower()] in ("decimal", "float", "double"):
            value = F.round(value)
        values.append(value.alias(column["name"]))
    frame = hand_over(frame.select(*values).localCheckpoint(), spark)
    session.catalog.dropTempView(MADE)
    return frame


def plans(plan):
    """A plan, and all plans in it."""
    yield plan
    for parts in (plan.children(), plan.subqueries()):
        for number in range(parts.size()):
            yield from plans(parts.apply(number))


def differences(spark, output, frame, moment):
    """Returns the changes that make a table of what it shows now: records that are new or other ones, and those that are gone."""
    columns, key, kept = output["columns"], output["key"], spark.table(output["table"])
    names = [column["name"] for column in columns]
    # Text in the order of time.
    sequence = F.lit(f"{moment_after(kept, moment):%Y%m%d%H%M%S%f}").alias(SEQUENCE)
    present = types_by_name(frame)
    judged = frame.select(
        *[in_type(column, present).alias(column["name"]) for column in columns],
        problem(columns, present, lambda _: F.lit(True), is_lossless=False).alias("_problem"),
    )
    twice = judged.groupBy(*map(quoted, key)).count().where("count > 1").count()
    if twice:
        raise ValueError(f"{twice} keys are not unique")
    shown = kept.where(F.col(VALID_TO).isNull()).select(*map(quoted, names))
    values = [name for name in names if name not in key]
    before = shown.select(*map(quoted, key), *former(values), F.lit(True).alias("_old_there"))
    is_same = F.col("_old_there").isNotNull() & equals_former(values)
    there = judged.join(before, key, "left").where(~is_same | F.col("_problem").isNotNull())
    there = there.select(*map(quoted, names), sequence, F.lit(True).alias("_there"), "_problem")
    gone = shown.join(judged, key, "left_anti")
    gone = gone.select(*map(quoted, names), sequence, F.lit(False).alias("_there"), F.lit(None).cast("string").alias("_problem"))
    return there.unionByName(gone)


if __name__ == "__main__":
    for_each_definition(run)
