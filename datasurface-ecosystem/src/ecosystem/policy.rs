//! Policies: what a zone forbids, or allows alone.

use super::{CloudVendor, KeyHolder, ProductionStatus};
use datasurface_schema::{
    Annotations, Classification, Entity, Place, PlatformName, PolicyName, Set, Sparse, Text, VendorName,
    documented, renamed,
};

/// A policy of a zone. The policy holds for all parts of the zone wherever these meet parts of another zone; all
/// policies of both zones hold together.
///
/// ```
/// use datasurface_ecosystem::{GovernanceZone, Permitted, Policy, PolicyRule};
/// let zone = GovernanceZone::new()
///     .policy(Policy::new("Stay in Europe", PolicyRule::Locations(Permitted::only(["Azure/Europe"]))))
///     .policy(Policy::new("No MNPI", PolicyRule::Classifications(Permitted::all_except(["MNPI"]))));
/// assert_eq!(zone.policies().len(), 2);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Policy {
    name: PolicyName,
    rule: PolicyRule,
    frees: Option<Set<Classification>>,
    is_unwaivable: bool,
    about: Sparse<Annotations<PolicyName>>,
}

/// The rule of a policy: its subject, and the values that it permits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicyRule {
    /// The places at which data may be. A place covers all that lies below it.
    Locations(Permitted<Place>),
    /// The vendors on whose infrastructure data may be.
    Vendors(Permitted<VendorName>),
    /// The clouds in which data may be, whoever sells them.
    HardVendors(Permitted<CloudVendor>),
    /// The platforms that may serve the zone's groups and capture its datastores.
    Platforms(Permitted<PlatformName>),
    /// The classifications that data may have. Data that is not classified never passes where only some is allowed.
    Classifications(Permitted<Classification>),
    /// The properties of a container that may keep the zone's data.
    Storage(StorageRule),
    /// The production status of everything that may meet the zone's datastores and workspaces.
    Production(Permitted<ProductionStatus>),
    /// The separation of production from everything else: the two must not meet. The finding is a warning elsewhere,
    /// and an error in this zone.
    SeparateProduction,
}

impl PolicyRule {
    /// Whether it forbids nothing.
    #[must_use]
    pub fn permits_everything(&self) -> bool {
        match self {
            Self::Locations(permitted) => permitted.permits_everything(),
            Self::Vendors(permitted) => permitted.permits_everything(),
            Self::HardVendors(permitted) => permitted.permits_everything(),
            Self::Platforms(permitted) => permitted.permits_everything(),
            Self::Classifications(permitted) => permitted.permits_everything(),
            Self::Storage(rule) => rule.technologies.permits_everything() && rule.encryption.is_none(),
            Self::Production(permitted) => permitted.permits_everything(),
            Self::SeparateProduction => false,
        }
    }
}

/// The permitted values: all that are not denied; or, if some are allowed, those alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permitted<T> {
    allowed: Option<Set<T>>,
    denied: Set<T>,
}

impl<T: Ord> Permitted<T> {
    /// Permits these values alone; none at all if there are none.
    pub fn only<I: Into<T>>(allowed: impl IntoIterator<Item = I>) -> Self {
        Self { allowed: Some(allowed.into_iter().map(Into::into).collect()), denied: Set::new() }
    }

    /// Permits every value but these.
    pub fn all_except<I: Into<T>>(denied: impl IntoIterator<Item = I>) -> Self {
        Self { allowed: None, denied: denied.into_iter().map(Into::into).collect() }
    }

    /// Adds denied values. A denial takes precedence over an allowance.
    #[must_use]
    pub fn with_denied<I: Into<T>>(mut self, denied: impl IntoIterator<Item = I>) -> Self {
        self.denied.extend(denied.into_iter().map(Into::into));
        self
    }

    /// Creates a permission from the values that alone are allowed, if not every value is, and the denied ones.
    #[must_use]
    pub fn new(allowed: Option<Set<T>>, denied: Set<T>) -> Self {
        Self { allowed, denied }
    }

    /// The values that alone are allowed; none means every value that is not denied.
    #[must_use]
    pub fn allowed(&self) -> Option<&Set<T>> {
        self.allowed.as_ref()
    }

    /// The denied values, which are denied even where they are allowed.
    #[must_use]
    pub fn denied(&self) -> &Set<T> {
        &self.denied
    }

    /// Whether nothing is listed: everything is permitted.
    fn permits_everything(&self) -> bool {
        self.allowed.is_none() && self.denied.is_empty()
    }

