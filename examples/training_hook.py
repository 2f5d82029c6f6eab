#!/usr/bin/env python3
"""A hook in Python: whether a transformer is trained anew, only applied, or left alone.

The host starts this program and asks: one request in JSON on each line of the standard input, one answer on each line of the
standard output. Beside a model, `datasurface.toml` names the program:

    [hooks.training]
    command = ["python3", "training_hook.py"]
    settings = { history = "Shop/history", fewest_changes = 2 }
"""

import json
import sys


def answer(line):
    """Answers one request. Each is answered from itself alone."""
    asked = json.loads(line)
    (kind, request), = asked["request"].items()
    answers = {"hello": hello, "trigger_due": trigger_due}
    return json.dumps({"number": asked["number"], "response": {kind: answers[kind](request)}})


def hello(_):
    return {"protocol": 1, "events": ["trigger_due"]}


def trigger_due(request):
    event, settings = request["event"], request["settings"]
    if event["workspace"] != "Forecast":
        return {}
    moved = [each for each in event["inputs"] if each["batch"] > each["seen_batch"]]
    if any(each["dataset"] == settings["history"] for each in moved):
        return {"decision": "run_in_full", "notes": ["the history moved: trained anew"]}
    changes = sum(each["changed_records"] for each in moved)
    if changes < settings["fewest_changes"]:
        return {"decision": "skip", "notes": [f"too few changes: {changes}"]}
    return {"decision": "run_incrementally"}


if __name__ == "__main__":
    for line in sys.stdin:
        print(answer(line), flush=True)
