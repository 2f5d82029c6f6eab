//! Access control lists: what a service may read, one list for each service.

use super::{Context, topic};
use datasurface_platform::prelude::*;
use std::collections::BTreeSet;

/// The kind of the resource, and of what its nodes share.
pub(crate) const KIND: &str = "acl";

/// The longest name of a list, in characters.
const NAME_LIMIT: usize = 100;

/// What a service may read.
#[derive(Debug, Serialize, Deserialize)]
struct Grant {
    /// The user as which the service logs in.
    user: String,
    topic: String,
    /// The address of the resource that the topic is of.
    needs: String,
    /// The beginning of the names of the consumer groups that it may be in.
    group_prefix: String,
}

/// A rule, as Kafka has it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Rule {
    resource_type: &'static str,
    pattern_type: &'static str,
    name: String,
    operation: &'static str,
    permission: &'static str,
    host: &'static str,
}

/// Returns the parts of an export whose consumers read topics themselves.
pub(super) fn parts(context: Context<'_>, node: &NodeView, export: &ExportFacts) -> Vec<SharedPart> {
    let Some(offer) = node.input(&export.dataset.key).filter(|_| context.settings.acls) else {
        return Vec::new();
    };
    if !matches!(export.container.kind(), ContainerKind::PlatformManaged) {
        return Vec::new();
    }
    let grants = export.consumers.iter().flat_map(|consumer| {
        let workspace = node.facts().storage.group(&consumer.group).workspace;
        consumer.entitlement.principals().filter_map(move |principal| {
            let Principal::Service(name) = principal else { return None };
            let part = Grant {
                user: name.to_string(),
                topic: offer.address().to_owned(),
                needs: format!("{}.{}", topic::KIND, node.dataset_slug(&export.dataset.key)),
                group_prefix: context.names.consumer_group(&workspace),
            };
            Some(SharedPart::new(SharedKey::after(KIND, slug(&[name.as_str()], NAME_LIMIT)), part))
        })
    });
    grants.collect()
}

/// Adds the list of a service.
pub(super) fn add(
    rendering: &mut Rendering,
    key: &SharedKey,
    scope: &ScopeView,
) -> Result<(), PlatformError> {
    let grants: Vec<Grant> = scope.parts_as()?;
    let Some(first) = grants.first() else { return Ok(()) };
    let rule = |resource_type, pattern_type, name: &str, operation| Rule {
        resource_type,
        pattern_type,
        name: name.to_owned(),
        operation,
        permission: "ALLOW",
        host: "*",
    };
    let rules: BTreeSet<Rule> = grants
        .iter()
        .flat_map(|grant| {
            [
                rule("TOPIC", "LITERAL", &grant.topic, "READ"),
                rule("TOPIC", "LITERAL", &grant.topic, "DESCRIBE"),
                rule("GROUP", "PREFIXED", &grant.group_prefix, "READ"),
            ]
        })
        .collect();
    let list = Resource::new(format!("{KIND}.{}", key.name), KIND)
        .attribute("principal", format!("User:{}", first.user))
        .attribute("rules", rules)
        .with_dependencies(grants.iter().map(|grant| grant.needs.clone()));
    rendering.add_json(list)
}
