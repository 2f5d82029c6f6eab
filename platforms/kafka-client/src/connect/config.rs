//! Configurations of connectors.

use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// The configuration of a connector: names and values. Values that may be secrets are not shown.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConnectorConfig(BTreeMap<String, String>);

/// Parts of the names of configurations that are secrets.
const SECRETS: [&str; 5] = ["password", "secret", "jaas", "token", "private.key"];

impl ConnectorConfig {
    /// Builds an empty configuration.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a value.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }

    /// Looks the value of a name up.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The names and values, in order.
    #[must_use]
    pub fn values(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    /// Returns a text without the secrets of this configuration.
    pub(super) fn redact(&self, text: &str) -> String {
        let secrets = self.0.iter().filter(|(name, value)| is_secret(name) && !value.is_empty());
        secrets.fold(text.to_owned(), |text, (_, secret)| text.replace(secret.as_str(), "…"))
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    SECRETS.iter().any(|part| name.contains(part))
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for ConnectorConfig {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl fmt::Debug for ConnectorConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown =
            self.0.iter().map(|(name, value)| (name, if is_secret(name) { "…" } else { value.as_str() }));
        f.debug_map().entries(shown).finish()
    }
}
