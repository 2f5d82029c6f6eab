//! Pins: operators' preferences for the platform of a group or a datastore. The decisions are in the broker's lock.

use datasurface_schema::{DatastoreName, Entity, GroupKey, PlatformName};

/// A dataset group is wished onto one or more platforms; several for a migration, or to compare them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupPin {
    group: GroupKey,
    platforms: Vec<PlatformName>,
}

impl GroupPin {
    /// Wishes `group` onto `platforms`.
    pub fn new<P: Into<PlatformName>>(
        group: impl Into<GroupKey>,
        platforms: impl IntoIterator<Item = P>,
    ) -> Self {
        let mut platforms: Vec<_> = platforms.into_iter().map(Into::into).collect();
        platforms.sort();
        Self { group: group.into(), platforms }
    }

    /// The platforms, by name; one that was given twice is here twice, for validation to report.
    #[must_use]
    pub fn platforms(&self) -> &[PlatformName] {
        &self.platforms
    }
}

impl Entity for GroupPin {
    type Name = GroupKey;

    fn name(&self) -> &GroupKey {
        &self.group
    }
}

/// A datastore is wished to be captured by one platform, from which the others take its data.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PrimaryPin {
    datastore: DatastoreName,
    platform: PlatformName,
}

impl PrimaryPin {
    /// Wishes that `platform` captures `datastore`.
    pub fn new(datastore: impl Into<DatastoreName>, platform: impl Into<PlatformName>) -> Self {
        Self { datastore: datastore.into(), platform: platform.into() }
    }

    /// The platform.
    #[must_use]
    pub fn platform(&self) -> &PlatformName {
        &self.platform
    }
}

impl Entity for PrimaryPin {
    type Name = DatastoreName;

    fn name(&self) -> &DatastoreName {
        &self.datastore
    }
}
