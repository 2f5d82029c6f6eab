//! A platform without SQL: changes of databases in topics, with a subject for the schema of each, and connectors on both
//! ends. It can be told to have a bug that its author might have overlooked.

mod bug;
mod connector;
mod diff;
mod ecosystem;
pub(crate) mod mutants;
mod role;
mod settings;
mod sink;
mod stream_job;
mod subject;
pub(crate) mod tests;
mod topic;
mod trigger;
mod versions;

pub(crate) use bug::Bug;

use datasurface_platform::prelude::*;
use settings::Settings;
use std::sync::atomic::{AtomicUsize, Ordering};

#[derive(Debug)]
pub(crate) struct Topics {
    descriptor: PlatformDescriptor,
    settings: Settings,
    /// The number of instances that were there before: only a bug shows it.
    instances: usize,
}

static INSTANCES: AtomicUsize = AtomicUsize::new(0);

impl PlatformPlugin for Topics {
    type Config = Settings;
    const KIND: &'static str = "topics";

    fn version() -> Version {
        Version::new(1, 0, 0)
    }

    fn configure(_: &PlatformInstance, settings: Settings) -> Result<Self, PlatformError> {
        let instances = INSTANCES.fetch_add(1, Ordering::Relaxed);
        Ok(Self { descriptor: settings::descriptor::<Self>(), settings, instances })
    }
}

impl Topics {
    fn has(&self, bug: Bug) -> bool {
        self.settings.bug == Some(bug)
    }

    /// The resources that a node needs besides its topics and subjects.
    fn node_resources(&self, scope: &ScopeView, position: usize, node: &NodeView) -> Vec<Resource> {
        match node.detail() {
            NodeDetail::Ingest(_) if self.has(Bug::NoConnector) => Vec::new(),
            NodeDetail::Ingest(ingest) => vec![self.connector(node, ingest)],
            NodeDetail::Export(export) => {
                let roles = self.roles(node, export);
                roles.chain([self.sink(scope, position, node, export)]).collect()
            }
            NodeDetail::Transform(transform) => vec![self.stream_job(node, transform)],
            NodeDetail::Trigger(trigger) => vec![self.trigger(node, trigger)],
        }
    }

    /// What a node needs first: its topics, and what writes its inputs, as far as they are on this platform.
    fn needs(&self, node: &NodeView) -> Vec<String> {
        let own = |input: &&ResolvedOffer| input.platform() == node.key().platform();
        let inputs = node.inputs().iter().filter(own).map(|input| address(&input.from));
        match self.has(Bug::NoDependencies) {
            true => Vec::new(),
            false => node.dataset_addresses("topic").into_iter().chain(inputs).collect(),
        }
    }
}

/// The kind of what moves the data of a node.
fn kind(node: &NodeKey) -> &'static str {
    match node.kind() {
        NodeKind::Ingest => "connector",
        NodeKind::Export => "sink",
        NodeKind::Transform => "stream_job",
        NodeKind::Trigger => "trigger",
    }
}

/// The address of what moves the data of a node.
fn address(node: &NodeKey) -> String {
    format!("{}.{}", kind(node), slug(&[&node.to_string()], 100))
}

/// What moves the data of a node.
fn mover(node: &NodeView) -> Resource {
    Resource::new(address(node.key()), kind(node.key())).origin(node.key())
}

/// A resource with a name that is there once of its kind.
fn named(resource: Resource, name: impl Into<String>) -> Resource {
    let name = name.into();
    let place = format!("{}/{name}", resource.kind());
    resource.attribute("name", name).occupying(place)
}

impl DataPlatform for Topics {
    fn descriptor(&self) -> &PlatformDescriptor {
        &self.descriptor
    }

    fn weigh(&self, _: &NodeFacts) -> Weights {
        Weights::new().with_weight("connectors", Weight::whole(1))
    }

    fn offer(&self, node: &NodeFacts) -> Vec<Offer> {
        let offers = match &node.detail {
            NodeDetail::Export(export) => vec![sink::offer(export)],
            NodeDetail::Transform(transform) => stream_job::offers(transform),
            _ => Offer::for_datasets(node, "topic"),
        };
        let at_one_address =
            |offer: &Offer| Offer::new(offer.dataset(), "topic", "topic").with_custody(offer.custody());
        match self.has(Bug::OneAddress) {
            true => offers.iter().map(at_one_address).collect(),
            false => offers,
        }
    }

    fn lint(&self, what: LintView<'_>, found: &mut Reporter<'_>) {
        found.report_unclaimed(&self.descriptor, what);
    }

    fn render(&self, scope: &ScopeView) -> Result<Rendering, PlatformError> {
        let cluster = Resource::new("cluster", "cluster").attribute("brokers", &self.settings.brokers);
        let cluster = named(cluster, scope.platform().storage_name().as_str());
        let stored = scope
            .stored_datasets()
            .filter(|(_, dataset)| !self.has(Bug::HeldNotRendered) || !topic::is_held(scope, dataset));
        let stored = stored
            .flat_map(|(node, dataset)| [self.topic(scope, node, dataset), self.subject(node, dataset)]);
        let nodes = scope.whole_nodes().enumerate();
        let nodes = nodes.flat_map(|(position, node)| self.node_resources(scope, position, node));
        Rendering::from_resources(stored.chain(nodes).chain(scope.in_foundation(cluster)))
    }

    fn diff(&self, change: &RenderingChange<'_>) -> Result<Plan, PlatformError> {
        diff::diff(self.settings.bug, change)
    }
}
