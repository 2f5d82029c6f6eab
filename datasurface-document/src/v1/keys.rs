//! Keys and places, as text; as objects where a name has a `/` or a blank at its end, which validation reports.

use super::short_form::Compact;
use crate::shape::Shaped;
use datasurface_model::{
    ContainerKey, ContainerName, DatasetKey, DatasetName, DatastoreName, GroupKey, GroupName, LocationName,
    Place, PolicyKey, PolicyName, TeamKey, TeamName, VendorName, WorkspaceName, ZoneName,
};
use serde::{Deserialize, Serialize};

macro_rules! keys {
    ($($key:ident as $object:ident { $($field:ident: $name:ident),+ }, $expected:literal;)*) => {$(
        #[derive(Serialize, Deserialize, Shaped)]
        #[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
        #[serde(deny_unknown_fields)]
        #[shape(identified_by($($field),+), separator = "/")]
        pub(super) struct $object {
            $($field: $name),+
        }

        impl Compact for $key {
            type Long = $object;
            const EXPECTED: &'static str = $expected;

            fn from_text(text: &str) -> Result<Self, String> {
                Ok(text.into())
            }

            fn text(&self) -> String {
                self.to_string()
            }

            fn from_long(long: $object) -> Self {
                Self::new($(long.$field),+)
            }

            fn long(&self) -> Option<$object> {
                Some($object { $($field: self.$field.clone()),+ })
            }
        }
    )*};
}

keys! {
    ContainerKey as ContainerKeyObject { zone: ZoneName, team: TeamName, container: ContainerName },
        "a container, as `zone/team/container`";
    DatasetKey as DatasetKeyObject { datastore: DatastoreName, dataset: DatasetName },
        "a dataset, as `datastore/dataset`";
    GroupKey as GroupKeyObject { workspace: WorkspaceName, group: GroupName },
        "a dataset group, as `workspace/group`";
    TeamKey as TeamKeyObject { zone: ZoneName, team: TeamName }, "a team, as `zone/team`";
    PolicyKey as PolicyKeyObject { zone: ZoneName, policy: PolicyName },
        "a policy, as `zone/policy`";
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[shape(identified_by(vendor, path), separator = "/")]
pub(super) struct PlaceObject {
    vendor: VendorName,
    path: Vec<LocationName>,
}

impl Compact for Place {
    type Long = PlaceObject;
    const EXPECTED: &'static str = "a place, as `vendor/location/…`";

    fn from_text(text: &str) -> Result<Self, String> {
        Ok(text.into())
    }

    fn text(&self) -> String {
        self.to_string()
    }

    fn from_long(long: PlaceObject) -> Self {
        Self::new(long.vendor, long.path)
    }

    fn long(&self) -> Option<PlaceObject> {
        Some(PlaceObject { vendor: self.vendor().clone(), path: self.path().to_vec() })
    }
}
