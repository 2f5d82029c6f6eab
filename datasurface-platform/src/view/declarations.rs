//! Declarations: what the model says of that which a node names. Other than on metadata, what must happen can depend on it.

use datasurface_graph::StorageNames;
use datasurface_model::{
    CloudVendor, CredentialKey, CredentialKind, DatasetKey, HintTarget, InfrastructureVendor, Json,
    LocationName, Named, Place, VendorName,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// The declarations of what a node names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct NodeDeclarations {
    /// The places of the container that the node reads from or writes to, in the order in which they are declared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<ResolvedPlace>,
    /// The kinds of the credentials that the node names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub credentials: BTreeMap<CredentialKey, CredentialKind>,
    /// The hints to this platform about what the node works with, ordered by their targets: of a capture about its datastore and datasets;
    /// of an export about its dataset, the datastore of that, and the groups of its consumers; of a trigger and a transform about the
    /// transformer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<TargetedHint>,
    /// The schemas of datasets in Avro's JSON, as their producers wrote them: with symbols, defaults, aliases and namespaces. Only a
    /// platform whose descriptor [claims them](crate::PlatformDescriptor::with_avro_schemas) has any.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub avro: BTreeMap<DatasetKey, Json>,
}

/// A place, together with the cloud that its vendor is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ResolvedPlace {
    /// The vendor, by the name that the model has for it.
    pub vendor: VendorName,
    /// The cloud that the vendor is, if it is a known one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud: Option<CloudVendor>,
    /// The locations, from the outermost inwards.
    pub path: Vec<LocationName>,
}

/// A hint, and its target.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TargetedHint {
    /// The target.
    pub about: HintTarget,
    /// The settings; what they mean is up to the platform.
    pub settings: Json,
}

impl ResolvedPlace {
    /// Resolves a place among these vendors.
    #[must_use]
    pub fn resolve(place: &Place, vendors: &Named<InfrastructureVendor>) -> Self {
        Self {
            vendor: place.vendor().clone(),
            cloud: vendors.get(place.vendor()).and_then(InfrastructureVendor::cloud),
            path: place.path().to_vec(),
        }
    }
}

impl NodeDeclarations {
    /// Adds a place of the container of the node.
    #[must_use]
    pub fn place(mut self, place: ResolvedPlace) -> Self {
        self.places.push(place);
        self
    }

    /// Adds the kind of a credential.
    #[must_use]
    pub fn credential(mut self, key: CredentialKey, kind: CredentialKind) -> Self {
        self.credentials.insert(key, kind);
        self
    }

    /// Adds hints.
    #[must_use]
    pub fn with_hints(mut self, hints: impl IntoIterator<Item = (HintTarget, Json)>) -> Self {
        let hints = hints.into_iter().map(|(about, settings)| TargetedHint { about, settings });
        self.hints.extend(hints);
        self.hints.sort_by(|one, other| one.about.cmp(&other.about));
        self
    }

    /// Returns the settings of the hint about a target.
    pub(super) fn hint(&self, about: &HintTarget) -> Option<&Json> {
        let position = self.hints.binary_search_by(|hint| hint.about.cmp(about)).ok()?;
        self.hints.get(position).map(|hint| &hint.settings)
    }

    /// Adds the schema of a dataset in Avro's JSON.
    #[must_use]
    pub fn avro_schema(mut self, dataset: DatasetKey, schema: Json) -> Self {
        self.avro.insert(dataset, schema);
        self
    }

    /// Whether nothing is declared.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty() && self.credentials.is_empty() && self.hints.is_empty() && self.avro.is_empty()
    }

    /// The same, with names written as storage names.
    pub(super) fn in_storage_names(&self, names: &StorageNames) -> Self {
        let stored = |about: &HintTarget| match about {
            HintTarget::Datastore(name) => HintTarget::Datastore(names.datastore(name)),
            HintTarget::Dataset(key) => HintTarget::Dataset(names.dataset(key)),
            HintTarget::Group(key) => HintTarget::Group(names.group(key)),
            HintTarget::Transformer(workspace) => HintTarget::Transformer(names.workspace(workspace)),
        };
        let hints = self.hints.iter().map(|hint| (stored(&hint.about), hint.settings.clone()));
        let avro = self.avro.iter().map(|(key, schema)| (names.dataset(key), schema.clone())).collect();
        Self { hints: Vec::new(), avro, ..self.clone() }.with_hints(hints)
    }

    /// The same, without hints and schemas of other datasets than these.
    pub(super) fn of_datasets<'a>(self: &Arc<Self>, keys: impl Iterator<Item = &'a DatasetKey>) -> Arc<Self> {
        if self.hints.is_empty() && self.avro.is_empty() {
            return Arc::clone(self);
        }
        let (mut hints, mut avro) = (Vec::new(), BTreeMap::new());
        for key in keys {
            let about = HintTarget::Dataset(key.clone());
            hints.extend(self.hint(&about).cloned().map(|settings| (about, settings)));
            avro.extend(self.avro.get_key_value(key).map(|(key, schema)| (key.clone(), schema.clone())));
        }
        let is_of_none = |hint: &&TargetedHint| !matches!(hint.about, HintTarget::Dataset(_));
        let (places, credentials) = (self.places.clone(), self.credentials.clone());
        let of_none = self.hints.iter().filter(is_of_none).cloned().collect();
        Arc::new(Self { places, credentials, hints: of_none, avro }.with_hints(hints))
    }
}
