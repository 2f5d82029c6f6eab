//! Findings that a change brings: those of the new ecosystem that the old one has not.

use crate::{diff::ModelDiff, former_names::FormerNames, former_places::FormerPlaces};
use datasurface_model::{Diagnostic, Ecosystem, Findings, ModelPath, Severity, Valid, segment};
use rustc_hash::FxHashMap;
use std::{borrow::Cow, collections::HashMap};

/// What makes a finding the same before and after a change: its place, its kind, its message, and the places that it names. Texts about
/// those places are none of it: a reason that is corrected makes nothing new.
type Identity<'f> = (ModelPath, &'f str, Severity, Cow<'f, str>, Vec<ModelPath>);

/// Returns the findings of `new` that `old` has not. One of `old` hides one of `new`, and no second one. What the change between the
/// ecosystems renames or moves is the same place.
#[must_use]
pub fn new_findings(old: &Findings, new: &Findings, ecosystems: [&Valid<Ecosystem>; 2]) -> Findings {
    let (known, added) = unmatched(old.iter().collect(), new.iter().collect(), identity);
    // Most often nothing is left on both sides, and nobody asks for renames.
    let added = if known.is_empty() || added.is_empty() {
        added
    } else {
        let [old, new] = ecosystems;
        let diff = ModelDiff::between(old, new);
        let names = FormerNames::from_diff(&diff);
        let places = FormerPlaces::new(&diff, &names);
        let keys = places.keys();
        unmatched(known, added, |finding| identity_before(finding, &places, &keys)).1
    };
    added.into_iter().cloned().collect()
}

/// Returns the findings of each side that have no equal on the other one. `identify` identifies those of the new side.
fn unmatched<'f>(
    old: Vec<&'f Diagnostic>,
    new: Vec<&'f Diagnostic>,
    identify: impl Fn(&'f Diagnostic) -> Identity<'f>,
) -> (Vec<&'f Diagnostic>, Vec<&'f Diagnostic>) {
    let mut known = FxHashMap::<Identity<'_>, Vec<&Diagnostic>>::default();
    for finding in old {
        known.entry(identity(finding)).or_default().push(finding);
    }
    let is_new = |finding: &&'f Diagnostic| known.get_mut(&identify(finding)).and_then(Vec::pop).is_none();
    let added = new.into_iter().filter(is_new).collect();
    (known.into_values().flatten().collect(), added)
}

fn identity(finding: &Diagnostic) -> Identity<'_> {
    identity_by(finding, ModelPath::clone, Cow::Borrowed)
}

/// The identity that a finding would have had before the change.
fn identity_before<'f>(
    finding: &'f Diagnostic,
    places: &FormerPlaces<'_>,
    keys: &HashMap<String, String>,
) -> Identity<'f> {
    let names = FormerSpellings::of(finding, places, keys);
    identity_by(finding, |path| names.place(path, places), |message| names.message(message).into())
}

fn identity_by<'f>(
    finding: &'f Diagnostic,
    place: impl Fn(&ModelPath) -> ModelPath,
    message: impl Fn(&'f str) -> Cow<'f, str>,
) -> Identity<'f> {
    let (mut text, mut related) = (Cow::Borrowed(""), Vec::new());
    // Reasons depend on what else there is.
    if !finding.gives_reasons() {
        text = message(finding.message());
        let places = finding.related_places().iter().filter(|related| related.path != *finding.path());
        related.extend(places.map(|related| place(&related.path)));
        related.sort();
    }
    (place(finding.path()), finding.code(), finding.severity(), text, related)
}

/// How what a finding is about was called before, as texts. Others may have the same names, so what else was renamed does not count: then a finding
/// is new. Of datasets, there is one of a key, whoever names it.
struct FormerSpellings<'k> {
    names: Vec<(String, String)>,
    keys: &'k HashMap<String, String>,
}

impl<'k> FormerSpellings<'k> {
    fn of(finding: &Diagnostic, places: &FormerPlaces<'_>, keys: &'k HashMap<String, String>) -> Self {
        let related = finding.related_places().iter().map(|related| &related.path);
        let mut names = Vec::new();
        for path in related.chain([finding.path()]) {
            let segments: Vec<&str> = path.segments().collect();
            for end in 1..=segments.len() {
                let now = ModelPath::from_segments(segments.iter().take(end));
                let both = spelled(&now).zip(spelled(&places.of(&now)));
                names.extend(both.filter(|(now, before)| now != before));
            }
        }
        // What is inside goes first: its former name is the whole one.
        names.sort_by_key(|(now, _): &(String, String)| std::cmp::Reverse(now.len()));
        Self { names, keys }
    }

    /// The place that something had before, by former names also where a segment refers to other things.
    fn place(&self, place: &ModelPath, places: &FormerPlaces<'_>) -> ModelPath {
        let former = places.of(place);
        let segments = former.segments().zip(place.segments()).map(|(former, now)| match former == now {
            true => now.split(' ').map(|word| self.word(word)).collect::<Vec<_>>().join(" "),
            false => former.to_owned(),
        });
        ModelPath::from_segments(segments)
    }

    /// A message, in which names stand between backticks.
    fn message(&self, message: &str) -> String {
        let pieces = message.split('`').enumerate();
        let pieces =
            pieces.map(|(index, piece)| if index % 2 == 1 { self.word(piece) } else { piece.into() });
        pieces.collect::<Vec<_>>().join("`")
    }

    fn word<'w>(&self, word: &'w str) -> Cow<'w, str> {
        let named = self.names.iter().find_map(|(now, before)| {
            let inside = word.strip_prefix(now.as_str())?;
            (inside.is_empty() || inside.starts_with('/')).then(|| format!("{before}{inside}"))
        });
        let before = named.or_else(|| {
            // The whole key, or what it begins with.
            let ends = word.match_indices('/').take(2).map(|(end, _)| end).collect::<Vec<_>>();
            let key = ends.get(1).copied().unwrap_or(word.len());
            let store = ends.first()? + 1;
            [key, store].into_iter().find_map(|end| {
                let (known, inside) = word.split_at_checked(end)?;
                Some(format!("{}{inside}", self.keys.get(known)?))
            })
        });
        before.map_or(Cow::Borrowed(word), Cow::Owned)
    }
}

/// How a zone, a team, a container, a datastore, a dataset, a platform, a vendor or a location is written, where something refers to it.
fn spelled(path: &ModelPath) -> Option<String> {
    let segments: Vec<&str> = path.segments().collect();
    match segments.as_slice() {
        [segment::ZONES | segment::PLATFORMS, name] => Some((*name).to_owned()),
        [segment::ZONES, zone, segment::TEAMS, team] => Some(format!("{zone}/{team}")),
        [segment::ZONES, zone, segment::TEAMS, team, segment::CONTAINERS, container] => {
            Some(format!("{zone}/{team}/{container}"))
        }
        [segment::ZONES, _, segment::TEAMS, _, segment::DATASTORES, name]
        | [segment::ZONES, _, segment::TEAMS, _, segment::DATASTORES, _, segment::DATASETS, name] => {
            Some((*name).to_owned())
        }
        [segment::VENDORS, vendor, inside @ ..] => {
            let names = inside.chunks(2).map(|pair| match pair {
                [segment::LOCATIONS, name] => Some(*name),
                _ => None,
            });
            let names: Option<Vec<&str>> = [Some(*vendor)].into_iter().chain(names).collect();
            names.map(|names| names.join("/"))
        }
        _ => None,
    }
}
