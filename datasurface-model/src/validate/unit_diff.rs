//! Cutting an ecosystem into units; and finding those in which two versions differ, at a cost that follows the
//! difference.

use super::{
    unit::{Content, UnitKey},
    unit_index::UnitIndex,
};
use datasurface_ecosystem::{
    Datastore, Ecosystem, GovernanceZone, Team, TeamDeclaration, UnitPlace, Workspace, ZoneDeclaration,
};
use datasurface_schema::{Entity, Named, TeamKey, TeamName, ZoneName};
use rustc_hash::FxHashMap;
use std::{collections::BTreeMap, sync::Arc};

/// A unit that is new, gone, or has another content than before.
#[derive(Debug)]
pub(super) struct UnitChange {
    pub(super) key: UnitKey,
    pub(super) old: Option<Content>,
    pub(super) new: Option<Content>,
}

impl UnitChange {
    /// Whether the unit is new or gone.
    pub(super) fn is_about_existence(&self) -> bool {
        self.old.is_none() || self.new.is_none()
    }

    /// The datastore before and after.
    pub(super) fn datastores(&self) -> [Option<&Arc<Datastore>>; 2] {
        [&self.old, &self.new].map(|content| content.as_ref().and_then(Content::datastore))
    }

    /// The workspace before and after.
    pub(super) fn workspaces(&self) -> [Option<&Arc<Workspace>>; 2] {
        [&self.old, &self.new].map(|content| content.as_ref().and_then(Content::workspace))
    }
}

/// The units in which a version of an ecosystem differs from an older one, which has this directory; all of them, if
/// there is none.
pub(super) fn differences(
    older: Option<&Ecosystem>,
    newer: &Ecosystem,
    directory: &UnitIndex,
) -> Vec<UnitChange> {
    let mut cut = UnitDiff { directory, changes: Vec::new() };
    cut.ecosystem(older, newer);
    cut.changes
}

struct UnitDiff<'a> {
    /// Of the older version.
    directory: &'a UnitIndex,
    changes: Vec<UnitChange>,
}

