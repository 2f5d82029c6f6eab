//! Connectors: what Connect's REST API takes.

use super::{Context, route};
use datasurface_platform::prelude::*;
use std::collections::BTreeMap;

/// The attribute with the name of a connector.
pub(crate) const NAME: &str = "name";

/// The members of a configuration of a connector.
pub(crate) type Config = BTreeMap<String, String>;

/// A connector, in the form in which `POST /connectors` takes it; `PUT /connectors/NAME/config` takes its configuration.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Connector {
    pub(crate) name: String,
    pub(crate) config: Config,
}

impl Connector {
    /// Adds the connector as a file, and as a resource with these attributes beside its own.
    pub(super) fn add(self, rendering: &mut Rendering, resource: Resource) -> Result<(), PlatformError> {
        let file = File::json(&format!("{}.json", resource.address()), &self)?;
        rendering.add(file, [resource.attribute(NAME, self.name).attribute("config", self.config)])
    }

    /// Whether it reads a database.
    pub(crate) fn is_source(&self) -> bool {
        self.config.contains_key("topic.prefix")
    }

    /// Whether it is a source whose log says up to when it was read: that of PostgreSQL.
    pub(crate) fn is_source_with_times(&self) -> bool {
        self.is_source() && self.config.contains_key("slot.name")
    }

    /// The names that the events of the tables of a source have, each with the topic of its dataset: where its transformations lead to.
    pub(crate) fn routed(&self) -> Vec<(String, String)> {
        route::routed(&self.config)
    }
}

/// Returns a configuration of these members.
pub(super) fn config<'m>(members: impl IntoIterator<Item = (&'m str, String)>) -> Config {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Returns the reference by which Connect finds the user or the password of a secret in its directory.
pub(super) fn secret_value(context: Context<'_>, secret: &str, file: &str) -> String {
    format!("${{directory:{}/{secret}:{file}}}", context.settings.secrets_directory)
}

/// Returns a pattern of Java that matches a name and nothing else.
pub(super) fn literal(name: &str) -> String {
    let mut pattern = String::new();
    for character in name.chars() {
        if !(character.is_alphanumeric() || character == '_') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_the_name_alone() {
        assert_eq!(literal("NW.NW_Data"), r"NW\.NW_Data");
        assert_eq!(literal("unit price-é"), r"unit\ price\-é");
    }
}
