//! Offers: what a node publishes for others, by name.

use crate::{format::Format, slug::dataset_slug};
use datasurface_graph::{Custody, DatasetFacts, NodeFacts, NodeKey};
use datasurface_model::{CredentialKey, DatasetKey, Latency, PlatformName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A dataset that others may read: where it is, in which form, and what is promised about it. Links between shards and
/// hand-overs between platforms are both made of offers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    dataset: DatasetKey,
    address: String,
    format: Format,
    custody: Custody,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    latency: Option<Latency>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    credential: Option<CredentialKey>,
}

impl Offer {
    /// Creates an offer of a dataset at an address (a table, a topic, a prefix), in a format that readers must know.
    pub fn new(
        dataset: impl Into<DatasetKey>,
        address: impl Into<String>,
        format: impl Into<Format>,
    ) -> Self {
        Self {
            dataset: dataset.into(),
            address: address.into(),
            format: format.into(),
            custody: Custody::default(),
            latency: None,
            credential: None,
        }
    }

    /// Creates an offer for every dataset of a capture, with all that must be kept of it, at the address of [the resource
    /// of the dataset](crate::Resource::for_dataset). The kind is the format.
    #[must_use]
    pub fn for_datasets(node: &NodeFacts, kind: &str) -> Vec<Self> {
        let offer = |dataset: &DatasetFacts| {
            let address = format!("{kind}.{}", dataset_slug(dataset.storage_key()));
            Self::new(&dataset.key, address, kind).with_custody(dataset.custody)
        };
        node.datasets().iter().map(offer).collect()
    }

    /// Sets the versions that are there, and for how long they can be reproduced.
    #[must_use]
    pub fn with_custody(mut self, custody: Custody) -> Self {
        self.custody = custody;
        self
    }

    /// Sets the greatest delay.
    #[must_use]
    pub fn with_latency(mut self, latency: Latency) -> Self {
        self.latency = Some(latency);
        self
    }

    /// Sets the credential that readers need.
    #[must_use]
    pub fn with_credential(mut self, credential: impl Into<CredentialKey>) -> Self {
        self.credential = Some(credential.into());
        self
    }

    pub(crate) fn with_dataset(mut self, dataset: DatasetKey) -> Self {
        self.dataset = dataset;
        self
    }

    /// The dataset that is offered.
    #[must_use]
    pub fn dataset(&self) -> &DatasetKey {
        &self.dataset
    }

    /// The address of the data: a table, a topic, a prefix.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The format of the data.
    #[must_use]
    pub fn format(&self) -> &Format {
        &self.format
    }

    /// The versions that are there, and for how long they can be reproduced.
    #[must_use]
    pub fn custody(&self) -> Custody {
        self.custody
    }

    /// The greatest delay. `None`: as late as the data that the offer is fed from.
    #[must_use]
    pub fn latency(&self) -> Option<Latency> {
        self.latency
    }

    /// The credential that readers need: its zone, its team and its name.
    #[must_use]
    pub fn credential(&self) -> Option<&CredentialKey> {
        self.credential.as_ref()
    }
}

/// An offer, and who makes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolvedOffer {
    /// The node that makes the offer.
    pub from: NodeKey,
    /// The offer.
    pub offer: Offer,
}

impl ResolvedOffer {
    /// Creates an offer of this node.
    pub fn new(from: NodeKey, offer: Offer) -> Self {
        Self { from, offer }
    }

    /// The platform of that node.
    #[must_use]
    pub fn platform(&self) -> &PlatformName {
        self.from.platform()
    }
}
