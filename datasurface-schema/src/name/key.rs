//! Keys: how one entity refers to another, by names alone. The text form joins the names with `/`.

use super::{
    ContainerName, CredentialName, DatasetName, DatastoreName, GroupName, LocationName, PolicyName, TeamName,
    VendorName, WorkspaceName, ZoneName,
};
use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! keys {
    ($($(#[$doc:meta])* $key:ident { $($field:ident: $name:ident),+ })*) => {$(
        $(#[$doc])*
        ///
        /// As text, the names are joined with `/`, without empty ones at the end. Reading text never fails: a part too
        /// few is an empty name, what is too much stays in the last name, and validation reports either.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(from = "String", into = "String")]
        #[non_exhaustive]
        pub struct $key {
            $(#[doc = concat!("The `", stringify!($field), "` part.")]
            pub $field: $name,)+
        }

        impl $key {
            /// Creates the key from its names.
            pub fn new($($field: impl Into<$name>),+) -> Self {
                Self { $($field: $field.into()),+ }
            }
        }

        impl From<&str> for $key {
            fn from(text: &str) -> Self {
                let parts = [$(stringify!($field)),+].len();
                let mut names = text.splitn(parts, '/').map(str::trim);
                Self { $($field: names.next().unwrap_or_default().into()),+ }
            }
        }

        impl From<String> for $key {
            fn from(text: String) -> Self {
                text.as_str().into()
            }
        }

        impl From<&$key> for $key {
            fn from(key: &$key) -> Self {
                key.clone()
            }
        }

        impl From<$key> for String {
            fn from(key: $key) -> Self {
                key.to_string()
            }
        }

        impl fmt::Display for $key {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let names = [$(self.$field.as_str()),+];
                let said = names.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
                names.iter().take(said).enumerate().try_for_each(|(place, name)| {
                    let between = if place == 0 { "" } else { "/" };
                    write!(f, "{between}{name}")
                })
            }
        }

        impl fmt::Debug for $key {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "\"{self}\"")
            }
        }
    )*};
}

keys! {
    /// A team: `zone/team`.
    TeamKey { zone: ZoneName, team: TeamName }
    /// A container, which belongs to a team: `zone/team/container`.
    ContainerKey { zone: ZoneName, team: TeamName, container: ContainerName }
    /// A credential, which belongs to a team: `zone/team/credential`.
    CredentialKey { zone: ZoneName, team: TeamName, credential: CredentialName }
    /// A policy of a zone: `zone/policy`.
    PolicyKey { zone: ZoneName, policy: PolicyName }
    /// A dataset: `datastore/dataset`.
    DatasetKey { datastore: DatastoreName, dataset: DatasetName }
    /// A dataset group of a workspace: `workspace/group`.
    GroupKey { workspace: WorkspaceName, group: GroupName }
}

impl CredentialKey {
    /// Creates the key of a credential of a team.
    pub fn of_team(team: &TeamKey, credential: impl Into<CredentialName>) -> Self {
        Self::new(&team.zone, &team.team, credential)
    }

    /// The team that the credential belongs to.
    #[must_use]
    pub fn team_key(&self) -> TeamKey {
        TeamKey::new(&self.zone, &self.team)
    }
}

impl ContainerKey {
    /// The team that the container belongs to.
    #[must_use]
    pub fn team_key(&self) -> TeamKey {
        TeamKey::new(&self.zone, &self.team)
    }
}

impl DatasetKey {
    /// Returns the name under which a statement of a transformer sees the dataset: `<datastore>_<dataset>`. Cases are not told apart.
    #[must_use]
    pub fn input_name(&self) -> String {
        format!("{}_{}", self.datastore, self.dataset)
    }
}

/// A place in the world: a vendor and a path into its tree of locations. A place covers all that lies below it.
/// As text: `vendor/location/…/location`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Place {
    vendor: VendorName,
    path: Vec<LocationName>,
}

impl Place {
    /// Creates the place at `path`, from the outermost location inwards.
    pub fn new<L: Into<LocationName>>(
        vendor: impl Into<VendorName>,
        path: impl IntoIterator<Item = L>,
    ) -> Self {
        Self { vendor: vendor.into(), path: path.into_iter().map(Into::into).collect() }
    }

    /// Creates the place that is all of a vendor.
    pub fn from_vendor(vendor: impl Into<VendorName>) -> Self {
        Self { vendor: vendor.into(), path: Vec::new() }
    }

    /// Returns the place of a location in this one.
    #[must_use]
    pub fn location(&self, name: &LocationName) -> Self {
        let path = self.path.iter().chain([name]);
        Self { vendor: self.vendor.clone(), path: path.cloned().collect() }
    }

    /// The vendor whose tree of locations the place is in.
    #[must_use]
    pub fn vendor(&self) -> &VendorName {
        &self.vendor
    }

    /// The locations, from the outermost inwards.
    #[must_use]
    pub fn path(&self) -> &[LocationName] {
        &self.path
    }

    /// Whether `other` is this place or lies in it.
    ///
    /// ```
    /// use datasurface_schema::Place;
    /// assert!(Place::from("Azure/USA").covers(&"Azure/USA/East US 2".into()));
    /// assert!(!Place::from("Azure/US").covers(&"Azure/USA".into()));
    /// ```
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        self.vendor == other.vendor && other.path.starts_with(&self.path)
    }
}

impl From<&str> for Place {
    fn from(text: &str) -> Self {
        let mut names = text.split('/').map(str::trim);
        Self {
            vendor: names.next().unwrap_or_default().into(),
            path: names.map(LocationName::from).collect(),
        }
    }
}

impl From<String> for Place {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<Place> for String {
    fn from(place: Place) -> Self {
        place.to_string()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.vendor)?;
        self.path.iter().try_for_each(|name| write!(f, "/{name}"))
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_forms_round_trip_and_reading_is_total() {
        let key = ContainerKey::from("USA/NorthWindTeam/AzureSQL");
        assert_eq!(key, ContainerKey::new("USA", "NorthWindTeam", "AzureSQL"));
        assert_eq!(ContainerKey::from(key.to_string()), key);

        let short = DatasetKey::from("NW_Data");
        assert_eq!((short.datastore.as_str(), short.dataset.as_str()), ("NW_Data", ""));
        assert_eq!(short.to_string(), "NW_Data");
        assert_eq!(ContainerKey::from("//AzureSQL").to_string(), "//AzureSQL");
        assert_eq!(ContainerKey::from("//").to_string(), "");
        let long = DatasetKey::from("a/b/c");
        assert_eq!(long.dataset.as_str(), "b/c");
    }
}
