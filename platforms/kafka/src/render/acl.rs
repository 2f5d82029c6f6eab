//! Access control lists: what a service may read, one list for each service; and what the user of the platform itself needs.

use super::{Context, topic};
use datasurface_platform::prelude::*;
use std::collections::BTreeSet;

/// The kind of the resource, and of what its nodes share.
pub(crate) const KIND: &str = "acl";

/// The attribute with the user.
pub(crate) const PRINCIPAL: &str = "principal";

/// The attribute with the rules.
pub(crate) const RULES: &str = "rules";

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

/// The rules of a user.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AccessList {
    /// The principal; none is the user as which the runtime logs in, whose name no model has.
    #[serde(default)]
    pub(crate) principal: Option<String>,
    pub(crate) rules: BTreeSet<Rule>,
}

/// A rule that allows something from any host, as Kafka has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Rule {
    pub(crate) resource: RuleResource,
    pub(crate) pattern: RulePattern,
    pub(crate) name: String,
    pub(crate) operation: RuleOperation,
}

/// The kind of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RuleResource {
    Topic,
    Group,
    TransactionalId,
}

/// The meaning of the name in a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RulePattern {
    Literal,
    Prefixed,
}

/// What is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RuleOperation {
    Read,
    Write,
    Describe,
}

impl Rule {
    /// Creates a rule about the resource of exactly this name.
    pub(super) fn literal(resource: RuleResource, name: &str, operation: RuleOperation) -> Self {
        Self { resource, pattern: RulePattern::Literal, name: name.to_owned(), operation }
    }
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
    let rules = grants.iter().flat_map(|grant| {
        let group = Rule::literal(RuleResource::Group, &grant.group_prefix, RuleOperation::Read);
        [
            Rule::literal(RuleResource::Topic, &grant.topic, RuleOperation::Read),
            Rule::literal(RuleResource::Topic, &grant.topic, RuleOperation::Describe),
            Rule { pattern: RulePattern::Prefixed, ..group },
        ]
    });
    let list = AccessList { principal: Some(format!("User:{}", first.user)), rules: rules.collect() };
    let resource = Resource::new(format!("{KIND}.{}", key.name), KIND)
        .attribute(PRINCIPAL, &list.principal)
        .attribute(RULES, &list.rules)
        .with_dependencies(grants.iter().map(|grant| grant.needs.clone()));
    rendering.add(File::json(&format!("{}.json", resource.address()), &list)?, [resource])
}
