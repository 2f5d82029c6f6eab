//! Definitions of zones and teams that stand in documents of their own.

use super::{
    aliases::{Aliases, former_teams, former_zones},
    assemble::conflict,
    header::DocumentHeader,
    undeclared::{Elsewhere, Undeclared, meant},
};
use datasurface_model::{
    Diagnostic, Ecosystem, Entity, GovernanceZone, ModelPath, Team, TeamDeclaration, TeamKey, TeamName,
    ZoneDeclaration, ZoneName, segment,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The definitions of one zone or team that documents give, by the names of the documents.
pub(super) type NamedDefinitions<'p, T> = Vec<(&'p str, &'p Arc<T>)>;

/// Definitions by what their documents say to be about. Those that have been used are none any more.
#[derive(Default)]
pub(super) struct Definitions<'p> {
    pub(super) zones: BTreeMap<ZoneName, NamedDefinitions<'p, GovernanceZone>>,
    pub(super) teams: BTreeMap<TeamKey, NamedDefinitions<'p, Team>>,
}

/// What became of definitions.
pub(super) struct Defined {
    pub(super) ecosystem: Ecosystem,
    /// What documents are about that are read as what is near.
    pub(super) misspelled: Aliases,
    /// What is not known because documents are left out: what they are about, which nobody declares, and what is declared and nothing is
    /// written about, of which one may be meant.
    pub(super) left_out: Vec<ModelPath>,
}

impl Definitions<'_> {
    /// Defines what the ecosystem declares. What it does not declare is a finding, unless it may be declared in what could not be read; and it is
    /// read as what is near, if nothing else is written about that.
    pub(super) fn define(
        mut self,
        ecosystem: Ecosystem,
        elsewhere: &dyn Elsewhere,
        findings: &mut Vec<Diagnostic>,
    ) -> Defined {
        let mut misspelled = Aliases::default();
        if self.zones.is_empty() && self.teams.is_empty() {
            return Defined { ecosystem, misspelled, left_out: Vec::new() };
        }
        for (former, now) in former_zones(ecosystem.zones().iter()) {
            self.rename_zone(&former, &now);
        }
        let declared: Vec<ZoneName> = ecosystem.zones().names().cloned().collect();
        let undeclared = Undeclared::all(&self.zones, &declared, DocumentHeader::Zone, elsewhere);
        let declare = |kind| format!("declare the {kind}, with its owner, or correct the name");
        let found = undeclared.iter().flat_map(|zone| zone.findings(segment::ZONE, &declare("zone")));
        findings.extend(found);
        let is_defined = |zone: &ZoneName| {
            ecosystem.zones().get(zone.as_str()).is_some_and(|zone| zone.definition().is_some())
        };
        misspelled.zones =
            meant(&undeclared, |zone| is_defined(zone) || self.zones.contains_key(zone), elsewhere);
        for (written, meant) in &misspelled.zones {
            self.rename_zone(written, meant);
        }

        let zones: Vec<_> = ecosystem.zones().iter().map(|zone| self.define_zone(zone, findings)).collect();
        let ecosystem = ecosystem.with_zones(zones);
        let mut left_out: Vec<DocumentHeader> =
            self.zones.keys().cloned().map(DocumentHeader::Zone).collect();
        if !left_out.is_empty() {
            let undefined = ecosystem.zones().iter().filter(|zone| zone.definition().is_none());
            left_out.extend(undefined.map(|zone| DocumentHeader::Zone(zone.name().clone())));
        }
        left_out.extend(self.leave_out_teams_of(&undeclared).into_iter().map(DocumentHeader::Team));

        let declared: Vec<TeamKey> = teams(&ecosystem, |_| true);
        let undeclared = Undeclared::all(&self.teams, &declared, DocumentHeader::Team, elsewhere);
        findings.extend(undeclared.iter().flat_map(|team| {
            let help = match team.name.team.as_str() {
                "" => "name the team as `zone/team`".to_owned(),
                _ => declare("team"),
            };
            team.findings(segment::TEAM, &help)
        }));
        let defined: BTreeSet<TeamKey> = teams(&ecosystem, |team| team.definition().is_some());
        misspelled.teams =
            meant(&undeclared, |team| defined.contains(team) || self.teams.contains_key(team), elsewhere);
        for (written, meant) in &misspelled.teams {
            self.rename_team(written, meant.clone());
        }

        let zones: Vec<_> = ecosystem.zones().iter().map(|zone| self.define_teams(zone, findings)).collect();
        let ecosystem = ecosystem.with_zones(zones);
        if !self.teams.is_empty() {
            left_out.extend(self.teams.into_keys().map(DocumentHeader::Team));
            let undefined: Vec<TeamKey> = teams(&ecosystem, |team| team.definition().is_none());
            left_out.extend(undefined.into_iter().map(DocumentHeader::Team));
        }
        Defined { ecosystem, misspelled, left_out: left_out.iter().map(DocumentHeader::path).collect() }
    }

    /// Leaves out the documents about teams that are declared, but by a document about a zone that is called otherwise, and returns these teams.
    fn leave_out_teams_of(&mut self, undeclared: &[Undeclared<'_, ZoneName>]) -> BTreeSet<TeamKey> {
        let mut teams = BTreeSet::new();
        for zone in undeclared {
            let given = self.zones.get(&zone.name).into_iter().flatten();
            let names = given.flat_map(|(_, definition)| definition.teams().names());
            if let Some(nearest) = &zone.nearest {
                teams.extend(names.map(|team| TeamKey::new(nearest, team)));
            }
        }
        self.teams.retain(|team, _| !teams.contains(team));
        teams
    }

    /// Lets the documents about a zone by its former name, and about teams in it, be about what has the present one.
    fn rename_zone(&mut self, former: &ZoneName, now: &ZoneName) {
        if let Some(given) = self.zones.remove(former) {
            merge(self.zones.entry(now.clone()).or_default(), given);
        }
        let teams: Vec<TeamKey> = self.teams.keys().filter(|team| team.zone == *former).cloned().collect();
        for team in teams {
            self.rename_team(&team, TeamKey::new(now, &team.team));
        }
    }

    fn rename_team(&mut self, former: &TeamKey, now: TeamKey) {
        if let Some(given) = self.teams.remove(former) {
            merge(self.teams.entry(now).or_default(), given);
        }
    }

    fn define_zone(
        &mut self,
        declaration: &ZoneDeclaration,
        findings: &mut Vec<Diagnostic>,
    ) -> ZoneDeclaration {
        let name = declaration.name();
        let given = self.zones.remove(name).unwrap_or_default();
        let twice = |attribute| conflict(&path(name), &format!("the zone `{name}`"), attribute);
        let zone = joined(declaration.definition(), &given, GovernanceZone::merged, twice, findings);
        let Some(zone) = zone else { return declaration.clone() };
        for (former, now) in former_teams(zone.teams().iter()) {
            let key = |team| TeamKey::new(name, team);
            self.rename_team(&key(&former), key(&now));
        }
        declaration.clone().defined(zone)
    }

    /// Defines the teams of a zone of which documents are.
    fn define_teams(
        &mut self,
        declaration: &ZoneDeclaration,
        findings: &mut Vec<Diagnostic>,
    ) -> ZoneDeclaration {
        let Some(zone) = declaration.definition() else { return declaration.clone() };
        let key = |team: &TeamName| TeamKey::new(declaration.name(), team);
        if !zone.teams().names().any(|team| self.teams.contains_key(&key(team))) {
            return declaration.clone();
        }
        let defined = |team: &TeamDeclaration| {
            let key = key(team.name());
            let given = self.teams.remove(&key).unwrap_or_default();
            let path = path(declaration.name()).child(segment::TEAMS, team.name());
            let twice = |attribute| conflict(&path, &format!("the team `{key}`"), attribute);
            match joined(team.definition(), &given, Team::merged, twice, findings) {
                Some(definition) => TeamDeclaration::clone(team).defined(definition),
                None => team.clone(),
            }
        };
        let teams: Vec<_> = zone.teams().iter().map(defined).collect();
        declaration.clone().defined(GovernanceZone::clone(zone).with_teams(teams))
    }
}

