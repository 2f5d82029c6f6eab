//! Waivers.

use super::quantity::Day;
use crate::ecosystem::Waiver;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a waiver, as an object")]
pub(super) struct WaiverObject {
    code: SmolStr,
    path: SmolStr,
    reason: String,
    expires: Day,
}

impl WaiverObject {
    pub(super) fn into_model(self) -> Waiver {
        Waiver::new(self.code, self.path, self.reason, self.expires.0)
    }
}

impl From<&Waiver> for WaiverObject {
    fn from(waiver: &Waiver) -> Self {
        Self {
            code: waiver.code().into(),
            path: waiver.path().into(),
            reason: waiver.reason().to_owned(),
            expires: Day(waiver.expires()),
        }
    }
}
