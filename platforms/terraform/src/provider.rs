//! Providers of a root module.

use crate::{expression::Expression, version_constraint::VersionConstraint};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// A provider, with the versions that a platform was written for, and its configuration. Credentials are no part of it: a provider
/// takes these from the environment in which Terraform runs.
#[derive(Clone, Debug)]
pub struct Provider {
    pub(crate) name: String,
    pub(crate) source: String,
    pub(crate) version: VersionConstraint,
    arguments: BTreeMap<String, Expression>,
}

impl Provider {
    /// Creates a provider of this name, from this source: `aws`, from `hashicorp/aws`.
    pub fn new(name: impl Into<String>, source: impl Into<String>, version: VersionConstraint) -> Self {
        Self { name: name.into(), source: source.into(), version, arguments: BTreeMap::new() }
    }

    /// Sets an argument of its configuration.
    #[must_use]
    pub fn argument(mut self, name: impl Into<String>, value: impl Into<Expression>) -> Self {
        self.arguments.insert(name.into(), value.into());
        self
    }

    pub(crate) fn configuration(&self) -> Json {
        Json::Object(self.arguments.iter().map(|(name, value)| (name.clone(), value.to_json())).collect())
    }
}
