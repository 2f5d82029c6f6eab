//! Waivers: findings that somebody decided to live with, for a while.

use super::Ecosystem;
use crate::diagnostic::{Diagnostic, ModelPath};
use chrono::NaiveDate;
use datasurface_schema::{Entity, PolicyKey, Text, segment};
use std::fmt;

/// A finding that is accepted until a day: by its code, at its path, for a reason.
///
/// ```
/// use datasurface_model::Waiver;
/// let waiver = Waiver::new(
///     "governance/location",
///     "zones/EU/teams/Sales/workspaces/Reports",
///     "moves with the data centre",
///     chrono::NaiveDate::MAX,
/// );
/// assert_eq!(waiver.code(), "governance/location");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Waiver {
    finding: WaivedFinding,
    reason: String,
    expires: NaiveDate,
}

/// The identity of a waived finding: its code, its path as text, and perhaps the policy that denies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct WaivedFinding {
    /// The code, `area/slug`.
    pub code: Text,
    /// The path, as the finding shows it.
    pub path: Text,
    /// The policy that denies, if only its denial is waived. Several policies may deny the same.
    pub policy: Option<PolicyKey>,
}

impl Waiver {
    /// Creates a waiver of the finding of this code at this path, for a reason, until a day (inclusive).
    pub fn new(
        code: impl Into<Text>,
        path: impl Into<Text>,
        reason: impl Into<String>,
        expires: NaiveDate,
    ) -> Self {
        let finding = WaivedFinding { code: code.into(), path: path.into(), policy: None };
        Self { finding, reason: reason.into(), expires }
    }

    /// Restricts the waiver to denials by this policy: those by another one at the same place are not accepted.
    #[must_use]
    pub fn with_policy(mut self, policy: impl Into<PolicyKey>) -> Self {
        self.finding.policy = Some(policy.into());
        self
    }

    /// The code of the finding.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.finding.code
    }

    /// The path of the finding, as text.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.finding.path
    }

    /// The policy whose denial is accepted. None means any policy.
    #[must_use]
    pub fn policy(&self) -> Option<&PolicyKey> {
        self.finding.policy.as_ref()
    }

    /// The path of the waiver itself.
    #[must_use]
    pub fn model_path(&self) -> ModelPath {
        let policy = self.policy().map(|policy| format!(" {policy}")).unwrap_or_default();
        ModelPath::root().child(segment::WAIVERS, format!("{} {}{policy}", self.code(), self.path()))
    }

    /// The reason for accepting the finding.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The last day on which the finding is accepted.
    #[must_use]
    pub fn expires(&self) -> NaiveDate {
        self.expires
    }
}

impl Ecosystem {
    /// Returns the waivers of a finding on a day: first the one that names the policy of the denial. Whether findings
    /// of its code can be waived is not checked.
    pub fn waivers_of(&self, finding: &Diagnostic, on: NaiveDate) -> impl Iterator<Item = &Waiver> {
        let about = WaivedFinding {
            code: finding.code().into(),
            path: finding.path().to_string().into(),
            policy: finding.policy(),
        };
        let of_any = about.policy.is_some().then(|| WaivedFinding { policy: None, ..about.clone() });
        let waivers = [Some(about), of_any].into_iter().flatten();
        waivers.filter_map(|about| self.waivers().get(&about)).filter(move |waiver| on <= waiver.expires())
    }
}

impl Entity for Waiver {
    type Name = WaivedFinding;

    fn name(&self) -> &WaivedFinding {
        &self.finding
    }
}

impl fmt::Display for WaivedFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` at `{}`", self.code, self.path)?;
        match &self.policy {
            Some(policy) => write!(f, " by the policy `{policy}`"),
            None => Ok(()),
        }
    }
}
