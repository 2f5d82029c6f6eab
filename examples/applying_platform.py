#!/usr/bin/env python3
"""A data platform in Python that applies what it renders: queues of records in an SQLite database.

It renders what `custom_platform.py` does, beside which it is. A topic is a table of records, a source reads an SQLite database
into topics, and a sink writes a topic into an SQLite database of a consumer. Beside a model, `datasurface.toml` names the program:

    [platforms.queues]
    command = ["python3", "applying_platform.py"]

`datasurface run` then applies and runs, and `datasurface status` asks it. It may be killed at any moment: each step, and each batch of
each topic and of each consumer, is one transaction, and what was done is recorded in the same one.
"""

import contextlib
import hashlib
import json
import pathlib
import sqlite3
import sys
import uuid

import custom_platform as topics

topics.HELLO["kind"] = topics.DESCRIPTOR["kind"] = "queues"
topics.DESCRIPTOR |= {"captures_from": ["sqlite"], "exports_to": ["sqlite"]}

SCHEMA = """
create table if not exists identity (id text not null);
create table if not exists step (plan text, resource text, action text, primary key (plan, resource, action));
create table if not exists batch (topic text primary key, number integer not null, at text not null);
"""

# What a database or a record can do to a job. Anything else is a mistake of this program, which ends it.
FAILURES = (sqlite3.Error, OSError, TypeError)


class Queues:
    """The database of an instance, and what is rendered for it."""

    def __init__(self, request):
        self.context = request["context"]
        self.root = pathlib.Path(self.context["root"])
        # What is executed is what the host read, not what is in the folder now.
        self.rendered = {
            pathlib.PurePath(path).stem: json.loads(content["text"])
            for path, content in self.context["rendered"].items()
            if pathlib.PurePath(path).name != "plan.json"
        }
        self.file = self.root / (self.rendered["cluster"]["name"] + ".queues.db")
        # One process applies at a time; another one waits for a while, and then fails.
        self.database = sqlite3.connect(self.file, timeout=10)
        with self.database:
            self.database.executescript(SCHEMA)
        with self.database:
            self.database.execute("begin immediate")
            if not self.database.execute("select 1 from identity").fetchone():
                self.database.execute("insert into identity values (?)", [str(uuid.uuid4())])

    def of_kind(self, kind):
        return {address: found for address, found in sorted(self.rendered.items()) if address.split(".")[0] == kind}

    def tables(self):
        return {name for (name,) in self.database.execute("select name from sqlite_master where type = 'table'")}

    def batch(self, topic):
        return self.database.execute("select number, at from batch where topic = ?", [topic]).fetchone()


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def listed(columns):
    return ", ".join(map(quoted, columns))


def create(request):
    answer = topics.create(request)
    # It tells the hooks of the host what it loads. Whoever runs transformers asks them before, in the same way.
    answer["created"] |= {"runtime": True, "hooks": True}
    return answer


def apply(request, host):
    queues, steps = Queues(request), request["plan"]["steps"]
    if not steps:
        # Nothing is pending: everything is made as it is rendered, unless it is there.
        for address in queues.of_kind("topic"):
            host.begins(address)
            with queues.database:
                queues.database.execute(f"create table if not exists {quoted(address)} (record text primary key)")
    plan = hashlib.sha256(json.dumps(request["plan"], sort_keys=True).encode()).hexdigest()
    done = 0
    for step in steps:
        host.begins(step["resource"])
        with queues.database:
            recorded = queues.database.execute(
                "insert or ignore into step values (?, ?, ?)", [plan, step["resource"], step["action"]]
            )
            if recorded.rowcount:
                take(queues, step)
                done += 1
    [identity] = queues.database.execute("select id from identity").fetchone()
    return {"applied": {"done": done, "done_before": len(steps) - done, "identity": identity}}


def take(queues, step):
    """Takes one step, within a transaction."""
    if step["kind"] != "topic":
        return
    table = quoted(step["resource"])
    if step["action"] in ("retire", "replace"):
        queues.database.execute(f"drop table if exists {table}")
    if step["action"] in ("create", "replace"):
        queues.database.execute(f"create table if not exists {table} (record text primary key)")


def run(request, host):
    queues, moved, failures = Queues(request), [], []
    jobs = [(address, capture) for address in queues.of_kind("source")]
    jobs += [(address, deliver) for address in queues.of_kind("sink")]
    for address, job in jobs:
        host.begins(address)
        try:
            for batch in job(queues, queues.rendered[address]):
                moved.append(batch)
                if batch["inserted"] or batch["deleted"]:
                    host.loaded(queues.context, batch)
        except FAILURES as error:
            failures.append({"job": address, "reason": str(error)})
    return {"ran": {"datasets": moved, "failures": failures}}


