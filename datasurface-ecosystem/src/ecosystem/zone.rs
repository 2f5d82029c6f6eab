//! Governance zones.

use super::{Consent, Declaration, Policy, Repository, Team, TeamDeclaration, Waiver, undefined_since};
use datasurface_schema::{
    Annotations, Named, Set, Sparse, TeamName, ZoneName, documented, merge_annotations,
};
use std::sync::Arc;

/// A zone as the ecosystem declares it.
pub type ZoneDeclaration = Declaration<ZoneName, GovernanceZone>;

/// A part of the company with its own governance: the teams, and the policies for them.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GovernanceZone {
    teams: Named<TeamDeclaration>,
    policies: Named<Policy>,
    consents: Set<Consent>,
    waivers: Named<Waiver>,
    about: Sparse<Annotations<ZoneName>>,
}

impl GovernanceZone {
    /// Creates a zone without teams and policies.
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

    /// Adds a policy.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policies.insert(policy);
        self
    }

    /// Adds the consent to the release of an output from the policies of the zone.
    #[must_use]
    pub fn consent(mut self, consent: Consent) -> Self {
        self.consents.insert(consent);
        self
    }

    /// Adds a waiver, which accepts until a day what a policy of the zone denies, or what derives from its data. A policy may be
    /// named without the zone.
    #[must_use]
    pub fn waiver(mut self, waiver: Waiver) -> Self {
        self.waivers.insert(waiver);
        self
    }

    /// Replaces all policies by these.
    pub(crate) fn with_policies(mut self, policies: impl IntoIterator<Item = Policy>) -> Self {
        self.policies = policies.into_iter().collect();
        self
    }

    /// Removes all waivers.
    pub(crate) fn without_waivers(mut self) -> Self {
        self.waivers = Named::default();
        self
    }

    /// Removes a team.
    pub(crate) fn without_team(mut self, team: &TeamName) -> Self {
        self.teams.remove(team);
        self
    }

    /// Replaces the owner of a team.
    pub(crate) fn with_owner_of(mut self, team: &TeamName, owner: Repository) -> Self {
        if let Some(declaration) = self.teams.remove(team) {
            self.teams.insert(declaration.with_owner(owner));
        }
        self
    }

    /// Replaces all consents by these.
    #[must_use]
    pub fn with_consents(mut self, consents: impl IntoIterator<Item = Consent>) -> Self {
        self.consents = consents.into_iter().collect();
        self
    }

    documented!();

    /// Merges the parts of one zone from two documents. An attribute that only one of them may declare is added to
    /// `twice` if both do.
    #[must_use]
    pub fn merged(mut self, other: &Self, twice: &mut Vec<&'static str>) -> Self {
        let Self { teams, policies, consents, waivers, about } = other;
        self.teams.extend(teams.iter().cloned());
        self.policies.extend(policies.iter().cloned());
        self.consents.extend(consents.iter().cloned());
        self.waivers.extend(waivers.iter().cloned());
        merge_annotations(&mut self.about, about, twice);
        self
    }

    /// Replaces all teams by these.
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

    /// Returns the zone with its teams undefined: the part that its owner declares.
    #[must_use]
    pub fn shallow(&self) -> Self {
        let undefined = self.teams.iter().map(TeamDeclaration::undefined);
        Self { teams: undefined.collect(), ..self.clone() }
    }

    /// Returns the same as [`shallow`](Self::shallow), made from the frame of an older version, with which the result
    /// shares every unchanged part.
    #[must_use]
    pub fn shallow_since(&self, older: &Self, frame: &Self) -> Self {
        let teams = undefined_since(&older.teams, &self.teams, &frame.teams, TeamDeclaration::undefined);
        Self { teams, ..self.clone() }
    }

    /// The declarations of teams.
    #[must_use]
    pub fn teams(&self) -> &Named<TeamDeclaration> {
        &self.teams
    }

    /// The consents to the release of what derives from data of the zone.
    #[must_use]
    pub fn consents(&self) -> &Set<Consent> {
        &self.consents
    }

    /// The waivers: findings that protect the zone, and that it accepts for a while.
    #[must_use]
    pub fn waivers(&self) -> &Named<Waiver> {
        &self.waivers
    }

    /// The policies.
    #[must_use]
    pub fn policies(&self) -> &Named<Policy> {
        &self.policies
    }
}