impl UnitDiff<'_> {
    fn ecosystem(&mut self, older: Option<&Ecosystem>, newer: &Ecosystem) {
        let key = UnitKey::new(UnitPlace::Ecosystem);
        let old = self.directory.frame(&key).cloned();
        let frame = match (older, &old) {
            (Some(older), Some(Content::Ecosystem(frame))) => newer.shallow_since(older, frame),
            _ => newer.shallow(),
        };
        self.push(key, old, Some(Content::Ecosystem(Arc::new(frame))));
        let key = UnitKey::new(UnitPlace::Transformers);
        let old = self.directory.frame(&key).cloned();
        self.push(key, old, Some(Content::Transformers));

        let none = Named::default();
        let older = older.map_or(&none, Ecosystem::zones);
        for (name, old, new) in same_names(older, newer.zones()) {
            match (&*old, &*new) {
                ([_, _, ..], _) | (_, [_, _, ..]) => self.many(zones_apart(&old), zones_apart(&new)),
                _ => {
                    let of = |zones: &[&ZoneDeclaration]| {
                        zones.first().and_then(|zone| zone.definition()).cloned()
                    };
                    self.zone(name, of(&old), of(&new));
                }
            }
        }
    }

    fn zone(&mut self, name: &ZoneName, old: Option<Arc<GovernanceZone>>, new: Option<Arc<GovernanceZone>>) {
        let key = UnitKey::new(UnitPlace::Zone(name.clone()));
        let before = self.directory.frame(&key).filter(|_| old.is_some()).cloned();
        let after = new.as_ref().map(|newer| match (&old, &before) {
            (Some(older), Some(Content::Zone(frame))) => newer.shallow_since(older, frame),
            _ => newer.shallow(),
        });
        self.push(key, before, after.map(|frame| Content::Zone(Arc::new(frame))));

        let none = GovernanceZone::default();
        let older = old.as_ref().map_or(none.teams(), |zone| zone.teams());
        let newer = new.as_ref().map_or(none.teams(), |zone| zone.teams());
        for (team, old, new) in same_names(older, newer) {
            match (&*old, &*new) {
                ([_, _, ..], _) | (_, [_, _, ..]) => {
                    self.many(teams_apart(name, &old), teams_apart(name, &new));
                }
                _ => {
                    let of = |teams: &[&TeamDeclaration]| {
                        teams.first().and_then(|team| team.definition()).cloned()
                    };
                    self.team(name, team, of(&old), of(&new));
                }
            }
        }
    }

    fn team(&mut self, zone: &ZoneName, name: &TeamName, old: Option<Arc<Team>>, new: Option<Arc<Team>>) {
        let team = Arc::new(TeamKey::new(zone, name));
        let frame =
            |team: &Option<Arc<Team>>| team.as_ref().map(|team| Content::Team(Arc::new(team.shallow())));
        self.push(UnitKey::new(UnitPlace::Team(Arc::clone(&team))), frame(&old), frame(&new));

        let none = Team::default();
        let (older, newer) = (old.as_deref().unwrap_or(&none), new.as_deref().unwrap_or(&none));
        for (name, old, new) in same_names(older.datastores(), newer.datastores()) {
            let key = UnitKey::new(UnitPlace::Datastore(Arc::clone(&team), name.clone()));
            self.numbered(&key, &old, &new, Content::Datastore);
        }
        for (name, old, new) in same_names(older.workspaces(), newer.workspaces()) {
            let key = UnitKey::new(UnitPlace::Workspace(Arc::clone(&team), name.clone()));
            self.numbered(&key, &old, &new, Content::Workspace);
        }
    }

    /// Units of one place, which is most often one unit.
    fn numbered<T>(
        &mut self,
        first: &UnitKey,
        old: &[&Arc<T>],
        new: &[&Arc<T>],
        content: impl Fn(Arc<T>) -> Content,
    ) {
        for ordinal in 0..old.len().max(new.len()) {
            let at = |units: &[&Arc<T>]| units.get(ordinal).map(|unit| content(Arc::clone(unit)));
            self.push(first.numbered(ordinal), at(old), at(new));
        }
    }

    /// Adds the changes of zones or teams of one name that are declared several times: all units in them are cut
    /// anew.
    fn many(&mut self, old: Units, mut new: Units) {
        for (key, content) in old {
            let new = new.get_mut(&key).and_then(Option::take);
            self.push(key, content, new);
        }
        for (key, content) in new {
            self.push(key, None, content);
        }
    }

    fn push(&mut self, key: UnitKey, old: Option<Content>, new: Option<Content>) {
        if old != new {
            self.changes.push(UnitChange { key, old, new });
        }
    }
}

/// The content of each unit.
type Units = BTreeMap<UnitKey, Option<Content>>;

/// Every unit of zones that have one name, cut one after the other: units of one place are numbered through.
fn zones_apart(zones: &[&ZoneDeclaration]) -> Units {
    apart(zones, |zone, cut| cut.zone(zone.name(), None, zone.definition().cloned()))
}

fn teams_apart(zone: &ZoneName, teams: &[&TeamDeclaration]) -> Units {
    apart(teams, |team, cut| cut.team(zone, team.name(), None, team.definition().cloned()))
}

fn apart<T>(declarations: &[&T], into_units: impl Fn(&T, &mut UnitDiff<'_>)) -> Units {
    let nothing = UnitIndex::default();
    let mut units = Units::new();
    let mut counts = FxHashMap::default();
    for declaration in declarations {
        let mut cut = UnitDiff { directory: &nothing, changes: Vec::new() };
        into_units(declaration, &mut cut);
        for UnitChange { key, new, .. } in cut.changes {
            let first = key.numbered(0);
            if let Some(content) = new {
                // Behind those of the declarations before this one.
                let ordinal: &mut usize = counts.entry(first.clone()).or_default();
                units.insert(first.numbered(*ordinal), Some(content));
                *ordinal += 1;
            }
        }
    }
    units
}

/// For each name under which two collections differ, all that each of them has under it.
fn same_names<'a, T: Entity>(
    older: &'a Named<T>,
    newer: &'a Named<T>,
) -> impl Iterator<Item = (&'a T::Name, Vec<&'a T>, Vec<&'a T>)> {
    let mut last = None;
    let names = older.difference(newer).filter_map(|(old, new)| Some(old.or(new)?.name()));
    let names = names.filter(move |name| last.replace(*name) != Some(*name));
    names.map(|name| (name, older.get_all(name).collect(), newer.get_all(name).collect()))
}
