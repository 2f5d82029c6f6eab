//! Governance zones.

use super::{Declaration, Policy, Repository, Team, TeamDeclaration, undefined_since};
use datasurface_schema::{Annotations, Named, Sparse, TeamName, ZoneName, documented, merge_annotations};
use std::sync::Arc;

/// A zone as the ecosystem declares it.
pub type ZoneDeclaration = Declaration<ZoneName, GovernanceZone>;

/// A part of the company with its own governance: its teams, and what they must obey.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GovernanceZone {
    teams: Named<TeamDeclaration>,
    policies: Named<Policy>,
    about: Sparse<Annotations<ZoneName>>,
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
        self.team_declaration(TeamDeclaration::new(name, owner).defined(definition))
    }

    /// Adds a declaration of a team, which may be without a definition yet.
    #[must_use]
    pub fn team_declaration(mut self, team: TeamDeclaration) -> Self {
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
    pub fn merged(mut self, other: &Self, twice: &mut Vec<&'static str>) -> Self {
        let Self { teams, policies, about } = other;
        self.teams.extend(teams.iter().cloned());
        self.policies.extend(policies.iter().cloned());
        merge_annotations(&mut self.about, about, twice);
        self
    }

    /// The zone with these teams alone.
    #[must_use]
    pub fn with_teams(mut self, teams: impl IntoIterator<Item = TeamDeclaration>) -> Self {
        self.teams = teams.into_iter().collect();
        self
    }

    pub(super) fn edit_team(mut self, team: &TeamName, change: impl FnOnce(Team) -> Team) -> Self {
        if let Some(declaration) = self.teams.remove(team) {
            self.teams.insert(declaration.edit(change));
        }
        self
    }

    /// The zone with its teams undefined: what it says itself.
    pub(crate) fn shallow(&self) -> Self {
        let undefined = self.teams.iter().map(TeamDeclaration::undefined);
        Self { teams: undefined.collect(), ..self.clone() }
    }

    /// The same, made from the frame of an older version, with which it shares what did not change.
    pub(crate) fn shallow_since(&self, older: &Self, frame: &Self) -> Self {
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
