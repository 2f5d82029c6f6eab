//! Users of a container, as text; as objects where a name has a `/`, which validation reports.

use super::short_form::Compact;
use crate::shape::Shaped;
use datasurface_model::{ContainerUser, TeamKey, TeamName, ZoneName};
use serde::{Deserialize, Serialize};

/// A team, or every team of a zone.
#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[shape(identified_by(zone, team), separator = "/")]
pub(super) struct ContainerUserObject {
    zone: ZoneName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    team: Option<TeamName>,
}

impl Compact for ContainerUser {
    type Long = ContainerUserObject;
    const EXPECTED: &'static str = "who may use a container, as `everyone`, `zone EU` or `EU/HR`";

    fn from_text(text: &str) -> Result<Self, String> {
        let message = || {
            format!(
                "`{text}` is nobody; write `everyone`, `zone EU` for the teams of a zone, or a team as `EU/HR`"
            )
        };
        Self::from_text(text).ok_or_else(message)
    }

    fn text(&self) -> String {
        self.to_string()
    }

    fn from_long(ContainerUserObject { zone, team }: ContainerUserObject) -> Self {
        match team {
            Some(team) => Self::Team(TeamKey::new(zone, team)),
            None => Self::Zone(zone),
        }
    }

    fn long(&self) -> Option<ContainerUserObject> {
        match self {
            Self::Everyone => None,
            Self::Zone(zone) => Some(ContainerUserObject { zone: zone.clone(), team: None }),
            Self::Team(key) => {
                Some(ContainerUserObject { zone: key.zone.clone(), team: Some(key.team.clone()) })
            }
        }
    }
}
