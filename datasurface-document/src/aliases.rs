//! Headers by other names. A document about a zone or team that was renamed is about what had the name: so a parent renames what it
//! declares by itself, and documents follow whenever their owners come to it. One by a name that nothing has is an error, and is read as what
//! was meant, so that it does not hide what is wrong in the document.

use super::{header::DocumentHeader, undeclared::place};
use datasurface_model::{
    CodeInfo, Diagnostic, Ecosystem, Entity, ModelPath, TeamDeclaration, TeamKey, TeamName, ZoneDeclaration,
    ZoneName, segment,
};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

pub(super) static FORMER_NAME: CodeInfo = CodeInfo::warning(
    "document/former-name",
    "a document is about a zone or a team by a name that it had before",
    "What was renamed says how it was called before (`renamed_from`), and documents about it by that name are about it still: to rename \
     a zone or a team is the change of whoever declares it. Write the present name, before the statement of the rename is taken \
     away: from then on nobody declares the former one.",
)
.not_waivable();

/// The zones and teams that documents are about by names which these do not have.
#[derive(Debug, Default)]
pub(super) struct HeaderAliases {
    /// Renamed ones, by their former names, as far as nothing has these now.
    former: Aliases,
    /// Declared ones that have no other document, by names that nothing has.
    misspelled: Aliases,
}

/// Names of zones and teams, by other names.
#[derive(Debug, Default)]
pub(super) struct Aliases {
    pub(super) zones: BTreeMap<ZoneName, ZoneName>,
    pub(super) teams: BTreeMap<TeamKey, TeamKey>,
}

impl HeaderAliases {
    /// Reads what an ecosystem says of renames, beside what documents are about that are read as what is near.
    pub(super) fn read(ecosystem: &Ecosystem, misspelled: Aliases) -> Self {
        let zones = former_zones(ecosystem.zones().iter());
        let mut teams = BTreeMap::new();
        for zone in ecosystem.zones() {
            let Some(definition) = zone.definition() else { continue };
            let key = |team| TeamKey::new(zone.name(), team);
            let renamed = former_teams(definition.teams().iter());
            teams.extend(renamed.iter().map(|(former, now)| (key(former), key(now))));
        }
        Self { former: Aliases { zones, teams }, misspelled }
    }

    /// Returns what a document with this header is about.
    pub(super) fn followed<'h>(&self, header: &'h DocumentHeader) -> Cow<'h, DocumentHeader> {
        match self.misspelled.followed(header) {
            Cow::Borrowed(header) => self.former.followed(header),
            Cow::Owned(header) => Cow::Owned(self.former.followed(&header).into_owned()),
        }
    }

    /// Returns a path that begins as a header does by the present names.
    pub(super) fn followed_path(&self, path: &ModelPath) -> ModelPath {
        let segments: Vec<&str> = path.segments().collect();
        let (header, inside) = match segments.as_slice() {
            [segment::ZONES, zone, segment::TEAMS, team, inside @ ..] => {
                (DocumentHeader::Team(TeamKey::new(*zone, *team)), inside)
            }
            [segment::ZONES, zone, inside @ ..] => (DocumentHeader::Zone((*zone).into()), inside),
            _ => return path.clone(),
        };
        let followed = self.followed(&header);
        let subject = followed.subject();
        ModelPath::from_segments(subject.iter().chain(inside))
    }

    /// Returns the finding about the header of a document by a former name; none if it is by another one.
    pub(super) fn outdated(&self, document: &str, header: &DocumentHeader) -> Option<Diagnostic> {
        let now = self.former.followed(header);
        let (kind, former, now) = match (header, &*now) {
            (DocumentHeader::Zone(former), DocumentHeader::Zone(now)) if former != now => {
                (segment::ZONE, former.to_string(), now.to_string())
            }
            (DocumentHeader::Team(former), DocumentHeader::Team(now)) if former != now => {
                (segment::TEAM, former.to_string(), now.to_string())
            }
            _ => return None,
        };
        let message = format!("the {kind} `{former}` is called `{now}` now");
        let finding = Diagnostic::new(&FORMER_NAME, place(document, kind), message);
        Some(finding.with_help(format!("write `{kind}: {now}`, before `renamed_from` is taken away there")))
    }
}

impl Aliases {
    fn followed<'h>(&self, header: &'h DocumentHeader) -> Cow<'h, DocumentHeader> {
        match header {
            DocumentHeader::Zone(zone) => self.zones.get(zone).map(|now| DocumentHeader::Zone(now.clone())),
            DocumentHeader::Team(team) => self.team(team).map(DocumentHeader::Team),
            DocumentHeader::Ecosystem => None,
        }
        .map_or(Cow::Borrowed(header), Cow::Owned)
    }

    fn team(&self, written: &TeamKey) -> Option<TeamKey> {
        let in_zone = self.zones.get(&written.zone).map(|zone| TeamKey::new(zone, &written.team));
        let renamed = self.teams.get(in_zone.as_ref().unwrap_or(written));
        renamed.cloned().or(in_zone)
    }
}

/// The present names of zones, by the former ones.
pub(super) fn former_zones<'z>(
    zones: impl Iterator<Item = &'z ZoneDeclaration> + Clone,
) -> BTreeMap<ZoneName, ZoneName> {
    leading(zones.map(|zone| (zone.name(), zone.former_name())))
}

/// The present names of the teams of a zone, by the former ones.
pub(super) fn former_teams<'t>(
    teams: impl Iterator<Item = &'t TeamDeclaration> + Clone,
) -> BTreeMap<TeamName, TeamName> {
    leading(teams.map(|team| (team.name(), team.former_name())))
}

/// The former names that nothing has now, and that one thing alone says to have had: of two, nobody can tell which one is meant.
fn leading<'n, N: Clone + Ord + 'n>(
    names: impl Iterator<Item = (&'n N, Option<&'n N>)> + Clone,
) -> BTreeMap<N, N> {
    let mut claims = BTreeMap::<&N, BTreeSet<&N>>::new();
    for (name, former) in names.clone() {
        if let Some(former) = former {
            claims.entry(former).or_default().insert(name);
        }
    }
    for (name, _) in names {
        claims.remove(name);
    }
    let alone = claims.into_iter().filter(|(_, by)| by.len() == 1);
    alone.filter_map(|(former, by)| Some((former.clone(), (*by.first()?).clone()))).collect()
}
