//! Access control lists: rules that are missing are added. Rules of others stay.

use super::clients::kafka_failed;
use crate::render::{AccessList, Rule, RuleOperation, RulePattern, RuleResource};
use datasurface_kafka_client::{
    Acl, AclFilter, AclOperation, AclPattern, AclPermission, AclResource, KafkaClient,
};
use datasurface_platform::prelude::*;
use std::collections::BTreeSet;

/// Adds the rules of a list that are missing. Returns whether there were any.
///
/// # Errors
///
/// If the brokers have no authorizer, or the user may not alter rules.
pub(super) fn ensure(kafka: &mut KafkaClient, list: &AccessList) -> Result<bool, PlatformError> {
    let missing = missing(kafka, list)?;
    if missing.is_empty() {
        return Ok(false);
    }
    let failed = |error| kafka_failed(format!("granting to `{}`", list.principal), error);
    kafka.create_acls(&missing).map_err(failed)?;
    Ok(true)
}

/// Returns the rules of a list that are not there.
///
/// # Errors
///
/// If the brokers have no authorizer, or the user may not see rules.
pub(super) fn missing(kafka: &mut KafkaClient, list: &AccessList) -> Result<Vec<Acl>, PlatformError> {
    let filter = AclFilter { principal: Some(list.principal.clone()), ..AclFilter::default() };
    let failed = |error| kafka_failed(format!("reading what `{}` may do", list.principal), error);
    let found: BTreeSet<Acl> = kafka.acls(&filter).map_err(failed)?.into_iter().collect();
    Ok(acls(list).into_iter().filter(|acl| !found.contains(acl)).collect())
}

/// Returns the rules of a list, as Kafka has them.
pub(super) fn acls(list: &AccessList) -> Vec<Acl> {
    let acl = |rule: &Rule| Acl {
        resource: match rule.resource {
            RuleResource::Topic => AclResource::Topic,
            RuleResource::Group => AclResource::Group,
        },
        name: rule.name.clone(),
        pattern: match rule.pattern {
            RulePattern::Literal => AclPattern::Literal,
            RulePattern::Prefixed => AclPattern::Prefixed,
        },
        principal: list.principal.clone(),
        host: "*".to_owned(),
        operation: match rule.operation {
            RuleOperation::Read => AclOperation::Read,
            RuleOperation::Describe => AclOperation::Describe,
        },
        permission: AclPermission::Allow,
    };
    list.rules.iter().map(acl).collect()
}
