//! Waivers: findings that somebody decided to live with, for a while.

use super::{Ecosystem, Policy};
use crate::{
    diagnostic::{Diagnostic, ModelPath},
    ownership::OwnedPart,
};
use chrono::NaiveDate;
use datasurface_schema::{Entity, Named, PolicyKey, TeamKey, Text, ZoneName, segment};
use std::fmt;

/// A finding that is accepted until a day: by its code, at its path, for a reason. Only that owner can accept it whom it
/// protects: the ecosystem, a zone or a team, which declares the waiver.
///
/// ```
/// use datasurface_ecosystem::Waiver;
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

impl WaivedFinding {
    /// Creates the identity of a finding, whichever policy denies.
    #[must_use]
    pub fn new(finding: &Diagnostic) -> Self {
        Self { code: finding.code().into(), path: finding.path().to_string().into(), policy: None }
    }

    /// Sets the policy that denies; none means any.
    #[must_use]
    pub fn with_policy(self, policy: Option<PolicyKey>) -> Self {
        Self { policy, ..self }
    }
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

    /// Returns the policy whose denial is accepted, of the zone that declares the waiver if none is named.
    #[must_use]
    pub fn policy_of(&self, by: &OwnedPart) -> Option<PolicyKey> {
        let policy = self.policy()?;
        match by {
            OwnedPart::Zone(zone) if policy.policy.as_str().is_empty() => {
                Some(PolicyKey::new(zone, policy.zone.as_str()))
            }
            _ => Some(policy.clone()),
        }
    }

    /// Returns the path of the waiver itself, which this owner declares.
    #[must_use]
    pub fn model_path(&self, by: &OwnedPart) -> ModelPath {
        let policy = self.policy().map(|policy| format!(" {policy}")).unwrap_or_default();
        by.path().child(segment::WAIVERS, format!("{} {}{policy}", self.code(), self.path()))
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
    /// Every waiver, with the owner who declares it: those of the ecosystem, and of each zone with its teams.
    pub fn all_waivers(&self) -> impl Iterator<Item = (OwnedPart, &Waiver)> {
        let own = self.waivers().iter().map(|waiver| (OwnedPart::Ecosystem, waiver));
        let zones = self.zones().iter().filter_map(|zone| Some((zone.name(), zone.definition()?)));
        own.chain(zones.flat_map(|(name, zone)| {
            let of_zone = zone.waivers().iter().map(move |waiver| (OwnedPart::Zone(name.clone()), waiver));
            let teams = zone.teams().iter().filter_map(|team| Some((team.name(), team.definition()?)));
            of_zone.chain(teams.flat_map(move |(team, definition)| {
                let part = OwnedPart::Team(TeamKey::new(name, team));
                definition.waivers().iter().map(move |waiver| (part.clone(), waiver))
            }))
        }))
    }

    /// Returns the waivers that an owner declares; none if the owner has no definition.
    #[must_use]
    pub fn waivers_by(&self, owner: &OwnedPart) -> Option<&Named<Waiver>> {
        let zone = |name: &ZoneName| self.zones().get(name)?.definition();
        match owner {
            OwnedPart::Ecosystem => Some(self.waivers()),
            OwnedPart::Zone(name) => Some(zone(name)?.waivers()),
            OwnedPart::Team(key) => Some(zone(&key.zone)?.teams().get(&key.team)?.definition()?.waivers()),
        }
    }

    /// Returns the waivers of a finding on a day, of the owner whom it protects: first those that name the policy of the
    /// denial. There is none if the policy is unwaivable. Whether findings of its code can be waived is not checked.
    pub fn waivers_of(&self, finding: &Diagnostic, on: NaiveDate) -> impl Iterator<Item = &Waiver> {
        let guardian = finding.guardian();
        let about = WaivedFinding::new(finding);
        let policy = finding.policy();
        let can_be = policy.as_ref().is_none_or(|policy| !self.is_unwaivable(policy));
        let short = policy.as_ref().filter(|policy| guardian == OwnedPart::Zone(policy.zone.clone()));
        let short = short.map(|policy| PolicyKey::new(policy.policy.as_str(), ""));
        let named = [policy, short].into_iter().flatten();
        let named = named.map(|policy| about.clone().with_policy(Some(policy)));
        let names: Vec<WaivedFinding> = named.chain([about.clone()]).collect();
        let waivers = self.waivers_by(&guardian).filter(|waivers| can_be && !waivers.is_empty());
        let found = waivers
            .into_iter()
            .flat_map(move |waivers| names.clone().into_iter().filter_map(|about| waivers.get(&about)));
        found.filter(move |waiver| on <= waiver.expires())
    }

    /// Whether a policy accepts no waiver.
    #[must_use]
    pub fn is_unwaivable(&self, key: &PolicyKey) -> bool {
        let zone = self.zones().get(&key.zone).and_then(|zone| zone.definition());
        let policy = zone.and_then(|zone| zone.policies().get(&key.policy));
        policy.is_some_and(Policy::is_unwaivable)
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
