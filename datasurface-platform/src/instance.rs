//! An instance of a platform.

use crate::view::ResolvedPlace;
use datasurface_model::{CredentialStoreName, Json, PlatformKind, PlatformName};
use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};

/// An instance of a platform as it is declared: its name, which plug-in in which version, its settings, where it runs, and where it finds
/// secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlatformInstance {
    /// The name of the instance.
    pub name: PlatformName,
    /// The kind of the plug-in.
    pub kind: PlatformKind,
    /// The version of the plug-in.
    pub version: Version,
    /// The settings.
    pub config: Json,
    /// The storage name of the instance; `None` if it is the name of now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<PlatformName>,
    /// The places at which the platform runs, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<ResolvedPlace>,
    /// The store in which the runtime finds secrets, by the name that the plug-in knows, if one is declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential_store: Option<CredentialStoreName>,
}

impl PlatformInstance {
    /// Creates an instance of a plug-in in this version.
    pub fn new(name: PlatformName, kind: PlatformKind, version: Version, config: Json) -> Self {
        Self { name, kind, version, config, storage: None, places: Vec::new(), credential_store: None }
    }

    /// Sets the storage name.
    #[must_use]
    pub fn with_storage(mut self, storage: PlatformName) -> Self {
        self.storage = Some(storage).filter(|storage| *storage != self.name);
        self
    }

    /// Sets the places at which the platform runs.
    #[must_use]
    pub fn with_places(mut self, places: impl IntoIterator<Item = ResolvedPlace>) -> Self {
        self.places = places.into_iter().collect();
        self
    }

    /// Sets the store in which the runtime finds secrets.
    #[must_use]
    pub fn with_credential_store(mut self, store: Option<CredentialStoreName>) -> Self {
        self.credential_store = store;
        self
    }

    /// The storage name of the instance: names of what keeps data have this name, if that of an instance is part of them.
    #[must_use]
    pub fn storage_name(&self) -> &PlatformName {
        self.storage.as_ref().unwrap_or(&self.name)
    }
}
