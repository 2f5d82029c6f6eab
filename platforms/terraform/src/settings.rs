//! Settings that every platform has that renders Terraform.

use crate::{backend::Backend, version_constraint::VersionConstraint};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The settings of Terraform: where states are, and versions. A platform has them among its own, most often as `terraform`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TerraformSettings {
    /// Where the states are, and what locks them.
    backend: Backend,
    /// The versions of Terraform that may apply what is rendered. By default `>= 1.7`: earlier ones cannot transfer a resource from one
    /// state to another.
    #[serde(default = "first_with_removed")]
    required_version: VersionConstraint,
    /// Versions of providers, by name, where others are wanted than those that the platform was written for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    provider_versions: BTreeMap<String, VersionConstraint>,
}

/// The first version with `removed` blocks.
const FIRST_WITH_REMOVED: &str = ">= 1.7";

fn first_with_removed() -> VersionConstraint {
    VersionConstraint::from_static(FIRST_WITH_REMOVED)
}

impl TerraformSettings {
    /// Creates settings with states in this backend, and the versions that are usual.
    #[must_use]
    pub fn new(backend: Backend) -> Self {
        Self { backend, required_version: first_with_removed(), provider_versions: BTreeMap::new() }
    }

    /// The backend.
    #[must_use]
    pub fn backend(&self) -> &Backend {
        &self.backend
    }

    /// The versions of Terraform that may apply what is rendered.
    #[must_use]
    pub fn required_version(&self) -> &VersionConstraint {
        &self.required_version
    }

    /// Returns the wanted versions of a provider, if the settings name any.
    #[must_use]
    pub fn provider_version(&self, name: &str) -> Option<&VersionConstraint> {
        self.provider_versions.get(name)
    }
}
