//! Pins.

use super::short_form::ShortForm;
use crate::shape::Shaped;
use datasurface_model::{DatastoreName, Entity, GroupKey, GroupPin, PlatformName, PrimaryPin};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a pin of a dataset group, as an object")]
#[shape(identified_by(group))]
pub(super) struct GroupPinObject {
    pub(super) group: ShortForm<GroupKey>,
    pub(super) platforms: Vec<PlatformName>,
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a pin of a datastore, as an object")]
#[shape(identified_by(datastore))]
pub(super) struct PrimaryPinObject {
    pub(super) datastore: DatastoreName,
    pub(super) platform: PlatformName,
}

impl From<&GroupPin> for GroupPinObject {
    fn from(pin: &GroupPin) -> Self {
        Self { group: ShortForm(pin.name().clone()), platforms: pin.platforms().to_vec() }
    }
}

impl From<&PrimaryPin> for PrimaryPinObject {
    fn from(pin: &PrimaryPin) -> Self {
        Self { datastore: pin.name().clone(), platform: pin.platform().clone() }
    }
}
