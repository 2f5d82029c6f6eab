//! Whether a schema admits exactly what a reader reads: every damage of recorded lines is given to both.

use super::{kinds, validator};
use datasurface_platform::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What is left of a value if one thing in it is damaged, for each thing and each damage.
fn damaged(value: &Value) -> Vec<Value> {
    let mut all = vec![Value::Null, json!(-1.5), json!(["x", 1]), json!({ "unheard_of": true })];
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let with = |member: Option<Value>| {
                    let mut members = members.clone();
                    match member {
                        Some(member) => members.insert(name.clone(), member),
                        None => members.remove(name),
                    };
                    Value::Object(members)
                };
                all.push(with(None));
                all.extend(damaged(member).into_iter().map(|member| with(Some(member))));
            }
            let mut more = members.clone();
            more.insert("unheard_of".to_owned(), Value::Null);
            all.push(Value::Object(more));
        }
        // One element stands for all.
        Value::Array(elements) => all.extend(elements.first().into_iter().flat_map(damaged).map(|first| {
            Value::Array([first].into_iter().chain(elements.iter().skip(1).cloned()).collect())
        })),
        _ => {}
    }
    all
}

/// What binds several values, which no schema says.
fn binds_several_values(error: &str) -> bool {
    ["declares no resource", "is in no rendered file", "either text or bytes", "what is held is in a `shard`"]
        .iter()
        .any(|rule| error.contains(rule))
}

/// The paths of all members of a value, without the positions in lists.
fn paths(value: &Value, at: &str, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, member)| {
            let path = format!("{at}/{name}");
            paths(member, &path, into);
            into.insert(path);
        }),
        Value::Array(elements) => elements.first().into_iter().for_each(|first| paths(first, at, into)),
        _ => {}
    }
}

/// Whether a schema and the reader of these lines agree about every damage of them. Of each kind, something is refused.
pub(super) fn agree<T: DeserializeOwned>(schema: &Json, side: &str, lines: &[Value]) {
    let schema = validator(schema);
    let (mut refused, mut disagreements, mut seen) = (BTreeSet::new(), BTreeMap::new(), BTreeSet::new());
    for line in lines {
        // A line without a member that no line before it had says nothing new.
        let known = seen.len();
        paths(line, "", &mut seen);
        if seen.len() == known {
            continue;
        }
        for damaged in damaged(line) {
            let fits = schema.is_valid(&damaged);
            let reason = serde_json::from_value::<T>(damaged.clone()).err().map(|error| error.to_string());
            let may_differ = reason.as_deref().is_some_and(binds_several_values);
            if fits != reason.is_none() && !may_differ {
                disagreements.insert((fits, reason), damaged);
            }
            if !fits {
                refused.extend(kinds(side, [line]));
            }
        }
    }
    assert!(
        disagreements.is_empty(),
        "whether the schema admits it, and why the reader does not: {disagreements:#?}"
    );
    assert_eq!(refused, kinds(side, lines), "of each kind something is refused");
}
