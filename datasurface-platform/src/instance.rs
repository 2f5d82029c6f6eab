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
}

impl PlatformInstance {
    /// Creates an instance of a plug-in in this version.
    pub fn new(name: PlatformName, kind: PlatformKind, version: Version, config: Json) -> Self {
        Self { name, kind, version, config }
    }
}
