//! Declarations of data platforms.

use super::Json;
use crate::{
    name::{PlatformKind, PlatformName},
    named::Entity,
};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::fmt;

/// An instance of a data platform: which plug-in, in which versions, with which settings. Two instances may be of
/// one kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlatformDeclaration {
    name: PlatformName,
    kind: PlatformKind,
    version: VersionRequirement,
    config: Json,
}

impl PlatformDeclaration {
    /// An instance of `kind`, in any version, without settings.
    pub fn new(name: impl Into<PlatformName>, kind: impl Into<PlatformKind>) -> Self {
        Self {
            name: name.into(),
            kind: kind.into(),
            version: VersionRequirement::any(),
            config: Json::object(),
        }
    }

    /// Which versions of the plug-in will do, such as `^1.2`.
    #[must_use]
    pub fn version(mut self, requirement: impl Into<VersionRequirement>) -> Self {
        self.version = requirement.into();
        self
    }

    /// All settings at once.
    #[must_use]
    pub fn config(mut self, config: impl Into<Json>) -> Self {
        self.config = config.into();
        self
    }

    /// One setting more.
    #[must_use]
    pub fn setting(mut self, key: &str, value: impl Into<serde_json::Value>) -> Self {
        self.config = self.config.with(key, value);
        self
    }

    /// Which plug-in it is an instance of.
    #[must_use]
    pub fn kind(&self) -> &PlatformKind {
        &self.kind
    }

    /// Which versions of the plug-in will do.
    #[must_use]
    pub fn version_requirement(&self) -> &VersionRequirement {
        &self.version
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &Json {
        &self.config
    }
}

impl Entity for PlatformDeclaration {
    type Name = PlatformName;

    fn name(&self) -> &PlatformName {
        &self.name
    }
}

/// A requirement on a semantic version, as text; judged by validation.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VersionRequirement(SmolStr);

impl VersionRequirement {
    /// Any version.
    #[must_use]
    pub fn any() -> Self {
        Self(SmolStr::new_static("*"))
    }

    /// The requirement, or why the text is none.
    pub fn parse(&self) -> Result<semver::VersionReq, semver::Error> {
        self.0.parse()
    }
}

impl From<&str> for VersionRequirement {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for VersionRequirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for VersionRequirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0.as_str(), f)
    }
}
