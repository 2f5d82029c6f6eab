//! A node, as a platform sees it.

use crate::{
    error::{PlatformError, PlatformErrorKind},
    offer::{Offer, ResolvedOffer},
    slug::{SLUG_LIMIT, dataset_slug, slug},
    view::{NodeDeclarations, NodeMetadata, reads},
};
use datasurface_graph::{DatasetFacts, Fingerprint, NodeDetail, NodeFacts, NodeKey, Obligation};
use datasurface_model::{DatasetKey, DatasetName, HintTarget, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned, de::IgnoredAny};
use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

/// A node: the facts of the graph, the offers of the nodes before it, what is declared of that which it names, and what people know of
/// it. The instance that it is for is given once, with the scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "NodeViewWire")]
pub struct NodeView {
    facts: Arc<NodeFacts>,
    inputs: Arc<Vec<ResolvedOffer>>,
    #[serde(skip_serializing_if = "NodeDeclarations::is_empty")]
    declarations: Arc<NodeDeclarations>,
    #[serde(skip_serializing_if = "NodeMetadata::is_empty")]
    metadata: Arc<NodeMetadata>,
    #[serde(skip)]
    fingerprints: FingerprintCache,
}

/// The hashes of a view for the first instance that somebody asked about. No part of the value that they are kept in.
#[derive(Clone, Debug, Default)]
struct FingerprintCache(Arc<OnceLock<(Fingerprint, [Fingerprint; 2])>>);

impl PartialEq for FingerprintCache {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for FingerprintCache {}

/// What is read: locks and manifests of before have the instance with each node.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NodeViewWire {
    #[serde(default, rename = "platform")]
    #[schemars(skip)]
    _platform: IgnoredAny,
    facts: NodeFacts,
    inputs: Vec<ResolvedOffer>,
    #[serde(default)]
    declarations: NodeDeclarations,
    #[serde(default)]
    metadata: NodeMetadata,
}

impl From<NodeViewWire> for NodeView {
    fn from(NodeViewWire { facts, mut inputs, declarations, mut metadata, .. }: NodeViewWire) -> Self {
        inputs.shrink_to_fit();
        metadata.subjects.shrink_to_fit();
        let view = Self::new(facts, Vec::new()).with_declarations(declarations).with_metadata(metadata);
        Self { inputs: Arc::new(inputs), ..view }
    }
}

impl NodeView {
    /// Creates the view of a node with these facts, for which these offers were resolved.
    pub fn new(facts: NodeFacts, mut inputs: Vec<ResolvedOffer>) -> Self {
        inputs.sort();
        inputs.shrink_to_fit();
        Self {
            facts: Arc::new(facts),
            inputs: Arc::new(inputs),
            declarations: Arc::default(),
            metadata: Arc::default(),
            fingerprints: FingerprintCache::default(),
        }
    }

    /// Sets what is declared of that which the node names.
    #[must_use]
    pub fn with_declarations(self, declarations: impl Into<Arc<NodeDeclarations>>) -> Self {
        Self { declarations: declarations.into(), fingerprints: FingerprintCache::default(), ..self }
    }

    /// Sets what people know of the node.
    #[must_use]
    pub fn with_metadata(self, metadata: impl Into<Arc<NodeMetadata>>) -> Self {
        Self { metadata: metadata.into(), fingerprints: FingerprintCache::default(), ..self }
    }

    /// Returns the view with other offers, and the rest as it is.
    #[must_use]
    pub fn with_inputs(&self, mut inputs: Vec<ResolvedOffer>) -> Self {
        inputs.sort();
        Self { inputs: Arc::new(inputs), fingerprints: FingerprintCache::default(), ..self.clone() }
    }

    /// Returns the view with other facts, and the rest as it is.
    #[must_use]
    pub fn with_facts(&self, facts: NodeFacts) -> Self {
        Self { facts: Arc::new(facts), fingerprints: FingerprintCache::default(), ..self.clone() }
    }

    /// The facts of the node.
    #[must_use]
    pub fn facts(&self) -> &NodeFacts {
        reads::count();
        &self.facts
    }

    /// The identity of the node.
    #[must_use]
    pub fn key(&self) -> &NodeKey {
        reads::count();
        &self.facts.key
    }

    /// The obligation of the node to the nodes behind it.
    #[must_use]
    pub fn obligation(&self) -> &Obligation {
        reads::count();
        &self.facts.obligation
    }

