//! Governance zones and their declarations.

use super::{Policy, Repository, Team, TeamDeclaration, undefined_since};
use datasurface_schema::{About, Entity, Named, Rare, TeamName, ZoneName, documented, join_about, renamed};
use std::sync::Arc;

/// A zone as the ecosystem declares it: its name and the repository that owns it; and its definition, once the owner
/// has given one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ZoneDeclaration {
    name: ZoneName,
    owner: Repository,
    definition: Option<Arc<GovernanceZone>>,
    about: Rare<About<ZoneName>>,
}

impl ZoneDeclaration {
    /// A declaration without a definition.
    pub fn new(name: impl Into<ZoneName>, owner: impl Into<Repository>) -> Self {
        Self { name: name.into(), owner: owner.into(), definition: None, about: Rare::default() }
    }

    /// The same declaration, defined.
    #[must_use]
    pub fn defined(mut self, definition: impl Into<Arc<GovernanceZone>>) -> Self {
        self.definition = Some(definition.into());
        self
    }

    renamed!(ZoneName);

    pub(super) fn edit_team(mut self, team: &TeamName, change: impl FnOnce(Team) -> Team) -> Self {
        self.definition =
            self.definition.map(|zone| Arc::new(Arc::unwrap_or_clone(zone).edit_team(team, change)));
        self
    }

    /// The declaration alone.
    pub(super) fn undefined(&self) -> Self {
        Self {
            name: self.name.clone(),
            owner: self.owner.clone(),
            definition: None,
            about: self.about.clone(),
        }
    }

    /// The repository that may define it.
    #[must_use]
    pub fn owner(&self) -> &Repository {
        &self.owner
    }

    /// The definition, if there is one.
    #[must_use]
    pub fn definition(&self) -> Option<&Arc<GovernanceZone>> {
        self.definition.as_ref()
    }
}

impl Entity for ZoneDeclaration {
    type Name = ZoneName;

    fn name(&self) -> &ZoneName {
        &self.name
    }
}

/// A part of the company with its own governance: its teams, and what they must obey.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GovernanceZone {
    teams: Named<TeamDeclaration>,
    policies: Named<Policy>,
    about: Rare<About<ZoneName>>,
}

impl GovernanceZone {
    /// A zone without teams.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Declares a team, names the repository that owns it, and defines it.
    #[must_use]
    pub fn team(
        self,
        name: impl Into<TeamName>,
        owner: impl Into<Repository>,
        definition: impl Into<Arc<Team>>,
    ) -> Self {
        self.declare(TeamDeclaration::new(name, owner).defined(definition))
    }

    /// Adds a declaration of a team, which may be without a definition yet.
    #[must_use]
    pub fn declare(mut self, team: TeamDeclaration) -> Self {
        self.teams.insert(team);
        self
    }

    /// Adds something that the zone forbids, or allows alone.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policies.insert(policy);
        self
    }

    documented!();

    /// What both say of one zone: how documents that each say a part of it are put together.
    #[must_use]
    pub fn joined(mut self, other: &Self, twice: &mut Vec<&'static str>) -> Self {
        let Self { teams, policies, about } = other;
        self.teams.extend(teams.iter().cloned());
        self.policies.extend(policies.iter().cloned());
        join_about(&mut self.about, about, twice);
        self
    }

    /// The zone with these teams alone.
    #[must_use]
    pub fn with_teams(mut self, teams: impl IntoIterator<Item = TeamDeclaration>) -> Self {
        self.teams = teams.into_iter().collect();
        self
    }

    fn edit_team(mut self, team: &TeamName, change: impl FnOnce(Team) -> Team) -> Self {
        if let Some(declaration) = self.teams.remove(team) {
            self.teams.insert(declaration.edit(change));
        }
        self
    }

    /// The zone with its teams undefined: what it says itself.
    pub(crate) fn frame(&self) -> Self {
        let undefined = self.teams.iter().map(TeamDeclaration::undefined);
        Self { teams: undefined.collect(), ..self.clone() }
    }

    /// The same, made from the frame of an older version, with which it shares what did not change.
    pub(crate) fn frame_since(&self, older: &Self, frame: &Self) -> Self {
        let teams = undefined_since(&older.teams, &self.teams, &frame.teams, TeamDeclaration::undefined);
        Self { teams, ..self.clone() }
    }

    /// Teams, as declared.
    #[must_use]
    pub fn teams(&self) -> &Named<TeamDeclaration> {
        &self.teams
    }

    /// What must be obeyed.
    #[must_use]
    pub fn policies(&self) -> &Named<Policy> {
        &self.policies
    }
}
