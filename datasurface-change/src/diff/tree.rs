//! Differences between two documents.

use super::{
    Difference, DifferenceKind,
    document_path::{DocumentPath, Step},
    list::{self, ElementOrder},
};
use datasurface_model::{Text, segment};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Deeper than this, values are compared as a whole.
const DEEPEST: usize = 100;

/// Every difference between two documents, in no particular order.
pub(super) fn differences(old: &Value, new: &Value) -> Vec<Difference> {
    let mut differ = Differ::default();
    differ.compare(&DocumentPath::default(), Some(old), Some(new));
    differ.find_moves();
    differ.found
}

#[derive(Default)]
struct Differ {
    found: Vec<Difference>,
}

impl Differ {
    fn compare(&mut self, place: &DocumentPath, old: Option<&Value>, new: Option<&Value>) {
        match (old, new) {
            (None, None) => {}
            (Some(old), Some(new)) => self.compare_both(place, old, new),
            (Some(old), None) => {
                let (own, owned) = split(place, old);
                self.add(place, DifferenceKind::Removed { value: own.into() });
                for (place, value) in owned {
                    self.compare_member(&place, Some(value), None);
                }
            }
            (None, Some(new)) => {
                let (own, owned) = split(place, new);
                self.add(place, DifferenceKind::Added { value: own.into() });
                for (place, value) in owned {
                    self.compare_member(&place, None, Some(value));
                }
            }
        }
    }

    fn compare_both(&mut self, place: &DocumentPath, old: &Value, new: &Value) {
        if are_equal(old, new) {
            return;
        }
        let (old, new) = (place.expanded(old), place.expanded(new));
        match (&*old, &*new) {
            (Value::Object(old), Value::Object(new)) if place.steps().len() < DEEPEST => {
                let keys: BTreeSet<&str> = old.keys().chain(new.keys()).map(String::as_str).collect();
                for key in keys {
                    self.compare_member(&place.member(key), old.get(key), new.get(key));
                }
            }
            (Value::Array(olds), Value::Array(news)) => match (list::by_name(olds), list::by_name(news)) {
                (Some(old_names), Some(new_names)) => {
                    self.compare_lists(place, (olds, &old_names), (news, &new_names));
                }
                _ => self.modified(place, &old, &new),
            },
            _ => self.modified(place, &old, &new),
        }
    }

    /// A collection without elements is not written: it is never new or gone, its elements are.
    fn compare_member(&mut self, place: &DocumentPath, old: Option<&Value>, new: Option<&Value>) {
        if is_collection(place) {
            let empty = Value::Array(Vec::new());
            self.compare_both(place, old.unwrap_or(&empty), new.unwrap_or(&empty));
        } else {
            self.compare(place, old, new);
        }
    }

    fn compare_lists(&mut self, place: &DocumentPath, (olds, old): List<'_>, (news, new): List<'_>) {
        let mut order = ElementOrder::new(olds);
        let renamed: BTreeMap<&str, &str> = new
            .iter()
            .filter(|(name, _)| !old.contains_key(*name))
            .filter_map(|(name, element)| Some((list::former_name(element)?, *name)))
            .filter(|(former, _)| old.contains_key(former) && !new.contains_key(former))
            .collect();
        for (from, to) in &renamed {
            order.rename(from, to);
        }
        for (name, element) in old {
            let new_name = renamed.get(name).copied().unwrap_or(name);
            let place = place.element(new_name);
            if *name != new_name {
                self.add(&place, DifferenceKind::Renamed { from: (*name).into() });
                let mut element = (*element).clone();
                list::rename(&mut element, new_name);
                self.compare(&place, Some(&element), new.get(new_name).copied());
                continue;
            }
            if !new.contains_key(name) {
                order.remove(name);
            }
            self.compare(&place, Some(element), new.get(name).copied());
        }
        for (name, element) in new {
            if !old.contains_key(name) && !renamed.values().any(|renamed| renamed == name) {
                order.insert(name);
                self.compare(&place.element(name), None, Some(element));
            }
        }
        let wanted = ElementOrder::new(news).into_names();
        if order.into_names() != wanted {
            self.add(place, DifferenceKind::Reordered { order: wanted });
        }
    }

    /// Datastores and workspaces have one name in the whole ecosystem: what is gone in one team and new in another one
    /// was moved.
    fn find_moves(&mut self) {
        let mut gone = BTreeMap::new();
        let mut arrived = Vec::new();
        for difference in std::mem::take(&mut self.found) {
            match (&difference.kind, movable(&difference.place)) {
                (DifferenceKind::Removed { .. }, Some(named)) => drop(gone.insert(named, difference)),
                (DifferenceKind::Added { value }, Some((collection, name))) => {
                    let former = list::former_name(&value.value()).map(Text::from);
                    arrived.push((collection, name, former, difference));
                }
                _ => self.found.push(difference),
            }
        }
        for (collection, name, former, difference) in arrived {
            let origin = [Some(name.clone()), former].into_iter().flatten();
            let origin = origin.filter_map(|name| gone.remove(&(collection.clone(), name))).next();
            match origin {
                Some(origin) => self.moved(origin, &name, difference),
                None => self.found.push(difference),
            }
        }
        self.found.extend(gone.into_values());
    }

