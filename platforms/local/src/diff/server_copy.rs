//! Copies in PostgreSQL, changed. A table there cannot lose what a view shows, so its views go first, and come back in the
//! same transaction: nobody sees them missing.

use super::{sides::Views, table::TableChange, transition::CHANGE};
use crate::{
    attributes::{TableAttributes, ViewAttributes},
    prelude::*,
    render::{create_copy, create_views, drop_views, forget_progress, revoke},
    sql::{
        engine::Engine,
        postgres::{
            copy::{comment_on_added, declaration, redeclare},
            types::column_name,
        },
        script::Script,
    },
};

pub(super) fn update(
    address: &ResourceAddress,
    before: &TableAttributes,
    after: &TableAttributes,
    views: &Views,
) -> Option<Script> {
    let script = Script::new(address.as_str(), &after.database);
    let change = TableChange::between(before, after);
    let table = after.milestoned();
    if change.is_rebuilt() {
        let mut statements = drop_views_of(views);
        statements.extend([before.milestoned().drop(), forget_progress(&before.table)]);
        statements.extend(create_copy(Engine::Postgres, &table));
        statements.extend(views.after.iter().flat_map(create_views));
        let script = script.note(
            "Whoever executes this fills it in the same transaction, from the platform's own database.",
        );
        return Some(script.add_section(CHANGE, "Makes the copy anew.", statements));
    }
    let removed = change.removed.iter().map(|column| format!("DROP COLUMN {}", column_name(&column.name)));
    let added = change.added.iter().map(|column| format!("ADD COLUMN {}", declaration(&table, column)));
    let actions: Vec<String> = removed.chain(added).collect();
    let mut statements = Vec::new();
    if !actions.is_empty() {
        statements.push(format!("ALTER TABLE {}\n  {};", table.quoted_table(), actions.join(",\n  ")));
    }
    statements.extend(change.added.iter().filter_map(|column| comment_on_added(&table, column)));
    let (redeclared, of_types) = redeclare(&before.milestoned(), &table);
    statements.extend(redeclared);
    if !change.removed.is_empty() || of_types {
        statements.splice(..0, drop_views_of(views));
        statements.extend(views.after.iter().flat_map(create_views));
    }
    if after.history && !before.history {
        statements.push(forget_progress(&after.table));
    }
    if statements.is_empty() {
        return None;
    }
    let script = match after.history && !before.history {
        true => script.note("Whoever executes this brings earlier versions in the same transaction."),
        false => script,
    };
    Some(script.add_section(CHANGE, "Changes the copy where it is.", statements))
}

/// Takes the views of a copy away.
pub(super) fn drop_views_of(views: &Views) -> Vec<String> {
    views.before.iter().flat_map(drop_views).collect()
}

/// What goes where the views of a table show its columns as before: a view that nobody wants any more, and the right to
/// read of those who have it no longer. What others made of the views stays.
pub(super) fn change_views(before: &ViewAttributes, after: &ViewAttributes) -> Vec<String> {
    let kept = |name: &String| [&after.live, &after.history].contains(&&Some(name.clone()));
    let (live, history) = (before.live.clone(), before.history.clone());
    let gone = ViewAttributes {
        live: live.filter(|name| !kept(name)),
        history: history.filter(|name| !kept(name)),
        ..before.clone()
    };
    let stay = ViewAttributes {
        live: before.live.clone().filter(kept),
        history: before.history.clone().filter(kept),
        ..before.clone()
    };
    let roles = before.readers.difference(&after.readers);
    let revoked = roles.flat_map(|role| revoke(&stay, role));
    drop_views(&gone).into_iter().chain(revoked).collect()
}
