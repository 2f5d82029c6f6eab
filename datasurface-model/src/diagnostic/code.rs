//! Codes: static, registered knowledge about each kind of finding.

use super::Severity;
use std::collections::BTreeMap;

/// What there is to know about a kind of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeInfo {
    /// Stable: `area/slug`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// One line.
    pub summary: &'static str,
    /// Why it is a finding, and how to get rid of it.
    pub explanation: &'static str,
    /// The version of DataSurface that first reported it.
    pub since: &'static str,
    /// Whether somebody may decide to live with it. Not with what would make the model ambiguous or incomplete:
    /// everything behind validation relies on that.
    pub is_waivable: bool,
}

impl CodeInfo {
    /// An error, known since version 0.1.0.
    #[must_use]
    pub const fn error(code: &'static str, summary: &'static str, explanation: &'static str) -> Self {
        Self { code, severity: Severity::Error, summary, explanation, since: "0.1.0", is_waivable: false }
    }

    /// A warning, known since version 0.1.0.
    #[must_use]
    pub const fn warning(code: &'static str, summary: &'static str, explanation: &'static str) -> Self {
        Self { severity: Severity::Warning, is_waivable: true, ..Self::error(code, summary, explanation) }
    }

    /// The same code, for an error that somebody may decide to live with.
    #[must_use]
    pub const fn waivable(self) -> Self {
        Self { is_waivable: true, ..self }
    }

    /// The same code, for a warning that nobody can decide to live with: because it is about such decisions, or because
    /// whoever reports it asks no waivers.
    #[must_use]
    pub const fn not_waivable(self) -> Self {
        Self { is_waivable: false, ..self }
    }

    /// A note, known since version 0.1.0.
    #[must_use]
    pub const fn note(code: &'static str, summary: &'static str, explanation: &'static str) -> Self {
        Self { severity: Severity::Note, ..Self::error(code, summary, explanation) }
    }

    /// The same code, known since another version.
    #[must_use]
    pub const fn introduced_in(self, version: &'static str) -> Self {
        Self { since: version, ..self }
    }
}

/// The codes of several crates, each once.
#[derive(Clone, Debug, Default)]
pub struct CodeRegistry(BTreeMap<&'static str, &'static CodeInfo>);

/// Two crates use one code for different things.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the code `{code}` is registered twice, with different meanings")]
pub struct CodeClashError {
    code: &'static str,
}

impl CodeRegistry {
    /// Adds the codes of a crate.
    pub fn merge(mut self, codes: &[&'static CodeInfo]) -> Result<Self, CodeClashError> {
        for info in codes {
            match self.0.insert(info.code, info) {
                Some(other) if other != *info => return Err(CodeClashError { code: info.code }),
                _ => {}
            }
        }
        Ok(self)
    }

    /// What there is to know about a code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&'static CodeInfo> {
        self.0.get(code).copied()
    }

    /// All codes, in order.
    pub fn iter(&self) -> impl Iterator<Item = &'static CodeInfo> {
        self.0.values().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static ONE: CodeInfo = CodeInfo::error("area/one", "one", "one");
    static OTHER: CodeInfo = CodeInfo::warning("area/one", "other", "other");

    #[test]
    fn clashes_are_refused() {
        let registry = CodeRegistry::default().merge(&[&ONE]).unwrap().merge(&[&ONE]).unwrap();
        assert_eq!(registry.get("area/one"), Some(&ONE));
        assert!(registry.merge(&[&OTHER]).is_err());
    }
}
