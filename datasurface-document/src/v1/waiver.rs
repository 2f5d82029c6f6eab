//! Waivers.

use super::{quantity::Day, short_form::ShortForm};
use crate::shape::Shaped;
use datasurface_model::{PolicyKey, Text, Waiver};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a waiver, as an object")]
#[shape(identified_by(code, path, policy))]
pub(super) struct WaiverObject {
    code: Text,
    path: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    policy: Option<ShortForm<PolicyKey>>,
    reason: String,
    expires: Day,
}

impl WaiverObject {
    pub(super) fn into_model(self) -> Waiver {
        let waiver = Waiver::new(self.code, self.path, self.reason, self.expires.0);
        match self.policy {
            Some(ShortForm(policy)) => waiver.with_policy(policy),
            None => waiver,
        }
    }
}

impl From<&Waiver> for WaiverObject {
    fn from(waiver: &Waiver) -> Self {
        Self {
            code: waiver.code().into(),
            path: waiver.path().into(),
            policy: waiver.policy().cloned().map(ShortForm),
            reason: waiver.reason().to_owned(),
            expires: Day(waiver.expires()),
        }
    }
}