    /// Whether `value` is permitted.
    #[must_use]
    pub fn admits(&self, value: &T) -> bool {
        self.admits_by(|allowed| allowed == value, |denied| denied == value)
    }

    /// Whether a subject is permitted for which `allows` and `denies` tell whether a listed value covers it.
    pub(crate) fn admits_by(&self, allows: impl Fn(&T) -> bool, denies: impl Fn(&T) -> bool) -> bool {
        self.allowed.as_ref().is_none_or(|allowed| allowed.iter().any(allows))
            && !self.denied.iter().any(denies)
    }
}

/// The properties that a container must have to keep data.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StorageRule {
    technologies: Permitted<Text>,
    encryption: Option<KeyHolder>,
    is_mandatory: bool,
}

impl StorageRule {
    /// Creates a rule for those datasets of the zone that name the policy.
    pub fn opt_in() -> Self {
        Self { technologies: Permitted::all_except([] as [Text; 0]), encryption: None, is_mandatory: false }
    }

    /// Creates a rule for every dataset of the zone.
    pub fn mandatory() -> Self {
        Self { is_mandatory: true, ..Self::opt_in() }
    }

    /// Sets the technologies that may keep the data, as a container's kind names them: `postgres`, `object_storage`.
    #[must_use]
    pub fn with_technologies(mut self, technologies: Permitted<Text>) -> Self {
        self.technologies = technologies;
        self
    }

    /// Requires encryption with keys of this holder, or of the company.
    #[must_use]
    pub fn encrypted(mut self, keys: KeyHolder) -> Self {
        self.encryption = Some(keys);
        self
    }

    /// The technologies that may keep the data.
    #[must_use]
    pub fn technologies(&self) -> &Permitted<Text> {
        &self.technologies
    }

    /// The weakest holder of the keys that is accepted; none if the data need not be encrypted.
    #[must_use]
    pub fn encryption(&self) -> Option<KeyHolder> {
        self.encryption
    }

    /// Whether the rule holds for every dataset of the zone. Otherwise it holds for those alone that name the policy.
    #[must_use]
    pub fn is_mandatory(&self) -> bool {
        self.is_mandatory
    }
}

impl Policy {
    /// Creates a policy of this name.
    pub fn new(name: impl Into<PolicyName>, rule: PolicyRule) -> Self {
        Self { name: name.into(), rule, frees: None, is_unwaivable: false, about: Sparse::default() }
    }

    /// Frees what transformers of other zones make of the zone's data from the policy, if each of its classifications is one of
    /// these and it can be seen what it is made of.
    #[must_use]
    pub fn freeing<C: Into<Classification>>(mut self, classifications: impl IntoIterator<Item = C>) -> Self {
        self.frees = Some(classifications.into_iter().map(Into::into).collect());
        self
    }

    /// Makes the policy unwaivable: not even the zone can accept what it denies.
    #[must_use]
    pub fn unwaivable(mut self) -> Self {
        self.is_unwaivable = true;
        self
    }

    /// Replaces the rule.
    pub(crate) fn with_rule(mut self, rule: PolicyRule) -> Self {
        self.rule = rule;
        self
    }

    documented!();
    renamed!(PolicyName);

    /// Whether no waiver accepts what it denies.
    #[must_use]
    pub fn is_unwaivable(&self) -> bool {
        self.is_unwaivable
    }

    /// The classifications with which derived data is free from the policy; none if none is.
    #[must_use]
    pub fn freed_classifications(&self) -> Option<&Set<Classification>> {
        self.frees.as_ref()
    }

    /// The rule: the subject of the policy, and the values that it permits.
    #[must_use]
    pub fn rule(&self) -> &PolicyRule {
        &self.rule
    }
}

impl Entity for Policy {
    type Name = PolicyName;

    fn name(&self) -> &PolicyName {
        &self.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_denied_is_denied_even_if_it_is_allowed() {
        let vendor = VendorName::from;
        let some = Permitted::only([vendor("Azure"), vendor("AWS")]).with_denied([vendor("AWS")]);
        assert!(some.admits(&vendor("Azure")));
        assert!(!some.admits(&vendor("AWS")) && !some.admits(&vendor("GCP")));
        assert!(Permitted::all_except([vendor("AWS")]).admits(&vendor("GCP")));
        assert!(!Permitted::only([] as [VendorName; 0]).admits(&vendor("GCP")));
    }
}
