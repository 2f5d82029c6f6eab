//! Renames: a declaration with another name, which says what it was called, and every mention of it.

use super::document::Targets;
use crate::{names::choose, plan::Choice};
use serde_json::{Value, json};

pub(super) fn dataset(targets: &mut Targets, at: Choice) {
    let read = targets.transformed();
    let mut candidates = Vec::new();
    for store in targets.captured() {
        let count = targets.get(&format!("{store}/datasets")).and_then(Value::as_array).map_or(0, Vec::len);
        candidates.extend((0..count).map(|dataset| (store.clone(), format!("{store}/datasets/{dataset}"))));
    }
    candidates.retain(|(store, dataset)| !read.contains(&key(targets, store, dataset)));
    if let Some((store, dataset)) = choose(&candidates, at) {
        let old = key(targets, store, dataset);
        if let Some(name) = rename(targets, dataset) {
            let own = format!("{}/{name}_renamed", store_name(targets, store));
            replace(&mut targets.document, &|text| (text == old).then(|| own.clone()));
            // What a capture says of a dataset, it says by name.
            let capture = format!("{store}/capture");
            if let Some(capture) = targets.document.pointer_mut(&capture) {
                replace(capture, &|text| (text == name).then(|| format!("{name}_renamed")));
            }
        }
    }
}

pub(super) fn datastore(targets: &mut Targets, at: Choice) {
    let read = targets.transformed();
    let is_read = |name: &str| read.iter().any(|dataset| dataset.split('/').next() == Some(name));
    let mut candidates = targets.captured();
    candidates.retain(|store| !is_read(&store_name(targets, store)));
    if let Some(store) = choose(&candidates, at)
        && let Some(name) = rename(targets, store)
    {
        let prefix = format!("{name}/");
        replace(&mut targets.document, &|text| {
            Some(format!("{name}_renamed/{}", text.strip_prefix(&prefix)?))
        });
        rename_pins(targets, "primary_pins", "datastore", &name);
    }
}

pub(super) fn workspace(targets: &mut Targets, at: Choice) {
    if let Some(workspace) = choose(&targets.all("workspaces"), at)
        && let Some(name) = rename(targets, workspace)
    {
        let prefix = format!("{name}/");
        if let Some(pins) = targets.document.get_mut("group_pins") {
            replace(pins, &|text| Some(format!("{name}_renamed/{}", text.strip_prefix(&prefix)?)));
        }
    }
}

/// Gives a declaration another name, and returns the one that it had. A declaration is renamed once.
fn rename(targets: &mut Targets, declaration: &str) -> Option<String> {
    let name = targets.text(&format!("{declaration}/name"))?.to_owned();
    if targets.get(&format!("{declaration}/renamed_from")).is_some() {
        return None;
    }
    targets.put(declaration, "name", &json!(format!("{name}_renamed")));
    targets.put(declaration, "renamed_from", &json!(name));
    Some(name)
}

fn rename_pins(targets: &mut Targets, list: &str, member: &str, name: &str) {
    let pins = targets.document.get_mut(list).and_then(Value::as_array_mut);
    for pin in pins.into_iter().flatten() {
        if pin.get(member).and_then(Value::as_str) == Some(name)
            && let Some(pin) = pin.as_object_mut()
        {
            pin.insert(member.to_owned(), json!(format!("{name}_renamed")));
        }
    }
}

fn store_name(targets: &Targets, store: &str) -> String {
    targets.text(&format!("{store}/name")).unwrap_or_default().to_owned()
}

fn key(targets: &Targets, store: &str, dataset: &str) -> String {
    let name = targets.text(&format!("{dataset}/name")).unwrap_or_default();
    format!("{}/{name}", store_name(targets, store))
}

/// Replaces texts, and names of members, wherever they are.
fn replace(value: &mut Value, by: &impl Fn(&str) -> Option<String>) {
    match value {
        Value::String(text) => {
            if let Some(other) = by(text) {
                *text = other;
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(|element| replace(element, by)),
        Value::Object(members) => {
            let renamed = std::mem::take(members).into_iter().map(|(name, mut member)| {
                replace(&mut member, by);
                (by(&name).unwrap_or(name), member)
            });
            *members = renamed.collect();
        }
        _ => {}
    }
}
