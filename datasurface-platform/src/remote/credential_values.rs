//! Values of credentials that a program was not given, and may not write.

use crate::credential::Secret;

/// A shorter value occurs in many lines that have nothing to do with it.
const SHORTEST_VALUE: usize = 6;

/// The values of the credentials of a host. A program that writes one of them got hold of what it was not given: what it wrote is not
/// used, shown or passed on.
///
/// This finds a value that is written as it is. A program that means to hide one can: it runs as the user that started it.
#[derive(Debug, Default)]
pub(crate) struct CredentialValues(Vec<Secret>);

impl CredentialValues {
    pub(crate) fn new(values: impl IntoIterator<Item = Secret>) -> Self {
        let is_distinct = |value: &Secret| value.reveal().len() >= SHORTEST_VALUE;
        let values = values.into_iter().filter(is_distinct);
        // As it is, and as a part of a text in JSON.
        let forms = values.flat_map(|value| {
            let quoted = serde_json::Value::from(value.reveal()).to_string();
            let escaped = quoted.trim_matches('"');
            let escaped = (escaped != value.reveal()).then(|| Secret::new(escaped));
            [Some(value), escaped].into_iter().flatten()
        });
        Self(forms.collect())
    }

    /// Whether one of the values is a part of a line.
    pub(crate) fn occur_in(&self, line: &[u8]) -> bool {
        self.0
            .iter()
            .map(|value| value.reveal().as_bytes())
            .any(|value| line.windows(value.len()).any(|part| part == value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_as_they_are_and_as_json_writes_them() {
        let values = CredentialValues::new(["Swordfish", "a\"quoted\\one", "short"].map(Secret::new));
        for line in ["Swordfish", "{\"x\":\"SSwordfish!\"}", r#"{"x":"a\"quoted\\one"}"#, "a\"quoted\\one"] {
            assert!(values.occur_in(line.as_bytes()), "{line}");
        }
        for line in ["", "Swordfis", "swordfish", "short", "a quoted one"] {
            assert!(!values.occur_in(line.as_bytes()), "{line}");
        }
        assert!(!format!("{values:?}").contains("Swordfish"));
    }
}
