//! The former names of zones and teams.

use super::ModelDiff;
use datasurface_model::{TeamKey, TeamName, ZoneName, ownership::OwnedPart};
use std::collections::BTreeMap;

/// The former names of parts.
#[derive(Default)]
pub(super) struct FormerNames {
    zones: BTreeMap<ZoneName, ZoneName>,
    teams: BTreeMap<TeamKey, TeamName>,
}

impl FormerNames {
    pub(super) fn from_diff(diff: &ModelDiff) -> Self {
        let mut former = Self::default();
        for difference in diff {
            match difference.renamed_part() {
                Some((OwnedPart::Zone(zone), from)) => {
                    former.zones.insert(zone, from.as_str().into());
                }
                Some((OwnedPart::Team(team), from)) => {
                    former.teams.insert(team, from.as_str().into());
                }
                _ => {}
            }
        }
        former
    }

    /// The same part by its old name.
    pub(super) fn part(&self, part: &OwnedPart) -> OwnedPart {
        let zone = |zone: &ZoneName| self.zones.get(zone).unwrap_or(zone).clone();
        match part {
            OwnedPart::Ecosystem => OwnedPart::Ecosystem,
            OwnedPart::Zone(name) => OwnedPart::Zone(zone(name)),
            OwnedPart::Team(key) => {
                let team = self.teams.get(key).unwrap_or(&key.team);
                OwnedPart::Team(TeamKey::new(zone(&key.zone), team))
            }
        }
    }
}
