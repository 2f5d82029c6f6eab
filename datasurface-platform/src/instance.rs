//! An instance of a platform.

use datasurface_model::{Json, PlatformKind, PlatformName};
use semver::Version;
use serde::{Deserialize, Serialize};

/// An instance of a platform as it is declared: its name, which plug-in in which version, and its settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlatformInstance {
    /// Its name.
    pub name: PlatformName,
    /// Which plug-in it is an instance of.
    pub kind: PlatformKind,
    /// The version of the plug-in.
    pub version: Version,
    /// Its settings.
    pub config: Json,
}

impl PlatformInstance {
    /// An instance of a plug-in in this version.
    pub fn new(name: PlatformName, kind: PlatformKind, version: Version, config: Json) -> Self {
        Self { name, kind, version, config }
    }
}
