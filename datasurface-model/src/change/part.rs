//! Who owns what.

use crate::{
    ecosystem::{Ecosystem, Repository},
    name::{TeamKey, ZoneName},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A part of an ecosystem that one repository owns.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// What the ecosystem says itself: vendors, platforms, pins, waivers, and which zones there are and who owns them;
    /// and the lock.
    Ecosystem,
    /// What a zone says itself: its policies, and which teams there are and who owns them.
    Zone(ZoneName),
    /// All that a team has.
    Team(TeamKey),
}

impl Part {
    /// The repository that an ecosystem names as the owner of this part. Nothing if the part is not declared there.
    #[must_use]
    pub fn owner<'e>(&self, ecosystem: &'e Ecosystem) -> Option<&'e Repository> {
        match self {
            Self::Ecosystem => Some(ecosystem.owner()),
            Self::Zone(zone) => Some(ecosystem.zones().get(zone)?.owner()),
            Self::Team(key) => {
                let zone = ecosystem.zones().get(&key.zone)?.definition()?;
                Some(zone.teams().get(&key.team)?.owner())
            }
        }
    }

    /// Whether the owner gave it a definition.
    pub(super) fn is_defined(&self, ecosystem: &Ecosystem) -> bool {
        let zone = |name: &ZoneName| ecosystem.zones().get(name)?.definition();
        match self {
            Self::Ecosystem => true,
            Self::Zone(name) => zone(name).is_some(),
            Self::Team(key) => {
                let team = zone(&key.zone).and_then(|zone| zone.teams().get(&key.team)?.definition());
                team.is_some()
            }
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ecosystem => f.write_str("the ecosystem"),
            Self::Zone(zone) => write!(f, "the zone `{zone}`"),
            Self::Team(team) => write!(f, "the team `{}` of the zone `{}`", team.team, team.zone),
        }
    }
}
