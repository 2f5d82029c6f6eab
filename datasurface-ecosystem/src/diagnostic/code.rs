//! Codes: static, registered knowledge about each kind of finding.

use super::Severity;
use crate::ownership::OwnedPart;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// The owner whom a kind of finding protects: only this one can decide to live with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Protects {
    /// The ecosystem as a whole.
    #[default]
    Ecosystem,
    /// The team whose datastore is closed to others.
    DatasetOwner,
    /// The team of a container.
    ContainerTeam,
    /// The zone of the policy that denies.
    PolicyZone,
    /// The zone of the data that a transformer reads.
    InputZone,
    /// The team of a workspace, which said itself what it may hold.
    WorkspaceTeam,
}

impl Protects {
    /// Whether an owner of this kind may accept such a finding: which zone or team it is, only the finding tells.
    #[must_use]
    pub fn may_be_waived_by(self, owner: &OwnedPart) -> bool {
        match self {
            Self::Ecosystem => matches!(owner, OwnedPart::Ecosystem),
            Self::PolicyZone | Self::InputZone => matches!(owner, OwnedPart::Zone(_)),
            Self::DatasetOwner | Self::ContainerTeam | Self::WorkspaceTeam => {
                matches!(owner, OwnedPart::Team(_))
            }
        }
    }
}

impl fmt::Display for Protects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ecosystem => "the ecosystem",
            Self::DatasetOwner => "the team of the datastore",
            Self::ContainerTeam => "the team of the container",
            Self::PolicyZone => "the zone of the policy",
            Self::InputZone => "the zone of the input",
            Self::WorkspaceTeam => "the team of the workspace",
        })
    }
}

/// The description of a kind of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeInfo {
    /// Stable: `area/slug`.
    pub code: &'static str,
    /// The severity of the findings.
    pub severity: Severity,
    /// The description in one line.
    pub summary: &'static str,
    /// The explanation: why this is reported, and what to do about it.
    pub explanation: &'static str,
    /// The version of DataSurface that first reported it.
    pub since: &'static str,
    /// Whether a waiver can accept the finding. None can if the model would be ambiguous or incomplete: every step
    /// after validation relies on that.
    pub is_waivable: bool,
    /// Whom it protects, and who alone may waive it.
    pub protects: Protects,
    /// Whether the message gives reasons, which depend on what else there is: with other reasons the finding is the same.
    pub gives_reasons: bool,
}

impl CodeInfo {
    /// Creates the code of an error, reported since version 0.1.0. No waiver can accept it.
    #[must_use]
    pub const fn error(code: &'static str, summary: &'static str, explanation: &'static str) -> Self {
        Self {
            code,
            severity: Severity::Error,
            summary,
            explanation,
            since: "0.1.0",
            is_waivable: false,
            protects: Protects::Ecosystem,
            gives_reasons: false,
        }
    }

    /// Creates the code of a warning, reported since version 0.1.0. A waiver can accept it.
    #[must_use]
    pub const fn warning(code: &'static str, summary: &'static str, explanation: &'static str) -> Self {
        Self { severity: Severity::Warning, is_waivable: true, ..Self::error(code, summary, explanation) }
    }

    /// Makes an error waivable: a waiver can accept it.
    #[must_use]
    pub const fn waivable(self) -> Self {
        Self { is_waivable: true, ..self }
    }

    /// Makes a warning not waivable: because it is about waivers, or because the reporter of the finding does not
    /// apply them.
    #[must_use]
    pub const fn not_waivable(self) -> Self {
        Self { is_waivable: false, ..self }
    }

    /// Sets whom the finding protects, other than the ecosystem as a whole.
    #[must_use]
    pub const fn protecting(self, protects: Protects) -> Self {
        Self { protects, ..self }
    }

    /// Makes the message one that gives reasons.
    #[must_use]
    pub const fn giving_reasons(self) -> Self {
        Self { gives_reasons: true, ..self }
    }

    /// Creates the code of a note, reported since version 0.1.0. No waiver is needed for one.
    #[must_use]
    pub const fn note(code: &'static str, summary: &'static str, explanation: &'static str) -> Self {
        Self { severity: Severity::Note, ..Self::error(code, summary, explanation) }
    }

    /// Sets the version of DataSurface that first reported the finding.
    #[must_use]
    pub const fn introduced_in(self, version: &'static str) -> Self {
        Self { since: version, ..self }
    }
}

/// The codes of several crates, each once.
#[derive(Clone, Debug, Default)]
pub struct CodeRegistry(BTreeMap<&'static str, &'static CodeInfo>);

/// A code that two crates use for different things.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the code `{code}` is registered twice, with different meanings")]
pub struct CodeClashError {
    code: &'static str,
}

impl CodeRegistry {
    /// Adds the codes of a crate. A code that is registered already with the same description is no error.
    ///
    /// # Errors
    ///
    /// If a code is registered already with another description.
    pub fn merge(mut self, codes: &[&'static CodeInfo]) -> Result<Self, CodeClashError> {
        for info in codes {
            match self.0.insert(info.code, info) {
                Some(other) if other != *info => return Err(CodeClashError { code: info.code }),
                _ => {}
            }
        }
        Ok(self)
    }

    /// Returns the description of a code; none if no crate registered it.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&'static CodeInfo> {
        self.0.get(code).copied()
    }

    /// Iterates over all codes, in alphabetical order.
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