    /// The details of its kind.
    #[must_use]
    pub fn detail(&self) -> &NodeDetail {
        reads::count();
        &self.facts.detail
    }

    /// The offers of the nodes directly before this one, wherever they are: in this shard, in another one, on another
    /// platform.
    #[must_use]
    pub fn inputs(&self) -> &[ResolvedOffer] {
        reads::count();
        &self.inputs
    }

    /// The declarations of what the node names: places, kinds of credentials, hints, schemas as they were written.
    #[must_use]
    pub fn declarations(&self) -> &NodeDeclarations {
        &self.declarations
    }

    /// Returns the settings of the hint to this platform about a target; none if there is no hint, or if it is not for this node.
    #[must_use]
    pub fn hint(&self, about: &HintTarget) -> Option<&Json> {
        self.declarations.hint(about)
    }

    /// Returns the settings of a hint as the type that the platform has for them.
    ///
    /// # Errors
    ///
    /// If they have another form. A platform that reads hints has its lint report that.
    pub fn hint_as<T: DeserializeOwned>(&self, about: &HintTarget) -> Result<Option<T>, PlatformError> {
        let read = |settings: &Json| {
            serde_json::from_value(settings.value()).map_err(|error| {
                let context = format!("reading the hint about the {about}");
                PlatformError::new(PlatformErrorKind::Config, context).caused_by(error)
            })
        };
        self.hint(about).map(read).transpose()
    }

    /// The metadata: documentation, owners, deprecations. A change of nothing else is one that no reader of data can see.
    #[must_use]
    pub fn metadata(&self) -> &NodeMetadata {
        &self.metadata
    }

    /// Returns the offer of a dataset.
    #[must_use]
    pub fn input(&self, dataset: &DatasetKey) -> Option<&Offer> {
        self.inputs.iter().map(|input| &input.offer).find(|offer| offer.dataset() == dataset)
    }

    /// The addresses of the inputs.
    #[must_use]
    pub fn input_addresses(&self) -> Vec<&str> {
        let offers = self.inputs.iter().map(|input| &input.offer);
        offers.map(Offer::address).collect()
    }

    /// Returns the offer of a dataset, for a rendering that cannot do without it.
    ///
    /// # Errors
    ///
    /// If there is no such offer. A host resolves every offer before it asks for a rendering, so that is a bug of the host.
    pub fn require_input(&self, dataset: &DatasetKey) -> Result<&Offer, PlatformError> {
        let missing = || {
            let message = format!("nobody offers `{dataset}` to `{}`", self.key());
            PlatformError::new(PlatformErrorKind::Internal, message)
        };
        self.input(dataset).ok_or_else(missing)
    }

    /// Returns the hash of all but the metadata, and of the instance of this hash that renders the node: a change of the instance is one of all its nodes. Then
    /// the hash of the metadata. They are computed once for an instance, and a host asks for one alone.
    #[must_use]
    pub fn fingerprints(&self, instance: Fingerprint) -> [Fingerprint; 2] {
        let Self { facts, inputs, declarations, metadata, fingerprints } = self;
        let content = (instance, facts, inputs, declarations);
        let compute = || [Fingerprint::of(&content), Fingerprint::of(metadata)];
        let (of, known) = fingerprints.0.get_or_init(|| (instance, compute()));
        if *of == instance { *known } else { compute() }
    }

    /// A safe, unique and bounded name of the node among all nodes of its kind on this platform. It is made of storage
    /// names, so that a rename does not change it.
    #[must_use]
    pub fn slug(&self) -> String {
        match &self.facts.storage_key() {
            NodeKey::Export { container, dataset, .. } => slug(
                &[
                    container.zone.as_str(),
                    container.team.as_str(),
                    container.container.as_str(),
                    dataset.datastore.as_str(),
                    dataset.dataset.as_str(),
                ],
                SLUG_LIMIT,
            ),
            NodeKey::Ingest { datastore, dataset: None, .. } => slug(&[datastore.as_str()], SLUG_LIMIT),
            NodeKey::Ingest { datastore, dataset: Some(dataset), .. } => {
                slug(&[datastore.as_str(), dataset.as_str()], SLUG_LIMIT)
            }
            NodeKey::Transform { workspace, .. } | NodeKey::Trigger { workspace, .. } => {
                slug(&[workspace.as_str()], SLUG_LIMIT)
            }
        }
    }

