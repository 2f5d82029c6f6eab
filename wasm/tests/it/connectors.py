"""The connectors of `tests/it/connectors.rs`, once more: as a module, they render the same bytes as there in process."""

import json
import re

DESCRIPTOR = {
    "kind": "connectors",
    "version": "1.0.0",
    "contract": "1.0.0",
    "captures": ["sql_snapshot"],
    "captures_from": ["postgres", "sqlite"],
    "exports_to": ["postgres", "sqlite"],
    "consistencies": ["single_dataset", "multi_dataset"],
    "milestonings": ["live"],
    "artifacts": [],
    "quality_checks": ["not_null", "unique", "rows", "fresh", "accepted_values"],
    "sets_rows_aside": True,
    "grants": {"postgres": ["group", "role", "service"], "sqlite": ["group", "role", "service"]},
    "reads": {"topic": None},
    "best_latency": None,
    "longest_retention": None,
    "keeps_data_at": [],
    "keeps_data_in": {"kafka": None},
    "shares": True,
    "limits": {"connectors": 100},
}

HELLO = {
    "protocol": 1,
    "kind": DESCRIPTOR["kind"],
    "version": DESCRIPTOR["version"],
    "contract": DESCRIPTOR["contract"],
    "config_schema": {"type": "object", "additionalProperties": False},
    "plan": "structural",
}


def slug(*names):
    slug = "-".join(names)
    # Other names end in a BLAKE3 hash there, which Python does not have.
    if len(slug) > 60 or not all(re.fullmatch("[A-Za-z0-9_]+", name) for name in names):
        raise ValueError(f"no plain names: {names}")
    return slug


def stored_key(dataset):
    return dataset.get("storage", dataset["key"])


def topic_address(dataset):
    return "topic." + slug(*stored_key(dataset).split("/"))


def storage_name(facts, things, name):
    return facts.get("storage", {}).get(things, {}).get(name, name)


def captured(node):
    return node["facts"]["detail"].get("ingest", {}).get("datasets", [])


def resource(address, kind, attributes, origin=(), depends_on=(), holds=None):
    described = {
        "address": address,
        "kind": kind,
        "attributes": attributes,
        "origin": list(origin),
        "depends_on": list(depends_on),
        "file": address + ".json",
    }
    return described | ({"holds": holds} if holds else {})


def input_addresses(node):
    return [entry["offer"]["address"] for entry in node["inputs"]]


def shares(request):
    facts = request["node"]["facts"]
    export = facts["detail"].get("export")
    if not export:
        return {"shares": []}
    dataset = export["dataset"]
    container = slug(*storage_name(facts, "containers", export["container_key"]).split("/"))
    delivery = {"to": export, "reads": input_addresses(request["node"]), "topics": [topic_address(dataset)]}
    parts = [{"key": {"stage": "after", "kind": "sink", "name": container}, "part": delivery}]
    for consumer in export["consumers"]:
        for principal in consumer.get("entitlement", []):
            [(kind, name)] = principal.items()
            grant = {"principal": principal, "dataset": stored_key(dataset), "sink": "sink." + container}
            parts.append({"key": {"stage": "after", "kind": "role", "name": slug(kind, name)}, "part": grant})
    return {"shares": parts}


def render(request):
    scope = request["scope"]
    if scope["scope"] == "foundation":
        resources = [resource("cluster", "cluster", {"name": scope["platform"]["name"]})]
    elif "shared" in scope["scope"]:
        resources = [shared(scope["scope"]["shared"], scope["parts"])]
    else:
        resources = shard(scope)
    files = [
        {
            "path": described["file"],
            "media_type": "application/json",
            "text": json.dumps(described["attributes"], indent=2, sort_keys=True, ensure_ascii=False) + "\n",
        }
        for described in resources
    ]
    return {"rendering": {"files": files, "resources": resources}}


def shared(key, parts):
    address = key["kind"] + "." + key["name"]
    if key["kind"] == "role":
        return resource(address, "role", {"grants": parts}, depends_on={part["sink"] for part in parts})
    topics = {topic for part in parts for topic in part["topics"]}
    return resource(address, "sink", {"deliveries": parts}, depends_on=topics)


def shard(scope):
    cluster, topics, sources = scope["platform"]["name"], {}, []
    placed = [
        (node["view"], dataset)
        for node in scope["nodes"]
        for dataset in captured(node["view"])
        if dataset["key"].split("/")[1] in node["datasets"]
    ]
    held = [
        (held["node"], dataset)
        for held in scope["held"]
        for dataset in captured(held["node"])
        if stored_key(dataset) == held["holds"]["dataset"]
    ]
    for node, dataset in placed + held:
        custody = dataset["custody"]
        attributes = {"cluster": cluster, "schema": dataset["schema"], "retention": custody.get("retention")}
        holds = {"dataset": stored_key(dataset), "custody": custody}
        address = topic_address(dataset)
        topics.setdefault(address, resource(address, "topic", attributes, [node["facts"]["key"]], ["cluster"], holds))
    for node in scope["nodes"]:
        view = node["view"]
        facts, capture = view["facts"], view["facts"]["detail"].get("ingest")
        if node["whole"] and capture:
            names = [storage_name(facts, "datastores", capture["datastore"])]
            if facts["key"].count("/") > 2:
                names += stored_key(capture["datasets"][0]).split("/")[1:]
            needs = [topic_address(dataset) for dataset in capture["datasets"]]
            attributes = {"from": capture, "reads": input_addresses(view)}
            sources.append(resource("source." + slug(*names), "source", attributes, [facts["key"]], needs))
    return list(topics.values()) + sources


def offer(request):
    offers = [
        {"dataset": dataset["key"], "address": topic_address(dataset), "format": "topic", "custody": dataset["custody"]}
        for dataset in request["node"]["detail"].get("ingest", {}).get("datasets", [])
    ]
    return {"offers": offers}


def judge(request):
    def cost(change):
        if "before" in change and "after" in change:
            return {"effect": "backfill", "reason": "it starts again from the first record"}
        return {"effect": "none"}

    return {"judgements": {"changes": [cost(change) for change in request["changes"]]}}


def answer(line):
    asked = json.loads(line)
    [(name, request)] = asked["request"].items()
    answers = {
        "hello": lambda _: {"hello": HELLO},
        "create": lambda _: {"created": {"platform": 0, "descriptor": DESCRIPTOR}},
        "weigh": lambda _: {"weights": {"connectors": {"whole": 1, "per_dataset": 0}}},
        "offer": offer,
        "lint_node": lambda _: {"findings": []},
        "lint_platform": lambda _: {"findings": []},
        "shares": shares,
        "render": render,
        "judge": judge,
    }
    return json.dumps({"number": asked["number"], "response": answers[name](request)}, ensure_ascii=False)
