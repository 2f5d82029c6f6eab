//! The Amazon States Language, as far as it is rendered, from its specification: an interpreter for tests. Whatever it does not know, it refuses.

use serde_json::{Value, json};

/// The end of a machine: the output, or the name of the error.
pub(crate) type End = Result<Value, String>;

/// Runs a machine; `task` is asked for the result of each task: its resource and its parameters.
pub(crate) fn run(machine: &Value, input: Value, task: &mut dyn FnMut(&str, &Value) -> End) -> End {
    let mut name = text(&machine["StartAt"]);
    let mut data = input;
    loop {
        let state = &machine["States"][&name];
        let result = match state["Type"].as_str().unwrap() {
            "Succeed" => return Ok(data),
            "Fail" => return Err(text(&state["Error"])),
            "Pass" => Ok(pass(state, &data)),
            "Choice" => {
                name = choose(state, &data);
                continue;
            }
            "Map" => {
                let items = path(&data, &state["ItemsPath"]).as_array().unwrap().clone();
                let run_one = |item| run(&state["ItemProcessor"], item, task);
                items.into_iter().map(run_one).collect::<Result<Vec<_>, _>>().map(Value::from)
            }
            // As if each ended before the next one began: nobody may count on more.
            "Parallel" => {
                let branches = state["Branches"].as_array().unwrap().iter();
                branches
                    .map(|branch| run(branch, data.clone(), task))
                    .collect::<Result<Vec<_>, _>>()
                    .map(Value::from)
            }
            "Task" => tried(state, &data, task),
            other => panic!("a state of type {other}"),
        };
        let next = match result {
            Ok(result) => {
                data = placed(state, data, result);
                &state["Next"]
            }
            Err(error) => match caught(state, &error) {
                Some(next) => next,
                None => return Err(error),
            },
        };
        if state["End"] == json!(true) {
            return Ok(data);
        }
        name = text(next);
    }
}

fn pass(state: &Value, data: &Value) -> Value {
    match (state.get("Result"), state.get("Parameters")) {
        (Some(result), None) => result.clone(),
        (None, Some(parameters)) => filled(parameters, data),
        _ => panic!("{state}"),
    }
}

/// A task, which is tried again for errors that a retrier names.
fn tried(state: &Value, data: &Value, task: &mut dyn FnMut(&str, &Value) -> End) -> End {
    let mut left: Vec<u64> = state["Retry"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|retry| retry["MaxAttempts"].as_u64().unwrap())
        .collect();
    loop {
        let error = match task(state["Resource"].as_str().unwrap(), &filled(&state["Parameters"], data)) {
            Ok(result) => return Ok(result),
            Err(error) => error,
        };
        let retriers = state["Retry"].as_array().into_iter().flatten();
        match retriers.zip(&mut left).find(|(retry, _)| names(retry, &error)) {
            Some((_, left)) if *left > 0 => *left -= 1,
            _ => return Err(error),
        }
    }
}

fn caught<'s>(state: &'s Value, error: &str) -> Option<&'s Value> {
    let mut catchers = state["Catch"].as_array().into_iter().flatten();
    catchers.find(|catcher| names(catcher, error)).map(|catcher| &catcher["Next"])
}

/// Whether a retrier or a catcher is for an error. Every error but a timeout is a failed task.
fn names(one: &Value, error: &str) -> bool {
    let mut named = one["ErrorEquals"].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
    named.any(|name| {
        name == error || name == "States.ALL" || (name == "States.TaskFailed" && error != "States.Timeout")
    })
}

fn choose(state: &Value, data: &Value) -> String {
    let choices = state["Choices"].as_array().unwrap();
    let holds = |choice: &&Value| {
        let wanted = choice.get("BooleanEquals").or_else(|| choice.get("StringEquals")).unwrap();
        path(data, &choice["Variable"]) == wanted
    };
    choices.iter().find(holds).map_or_else(|| text(&state["Default"]), |choice| text(&choice["Next"]))
}

/// The data after a state: the result takes its place, or a part of it, or nothing.
fn placed(state: &Value, mut data: Value, result: Value) -> Value {
    match state.get("ResultPath") {
        None => result,
        Some(Value::Null) => data,
        Some(place) => {
            data[place.as_str().unwrap().strip_prefix("$.").unwrap()] = result;
            data
        }
    }
}

/// Parameters, of which each member whose name ends in `.$` is looked up.
fn filled(template: &Value, data: &Value) -> Value {
    match template {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| match name.strip_suffix(".$") {
                Some(name) => (name.to_owned(), looked_up(value.as_str().unwrap(), data)),
                None => (name.clone(), filled(value, data)),
            })
            .collect(),
        Value::Array(values) => values.iter().map(|value| filled(value, data)).collect(),
        other => other.clone(),
    }
}

fn looked_up(expression: &str, data: &Value) -> Value {
    if expression == "$$.Execution.StartTime" {
        return json!("2026-11-21T10:00:00Z");
    }
    if let Some(one) = expression.strip_prefix("States.Array(").and_then(|rest| rest.strip_suffix(')')) {
        return json!([path(data, &json!(one))]);
    }
    match expression.strip_prefix("States.ArrayContains(").and_then(|rest| rest.strip_suffix(')')) {
        Some(arguments) => {
            let (list, value) = arguments.split_once(", ").unwrap();
            let list = path(data, &json!(list)).as_array().unwrap().clone();
            json!(list.contains(&json!(value.trim_matches('\''))))
        }
        None => path(data, &json!(expression)).clone(),
    }
}

/// What is at a path of members, each with an index or not.
fn path<'d>(data: &'d Value, at: &Value) -> &'d Value {
    let members = at.as_str().unwrap().strip_prefix("$.").unwrap();
    members.split('.').fold(data, |data, member| {
        let (member, index) = match member.strip_suffix(']').and_then(|member| member.split_once('[')) {
            Some((member, index)) => (member, Some(index.parse::<usize>().unwrap())),
            None => (member, None),
        };
        let found = data.get(member).and_then(|list| index.map_or(Some(list), |index| list.get(index)));
        found.unwrap_or_else(|| panic!("no {at} in {data}"))
    })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
