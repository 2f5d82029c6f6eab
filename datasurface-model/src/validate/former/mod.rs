//! References by former names: they lead to the renamed thing, as long as nothing has the former name now.
//!
//! Before anything else looks at an ecosystem, such references are written anew. So there is one place that knows former names,
//! and whoever reads a reference afterwards (rules, origins, graphs, brokers) sees the thing that it leads to. Where nothing was
//! renamed, nothing is done.

mod respell;
mod walk;

use super::{
    PersistentMap,
    reference::Reference,
    rules::STILL_THERE,
    unit::{UnitKey, UnitPlace},
};
use crate::{
    diagnostic::{CodeInfo, Diagnostic, ModelPath, Suggestion},
    ecosystem::{Datastore, Ecosystem, Workspace},
    ownership::OwnedPart,
};
use datasurface_schema::{DatastoreName, WorkspaceName};
use respell::Respeller;
use rustc_hash::{FxHashMap, FxHashSet};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

pub(super) static FORMER_NAME: CodeInfo = CodeInfo::warning(
    "reference/former-name",
    "something is referred to by a name that it had before",
    "What was renamed says how it was called before (`renamed_from`), and whoever refers to it by that name means it still. So a \
     rename is the change of one owner. The former name cannot be given to anything else as long as somebody writes it: write the \
     new one.",
);

/// How many of those are shown who write a former name.
const MOST_SHOWN: usize = 5;

/// Former names, each with what says that it had it, and how often: a name that is declared twice is a finding, not a panic.
type Formers = FxHashMap<Reference, BTreeMap<Reference, usize>>;

/// A reference by a former name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FormerSpelling {
    /// The place of the reference.
    pub path: ModelPath,
    kind: SpellingKind,
    spelled: Reference,
    meant: Reference,
}

/// How a reference is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum SpellingKind {
    /// As the value of an attribute.
    Value,
    /// As the name of an element of a collection.
    Name,
    /// As a part of an element.
    Part,
}

impl FormerSpelling {
    /// The part of the model that has the reference.
    #[must_use]
    pub fn part(&self) -> OwnedPart {
        OwnedPart::from_path(&self.path)
    }

    /// The former name, as it is written.
    #[must_use]
    pub fn spelled(&self) -> String {
        self.spelled.to_string()
    }

    /// The name that the thing has now.
    #[must_use]
    pub fn meant(&self) -> String {
        self.meant.to_string()
    }

    pub(super) fn reference(&self) -> &Reference {
        &self.spelled
    }

    fn to_diagnostic(&self) -> Diagnostic {
        let (spelled, meant) = (self.spelled(), self.meant());
        let suggestion = match self.kind {
            SpellingKind::Value => Some(Suggestion::put(self.path.clone(), meant.as_str())),
            SpellingKind::Name => Some(Suggestion::rename(self.path.clone(), &meant)),
            SpellingKind::Part => None,
        };
        let message = format!("`{spelled}` is called `{meant}` now");
        Diagnostic::new(&FORMER_NAME, self.path.clone(), message)
            .with_help(format!("write `{meant}`"))
            .with_suggestion(suggestion)
    }
}

/// An ecosystem as it is written, and what is known of former names in it. Persistent: what it costs to follow an edit follows the
/// edit, unless that changes what a former name leads to.
#[derive(Clone, Debug)]
pub(super) struct Spelling {
    written: Ecosystem,
    formers: Arc<Formers>,
    /// What the former names lead to that nothing has now.
    leading: Arc<FxHashMap<Reference, Reference>>,
    /// The former names that something has now, and what had them.
    taken: Arc<FxHashMap<Reference, Reference>>,
    /// Where former names are written.
    places: PersistentMap<UnitPlace, ()>,
}

impl Spelling {
    /// Reads an ecosystem. Returns it with every reference by a former name written anew.
    pub(super) fn read(before: Option<&Self>, written: &Ecosystem) -> (Self, Ecosystem) {
        let walk = walk::changes(before.map(|before| &before.written), written);
        let mut spelling = match before {
            Some(before) => Self { written: written.clone(), ..before.clone() },
            None => Self {
                written: written.clone(),
                formers: Arc::default(),
                leading: Arc::default(),
                taken: Arc::default(),
                places: PersistentMap::default(),
            },
        };
        let is_renamed = !walk.formers.is_empty();
        if is_renamed {
            let formers = Arc::make_mut(&mut spelling.formers);
            for (is_new, former, current) in walk.formers {
                let claims = formers.entry(former.clone()).or_default();
                let count = claims.entry(current.clone()).or_default();
                *count = if is_new { *count + 1 } else { count.saturating_sub(1) };
                claims.retain(|_, count| *count > 0);
                if claims.is_empty() {
                    formers.remove(&former);
                }
            }
        }
        let is_about_former = || walk.names.iter().any(|name| spelling.formers.contains_key(name));
        let is_same = !is_renamed && !is_about_former();
        if !is_same && spelling.lead() {
            spelling.places = PersistentMap::default();
            if !spelling.leading.is_empty() {
                let nothing = walk::changes(None, written);
                spelling.look_at(nothing.places);
            }
        } else if !spelling.leading.is_empty() {
            spelling.look_at(walk.places);
        }
        let respelled = spelling.respelled();
        (spelling, respelled)
    }

