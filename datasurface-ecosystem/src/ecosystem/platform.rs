//! Declarations of data platforms.

use super::{AdvancePolicy, Deprecation, ProductionStatus, python_version::is_one_version};
use datasurface_schema::{
    Annotations, CredentialStoreName, DatasetKey, DatastoreName, Entity, GroupKey, Json, Named, Place,
    PlatformKind, PlatformName, Set, Sparse, Text, WorkspaceName, documented, renamed,
};
use semver::{Error as VersionError, Op, VersionReq};
use serde::{Deserialize, Serialize};
use std::fmt;

/// An instance of a data platform: the plug-in, the versions of it that are accepted, and the settings. Two instances
/// may be of one kind.
///
/// ```
/// use datasurface_ecosystem::{HintTarget, PlatformDeclaration};
/// let platform = PlatformDeclaration::new("Warehouse", "local")
///     .with_version_requirement("^1.2")
///     .located("Azure/Europe")
///     .in_production()
///     .hint(HintTarget::Datastore("Sales".into()), serde_json::json!({"batch_rows": 50_000}));
/// assert_eq!(platform.hints().len(), 1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlatformDeclaration {
    name: PlatformName,
    kind: PlatformKind,
    version: VersionRequirement,
    config: Json,
    locations: Set<Place>,
    production: ProductionStatus,
    advances: AdvancePolicy,
    credential_store: Option<CredentialStoreName>,
    hints: Named<Hint>,
    deprecation: Option<Deprecation<PlatformName>>,
    about: Sparse<Annotations<PlatformName>>,
}

/// Free settings of a platform for one thing that it has to do with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hint {
    about: HintTarget,
    settings: Json,
}

impl Hint {
    pub(crate) fn of(mut self, about: HintTarget) -> Self {
        self.about = about;
        self
    }

    /// The settings; what they mean is up to the plug-in.
    #[must_use]
    pub fn settings(&self) -> &Json {
        &self.settings
    }
}

impl Entity for Hint {
    type Name = HintTarget;

    fn name(&self) -> &HintTarget {
        &self.about
    }
}

/// The subject of a hint to a platform.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum HintTarget {
    /// A datastore, with all its datasets.
    Datastore(DatastoreName),
    /// One dataset.
    Dataset(DatasetKey),
    /// A dataset group of a workspace.
    Group(GroupKey),
    /// The transformer of a workspace.
    Transformer(WorkspaceName),
}

impl PlatformDeclaration {
    /// Creates an instance of `kind`, in any version, without settings.
    pub fn new(name: impl Into<PlatformName>, kind: impl Into<PlatformKind>) -> Self {
        Self {
            name: name.into(),
            kind: kind.into(),
            version: VersionRequirement::any(),
            config: Json::object(),
            locations: Set::new(),
            production: ProductionStatus::NotProduction,
            advances: AdvancePolicy::AtOnce,
            credential_store: None,
            hints: Named::default(),
            deprecation: None,
            about: Sparse::default(),
        }
    }

    /// Sets the requirement on the version of the plug-in, such as `^1.2`.
    #[must_use]
    pub fn with_version_requirement(mut self, requirement: impl Into<VersionRequirement>) -> Self {
        self.version = requirement.into();
        self
    }

    /// Replaces all settings.
    #[must_use]
    pub fn with_config(mut self, config: impl Into<Json>) -> Self {
        self.config = config.into();
        self
    }

    /// Sets one setting, in place of one of the same key.
    #[must_use]
    pub fn setting(mut self, key: &str, value: impl Into<serde_json::Value>) -> Self {
        self.config = self.config.with_member(key, value);
        self
    }

    /// Adds a place at which the platform runs.
    #[must_use]
    pub fn located(mut self, place: impl Into<Place>) -> Self {
        self.locations.insert(place.into());
        self
    }

    /// Replaces all places.
    pub(crate) fn with_locations(mut self, locations: Set<Place>) -> Self {
        self.locations = locations;
        self
    }

    /// Replaces all hints.
    pub(crate) fn with_hints(mut self, hints: impl IntoIterator<Item = Hint>) -> Self {
        self.hints = hints.into_iter().collect();
        self
    }