    /// Returns a safe, unique and bounded name of the container that the node exports to, or whose workspace it transforms for; none for
    /// a capture. It is made of storage names, so that a rename does not change it.
    #[must_use]
    pub fn container_slug(&self) -> Option<String> {
        let container = match self.detail() {
            NodeDetail::Export(export) => &export.container_key,
            NodeDetail::Transform(transform) => &transform.container_key,
            NodeDetail::Ingest(_) | NodeDetail::Trigger(_) => return None,
        };
        let container = self.facts.storage.container(container);
        Some(slug(
            &[container.zone.as_str(), container.team.as_str(), container.container.as_str()],
            SLUG_LIMIT,
        ))
    }

    /// Returns a safe, bounded name of a dataset that the node names: unique among all datasets, and made of the storage
    /// name of the dataset, so that a rename does not change it.
    #[must_use]
    pub fn dataset_slug(&self, dataset: &DatasetKey) -> String {
        dataset_slug(&self.facts.storage.dataset(dataset))
    }

    /// Returns the addresses of the [resources of the datasets](crate::Resource::for_dataset) that this node captures or
    /// exports: `table.NW_Data-customers`.
    #[must_use]
    pub fn dataset_addresses(&self, kind: &str) -> Vec<String> {
        let datasets = match self.detail() {
            NodeDetail::Ingest(ingest) => &ingest.datasets,
            NodeDetail::Export(export) => std::slice::from_ref(&export.dataset),
            NodeDetail::Transform(_) | NodeDetail::Trigger(_) => &[],
        };
        let keys = datasets.iter().map(DatasetFacts::storage_key);
        keys.map(|key| format!("{kind}.{}", dataset_slug(key))).collect()
    }

    /// Returns the view written in [storage names](datasurface_graph::NodeFacts::in_storage_names).
    #[must_use]
    pub fn in_storage_names(&self) -> Self {
        let names = &self.facts.storage;
        if names.is_empty() {
            return self.clone();
        }
        let inputs = self.inputs.iter().map(|input| {
            let dataset = names.dataset(input.offer.dataset());
            ResolvedOffer::new(names.node(&input.from), input.offer.clone().with_dataset(dataset))
        });
        Self {
            facts: Arc::new(NodeFacts::clone(&self.facts).in_storage_names()),
            inputs: Arc::new(inputs.collect()),
            declarations: Arc::new(self.declarations.in_storage_names(names)),
            metadata: Arc::new(self.metadata.in_storage_names(names)),
            fingerprints: FingerprintCache::default(),
        }
    }

    /// Restricts the view to one dataset: the part of a capture that is kept when the rest of it does not matter any more.
    #[must_use]
    pub fn restricted_to(&self, dataset: &DatasetName) -> Self {
        let part_of = |facts: &DatasetFacts| (facts.key.dataset == *dataset).then_some(());
        self.divided(part_of).remove(&()).unwrap_or_else(|| {
            let nothing = NodeFacts::clone(&self.facts).map_datasets(|_| None);
            Self::new(nothing, Vec::new())
                .with_declarations(self.declarations.of_datasets([].into_iter()))
                .with_metadata(self.metadata.of_datasets([].into_iter()))
        })
    }

    /// Divides the view of a capture by dataset, with the offers of each. See [`NodeFacts::divided`].
    pub fn divided<K: Ord>(&self, part_of: impl Fn(&DatasetFacts) -> Option<K>) -> BTreeMap<K, Self> {
        let mut inputs: BTreeMap<&DatasetKey, Vec<&ResolvedOffer>> = BTreeMap::new();
        for input in self.inputs.iter() {
            inputs.entry(input.offer.dataset()).or_default().push(input);
        }
        let of = |facts: NodeFacts| {
            let own = facts.datasets().iter().filter_map(|dataset| inputs.get(&dataset.key));
            let own = own.flatten().map(|input| (*input).clone()).collect();
            let keys = || facts.datasets().iter().map(|dataset| &dataset.key);
            let (declarations, metadata) =
                (self.declarations.of_datasets(keys()), self.metadata.of_datasets(keys()));
            let part = Self::new(facts, own).with_declarations(declarations).with_metadata(metadata);
            // A capture of one dataset is one with its only part, in memory, too.
            if part == *self { self.clone() } else { part }
        };
        self.facts.divided(part_of).into_iter().map(|(part, facts)| (part, of(facts))).collect()
    }
}
