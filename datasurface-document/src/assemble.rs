//! Puts together what the documents of a model say, each of a part. The order of the documents makes no difference.

use super::{
    codes::{INCOMPLETE, TWICE, UNDECLARED},
    former_headers::{former_teams, former_zones},
    part::{DocumentPart, PartialEcosystem},
};
use datasurface_model::{
    CodeInfo, Diagnostic, Ecosystem, Entity, GovernanceZone, ModelPath, Name, Repository, Set, Team,
    TeamDeclaration, TeamKey, ZoneDeclaration, ZoneName, nearest, segment,
};
use std::{collections::BTreeMap, mem, sync::Arc};

/// The definitions of one zone or team that documents give, by the names of the documents.
type NamedDefinitions<'p, T> = Vec<(&'p str, &'p Arc<T>)>;

/// The word for the outermost part in messages.
const ECOSYSTEM: &str = "the ecosystem";

/// The ecosystem as far as documents describe it together, and what is wrong with that.
pub(super) fn assemble_partly<'p>(
    parts: impl IntoIterator<Item = (&'p str, &'p DocumentPart)>,
) -> (Ecosystem, Vec<Diagnostic>) {
    let mut frames: Vec<(&str, &PartialEcosystem)> = Vec::new();
    let mut definitions = Definitions::default();
    for (document, part) in parts {
        match part {
            DocumentPart::Ecosystem(frame) => frames.push((document, frame)),
            DocumentPart::Zone(zone, definition) => {
                definitions.zones.entry(zone.clone()).or_default().push((document, definition))
            }
            DocumentPart::Team(team, definition) => {
                definitions.teams.entry(team.clone()).or_default().push((document, definition))
            }
        }
    }
    let mut findings = Vec::new();
    let name = single_value(&frames, segment::NAME, |frame| frame.name.as_ref(), &mut findings);
    let owner = single_value(&frames, segment::OWNER, |frame| frame.owner.as_ref(), &mut findings);
    let live = single_value(&frames, segment::LIVE, |frame| frame.live.as_ref(), &mut findings);
    let ecosystem = match (frames.as_slice(), name, owner, live) {
        ([(_, frame)], Some(_), Some(_), Some(_)) => frame.content.clone(),
        (frames, Some(name), Some(owner), Some(live)) => {
            let empty = Ecosystem::new(name, owner, live);
            frames_joined(empty, frames, &mut findings)
        }
        (frames, name, owner, live) => {
            // Not complete; what is declared is still asked for below.
            let unsaid = || Repository::from("");
            let empty = Ecosystem::new(
                name.cloned().unwrap_or_else(|| "".into()),
                owner.cloned().unwrap_or_else(unsaid),
                live.cloned().unwrap_or_else(unsaid),
            );
            frames_joined(empty, frames, &mut findings)
        }
    };
    let ecosystem = definitions.add_to(ecosystem, &mut findings);
    (ecosystem, findings)
}

fn frames_joined(
    empty: Ecosystem,
    frames: &[(&str, &PartialEcosystem)],
    findings: &mut Vec<Diagnostic>,
) -> Ecosystem {
    let mut twice = Vec::new();
    let whole = frames.iter().fold(empty, |whole, (_, frame)| whole.merged(&frame.content, &mut twice));
    let ecosystem = ModelPath::root();
    findings.extend(twice.into_iter().map(|attribute| conflict(&ecosystem, ECOSYSTEM, attribute)));
    whole
}

/// Returns the finding about an attribute that several documents declare. The path leads to all the places.
fn conflict(thing: &ModelPath, reason: &str, attribute: &'static str) -> Diagnostic {
    let path = thing.attribute(attribute);
    Diagnostic::new(&TWICE, path.clone(), format!("the `{attribute}` of {reason} is said twice"))
        .with_help("let one document say it")
        .related_place(path, "said here first")
}

/// Returns the value that exactly one document must declare.
fn single_value<'p, T>(
    frames: &[(&'p str, &'p PartialEcosystem)],
    attribute: &'static str,
    said: impl Fn(&'p PartialEcosystem) -> Option<&'p T>,
    findings: &mut Vec<Diagnostic>,
) -> Option<&'p T> {
    let mut all = frames.iter().filter_map(|(_, frame)| said(frame));
    let first = all.next();
    if all.next().is_some() {
        findings.push(conflict(&ModelPath::root(), ECOSYSTEM, attribute));
    }
    if first.is_none() {
        let message = format!("no document says the `{attribute}` of {ECOSYSTEM}");
        let finding = Diagnostic::new(&INCOMPLETE, ModelPath::root().attribute(attribute), message)
            .with_help(format!("add `{attribute}` to the document that begins with {ECOSYSTEM}"));
        findings.push(finding);
    }
    first
}

/// A member of the outermost object of a document.
pub(super) fn place(document: &str, member: &'static str) -> ModelPath {
    ModelPath::root().child(segment::DOCUMENTS, document).attribute(member)
}