    /// Declares that the business depends on the platform.
    #[must_use]
    pub fn in_production(mut self) -> Self {
        self.production = ProductionStatus::Production;
        self
    }

    /// Sets the policy about when the platform goes forward to a new revision.
    #[must_use]
    pub fn with_advance_policy(mut self, policy: AdvancePolicy) -> Self {
        self.advances = policy;
        self
    }

    /// Sets the store in which the runtime finds secrets, by the name that the plug-in knows.
    #[must_use]
    pub fn with_credential_store(mut self, store: impl Into<CredentialStoreName>) -> Self {
        self.credential_store = Some(store.into());
        self
    }

    /// Adds free settings for one datastore, dataset, group or transformer.
    #[must_use]
    pub fn hint(mut self, about: HintTarget, settings: impl Into<Json>) -> Self {
        self.hints.insert(Hint { about, settings: settings.into() });
        self
    }

    /// Declares the platform deprecated: nothing new should be assigned to it.
    #[must_use]
    pub fn deprecated(mut self, deprecation: Deprecation<PlatformName>) -> Self {
        self.deprecation = Some(deprecation);
        self
    }

    documented!();
    renamed!(PlatformName);

    /// The kind: the name of the plug-in.
    #[must_use]
    pub fn kind(&self) -> &PlatformKind {
        &self.kind
    }

    /// The requirement on the version of the plug-in.
    #[must_use]
    pub fn version_requirement(&self) -> &VersionRequirement {
        &self.version
    }

    /// The settings.
    #[must_use]
    pub fn config(&self) -> &Json {
        &self.config
    }

    /// The places at which the platform runs.
    #[must_use]
    pub fn locations(&self) -> &Set<Place> {
        &self.locations
    }

    /// The production status: whether the business depends on the platform.
    #[must_use]
    pub fn production_status(&self) -> ProductionStatus {
        self.production
    }

    /// The policy about when the platform goes forward to a new revision.
    #[must_use]
    pub fn advance_policy(&self) -> &AdvancePolicy {
        &self.advances
    }

    /// The store in which the runtime finds secrets, if one is declared.
    #[must_use]
    pub fn credential_store(&self) -> Option<&CredentialStoreName> {
        self.credential_store.as_ref()
    }

    /// The free settings for datastores, datasets, groups and transformers.
    #[must_use]
    pub fn hints(&self) -> &Named<Hint> {
        &self.hints
    }

    /// The deprecation, if nothing new should be assigned to the platform.
    #[must_use]
    pub fn deprecation(&self) -> Option<&Deprecation<PlatformName>> {
        self.deprecation.as_ref()
    }
}

impl Entity for PlatformDeclaration {
    type Name = PlatformName;

    fn name(&self) -> &PlatformName {
        &self.name
    }
}

impl fmt::Display for HintTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Datastore(name) => write!(f, "datastore {name}"),
            Self::Dataset(key) => write!(f, "dataset {key}"),
            Self::Group(key) => write!(f, "group {key}"),
            Self::Transformer(workspace) => write!(f, "transformer {workspace}"),
        }
    }
}

/// A requirement on a semantic version, as text, which validation checks.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VersionRequirement(Text);

impl VersionRequirement {
    /// Creates the requirement that accepts any version.
    #[must_use]
    pub fn any() -> Self {
        Self(Text::from_static("*"))
    }

    /// Whether any version will do.
    #[must_use]
    pub fn is_any(&self) -> bool {
        *self == Self::any()
    }

    /// Whether one version is asked for, and no other will do: `=1.2.3`, and `==1.2` of a package of Python.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        match self.parse() {
            Ok(requirement) => match requirement.comparators.as_slice() {
                [one] => one.op == Op::Exact && one.patch.is_some(),
                _ => false,
            },
            Err(_) => is_one_version(&self.0),
        }
    }

    /// Reads the text as a requirement of semantic versions.
    ///
    /// # Errors
    ///
    /// If the text is none.
    pub fn parse(&self) -> Result<VersionReq, VersionError> {
        self.0.parse()
    }
}

impl From<&str> for VersionRequirement {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for VersionRequirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for VersionRequirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0.as_str(), f)
    }
}
