//! An instance of a platform.

use datasurface_model::{Json, PlatformKind, PlatformName};
use semver::Version;
use serde::{Deserialize, Serialize};

/// An instance of a platform as it is declared: its name, which plug-in in which version, and its settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
}

impl PlatformInstance {
    /// Creates an instance of a plug-in in this version.
    pub fn new(name: PlatformName, kind: PlatformKind, version: Version, config: Json) -> Self {
        Self { name, kind, version, config, storage: None }
    }

    /// Sets the storage name.
    #[must_use]
    pub fn with_storage(mut self, storage: PlatformName) -> Self {
        self.storage = Some(storage).filter(|storage| *storage != self.name);
        self
    }

    /// The storage name of the instance: names of what keeps data have this name, if that of an instance is part of them.
    #[must_use]
    pub fn storage_name(&self) -> &PlatformName {
        self.storage.as_ref().unwrap_or(&self.name)
    }
}
