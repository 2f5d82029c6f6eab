//! Containers: where data is kept.

use super::{ContainerKind, ContainerUse, ContainerUser, ContainerUsers};
use datasurface_schema::{
    Annotations, ContainerKey, ContainerName, CredentialName, Entity, Place, Set, Sparse, TeamKey, Text,
    documented, renamed,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A container of data, at one or more places.
///
/// ```
/// use datasurface_ecosystem::{DataContainer, KeyHolder};
/// let lake = DataContainer::object_storage("Lake", "nw-lake").located("AWS/eu-central-1").encrypted(KeyHolder::Company);
/// assert_eq!(lake.encryption(), Some(KeyHolder::Company));
/// assert!(!lake.is_read_only());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DataContainer {
    name: ContainerName,
    kind: ContainerKind,
    locations: Set<Place>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    encryption: Option<KeyHolder>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    read_only: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    credential: Option<CredentialName>,
    #[serde(default, skip_serializing_if = "Sparse::is_default")]
    usable_by: Sparse<ContainerUsers>,
    #[serde(default, skip_serializing_if = "Sparse::is_default")]
    about: Sparse<Annotations<ContainerName>>,
}

/// The holder of the keys to encrypted data. The company is the stronger of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum KeyHolder {
    /// The vendor that runs the container.
    Vendor,
    /// The company whose data it is.
    Company,
}

impl DataContainer {
    /// Creates a container of this kind, without a place.
    pub fn new(name: impl Into<ContainerName>, kind: ContainerKind) -> Self {
        Self {
            name: name.into(),
            kind,
            locations: Set::new(),
            encryption: None,
            read_only: false,
            credential: None,
            usable_by: Sparse::default(),
            about: Sparse::default(),
        }
    }

    /// Creates a container that is an SQLite database file.
    pub fn sqlite(name: impl Into<ContainerName>, file: impl Into<Text>) -> Self {
        Self::new(name, ContainerKind::Sqlite { file: file.into() })
    }

    /// Creates a container that is a PostgreSQL database on the usual port, 5432.
    pub fn postgres(
        name: impl Into<ContainerName>,
        host: impl Into<Text>,
        database: impl Into<Text>,
    ) -> Self {
        Self::new(name, ContainerKind::Postgres { host: host.into(), port: 5432, database: database.into() })
    }

    /// Creates a container that is a whole bucket of an object storage.
    pub fn object_storage(name: impl Into<ContainerName>, bucket: impl Into<Text>) -> Self {
        let kind = ContainerKind::ObjectStorage { bucket: bucket.into(), prefix: "".into(), endpoint: None };
        Self::new(name, kind)
    }

    /// Creates a container that is a Kafka cluster with these brokers, each as `host:port`.
    pub fn kafka<B: Into<Text>>(
        name: impl Into<ContainerName>,
        brokers: impl IntoIterator<Item = B>,
    ) -> Self {
        let brokers = brokers.into_iter().map(Into::into).collect();
        Self::new(name, ContainerKind::Kafka { brokers })
    }

    /// Creates a container that the platform provides, at a place that the platform chooses.
    pub fn platform_managed(name: impl Into<ContainerName>) -> Self {
        Self::new(name, ContainerKind::PlatformManaged)
    }

    /// Adds a place.
    #[must_use]
    pub fn located(mut self, place: impl Into<Place>) -> Self {
        self.locations.insert(place.into());
        self
    }

    /// Declares that the data in the container is encrypted, and with whose keys.
    #[must_use]
    pub fn encrypted(mut self, keys: KeyHolder) -> Self {
        self.encryption = Some(keys);
        self
    }

    /// Declares that nothing can be written to the container.
    #[must_use]
    pub fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// Sets the credential, by name, with which its own team reads and writes it where nothing else is named.
    #[must_use]
    pub fn with_credential(mut self, credential: impl Into<CredentialName>) -> Self {
        self.credential = Some(credential.into());
        self
    }

    /// Lets other teams capture data from it.
    #[must_use]
    pub fn readable_by(mut self, user: ContainerUser) -> Self {
        self.usable_by.make_mut().read.insert(user);
        self
    }

    /// Lets other teams have data delivered to it.
    #[must_use]
    pub fn writable_by(mut self, user: ContainerUser) -> Self {
        self.usable_by.make_mut().write.insert(user);
        self
    }

    /// Replaces the places by these.
    pub(crate) fn with_locations(mut self, locations: Set<Place>) -> Self {
        self.locations = locations;
        self
    }

    /// Replaces the users by these.
    pub(crate) fn with_users(mut self, users: ContainerUsers) -> Self {
        *self.usable_by.make_mut() = users;
        self
    }

    documented!();
    renamed!(ContainerName);

    /// The kind: the technology and its address.
    #[must_use]
    pub fn kind(&self) -> &ContainerKind {
        &self.kind
    }

    /// The places of the data.
    #[must_use]
    pub fn locations(&self) -> &Set<Place> {
        &self.locations
    }

    /// The holder of the keys with which the data is encrypted; none if the data is not encrypted.
    #[must_use]
    pub fn encryption(&self) -> Option<KeyHolder> {
        self.encryption
    }

    /// Whether nothing can be written to it.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// The name of the credential with which its own team reads and writes it where nothing else is named.
    #[must_use]
    pub fn credential(&self) -> Option<&CredentialName> {
        self.credential.as_ref()
    }

    /// The users besides its own team; none by default.
    #[must_use]
    pub fn usable_by(&self) -> Option<&ContainerUsers> {
        self.usable_by.get()
    }

    /// Whether a team may use the container, which is known under this key: the team that it belongs to, and those to
    /// which that one opens it.
    #[must_use]
    pub fn permits(&self, key: &ContainerKey, team: &TeamKey, access: ContainerUse) -> bool {
        let is_own = key.zone == team.zone && key.team == team.team;
        is_own
            || self.usable_by().is_some_and(|users| users.of(access).iter().any(|user| user.includes(team)))
    }
}

impl Entity for DataContainer {
    type Name = ContainerName;

    fn name(&self) -> &ContainerName {
        &self.name
    }
}

impl fmt::Display for KeyHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Vendor => "vendor",
            Self::Company => "company",
        })
    }
}