    fn moved(&mut self, removed: Difference, name: &str, added: Difference) {
        let (DifferenceKind::Removed { value: old }, DifferenceKind::Added { value: new }) =
            (removed.kind, added.kind)
        else {
            return;
        };
        let mut old = old.value();
        list::rename(&mut old, name);
        self.found.push(Difference::moved(removed.place, added.place.clone()));
        self.compare(&added.place, Some(&old), Some(&new.value()));
    }

    fn modified(&mut self, place: &DocumentPath, old: &Value, new: &Value) {
        self.add(place, DifferenceKind::Modified { old: old.clone().into(), new: new.clone().into() });
    }

    fn add(&mut self, place: &DocumentPath, kind: DifferenceKind) {
        self.found.push(Difference::new(place.clone(), kind));
    }
}

/// Whether two values are written in the same way, but for the order of members. Numbers that are equal are not always:
/// `0.0` is no `-0.0`, and who sets one for the other changes what others have.
fn are_equal(old: &Value, new: &Value) -> bool {
    let mut waiting = vec![(old, new)];
    while let Some((old, new)) = waiting.pop() {
        match (old, new) {
            (Value::Object(old), Value::Object(new)) => {
                if old.len() != new.len() {
                    return false;
                }
                for (key, old) in old {
                    let Some(new) = new.get(key) else { return false };
                    waiting.push((old, new));
                }
            }
            (Value::Array(old), Value::Array(new)) => {
                if old.len() != new.len() {
                    return false;
                }
                waiting.extend(old.iter().zip(new));
            }
            (Value::Number(old), Value::Number(new)) => {
                if old != new || old.to_string() != new.to_string() {
                    return false;
                }
            }
            (old, new) => {
                if old != new {
                    return false;
                }
            }
        }
    }
    true
}

type List<'v> = (&'v [Value], &'v BTreeMap<&'v str, &'v Value>);

/// A value without what is told part by part, and that.
fn split<'v>(place: &DocumentPath, value: &'v Value) -> (Value, Vec<(DocumentPath, &'v Value)>) {
    let (Some(owned), Value::Object(members)) = (owned_member(place), value) else {
        return (value.clone(), Vec::new());
    };
    let others = members.iter().filter(|(key, _)| *key != owned);
    let own: Map<_, _> = others.map(|(key, value)| (key.clone(), value.clone())).collect();
    (own.into(), members.get(owned).map(|value| (place.member(owned), value)).into_iter().collect())
}

/// The member that is told on its own: definitions, and the teams of a zone.
fn owned_member(place: &DocumentPath) -> Option<&'static str> {
    match place.steps() {
        [Step::Member(_), Step::Element(_)] if place.is_within(segment::ZONES) => Some(segment::DEFINITION),
        [_, _, Step::Member(definition)]
            if place.is_within(segment::ZONES) && definition == segment::DEFINITION =>
        {
            Some(segment::TEAMS)
        }
        [_, _, Step::Member(_), Step::Member(teams), Step::Element(_)]
            if place.is_within(segment::ZONES) && teams == segment::TEAMS =>
        {
            Some(segment::DEFINITION)
        }
        _ => None,
    }
}

/// Whether a collection of the model is here. Settings can look the same, but are never here.
fn is_collection(place: &DocumentPath) -> bool {
    let Some(Step::Member(collection)) = place.steps().last() else { return false };
    match place.steps().len() {
        1 => matches!(
            collection.as_str(),
            segment::ZONES
                | segment::VENDORS
                | segment::PLATFORMS
                | segment::GROUP_PINS
                | segment::PRIMARY_PINS
        ),
        4 => place.is_within(segment::ZONES) && collection == segment::TEAMS,
        7 => {
            place.is_within(segment::ZONES)
                && matches!(
                    collection.as_str(),
                    segment::CONTAINERS | segment::DATASTORES | segment::WORKSPACES
                )
        }
        9 => {
            place.is_within(segment::ZONES)
                && matches!(collection.as_str(), segment::DATASETS | segment::GROUPS)
        }
        _ => false,
    }
}

/// The collection and the name of a datastore or a workspace.
fn movable(place: &DocumentPath) -> Option<(Text, Text)> {
    match place.steps() {
        [_, _, _, Step::Member(_), _, _, Step::Member(collection), Step::Element(name)]
            if place.is_within(segment::ZONES)
                && matches!(collection.as_str(), segment::DATASTORES | segment::WORKSPACES) =>
        {
            Some((collection.clone(), name.clone()))
        }
        _ => None,
    }
}
