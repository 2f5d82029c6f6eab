//! Platforms.

use super::settings::{Settings, is_empty};
use crate::{
    ecosystem::{Json, PlatformDeclaration, VersionRequirement},
    name::{PlatformKind, PlatformName},
    named::Entity,
};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a platform, as an object")]
pub(super) struct PlatformObject {
    name: PlatformName,
    kind: PlatformKind,
    #[serde(default = "VersionRequirement::any", skip_serializing_if = "is_any")]
    version: VersionRequirement,
    #[serde(default, skip_serializing_if = "is_empty")]
    config: Settings,
}

impl PlatformObject {
    pub(super) fn into_model(self) -> PlatformDeclaration {
        PlatformDeclaration::new(self.name, self.kind).version(self.version).config(self.config.0)
    }
}

impl From<&PlatformDeclaration> for PlatformObject {
    fn from(platform: &PlatformDeclaration) -> Self {
        Self {
            name: platform.name().clone(),
            kind: platform.kind().clone(),
            version: platform.version_requirement().clone(),
            config: Settings(Json::clone(platform.settings())),
        }
    }
}

fn is_any(version: &VersionRequirement) -> bool {
    *version == VersionRequirement::any()
}