    /// Finds what each former name leads to. Returns whether that is something else than before.
    fn lead(&mut self) -> bool {
        let there = walk::existing(&self.written, self.formers.keys());
        let (mut leading, mut taken) = (FxHashMap::default(), FxHashMap::default());
        for (former, claims) in &*self.formers {
            // Of two that say that they were called so, nobody can tell which is meant.
            if let (Some((current, _)), true) = (claims.first_key_value(), claims.len() == 1) {
                let names = if there.contains(former) { &mut taken } else { &mut leading };
                names.insert(former.clone(), current.clone());
            }
        }
        let is_other = *self.leading != leading;
        (self.leading, self.taken) = (Arc::new(leading), Arc::new(taken));
        is_other
    }

    fn look_at(&mut self, places: FxHashSet<UnitPlace>) {
        for place in places {
            let mut respeller = Respeller::new(&self.leading);
            respeller.look_at(&self.written, &place);
            if respeller.found.is_empty() {
                self.places.remove(&place);
            } else {
                self.places.insert(place, ());
            }
        }
    }

    fn respelled(&self) -> Ecosystem {
        let mut respeller = Respeller::new(&self.leading);
        let places: BTreeSet<&UnitPlace> = self.places.keys().collect();
        places.into_iter().fold(self.written.clone(), |ecosystem, place| respeller.respell(ecosystem, place))
    }

    /// The ecosystem as it is written.
    pub(super) fn written(&self) -> &Ecosystem {
        &self.written
    }

    /// Every reference by a former name that leads somewhere, in order.
    pub(super) fn spelled(&self) -> Vec<FormerSpelling> {
        let mut respeller = Respeller::new(&self.leading);
        self.places.keys().for_each(|place| respeller.look_at(&self.written, place));
        respeller.found.sort();
        respeller.found
    }

    /// What a reference leads to: the thing that had the name, or itself.
    pub(super) fn leads_to(&self, reference: &Reference) -> Reference {
        Respeller::new(&self.leading).reference(reference)
    }

    /// Returns the findings about references by former names. `place` tells where a datastore or workspace is declared.
    pub(super) fn findings(&self, place: impl Fn(&Reference) -> Option<ModelPath>) -> Vec<Diagnostic> {
        let mut findings: Vec<_> = self.spelled().iter().map(FormerSpelling::to_diagnostic).collect();
        if self.taken.is_empty() {
            return findings;
        }
        // What is around something else may have been renamed, too.
        let both = self.leading.iter().chain(&*self.taken);
        let both: FxHashMap<_, _> = both.map(|(former, now)| (former.clone(), now.clone())).collect();
        let mut respeller = Respeller::new(&both);
        for place in walk::changes(None, &self.written).places {
            respeller.look_at(&self.written, &place);
        }
        let mut by_name = BTreeMap::<Reference, BTreeSet<&FormerSpelling>>::new();
        for spelling in &respeller.found {
            for step in respeller.steps(&spelling.spelled) {
                by_name.entry(step).or_default().insert(spelling);
            }
        }
        for (former, spellings) in by_name {
            let (Some(current), Some(declared)) = (self.taken.get(&former), place(&former)) else { continue };
            let message = format!("`{former}` is what others call `{current}`, which had the name before");
            let finding = Diagnostic::new(&STILL_THERE, declared, message)
                .with_help(format!("call it otherwise, or let all write `{current}` first"));
            findings.push(spellings.into_iter().take(MOST_SHOWN).fold(finding, |finding, spelling| {
                finding.related_place(spelling.path.clone(), "has the former name")
            }));
        }
        findings
    }
}

/// The datastore of this place, if it is one.
fn datastore<'e>(
    ecosystem: &'e Ecosystem,
    team: &datasurface_schema::TeamKey,
    name: &DatastoreName,
) -> Option<&'e Arc<Datastore>> {
    walk::team(ecosystem, team)?.datastores().get(name)
}

fn workspace<'e>(
    ecosystem: &'e Ecosystem,
    team: &datasurface_schema::TeamKey,
    name: &WorkspaceName,
) -> Option<&'e Arc<Workspace>> {
    walk::team(ecosystem, team)?.workspaces().get(name)
}

fn path_of(place: &UnitPlace) -> ModelPath {
    UnitKey::new(place.clone()).path()
}