def capture(queues, source):
    """Makes each topic what its table is now, if there is a difference, as the next batch."""
    found = source["from"]["source"]["container"]
    names = found["capture"]["kind"].get("tables", {})
    # One snapshot of the source, for all of its tables. A database that is not there is not made.
    file = queues.root / found["container"]["kind"]["file"]
    with contextlib.closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as producer:
        producer.execute("begin")
        for dataset in source["from"]["datasets"]:
            name = dataset["key"].split("/")[1]
            columns = [column["name"] for column in dataset["schema"]["columns"]]
            rows = producer.execute(f"select {listed(columns)} from {quoted(names.get(name, name))}")
            records = {json.dumps(dict(zip(columns, row))) for row in rows}
            yield replaced(queues, topics.topic_address(dataset), dataset["key"], records)


def replaced(queues, topic, dataset, records):
    with queues.database:
        queues.database.execute("begin immediate")
        before = {record for (record,) in queues.database.execute(f"select record from {quoted(topic)}")}
        number = (queues.batch(topic) or [0])[0]
        if before != records or not number:
            number += 1
            queues.database.executemany(f"delete from {quoted(topic)} where record = ?", [[r] for r in before - records])
            queues.database.executemany(f"insert into {quoted(topic)} values (?)", [[r] for r in records - before])
            queues.database.execute(
                "insert or replace into batch values (?, ?, ?)", [topic, number, queues.context["now"]]
            )
    return {
        "dataset": dataset,
        "batch": number,
        "inserted": len(records - before),
        "updated": 0,
        "deleted": len(before - records),
        "unchanged": len(before & records),
        "failure": None,
    }


def deliver(queues, sink):
    """Brings a topic into a table of the consumers' database, which records the batch itself."""
    export = sink["to"]
    dataset = export["dataset"]
    topic, table = topics.topic_address(dataset), dataset["key"].replace("/", "_")
    arrived = queues.batch(topic)
    if not arrived:
        return []
    columns = [column["name"] for column in dataset["schema"]["columns"]]
    places = ", ".join("?" * len(columns))
    file = queues.root / export["container"]["kind"]["file"]
    with contextlib.closing(sqlite3.connect(file, timeout=10)) as consumer, consumer:
        consumer.execute("create table if not exists queues_batch (dataset text primary key, number integer)")
        consumer.execute("begin immediate")
        known = consumer.execute("select number from queues_batch where dataset = ?", [table]).fetchone()
        if known == (arrived[0],):
            return []
        consumer.execute(f"drop table if exists {quoted(table)}")
        consumer.execute(f"create table {quoted(table)} ({listed(columns)})")
        for (record,) in queues.database.execute(f"select record from {quoted(topic)} order by record"):
            values = json.loads(record)
            consumer.execute(f"insert into {quoted(table)} values ({places})", [values[name] for name in columns])
        consumer.execute("insert or replace into queues_batch values (?, ?)", [table, arrived[0]])
    return []


def status(request, host):
    queues = Queues(request)
    sinks = [
        {
            "group": consumer["group"],
            "dataset": sink["to"]["dataset"]["key"],
            "last_batch": queues.batch(topics.topic_address(sink["to"]["dataset"])),
        }
        for sink in queues.of_kind("sink").values()
        for consumer in sink["to"]["consumers"]
    ]
    sinks.sort(key=lambda sink: (sink["group"], sink["dataset"]))
    tables = queues.tables()
    drifted = [
        {"resource": topic, "problem": "its table is gone", "is_made_again": True}
        for topic in queues.of_kind("topic")
        if topic not in tables
    ]
    return {"status": {"sinks": sinks, "drifted": drifted}}


topics.ANSWERS["create"] = create
OPERATIONS = {"apply": apply, "run": run, "status": status}


class Host:
    """Whoever asked for an operation, and hears of it before the answer."""

    def __init__(self, number):
        self.number = number

    def says(self, response):
        return json.dumps({"number": self.number, "response": response})

    def begins(self, address):
        print(self.says({"started": address}), flush=True)

    def loaded(self, context, batch):
        """Tells the hooks of a batch that became visible, if one listens. The host answers with what they said, and reports it."""
        if "dataset_loaded" in context.get("hooks", []):
            print(self.says({"dataset_loaded": {"now": context["now"], "batch": batch}}), flush=True)
            sys.stdin.readline()


def answer(line):
    """Answers one request."""
    asked = json.loads(line)
    [(name, request)] = asked["request"].items()
    if name not in OPERATIONS:
        return topics.answer(line)
    host = Host(asked["number"])
    try:
        response = OPERATIONS[name](request, host)
    except FAILURES as error:
        response = {"error": {"kind": "outside", "context": str(error)}}
    return host.says(response)


if __name__ == "__main__":
    for line in sys.stdin:
        print(answer(line), flush=True)
