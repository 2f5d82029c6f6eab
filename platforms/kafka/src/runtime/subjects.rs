//! Subjects: a registry judges later schemas of a topic by the mode that was rendered.
//!
//! A registry makes a subject when a connector registers its first schema, which is with the first record. Modes are set before that, and where
//! a registry takes none without a schema, by the next run.

use super::clients::{Clients, rest_failed};
use crate::render::{Topic, row_subject};
use datasurface_kafka_client::RegistryClient;
use datasurface_platform::prelude::*;
use std::collections::BTreeSet;

/// Registers the schemas of producers, and sets the modes of the subjects of topics.
///
/// # Errors
///
/// If the registry cannot be asked, or refuses it.
pub(super) fn ensure<'t>(
    clients: &Clients,
    topics: impl IntoIterator<Item = &'t Topic>,
) -> Result<(), PlatformError> {
    let Some(registry) = &clients.registry else { return Ok(()) };
    for topic in topics {
        ensure_of_topic(registry, topic)?;
    }
    Ok(())
}

/// A schema of a producer is registered before the mode is set: where somebody lets the registry take it, the next mode comes behind it.
fn ensure_of_topic(registry: &RegistryClient, topic: &Topic) -> Result<(), PlatformError> {
    if let Some(schema) = &topic.row_schema {
        let subject = row_subject(&topic.name);
        let failed =
            |error| rest_failed(format!("registering the schema of the producer as `{subject}`"), error);
        let schema = schema.to_string();
        if !registry.has_schema(&subject, &schema).map_err(failed)? {
            registry.register(&subject, &schema).map_err(failed)?;
        }
    }
    for (subject, mode) in &topic.subjects {
        let failed = |error| rest_failed(format!("setting the compatibility of `{subject}`"), error);
        if registry.compatibility(subject).map_err(failed)? != Some(*mode) {
            registry.set_compatibility(subject, *mode).map_err(failed)?;
        }
    }
    Ok(())
}

/// Returns the subjects that are there.
///
/// # Errors
///
/// If the registry cannot be asked.
pub(super) fn existing(registry: &RegistryClient) -> Result<BTreeSet<String>, PlatformError> {
    let subjects = registry.subjects().map_err(|error| rest_failed("listing subjects", error))?;
    Ok(subjects.into_iter().collect())
}

/// Returns the problem of the subjects of a topic that are there.
///
/// # Errors
///
/// If the registry cannot be asked.
pub(super) fn problem(
    registry: &RegistryClient,
    existing: &BTreeSet<String>,
    topic: &Topic,
) -> Result<Option<String>, PlatformError> {
    if let Some(schema) = &topic.row_schema {
        let subject = row_subject(&topic.name);
        let failed = |error| rest_failed(format!("looking at the subject `{subject}`"), error);
        if !registry.has_schema(&subject, &schema.to_string()).map_err(failed)? {
            return Ok(Some(format!("the registry does not have the schema of its producer as `{subject}`")));
        }
    }
    let mut judged_otherwise = Vec::new();
    for (subject, mode) in topic.subjects.iter().filter(|(subject, _)| existing.contains(*subject)) {
        let failed = |error| rest_failed(format!("looking at the subject `{subject}`"), error);
        if registry.compatibility(subject).map_err(failed)? != Some(*mode) {
            judged_otherwise.push(format!("`{subject}`"));
        }
    }
    let subjects = judged_otherwise.join(" and ");
    Ok((!subjects.is_empty()).then(|| format!("the registry judges schemas of {subjects} by another mode")))
}
