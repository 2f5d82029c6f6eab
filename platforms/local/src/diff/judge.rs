//! What a change of a resource costs.

use super::table::{TableChange, is_same_name};
use crate::{
    attributes::{TableAttributes, ViewAttributes, read_attributes},
    prelude::*,
    server_address::same_database,
    sql::{engine::Engine, milestoned::StoredColumn},
};
use std::collections::BTreeSet;

pub(super) fn judge(change: &ResourceChange<'_>) -> Result<Judgement, PlatformError> {
    let (before, after) = (change.before, change.after);
    if !in_same_database(before, after) {
        return Ok(another_database(before, after));
    }
    Ok(match after.kind() {
        "table" | "copy" => table(change, &read_attributes(before)?, &read_attributes(after)?),
        "view" => view(&read_attributes(before)?, &read_attributes(after)?),
        "database" => {
            Judgement::update(Effect::None, "the list of shards differs").with_meaning(Meaning::Metadata)
        }
        "trigger" => trigger(change)?,
        _ => in_place(change),
    })
}

/// A trigger that nobody named used to wait for all inputs: whoever names none is told, for their model did not change.
fn trigger(change: &ResourceChange<'_>) -> Result<Judgement, PlatformError> {
    let of = |resource: &Resource| resource.attributes().get("trigger").cloned().unwrap_or_default();
    let (before, after) = (of(change.before), of(change.after));
    let read = |trigger: &serde_json::Value| TransformTrigger::deserialize(trigger).ok();
    let judgement = in_place(change);
    if read(&before) != Some(TransformTrigger::AllInputsMoved)
        || read(&after) != Some(TransformTrigger::AnyInputMoved)
    {
        return Ok(judgement);
    }
    let reason = "its trigger is `any_input_moved`, which is now the default of a transformer that names none, and was \
                  `all_inputs_moved`, which was the default; name that one to keep it";
    Ok(Judgement::update(Effect::InPlace, reason))
}

/// Whether a resource is where it was.
pub(super) fn in_same_database(before: &Resource, after: &Resource) -> bool {
    same_database(database(before), database(after))
}

fn database(resource: &Resource) -> &str {
    let database = resource.attributes().get("database");
    database.and_then(|database| database.as_str()).unwrap_or_default()
}

/// A file is renamed by whoever wants it elsewhere; what is made from it can be made again.
fn another_database(before: &Resource, after: &Resource) -> Judgement {
    let files = format!("in `{}`, and was in `{}`", database(after), database(before));
    match after.kind() {
        "table" | "database" => {
            Judgement::update(Effect::Pause, format!("{files}: rename the file while nothing runs"))
        }
        _ => Judgement::update(Effect::Rebuild, files),
    }
}

fn in_place(change: &ResourceChange<'_>) -> Judgement {
    let attributes: Vec<&str> = change.attributes().into_iter().collect();
    let reason = match attributes.is_empty() {
        true => "rendered otherwise".to_owned(),
        false => format!("differs in {}", attributes.join(", ")),
    };
    Judgement::update(Effect::InPlace, reason)
}

fn table(change: &ResourceChange<'_>, before: &TableAttributes, after: &TableAttributes) -> Judgement {
    let columns = TableChange::between(before, after);
    let names = |columns: &[&StoredColumn]| -> String {
        let names: Vec<String> = columns.iter().map(|column| format!("`{}`", column.name)).collect();
        names.join(", ")
    };
    if columns.is_rebuilt() {
        let mut reasons = Vec::new();
        if columns.name {
            reasons.push(format!("is called `{}`, and was called `{}`", after.table, before.table));
        }
        if columns.key {
            reasons.push("the key is another one".to_owned());
        }
        if !columns.removed.is_empty() {
            reasons.push(format!("without {}", names(&columns.removed)));
        }
        if !columns.kept_otherwise.is_empty() {
            reasons.push(format!("{} kept in another way", names(&columns.kept_otherwise)));
        }
        if !columns.added.is_empty() {
            reasons.push(format!("with {}", names(&columns.added)));
        }
        if after.engine() == Engine::Postgres {
            reasons.push("filled again from the platform's own database".to_owned());
        }
        return Judgement::update(Effect::Rebuild, reasons.join("; "));
    }
    if !columns.removed.is_empty() {
        let with = match columns.added.is_empty() {
            true => String::new(),
            false => format!("; with {}", names(&columns.added)),
        };
        let reason = format!("without {}{with}", names(&columns.removed));
        return Judgement::update(Effect::InPlace, reason);
    }
    if !columns.added.is_empty() {
        let reason = format!("{} is new: NULL until the next batch brings it", names(&columns.added));
        return Judgement::update(Effect::Backfill, reason);
    }
    if before.history == after.history {
        return in_place(change);
    }
    match (change.after.kind(), after.history) {
        ("copy", true) => Judgement::update(Effect::Backfill, "earlier versions come with the next batch"),
        (_, true) => Judgement::update(Effect::InPlace, "earlier versions stay from now on"),
        (_, false) => Judgement::update(Effect::InPlace, "earlier versions go with the next batch"),
    }
}

fn view(before: &ViewAttributes, after: &ViewAttributes) -> Judgement {
    if before.shows_the_same(after) {
        return Judgement::update(Effect::None, "another latency is promised")
            .with_meaning(Meaning::Metadata);
    }
    let lost: Vec<String> = before
        .columns
        .iter()
        .filter(|column| !after.columns.iter().any(|other| is_same_name(column, other)))
        .map(|column| format!("`{}`", column.name))
        .collect();
    let engine = Engine::from_database(&after.database);
    let other: Vec<String> = after
        .columns
        .iter()
        .filter(|column| {
            let earlier = before.columns.iter().find(|other| is_same_name(column, other));
            earlier.is_some_and(|earlier| engine.column_type(earlier) != engine.column_type(column))
        })
        .map(|column| format!("`{}`", column.name))
        .collect();
    let gone: Vec<String> = before
        .live
        .iter()
        .chain(&before.history)
        .filter(|name| ![&after.live, &after.history].contains(&&Some((*name).clone())))
        .map(|name| format!("`{name}`"))
        .collect();
    let reasons: Vec<String> = [("loses", lost), ("shows other values in", other), ("goes without", gone)]
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(verb, names)| format!("{verb} {}", names.join(", ")))
        .collect();
    if reasons.is_empty() {
        return Judgement::update(Effect::InPlace, harmless(before, after));
    }
    let broken = BTreeSet::from([after.consumer.clone()]);
    Judgement::update(Effect::InPlace, reasons.join("; ")).with_meaning(Meaning::Breaking(broken))
}

/// What differs where nothing is lost.
fn harmless(before: &ViewAttributes, after: &ViewAttributes) -> String {
    let roles = |roles: BTreeSet<&String>| -> String {
        let names: Vec<String> = roles.into_iter().map(|role| format!("`{role}`")).collect();
        names.join(", ")
    };
    let new = roles(after.readers.difference(&before.readers).collect());
    let gone = roles(before.readers.difference(&after.readers).collect());
    let shows_more = (&before.live, &before.history) != (&after.live, &after.history);
    let reasons = [
        (before.columns != after.columns, "shows the columns of its table".to_owned()),
        (shows_more, "shows versions that it did not show".to_owned()),
        (!new.is_empty(), format!("{new} may read it")),
        (!gone.is_empty(), format!("{gone} may read it no longer")),
        (before.database != after.database, "the server is spoken to in another way".to_owned()),
    ];
    let reasons: Vec<String> = reasons.into_iter().filter(|(is, _)| *is).map(|(_, reason)| reason).collect();
    reasons.join("; ")
}
