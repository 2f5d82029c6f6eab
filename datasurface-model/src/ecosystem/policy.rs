//! Policies: what a zone forbids, or allows alone.

use super::{CloudVendor, KeyHolder, ProductionStatus};
use datasurface_schema::{
    Annotations, Classification, Entity, Place, PlatformName, PolicyName, Set, Sparse, Text, VendorName,
    documented, renamed,
};

/// A policy of a zone. It holds for what is the zone's, wherever that meets somebody else's; all policies of both
/// zones hold together.
///
/// ```
/// use datasurface_model::{GovernanceZone, Permitted, Policy, PolicyRule};
/// let zone = GovernanceZone::new()
///     .policy(Policy::new("Stay in Europe", PolicyRule::Locations(Permitted::only(["Azure/Europe"]))))
///     .policy(Policy::new("No MNPI", PolicyRule::Classifications(Permitted::all_except(["MNPI"]))));
/// assert_eq!(zone.policies().len(), 2);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Policy {
    name: PolicyName,
    rule: PolicyRule,
    about: Sparse<Annotations<PolicyName>>,
}

/// What a policy is about, and what it permits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicyRule {
    /// Where data may be. A place covers all that lies below it.
    Locations(Permitted<Place>),
    /// On whose infrastructure data may be.
    Vendors(Permitted<VendorName>),
    /// In which clouds data may be, whoever sells them.
    HardVendors(Permitted<CloudVendor>),
    /// Which platforms may have to do with the zone's groups and datastores.
    Platforms(Permitted<PlatformName>),
    /// Which data there may be. Data that is not classified never passes where only some is allowed.
    Classifications(Permitted<Classification>),
    /// What a container must be like for the zone's data to be in it.
    Storage(StorageRule),
    /// What may meet the zone's datastores and workspaces: production, or what is not.
    Production(Permitted<ProductionStatus>),
    /// Production and what is not production must not meet: what is a warning elsewhere is an error in this zone.
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

/// What is permitted: everything that is not denied; or, if some is allowed, that alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permitted<T> {
    allowed: Option<Set<T>>,
    denied: Set<T>,
}

impl<T: Ord> Permitted<T> {
    /// These alone. Nothing, if there are none.
    pub fn only<I: Into<T>>(allowed: impl IntoIterator<Item = I>) -> Self {
        Self { allowed: Some(allowed.into_iter().map(Into::into).collect()), denied: Set::new() }
    }

    /// Everything but these.
    pub fn all_except<I: Into<T>>(denied: impl IntoIterator<Item = I>) -> Self {
        Self { allowed: None, denied: denied.into_iter().map(Into::into).collect() }
    }

    /// The same, without these.
    #[must_use]
    pub fn with_denied<I: Into<T>>(mut self, denied: impl IntoIterator<Item = I>) -> Self {
        self.denied.extend(denied.into_iter().map(Into::into));
        self
    }

    /// What alone is allowed, if not everything is, and what is denied.
    #[must_use]
    pub fn new(allowed: Option<Set<T>>, denied: Set<T>) -> Self {
        Self { allowed, denied }
    }

    /// What alone is allowed; nothing means: everything that is not denied.
    #[must_use]
    pub fn allowed(&self) -> Option<&Set<T>> {
        self.allowed.as_ref()
    }

    /// What is denied, even where it is allowed.
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

    /// Whether something is permitted that a listed value allows, or denies, if these say so.
    pub(crate) fn admits_by(&self, allows: impl Fn(&T) -> bool, denies: impl Fn(&T) -> bool) -> bool {
        self.allowed.as_ref().is_none_or(|allowed| allowed.iter().any(allows))
            && !self.denied.iter().any(denies)
    }
}

/// What a container must be like to hold data.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StorageRule {
    technologies: Permitted<Text>,
    encryption: Option<KeyHolder>,
    is_mandatory: bool,
}

impl StorageRule {
    /// Holds for those datasets of the zone that name the policy.
    pub fn opt_in() -> Self {
        Self { technologies: Permitted::all_except([] as [Text; 0]), encryption: None, is_mandatory: false }
    }

    /// Holds for every dataset of the zone.
    pub fn mandatory() -> Self {
        Self { is_mandatory: true, ..Self::opt_in() }
    }

    /// Which technologies may hold the data, as a container's kind calls them: `postgres`, `object_storage`.
    #[must_use]
    pub fn with_technologies(mut self, technologies: Permitted<Text>) -> Self {
        self.technologies = technologies;
        self
    }

    /// The data must be encrypted with keys that are in these hands, or in those of the company.
    #[must_use]
    pub fn encrypted(mut self, keys: KeyHolder) -> Self {
        self.encryption = Some(keys);
        self
    }

    /// Which technologies may hold the data.
    #[must_use]
    pub fn technologies(&self) -> &Permitted<Text> {
        &self.technologies
    }

    /// Who must hold the keys at least, if the data must be encrypted.
    #[must_use]
    pub fn encryption(&self) -> Option<KeyHolder> {
        self.encryption
    }

    /// Whether it holds for every dataset of the zone, or for those alone that name it.
    #[must_use]
    pub fn is_mandatory(&self) -> bool {
        self.is_mandatory
    }
}

impl Policy {
    /// A policy of this name.
    pub fn new(name: impl Into<PolicyName>, rule: PolicyRule) -> Self {
        Self { name: name.into(), rule, about: Sparse::default() }
    }

    documented!();
    renamed!(PolicyName);

    /// What it is about, and what it permits.
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
