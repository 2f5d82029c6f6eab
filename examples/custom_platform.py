#!/usr/bin/env python3
"""A data platform in Python: topics and connectors, as a connect cluster would be given them.

The host starts this program and asks: one request in JSON on each line of the standard input, one answer on each line of the
standard output. `docs/protocol.md` shows such a conversation. Beside a model, `datasurface.toml` names the program:

    [platforms.topics]
    command = ["python3", "custom_platform.py"]

and `datasurface laws topics --configuration datasurface.toml` proves it.
"""

import hashlib
import json
import re
import sys

HELLO = {
    "protocol": 1,
    "kind": "topics",
    "version": "1.0.0",
    "contract": "1.0.0",
    "config_schema": {
        "type": "object",
        "properties": {"cluster": {"type": "string", "description": "The name of the cluster."}},
        "additionalProperties": False,
    },
    # The host compares what is rendered, and asks for the cost of each change alone.
    "plan": "structural",
}

DESCRIPTOR = {
    "kind": HELLO["kind"],
    "version": HELLO["version"],
    "contract": HELLO["contract"],
    "captures": ["sql_snapshot"],
    "captures_from": ["postgres", "sqlite"],
    "exports_to": ["postgres", "sqlite"],
    "consistencies": ["single_dataset", "multi_dataset"],
    "milestonings": ["live"],
    "artifacts": [],
    "reads": {"topic": None},
    "keeps_data_at": [],
    "keeps_data_in": {"kafka": None},
    "limits": {"connectors": 100},
}


def slug(*names):
    """A name for addresses and files: safe, bounded, and another one for other names."""
    if all(re.fullmatch("[A-Za-z0-9_]+", name) for name in names) and sum(map(len, names)) < 48:
        return "-".join(names)
    readable = re.sub("[^A-Za-z0-9_-]", "_", "-".join(names))[:32]
    return readable + "--" + hashlib.sha256(json.dumps(names).encode()).hexdigest()[:12]


def stored_key(dataset):
    """The storage name of a dataset, which no renaming changes: what keeps data is addressed by it."""
    return dataset.get("storage", dataset["key"])


def topic_address(dataset):
    return "topic." + slug(*stored_key(dataset).split("/"))


def storage_name(facts, things, name):
    return facts.get("storage", {}).get(things, {}).get(name, name)


def resource(kind, address, attributes, origins, needs=(), holds=None):
    described = {
        "address": address,
        "kind": kind,
        "attributes": attributes,
        "origin": origins,
        "depends_on": list(needs),
        "file": address + ".json",
    }
    return described | ({"holds": holds} if holds else {})


def cluster_name(instance):
    return instance["config"].get("cluster", instance["name"])


def topic(cluster, node, dataset):
    attributes = {"cluster": cluster, "schema": dataset["schema"], "retention": dataset["custody"].get("retention")}
    # Data that was promised to somebody must not go with the topic: the host guards what a resource holds.
    holds = {"dataset": stored_key(dataset), "custody": dataset["custody"]}
    described = resource("topic", topic_address(dataset), attributes, [node["facts"]["key"]], ["cluster"], holds)
    # Two instances may have one cluster: the host refuses a topic that both would make.
    return described | {"occupies": [cluster + "/" + described["address"]]}


def connector(node):
    """The connector of a node; nothing for nodes that this platform does not claim."""
    facts = node["facts"]
    reads = [entry["offer"]["address"] for entry in node["inputs"]]
    match facts["detail"]:
        case {"ingest": capture}:
            kind, datasets = "source", capture["datasets"]
            names = [storage_name(facts, "datastores", capture["datastore"])]
            # `Ingest/PLATFORM/DATASTORE/DATASET`, where each dataset is captured on its own.
            if facts["key"].count("/") > 2:
                names += stored_key(datasets[0]).split("/")[1:]
            attributes = {"reads": reads, "from": capture}
        case {"export": export}:
            kind, datasets = "sink", [export["dataset"]]
            container = storage_name(facts, "containers", export["container_key"])
            names = container.split("/") + stored_key(export["dataset"]).split("/")
            attributes = {"reads": reads, "to": export}
        case _:
            return None
    needs = [topic_address(dataset) for dataset in datasets]
    return resource(kind, kind + "." + slug(*names), attributes, [facts["key"]], needs)


def foundation(instance):
    return [resource("cluster", "cluster", {"name": cluster_name(instance)}, [])]


def shard(scope):
    cluster, resources = cluster_name(scope["platform"]), {}
    for placed in scope["nodes"]:
        node = placed["view"]
        # Of a capture that is spread over shards, each has some datasets, and one has the connector.
        for dataset in node["facts"]["detail"].get("ingest", {}).get("datasets", []):
            if dataset["key"].split("/")[1] in placed["datasets"]:
                resources[topic_address(dataset)] = topic(cluster, node, dataset)
        if placed["whole"] and (found := connector(node)):
            resources[found["address"]] = found
    # Nobody asks for these topics any more, but their data is owed: they are rendered as they were.
    for held in scope["held"]:
        for dataset in held["node"]["facts"]["detail"].get("ingest", {}).get("datasets", []):
            if stored_key(dataset) == held["holds"]["dataset"]:
                resources.setdefault(topic_address(dataset), topic(cluster, held["node"], dataset))
    return list(resources.values())


def hello(request):
    return {"hello": HELLO}


def create(request):
    instances.append(request["instance"])
    return {"created": {"platform": len(instances) - 1, "descriptor": DESCRIPTOR}}


def weigh(request):
    return {"weights": {"connectors": {"whole": 1, "per_dataset": 0}}}


def offer(request):
    captured = request["node"]["detail"].get("ingest", {}).get("datasets", [])
    offers = [
        {"dataset": dataset["key"], "address": topic_address(dataset), "format": "topic", "custody": dataset["custody"]}
        for dataset in captured
    ]
    return {"offers": offers}


def lint(request):
    return {"findings": []}


def render(request):
    scope = request["scope"]
    resources = foundation(scope["platform"]) if scope["scope"] == "foundation" else shard(scope)
    files = [
        {
            "path": described["file"],
            "media_type": "application/json",
            "text": json.dumps(described["attributes"], indent=2, sort_keys=True) + "\n",
        }
        for described in resources
    ]
    return {"rendering": {"files": files, "resources": resources}}


def judge(request):
    def cost(change):
        if "before" in change and "after" in change:
            return {"effect": "backfill", "reason": "it starts again from the first record"}
        return {"effect": "none"}

    return {"judgements": {"changes": [cost(change) for change in request["changes"]]}}


ANSWERS = {
    "hello": hello,
    "create": create,
    "weigh": weigh,
    "offer": offer,
    "lint_node": lint,
    "lint_platform": lint,
    "render": render,
    "judge": judge,
}

instances = []


def answer(line):
    """Answers one request."""
    asked = json.loads(line)
    [(name, request)] = asked["request"].items()
    if name in ANSWERS:
        response = ANSWERS[name](request)
    else:
        response = {"error": {"kind": "unsupported", "context": "this platform is never asked to " + name}}
    return json.dumps({"number": asked["number"], "response": response})


if __name__ == "__main__":
    for line in sys.stdin:
        print(answer(line), flush=True)
