//! Variants: the same ecosystem, whose platforms have another value of a setting, or an earlier version of their plug-in.

use crate::{
    harness::Harness,
    platform_under_test::{changed, list},
};
use datasurface_model::{Ecosystem, Entity, PlatformDeclaration, PlatformKind};
use datasurface_platform::{Registry, prelude::Version};
use serde_json::{Value, json};
use std::fmt;

/// What is otherwise of platforms.
#[derive(Clone, Debug)]
pub(crate) enum Variant {
    /// A setting has another value.
    Setting(String, Value),
    /// The plug-in has a version that the registry knows beside the newest one.
    Version(PlatformKind, Version),
}

impl Variant {
    /// The versions of every kind that the registry knows, but for the newest one of each.
    pub(crate) fn earlier_versions(registry: &Registry) -> impl Iterator<Item = Self> {
        let kinds = registry.kinds();
        let followed = kinds.zip(registry.kinds().skip(1)).filter(|((kind, _), (next, _))| kind == next);
        followed.map(|((kind, version), _)| Self::Version(kind.clone(), version.clone()))
    }

    /// The ecosystem with it; unchanged if no platform is concerned.
    pub(crate) fn applied(&self, harness: &Harness, ecosystem: &Ecosystem) -> Ecosystem {
        let concerns = |declaration: &&PlatformDeclaration| match self {
            Self::Setting(name, _) => {
                let schema = harness.settings_schema(declaration);
                schema.is_some_and(|schema| schema.pointer(&format!("/properties/{name}")).is_some())
            }
            Self::Version(kind, _) => declaration.kind() == kind,
        };
        let concerned = ecosystem.platforms().iter().filter(concerns);
        let names: Vec<&str> = concerned.map(|declaration| declaration.name().as_str()).collect();
        changed(ecosystem, |document| {
            let is_concerned = |platform: &&mut Value| {
                platform.get("name").and_then(Value::as_str).is_some_and(|name| names.contains(&name))
            };
            for platform in list(document, "platforms").filter(is_concerned) {
                self.apply(platform);
            }
        })
    }

    fn apply(&self, platform: &mut Value) {
        let Some(platform) = platform.as_object_mut() else { return };
        match self {
            Self::Setting(name, value) => {
                let config = platform.entry("config").or_insert_with(|| json!({}));
                if let Some(config) = config.as_object_mut() {
                    config.insert(name.clone(), value.clone());
                }
            }
            Self::Version(_, version) => {
                platform.insert("version".to_owned(), json!(format!("={version}")));
            }
        }
    }
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setting(name, value) => write!(f, "with `{name}` set to `{value}`"),
            Self::Version(kind, version) => write!(f, "with `{kind}` in version {version}"),
        }
    }
}
