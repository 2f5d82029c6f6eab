//! The authorization of changes: a repository may touch the parts that it owned before the change, and nothing else.
//!
//! A parent declares and removes declarations, and cannot write what the child defines; the child defines and empties,
//! and cannot declare itself. For something new, the declaration says who owns it. Only the owner hands over what is
//! defined.

use super::{Difference, ModelDiff};
use datasurface_model::{Ecosystem, Repository, TeamKey, TeamName, ZoneName, ownership::OwnedPart};
use serde::Serialize;
use std::collections::BTreeMap;

/// The source of a change: the repository that it comes from, and whether it touches the lock besides the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeSource {
    repository: Repository,
    touches_lock: bool,
}

impl ChangeSource {
    /// Creates the source of a change that comes from this branch of a repository, and does not touch the lock.
    pub fn new(repository: impl Into<Repository>) -> Self {
        Self { repository: repository.into(), touches_lock: false }
    }

    /// Declares that the change touches the lock, too, which belongs to the ecosystem. The model does not know the
    /// lock: the caller that reads it (the broker) declares this.
    #[must_use]
    pub fn touching_lock(mut self) -> Self {
        self.touches_lock = true;
        self
    }

    /// The repository.
    #[must_use]
    pub fn repository(&self) -> &Repository {
        &self.repository
    }
}

/// The decision whether a change may be made by its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "decision", content = "denied")]
pub enum Authorization {
    /// The decision for a change that touches nothing but parts of its source.
    Allow,
    /// The decision against a change, with the parts that belong to others.
    Deny(Vec<DeniedPart>),
}

/// A part that a change touches, and that does not belong to its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeniedPart {
    /// The part.
    pub part: OwnedPart,
    /// The repository that may change the part. None if no owner is known, as where nobody can say what was touched.
    pub owner: Option<Repository>,
    /// The differences in the part, ordered by path.
    pub differences: Vec<Difference>,
    /// Whether the lock was touched.
    pub lock: bool,
}

impl Authorization {
    /// Decides on a change: the source must have owned, before the change, every part in which the ecosystems differ.
    /// The owner of a new part is the one that its declaration names.
    #[must_use]
    pub fn evaluate(diff: &ModelDiff, old: &Ecosystem, new: &Ecosystem, source: &ChangeSource) -> Self {
        let owners = Owners { old, new, former: FormerNames::from_diff(diff) };
        let mut denied = BTreeMap::<OwnedPart, DeniedPart>::new();
        for difference in diff {
            for part in owners.denied(difference, source.repository()) {
                let denied = denied_part(&mut denied, &part, &owners);
                denied.differences.push(difference.clone());
                if difference.is_unattributable() {
                    denied.owner = None;
                }
            }
        }
        if source.touches_lock && !old.owner().is_same(source.repository()) {
            denied_part(&mut denied, &OwnedPart::Ecosystem, &owners).lock = true;
        }
        if denied.is_empty() { Self::Allow } else { Self::Deny(denied.into_values().collect()) }
    }

    /// Whether it is allowed.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        matches!(self, Self::Allow)
    }

    /// The parts that are denied; none if it is allowed.
    #[must_use]
    pub fn denied(&self) -> &[DeniedPart] {
        match self {
            Self::Allow => &[],
            Self::Deny(denied) => denied,
        }
    }
}

fn denied_part<'d>(
    denied: &'d mut BTreeMap<OwnedPart, DeniedPart>,
    part: &OwnedPart,
    owners: &Owners<'_>,
) -> &'d mut DeniedPart {
    denied.entry(part.clone()).or_insert_with(|| DeniedPart {
        part: part.clone(),
        owner: owners.owner(part).cloned(),
        differences: Vec::new(),
        lock: false,
    })
}

/// The owners of parts before a change.
struct Owners<'e> {
    old: &'e Ecosystem,
    new: &'e Ecosystem,
    former: FormerNames,
}

impl<'e> Owners<'e> {
    /// The parts that a difference touches, and that this repository does not own.
    fn denied(&self, difference: &Difference, source: &Repository) -> Vec<OwnedPart> {
        let owns = |part: &OwnedPart| self.owner(part).is_some_and(|owner| owner.is_same(source));
        if difference.is_unattributable() {
            return vec![OwnedPart::Ecosystem];
        }
        let Some(handed_over) = difference.handed_over() else {
            return difference.parts().filter(|part| !owns(part)).collect();
        };
        // What is declared and not defined yet is nothing but a declaration, which the parent could as well replace.
        let is_parents = !self.former.part(&handed_over).is_defined(self.old);
        let is_allowed = owns(&handed_over) || is_parents && difference.parts().all(|part| owns(&part));
        if is_allowed { Vec::new() } else { vec![handed_over] }
    }

    /// The owner before the change; of something new, the one that its declaration names.
    fn owner(&self, part: &OwnedPart) -> Option<&'e Repository> {
        self.former.part(part).owner(self.old).or_else(|| part.owner(self.new))
    }
}

/// The former names of parts.
#[derive(Default)]
struct FormerNames {
    zones: BTreeMap<ZoneName, ZoneName>,
    teams: BTreeMap<TeamKey, TeamName>,
}

impl FormerNames {
    fn from_diff(diff: &ModelDiff) -> Self {
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
    fn part(&self, part: &OwnedPart) -> OwnedPart {
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
