//! Releases of transformers, and the consents of zones.

use super::short_form::ShortForm;
use crate::shape::Shaped;
use datasurface_model::{Consent, DatasetName, Release, TeamKey, Text, WorkspaceName, ZoneName};
use serde::{Deserialize, Serialize};

#[derive(PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a release, as an object")]
#[shape(identified_by(output, zone))]
pub(super) struct ReleaseObject {
    /// The dataset that the transformer makes.
    output: DatasetName,
    /// The zone from whose policies it is to be free.
    zone: ZoneName,
    reason: String,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a consent, as an object")]
#[shape(identified_by(team, workspace, output, of))]
pub(super) struct ConsentObject {
    /// The team of the transformer.
    team: ShortForm<TeamKey>,
    workspace: WorkspaceName,
    output: DatasetName,
    /// The fingerprint of the code, of what it reads and of what it makes; `check` shows it.
    of: Text,
}

impl From<ReleaseObject> for Release {
    fn from(ReleaseObject { output, zone, reason }: ReleaseObject) -> Self {
        Self::new(output, zone, reason)
    }
}

impl From<&Release> for ReleaseObject {
    fn from(release: &Release) -> Self {
        Self { output: release.output.clone(), zone: release.zone.clone(), reason: release.reason.clone() }
    }
}

impl From<ConsentObject> for Consent {
    fn from(ConsentObject { team, workspace, output, of }: ConsentObject) -> Self {
        Self::new(team.0, workspace, output, of)
    }
}

impl From<&Consent> for ConsentObject {
    fn from(consent: &Consent) -> Self {
        Self {
            team: ShortForm(consent.team.clone()),
            workspace: consent.workspace.clone(),
            output: consent.output.clone(),
            of: consent.of.clone(),
        }
    }
}
