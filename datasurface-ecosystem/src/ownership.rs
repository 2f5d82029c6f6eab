//! Ownership: which repository owns which part of an ecosystem, and has to make the changes of it.

use crate::{
    diagnostic::{Findings, ModelPath},
    ecosystem::{Ecosystem, Repository},
};
use datasurface_schema::{TeamKey, ZoneName, segment};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A part of an ecosystem that one repository owns.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnedPart {
    /// The frame of the ecosystem: vendors, platforms, pins, waivers, the declarations of zones and their owners; and
    /// the lock.
    Ecosystem,
    /// The frame of a zone: its policies, the declarations of teams and their owners.
    Zone(ZoneName),
    /// A team with all its parts.
    Team(TeamKey),
}

impl OwnedPart {
    /// Returns the part that a place belongs to. The declaration of a zone belongs to the ecosystem, that of a team
    /// to its zone.
    ///
    /// ```
    /// use datasurface_ecosystem::{ModelPath, TeamKey, ownership::OwnedPart};
    /// let team = ModelPath::root().child("zones", "EU").child("teams", "Sales");
    /// assert_eq!(OwnedPart::from_path(&team.attribute("owner")), OwnedPart::Zone("EU".into()));
    /// assert_eq!(OwnedPart::from_path(&team.child("datastores", "CRM")), OwnedPart::Team(TeamKey::new("EU", "Sales")));
    /// ```
    #[must_use]
    pub fn from_path(path: &ModelPath) -> Self {
        const DECLARED: [&str; 2] = [segment::OWNER, segment::RENAMED_FROM];
        let segments: Vec<&str> = path.segments().collect();
        match segments.as_slice() {
            [segment::ZONES, zone, segment::TEAMS, team, inside, ..] if !DECLARED.contains(inside) => {
                Self::Team(TeamKey::new(*zone, *team))
            }
            [segment::ZONES, zone, inside, ..] if !DECLARED.contains(inside) => Self::Zone((*zone).into()),
            _ => Self::Ecosystem,
        }
    }

    /// Returns the place of the part.
    #[must_use]
    pub fn path(&self) -> ModelPath {
        match self {
            Self::Ecosystem => ModelPath::root(),
            Self::Zone(name) => ModelPath::root().child(segment::ZONES, name),
            Self::Team(key) => ModelPath::team(key),
        }
    }

    /// Returns the repository that an ecosystem names as the owner of this part; none if the part is not declared
    /// there.
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
    #[must_use]
    pub fn is_defined(&self, ecosystem: &Ecosystem) -> bool {
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

impl fmt::Display for OwnedPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ecosystem => f.write_str("the ecosystem"),
            Self::Zone(zone) => write!(f, "the zone `{zone}`"),
            Self::Team(team) => write!(f, "the team `{}` of the zone `{}`", team.team, team.zone),
        }
    }
}

impl Findings {
    /// Sets the addressee of each finding: the repository that owns the place, and has to make the change. A
    /// suggestion, which can be about another place, gets the owner of that. Without a declared owner there is no
    /// addressee.
    #[must_use]
    pub fn with_addressees(self, ecosystem: &Ecosystem) -> Self {
        // What is not in the model has no owner there: a document can say something of several parts, or of none.
        const ELSEWHERE: [&str; 3] = [segment::DOCUMENTS, segment::RUN, segment::TARGET];
        let is_elsewhere =
            |path: &ModelPath| path.segments().next().is_some_and(|first| ELSEWHERE.contains(&first));
        let owner = |path: &ModelPath| {
            if is_elsewhere(path) { None } else { OwnedPart::from_path(path).owner(ecosystem).cloned() }
        };
        let owner_of = |part: &OwnedPart| part.owner(ecosystem).cloned();
        self.into_iter().map(|finding| finding.addressed(owner, owner_of)).collect()
    }
}