/// Definitions that stand in documents of their own. Those that have been used are none any more.
#[derive(Default)]
struct Definitions<'p> {
    zones: BTreeMap<ZoneName, NamedDefinitions<'p, GovernanceZone>>,
    teams: BTreeMap<TeamKey, NamedDefinitions<'p, Team>>,
}

impl Definitions<'_> {
    /// Defines what the ecosystem declares; what it does not declare is a finding.
    fn add_to(mut self, ecosystem: Ecosystem, findings: &mut Vec<Diagnostic>) -> Ecosystem {
        if self.zones.is_empty() && self.teams.is_empty() {
            return ecosystem;
        }
        for (former, now) in former_zones(ecosystem.zones().iter()) {
            self.rename_zone(&former, &now);
        }
        let mut teams: Vec<TeamKey> = Vec::new();
        let define = |zone| self.define(zone, &mut teams, findings);
        let zones: Vec<_> = ecosystem.zones().iter().map(define).collect();
        let ecosystem = ecosystem.with_zones(zones);
        let zones: Vec<&str> = ecosystem.zones().names().map(Name::as_str).collect();
        let teams: Vec<String> = teams.iter().map(ToString::to_string).collect();
        // Teams that are declared, but by a document about a zone that is called otherwise.
        let mut misplaced = Vec::new();
        for (zone, given) in self.zones.into_iter().filter(|(_, given)| !given.is_empty()) {
            let nearest = nearest(zone.as_str(), zones.iter().copied());
            findings.extend(undeclared(segment::ZONE, zone.as_str(), nearest, &given, &declare("zone")));
            let names = given.iter().flat_map(|(_, definition)| definition.teams().names());
            if let Some(meant) = nearest {
                misplaced.extend(names.map(|team| TeamKey::new(meant, team)));
            }
        }
        let misplaced: Set<TeamKey> = misplaced.into();
        self.teams.retain(|key, given| !given.is_empty() && !misplaced.contains(key));
        for (key, given) in &self.teams {
            let team = key.to_string();
            let nearest = nearest(&team, teams.iter().map(String::as_str));
            let help = match key.team.as_str() {
                "" => "name the team as `zone/team`".to_owned(),
                _ => declare("team"),
            };
            findings.extend(undeclared(segment::TEAM, &team, nearest, given, &help));
        }
        ecosystem
    }

    /// Lets the documents about a zone by its former name, and about teams in it, be about what has the present one.
    fn rename_zone(&mut self, former: &ZoneName, now: &ZoneName) {
        let given = self.zones.remove(former).unwrap_or_default();
        merge(self.zones.entry(now.clone()).or_default(), given);
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

    fn define(
        &mut self,
        declaration: &ZoneDeclaration,
        declared: &mut Vec<TeamKey>,
        findings: &mut Vec<Diagnostic>,
    ) -> ZoneDeclaration {
        let given = self.zones.get_mut(declaration.name()).map(mem::take).unwrap_or_default();
        let path = ModelPath::root().child(segment::ZONES, declaration.name());
        let twice = |attribute| conflict(&path, &format!("the zone `{}`", declaration.name()), attribute);
        let zone = joined(declaration.definition(), &given, GovernanceZone::merged, twice, findings);
        let Some(zone) = zone else { return declaration.clone() };
        for (former, now) in former_teams(zone.teams().iter()) {
            let key = |team| TeamKey::new(declaration.name(), team);
            self.rename_team(&key(&former), key(&now));
        }
        let keys = zone.teams().names().map(|team| TeamKey::new(declaration.name(), team));
        let begin = declared.len();
        declared.extend(keys);
        let is_defined_elsewhere = |key: &TeamKey| self.teams.get(key).is_some_and(|given| !given.is_empty());
        if !declared.iter().skip(begin).any(is_defined_elsewhere) {
            return declaration.clone().defined(zone);
        }
        let redefined = |team: &TeamDeclaration| {
            let key = TeamKey::new(declaration.name(), team.name());
            let given = self.teams.get_mut(&key).map(mem::take).unwrap_or_default();
            let path = path.child(segment::TEAMS, team.name());
            let twice = |attribute| conflict(&path, &format!("the team `{key}`"), attribute);
            match joined(team.definition(), &given, Team::merged, twice, findings) {
                Some(definition) => TeamDeclaration::clone(team).defined(definition),
                None => team.clone(),
            }
        };
        let teams: Vec<_> = zone.teams().iter().map(redefined).collect();
        declaration.clone().defined(Arc::unwrap_or_clone(zone).with_teams(teams))
    }
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

fn declare(kind: &str) -> String {
    format!("declare the {kind}, with its owner, or correct the name")
}

fn undeclared<T>(
    kind: &'static str,
    name: &str,
    nearest: Option<&str>,
    given: &NamedDefinitions<'_, T>,
    help: &str,
) -> Vec<Diagnostic> {
    let code: &CodeInfo = &UNDECLARED;
    let findings = given.iter().map(|(document, _)| {
        Diagnostic::new(code, place(document, kind), format!("no document declares the {kind} `{name}`"))
            .with_help(help)
            .did_you_mean(nearest)
    });
    findings.collect()
}
