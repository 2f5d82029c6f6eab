//! Who may use a container, besides the team that it belongs to.

use datasurface_schema::{Set, TeamKey, ZoneName};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A use that a team makes of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContainerUse {
    /// To capture data from it.
    Read,
    /// To have data delivered to it.
    Write,
}

/// Teams to which the owner of a container opens it.
/// As text: `everyone`, `zone EU`, or a team as `EU/HR`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ContainerUser {
    /// Every team of the ecosystem.
    Everyone,
    /// Every team of a zone, those that join it later included.
    Zone(ZoneName),
    /// One team.
    Team(TeamKey),
}

impl ContainerUser {
    /// Reads `everyone`, `zone EU` or `EU/HR`; none if the text is neither.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        if text == "everyone" {
            return Some(Self::Everyone);
        }
        match (text.split_once('/'), text.strip_prefix("zone ")) {
            (Some((zone, team)), _) => Some(Self::Team(TeamKey::new(zone, team))),
            (None, Some(zone)) => Some(Self::Zone(zone.into())),
            (None, None) => None,
        }
    }

    /// Whether a team is meant.
    #[must_use]
    pub fn includes(&self, team: &TeamKey) -> bool {
        match self {
            Self::Everyone => true,
            Self::Zone(zone) => team.zone == *zone,
            Self::Team(one) => one == team,
        }
    }
}

impl fmt::Display for ContainerUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everyone => f.write_str("everyone"),
            Self::Zone(zone) => write!(f, "zone {zone}"),
            Self::Team(team) => write!(f, "{}/{}", team.zone, team.team),
        }
    }
}

/// The users of a container besides its own team, for each use; none by default.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ContainerUsers {
    /// Teams that may capture data from it.
    #[serde(default, skip_serializing_if = "Set::is_empty")]
    pub read: Set<ContainerUser>,
    /// Teams whose data may be delivered to it.
    #[serde(default, skip_serializing_if = "Set::is_empty")]
    pub write: Set<ContainerUser>,
}

impl ContainerUsers {
    /// Returns the users for one use.
    #[must_use]
    pub fn of(&self, access: ContainerUse) -> &Set<ContainerUser> {
        match access {
            ContainerUse::Read => &self.read,
            ContainerUse::Write => &self.write,
        }
    }
}

impl fmt::Display for ContainerUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Write => "write",
        })
    }
}