fn path(zone: &ZoneName) -> ModelPath {
    ModelPath::root().child(segment::ZONES, zone)
}

/// The teams that are declared, or those of them that are of interest.
fn teams<C: FromIterator<TeamKey>>(ecosystem: &Ecosystem, is_wanted: impl Fn(&TeamDeclaration) -> bool) -> C {
    let zones = ecosystem.zones().iter().filter_map(|zone| Some((zone.name(), zone.definition()?)));
    let teams = zones.flat_map(|(zone, definition)| definition.teams().iter().map(move |team| (zone, team)));
    teams.filter(|(_, team)| is_wanted(team)).map(|(zone, team)| TeamKey::new(zone, team.name())).collect()
}

/// Adds definitions by a former name to those by the present one, in the order of the documents.
fn merge<'p, T>(definitions: &mut NamedDefinitions<'p, T>, by_former_name: NamedDefinitions<'p, T>) {
    definitions.extend(by_former_name);
    definitions.sort_by_key(|(document, _)| *document);
}

/// All that is said of one thing; as it is in memory, if it is said at one place.
fn joined<T: Clone + Default>(
    within: Option<&Arc<T>>,
    given: &NamedDefinitions<'_, T>,
    join: impl Fn(T, &T, &mut Vec<&'static str>) -> T,
    said_twice: impl Fn(&'static str) -> Diagnostic,
    findings: &mut Vec<Diagnostic>,
) -> Option<Arc<T>> {
    match (within, given.as_slice()) {
        (within, []) => within.cloned(),
        (None, [(_, definition)]) => Some(Arc::clone(definition)),
        (within, given) => {
            let within = within.map(|within| T::clone(within)).unwrap_or_default();
            let mut twice = Vec::new();
            let whole =
                given.iter().fold(within, |whole, (_, definition)| join(whole, definition, &mut twice));
            findings.extend(twice.into_iter().map(said_twice));
            Some(Arc::new(whole))
        }
    }
}
