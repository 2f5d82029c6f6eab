//! Who may read what a group gets: roles of a server. Whoever can read a file can read all of it.

use crate::{
    lint::codes,
    prelude::*,
    sql::{engine::Engine, postgres::types::LONGEST_NAME},
};
use std::collections::BTreeSet;

/// The roles that a consumer's principals are, by name: the directory of the company says who is in them.
pub(crate) fn readers(engine: Engine, consumer: &Consumer) -> Result<BTreeSet<String>, LintDiagnostic> {
    let principals = consumer.entitlement.principals();
    match engine {
        Engine::Sqlite => Ok(BTreeSet::new()),
        Engine::Postgres => principals.map(|principal| role(consumer, principal)).collect(),
    }
}

fn role(consumer: &Consumer, principal: &Principal) -> Result<String, LintDiagnostic> {
    let role = principal.name().as_str();
    let diagnostic = |error: &str| {
        LintDiagnostic::new(
            &codes::PRINCIPAL_NAME,
            format!("the principal `{principal}` of `{}` {error}", consumer.group.workspace),
            "PostgreSQL grants to roles: make a role of another name there, and name it in the entitlement",
        )
    };
    if role.len() > LONGEST_NAME {
        return Err(diagnostic(&format!(
            "has a name of more than {LONGEST_NAME} bytes, and no role can have it"
        )));
    }
    // Also in quotes, these are no roles: one is everybody.
    if ["public", "none"].contains(&role) {
        return Err(diagnostic("has a name that PostgreSQL keeps for itself"));
    }
    Ok(role.to_owned())
}
