//! References by former names: they lead to the renamed thing, as long as nothing has the former name now.
//!
//! Before anything else looks at an ecosystem, such references are written anew. So there is one place that knows former names,
//! and whoever reads a reference afterwards (rules, origins, graphs, brokers) sees the thing that it leads to. Where nothing was
//! renamed, nothing is done.

mod respell;
mod respell_datastore;
mod respell_ecosystem;
mod respell_places;
mod respell_transformer;
mod spelling;
mod walk;

pub use spelling::FormerSpelling;

use crate::{
    ecosystem::{Datastore, Ecosystem, UnitPlace, Workspace, ZoneDeclaration},
    reference::Reference,
};
use datasurface_schema::{DatastoreName, Entity, TeamKey, WorkspaceName};
use imbl::{GenericHashMap, shared_ptr::DefaultSharedPtr};
use respell::Respeller;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Former names, each with what says that it had it, and how often: a name that is declared twice is a finding, not a panic.
type Formers = FxHashMap<Reference, BTreeMap<Reference, usize>>;

/// Locations that are deeper than documents can say are not followed: each step into a place is looked up.
const DEEPEST_LOCATION: usize = 256;

/// An ecosystem as it is written, and what is known of former names in it. Persistent: what it costs to follow an edit follows the
/// edit, unless that changes what a former name leads to.
#[derive(Clone, Debug)]
pub struct FormerNames {
    written: Ecosystem,
    formers: Arc<Formers>,
    /// What the former names lead to that nothing has now.
    leading: Arc<FxHashMap<Reference, Reference>>,
    /// The former names that something has now, and what had them.
    taken: Arc<FxHashMap<Reference, Reference>>,
    /// Where former names are written, with the references there.
    places: GenericHashMap<UnitPlace, Arc<[FormerSpelling]>, FxBuildHasher, DefaultSharedPtr>,
}

impl FormerNames {
    /// Reads an ecosystem. Returns it with every reference by a former name written anew.
    #[must_use]
    pub fn read(before: Option<&Self>, written: &Ecosystem) -> (Self, Ecosystem) {
        let walk = walk::changes(before.map(|before| &before.written), written);
        let mut names = match before {
            Some(before) => Self { written: written.clone(), ..before.clone() },
            None => Self {
                written: written.clone(),
                formers: Arc::default(),
                leading: Arc::default(),
                taken: Arc::default(),
                places: GenericHashMap::default(),
            },
        };
        let is_renamed = !walk.formers.is_empty();
        if is_renamed {
            let formers = Arc::make_mut(&mut names.formers);
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
        let has_former_locations = || names.formers.keys().any(|name| matches!(name, Reference::Location(_)));
        let is_about_former = || {
            walk.names.iter().any(|name| names.formers.contains_key(name))
                || walk.has_other_vendors && has_former_locations()
        };
        let is_same = !is_renamed && !is_about_former();
        if !is_same && names.lead() {
            names.places = GenericHashMap::default();
            if !names.leading.is_empty() {
                let nothing = walk::changes(None, written);
                names.look_at(nothing.places);
            }
        } else if !names.leading.is_empty() {
            names.look_at(with_consents(walk.places, written));
        }
        let respelled = names.respelled();
        (names, respelled)
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
            match respeller.found.is_empty() {
                true => self.places.remove(&place),
                false => self.places.insert(place, respeller.found.into()),
            };
        }
    }

    fn respelled(&self) -> Ecosystem {
        let mut respeller = Respeller::new(&self.leading);
        let places: BTreeSet<&UnitPlace> = self.places.keys().collect();
        places.into_iter().fold(self.written.clone(), |ecosystem, place| respeller.respell(ecosystem, place))
    }

    /// The ecosystem as it is written.
    #[must_use]
    pub fn written(&self) -> &Ecosystem {
        &self.written
    }

    /// Every reference by a former name that leads somewhere, in order.
    #[must_use]
    pub fn spelled(&self) -> Vec<FormerSpelling> {
        let mut spelled: Vec<_> = self.places.values().flat_map(|found| found.iter().cloned()).collect();
        spelled.sort();
        spelled
    }

    /// Whether a former name leads anywhere.
    #[must_use]
    pub fn lead_somewhere(&self) -> bool {
        !self.leading.is_empty()
    }

    /// Returns the reference by present names: that to the thing that had the name, or itself.
    #[must_use]
    pub fn leads_to(&self, reference: &Reference) -> Reference {
        Respeller::new(&self.leading).reference(reference)
    }

    /// Returns the former names that something else has now, and that references spell all the same, in order.
    #[must_use]
    pub fn reused(&self) -> Vec<ReusedName> {
        if self.taken.is_empty() {
            return Vec::new();
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
            for step in respeller.steps(spelling.reference()) {
                by_name.entry(step).or_default().insert(spelling);
            }
        }
        let reused = by_name.into_iter().filter_map(|(former, spellings)| {
            let current = self.taken.get(&former)?.clone();
            Some(ReusedName { former, current, spellings: spellings.into_iter().cloned().collect() })
        });
        reused.collect()
    }
}

/// Adds the zones that consent to outputs of workspaces, if a workspace is among these: a consent names an output as its workspace does.
fn with_consents(mut places: FxHashSet<UnitPlace>, ecosystem: &Ecosystem) -> FxHashSet<UnitPlace> {
    if places.iter().any(|place| matches!(place, UnitPlace::Workspace(..))) {
        let zones = ecosystem.zones().iter();
        let consents = |zone: &&ZoneDeclaration| {
            zone.definition().is_some_and(|definition| !definition.consents().is_empty())
        };
        places.extend(zones.filter(consents).map(|zone| UnitPlace::Zone(zone.name().clone())));
    }
    places
}

/// A former name that something else has now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReusedName {
    /// The former name, which leads to what has it now.
    pub former: Reference,
    /// The present name of what had it.
    pub current: Reference,
    /// The references that spell the former name, in order.
    pub spellings: Vec<FormerSpelling>,
}

/// The datastore of this place, if it is one.
fn datastore<'e>(
    ecosystem: &'e Ecosystem,
    team: &TeamKey,
    name: &DatastoreName,
) -> Option<&'e Arc<Datastore>> {
    walk::team(ecosystem, team)?.datastores().get(name)
}

fn workspace<'e>(
    ecosystem: &'e Ecosystem,
    team: &TeamKey,
    name: &WorkspaceName,
) -> Option<&'e Arc<Workspace>> {
    walk::team(ecosystem, team)?.workspaces().get(name)
}
