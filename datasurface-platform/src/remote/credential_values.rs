//! Values of credentials that a program was not given, and may not write.

use crate::credential::Secret;

/// A shorter value occurs in many lines that have nothing to do with it.
const SHORTEST_VALUE: usize = 6;

/// What takes the place of a value.
const MASK: &str = "***";

/// The values of the credentials of a host. A program that writes one of them got hold of what it was not given: what it wrote is not
/// used, shown or passed on.
///
/// This finds a value that is written as it is, as a part of a text in JSON, or of an address. A program that means to hide one can: it runs as
/// the user that started it.
#[derive(Debug, Default)]
pub(crate) struct CredentialValues(Vec<Secret>);

impl CredentialValues {
    pub(crate) fn new(values: impl IntoIterator<Item = Secret>) -> Self {
        // Lines are looked at, so a value of several lines, as a key is, is found by each of them. How keys begin and end is no secret.
        let lines = |value: &Secret| -> Vec<String> {
            let lines = value.reveal().lines().map(str::trim).filter(|line| !line.starts_with("-----"));
            lines.filter(|line| line.len() >= SHORTEST_VALUE).map(str::to_owned).collect()
        };
        let mut forms: Vec<String> =
            values.into_iter().flat_map(|value| lines(&value)).flat_map(forms).collect();
        // A value may be a part of another one, which is masked as a whole then.
        forms.sort_unstable_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        forms.dedup();
        Self(forms.into_iter().map(Secret::new).collect())
    }

    /// Whether one of the values is a part of a line.
    pub(crate) fn occur_in(&self, line: &[u8]) -> bool {
        let line = String::from_utf8_lossy(line);
        self.forms().any(|value| line.contains(value))
    }

    /// Returns a line as text, with asterisks in the place of each value.
    pub(super) fn masked(&self, line: &[u8]) -> String {
        let line = String::from_utf8_lossy(line).into_owned();
        self.forms().fold(line, |line, value| line.replace(value, MASK))
    }

    /// The length of the longest form of a value, in bytes.
    pub(super) fn longest(&self) -> usize {
        self.forms().map(str::len).max().unwrap_or_default()
    }

    fn forms(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(Secret::reveal)
    }
}

/// The forms in which a value is written: as it is, in JSON, and in addresses, whose encoders differ in capital letters.
fn forms(value: String) -> [String; 4] {
    let quoted = serde_json::Value::from(value.as_str()).to_string();
    let escaped =
        quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(&quoted).to_owned();
    let encoded = |hex: fn(u8) -> String| value.bytes().map(|byte| percent_encoded(byte, hex)).collect();
    let [upper, lower] = [encoded(|byte| format!("%{byte:02X}")), encoded(|byte| format!("%{byte:02x}"))];
    [escaped, upper, lower, value]
}

fn percent_encoded(byte: u8, hex: fn(u8) -> String) -> String {
    match char::from(byte) {
        plain @ ('A'..='Z' | 'a'..='z' | '0'..='9' | '-' | '.' | '_' | '~') => plain.to_string(),
        _ => hex(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(values: &[&str]) -> CredentialValues {
        CredentialValues::new(values.iter().map(|value| Secret::new(*value)))
    }

    #[test]
    fn values_are_found_as_they_are_and_as_json_and_addresses_write_them() {
        let values = values(&["Swordfish", "a\"quoted\\one", "short", "s3cr+t/p@ss"]);
        for line in [
            "Swordfish",
            "{\"x\":\"SSwordfish!\"}",
            r#"{"x":"a\"quoted\\one"}"#,
            "a\"quoted\\one",
            "postgres://me:s3cr%2Bt%2Fp%40ss@db",
            "postgres://me:s3cr%2bt%2fp%40ss@db",
        ] {
            assert!(values.occur_in(line.as_bytes()), "{line}");
        }
        for line in ["", "Swordfis", "swordfish", "short", "a quoted one"] {
            assert!(!values.occur_in(line.as_bytes()), "{line}");
        }
        assert!(!format!("{values:?}").contains("Swordfish"));
    }

    #[test]
    fn a_value_is_masked_wherever_it_is_in_a_line() {
        let values =
            values(&["Swordfish", "Swordfish2", "-----BEGIN KEY-----\nMIIEpAIBAAKC\n-----END KEY-----"]);
        for (line, masked) in [
            ("nothing", "nothing"),
            ("Swordfish", "***"),
            ("a Swordfish, SwordfishSwordfish2.", "a ***, ******."),
            ("-----BEGIN KEY-----", "-----BEGIN KEY-----"),
            ("  MIIEpAIBAAKC", "  ***"),
        ] {
            assert_eq!(values.masked(line.as_bytes()), masked);
        }
        assert_eq!(values.longest(), 12);
        assert_eq!(CredentialValues::default().longest(), 0);
    }
}
