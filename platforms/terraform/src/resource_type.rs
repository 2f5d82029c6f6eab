//! Types of resources, as a platform knows them from the documentation of their provider.

use crate::expression::Expression;
use datasurface_platform::Effect;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// A type of resource, or of data source: which changes Terraform makes by a replacement and what that costs, and what imports one
/// into a state.
///
/// ```
/// use datasurface_platform::Effect;
/// use datasurface_terraform::ResourceType;
///
/// static TABLE: ResourceType = ResourceType::new("aws_glue_catalog_table")
///     .imported_by("{catalog_id}:{database_name}:{name}")
///     .replaced_by(&["catalog_id", "database_name", "name"], Effect::Rebuild);
/// assert_eq!(TABLE.name(), "aws_glue_catalog_table");
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct ResourceType {
    name: &'static str,
    import_form: Option<&'static str>,
    replaced_by: &'static [&'static str],
    replacement: Effect,
}

impl ResourceType {
    /// Creates a type of this name, of which nothing is known: every change is made in place, and nothing imports it.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, import_form: None, replaced_by: &[], replacement: Effect::Pause }
    }

    /// Sets the form of the id that imports a resource: `{argument}` is the text of an argument.
    #[must_use]
    pub const fn imported_by(mut self, form: &'static str) -> Self {
        self.import_form = Some(form);
        self
    }

    /// Sets the arguments whose change forces a replacement, as paths (`object_lock_configuration.object_lock_enabled`), and the effect of
    /// that on what runs. A change of anything inside of an argument counts.
    #[must_use]
    pub const fn replaced_by(mut self, arguments: &'static [&'static str], effect: Effect) -> Self {
        self.replaced_by = arguments;
        self.replacement = effect;
        self
    }

    /// The name of the type, as its provider calls it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The effect of a replacement on what runs.
    #[must_use]
    pub const fn replacement_effect(&self) -> Effect {
        self.replacement
    }

    /// Returns the arguments that differ between two versions of a resource and force a replacement.
    pub(crate) fn replacing(&self, before: &Json, after: &Json) -> Vec<&'static str> {
        let differs = |argument: &str| values_at(before, argument) != values_at(after, argument);
        self.replaced_by.iter().copied().filter(|argument| differs(argument)).collect()
    }

    /// Returns the id that imports a resource with these arguments; `None` if no form is known, or an argument is not known before
    /// anything is applied.
    pub(crate) fn import_id(&self, arguments: &BTreeMap<String, Expression>) -> Option<String> {
        let mut id = String::new();
        let mut rest = self.import_form?;
        while let Some((before, behind)) = rest.split_once('{') {
            let (argument, behind) = behind.split_once('}')?;
            id.push_str(before);
            id.push_str(&arguments.get(argument)?.known_text()?);
            rest = behind;
        }
        id.push_str(rest);
        Some(id)
    }
}

/// Every value that is set at a path, in order, in each element of the lists on the way.
fn values_at<'j>(arguments: &'j Json, path: &str) -> Vec<&'j Json> {
    let mut values = vec![arguments];
    for name in path.split('.') {
        let elements = values.into_iter().flat_map(|value| match value {
            Json::Array(elements) => elements.iter().collect(),
            one => vec![one],
        });
        values = elements.filter_map(|element| element.get(name)).collect();
    }
    values.retain(|value| !value.is_null());
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use datasurface_platform::prelude::json;

    static BUCKET: ResourceType =
        ResourceType::new("bucket").replaced_by(&["bucket", "lock.enabled", "index"], Effect::DataLoss);

    #[test]
    fn arguments_are_compared_inside_of_blocks() {
        for (before, after, replacing) in [
            (json!({"bucket": "a"}), json!({"bucket": "b"}), vec!["bucket"]),
            (json!({"bucket_prefix": "a"}), json!({"bucket_prefix": "b"}), vec![]),
            (json!({}), json!({"lock": {"rule": 1}}), vec![]),
            (json!({"lock": [{"enabled": true}]}), json!({"lock": {"enabled": true, "rule": 1}}), vec![]),
            (json!({}), json!({"lock": [{"enabled": true}]}), vec!["lock.enabled"]),
            (json!({"index": [{"keys": ["a"]}]}), json!({"index": [{"keys": ["b"]}]}), vec!["index"]),
            (json!({"bucket": null}), json!({}), vec![]),
        ] {
            assert_eq!(BUCKET.replacing(&before, &after), replacing, "{before} {after}");
        }
    }

    #[test]
    fn an_import_id_is_made_of_arguments() {
        static TABLE: ResourceType = ResourceType::new("table").imported_by("{catalog}:{name}");
        let arguments = |names: &[&str]| {
            names.iter().map(|name| ((*name).to_owned(), Expression::from(format!("its-{name}")))).collect()
        };
        assert_eq!(
            TABLE.import_id(&arguments(&["catalog", "name"])).as_deref(),
            Some("its-catalog:its-name")
        );
        assert_eq!(TABLE.import_id(&arguments(&["name"])), None);
        assert_eq!(ResourceType::new("queue").import_id(&arguments(&["name"])), None);
    }
}
