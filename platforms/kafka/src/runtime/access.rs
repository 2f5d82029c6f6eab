//! Access control lists: rules that are missing are added. Rules of others stay.

use super::clients::{Clients, kafka_failed};
use crate::render::{AccessList, Rule, RuleOperation, RulePattern, RuleResource};
use datasurface_kafka_client::{Acl, AclFilter, AclOperation, AclPattern, AclPermission, AclResource};
use datasurface_platform::prelude::*;
use std::collections::BTreeSet;

/// Adds the rules of a list that are missing. Returns whether there were any.
///
/// # Errors
///
/// If the brokers have no authorizer, or the user may not alter rules.
pub(super) fn ensure(clients: &mut Clients, list: &AccessList) -> Result<bool, PlatformError> {
    let missing = missing(clients, list)?;
    let Some(first) = missing.first() else { return Ok(false) };
    let failed = |error| kafka_failed(format!("granting to `{}`", first.principal), error);
    clients.kafka.create_acls(&missing).map_err(failed)?;
    Ok(true)
}

/// Returns the rules of a list that are not there.
///
/// # Errors
///
/// If the brokers have no authorizer, or the user may not see rules.
pub(super) fn missing(clients: &mut Clients, list: &AccessList) -> Result<Vec<Acl>, PlatformError> {
    let Some(principal) = principal(clients, list) else { return Ok(Vec::new()) };
    let filter = AclFilter { principal: Some(principal.clone()), ..AclFilter::default() };
    let failed = |error| kafka_failed(format!("reading what `{principal}` may do"), error);
    let found: BTreeSet<Acl> = clients.kafka.acls(&filter).map_err(failed)?.into_iter().collect();
    Ok(acls(list, &principal).into_iter().filter(|acl| !found.contains(acl)).collect())
}

/// Takes the rules of a list away.
///
/// # Errors
///
/// If the brokers have no authorizer, or the user may not alter rules.
pub(super) fn remove(clients: &mut Clients, list: &AccessList) -> Result<(), PlatformError> {
    let Some(principal) = principal(clients, list) else { return Ok(()) };
    let failed = |error| kafka_failed(format!("taking rights from `{principal}`"), error);
    clients.kafka.delete_acls(&acls(list, &principal)).map_err(failed)?;
    Ok(())
}

/// The principal of a list. Of somebody who does not log in by a name, nothing is known.
fn principal(clients: &Clients, list: &AccessList) -> Option<String> {
    let own = || clients.user.as_ref().map(|user| format!("User:{user}"));
    list.principal.clone().or_else(own)
}

/// The rules of a list, as Kafka has them.
fn acls(list: &AccessList, principal: &str) -> Vec<Acl> {
    let acl = |rule: &Rule| Acl {
        resource: match rule.resource {
            RuleResource::Topic => AclResource::Topic,
            RuleResource::Group => AclResource::Group,
            RuleResource::TransactionalId => AclResource::TransactionalId,
        },
        name: rule.name.clone(),
        pattern: match rule.pattern {
            RulePattern::Literal => AclPattern::Literal,
            RulePattern::Prefixed => AclPattern::Prefixed,
        },
        principal: principal.to_owned(),
        host: "*".to_owned(),
        operation: match rule.operation {
            RuleOperation::Read => AclOperation::Read,
            RuleOperation::Write => AclOperation::Write,
            RuleOperation::Describe => AclOperation::Describe,
        },
        permission: AclPermission::Allow,
    };
    list.rules.iter().map(acl).collect()
}
