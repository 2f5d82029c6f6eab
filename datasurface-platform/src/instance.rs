//! An instance of a platform.

use datasurface_model::{Json, PlatformKind, PlatformName};
use semver::Version;
use serde::{Deserialize, Serialize};

/// An instance of a platform as it is declared: its name, which plug-in in which version, and its settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlatformInstance {
    name: PlatformName,
    kind: PlatformKind,
    version: Version,
    config: Json,
}

impl PlatformInstance {
    /// An instance of a plug-in in this version.
    pub fn new(name: PlatformName, kind: PlatformKind, version: Version, config: Json) -> Self {
        Self { name, kind, version, config }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &PlatformName {
        &self.name
    }

    /// Which plug-in it is an instance of.
    #[must_use]
    pub fn kind(&self) -> &PlatformKind {
        &self.kind
    }

    /// The version of the plug-in.
    #[must_use]
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// Its settings.
    #[must_use]
    pub fn config(&self) -> &Json {
        &self.config
    }
}
