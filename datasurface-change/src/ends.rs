//! What findings lead to: the containers, the locations, the platforms and the data that they are about. Whoever accepts a finding, or lets it
//! be, knows these and no others.

use super::{
    changed_model::ChangedModel,
    finding_data::{FindingData, finding_data},
    inherited_waivers::places_before,
};
use datasurface_model::{
    ContainerKey, Diagnostic, Ecosystem, ModelPath, Place, Provenance, Text, Valid, segment,
};
use std::collections::{BTreeSet, HashMap};

/// The codes that tell one location of a vendor from another one in nothing.
const VENDOR_CODES: [&str; 4] = [
    "governance/vendor",
    "governance/hard-vendor",
    "governance/platform-vendor",
    "governance/platform-hard-vendor",
];

const STORAGE_OF_PLATFORM: &str = "governance/platform-storage";

/// What a finding leads to.
type Ends = BTreeSet<End>;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    /// A container, a location or a platform.
    Place(String),
    /// Which cloud the vendor is; whose keys the container or the platform has, and which technology.
    Quality(String),
    /// The addresses of a container. A cluster has several, and is the same one as long as it keeps one of them.
    Addresses(Vec<Text>),
    /// A dataset by its names, and how its data comes to be, where that matters.
    Data(String, Option<Provenance>),
}

/// What findings of the old ecosystem lead to, by code and place.
pub(super) struct EndsBefore<'f>(HashMap<(&'f str, String), Vec<Ends>>);

/// What a finding leads to, compared with what those lead to that were in its place before.
pub(super) enum Comparison {
    /// There was none.
    New,
    /// To nothing else.
    Same,
    /// To something else.
    Other,
}

impl<'f> EndsBefore<'f> {
    pub(super) fn new(old: &Valid<Ecosystem>, findings: impl IntoIterator<Item = &'f Diagnostic>) -> Self {
        let mut before = HashMap::<_, Vec<Ends>>::new();
        for finding in findings {
            let key = (finding.code(), finding.path().to_string());
            before.entry(key).or_default().push(ends(old, finding, ModelPath::clone));
        }
        Self(before)
    }

    pub(super) fn compare(&self, change: &ChangedModel<'_>, finding: &'f Diagnostic) -> Comparison {
        let key = (finding.code(), finding.path().to_string());
        let now = ends(change.new, finding, ModelPath::clone);
        // Most often nothing differs, and nobody asks for renames.
        if self.0.get(&key).is_some_and(|all| all.iter().any(|before| lies_within(&now, before))) {
            return Comparison::Same;
        }
        let now = ends(change.new, finding, |path| change.former_places.of(path));
        let places = existing_before(change, finding);
        let known = places.iter().filter_map(|place| self.0.get(&(finding.code(), place.clone())));
        let known: Vec<&Ends> = known.flatten().collect();
        match known.iter().any(|before| lies_within(&now, before)) {
            true => Comparison::Same,
            false if known.is_empty() => Comparison::New,
            false => Comparison::Other,
        }
    }
}

/// The places that the thing had before that a finding is about, as far as there was anything.
pub(super) fn existing_before(change: &ChangedModel<'_>, finding: &Diagnostic) -> Vec<String> {
    let former = change.former_place(finding.path());
    places_before(change, &former).filter(|place| change.old.has_path(place)).collect()
}

/// Whether all that a finding leads to was led to before, or lies within that.
fn lies_within(now: &Ends, before: &Ends) -> bool {
    now.iter().all(|end| before.contains(end) || before.iter().any(|before| is_within(end, before)))
}

fn is_within(end: &End, before: &End) -> bool {
    match (end, before) {
        (End::Place(place), End::Place(before)) => {
            place.strip_prefix(before.as_str()).is_some_and(|rest| rest.starts_with('/'))
        }
        (End::Addresses(now), End::Addresses(before)) => now.iter().any(|address| before.contains(address)),
        (End::Data(dataset, Some(made)), End::Data(other, Some(before))) => {
            dataset == other && made.is_same(before)
        }
        _ => false,
    }
}

/// What a finding leads to. `former` tells what place something had before.
fn ends(
    ecosystem: &Valid<Ecosystem>,
    finding: &Diagnostic,
    former: impl Fn(&ModelPath) -> ModelPath,
) -> Ends {
    let named = |path: &ModelPath| former(path).to_string();
    let mut ends = Ends::new();
    // A finding names one location of those that are denied, so all of them count.
    let mut locations = BTreeSet::<Place>::new();
    for place in finding.related_places() {
        let segments: Vec<&str> = place.path.segments().collect();
        match segments.as_slice() {
            [segment::PLATFORMS, platform, ..] => {
                ends.insert(End::Place(named(&place.path)));
                let found = ecosystem.platforms().get(*platform);
                // Whose keys its store has, its plug-in alone reads.
                let settings = found.filter(|_| finding.code() == STORAGE_OF_PLATFORM);
                ends.extend(settings.map(|found| End::Quality(found.config().as_str().to_owned())));
                locations.extend(found.into_iter().flat_map(|found| found.locations()).cloned());
            }
            [segment::ZONES, zone, segment::TEAMS, team, segment::CONTAINERS, container, ..] => {
                ends.insert(End::Place(named(&place.path)));
                let found = ecosystem.container(&ContainerKey::new(*zone, *team, *container));
                if let Some(found) = found {
                    ends.insert(End::Quality(format!(
                        "{:?} {}",
                        found.encryption(),
                        found.kind().technology()
                    )));
                    let addresses = found.addresses();
                    ends.extend((!addresses.is_empty()).then_some(End::Addresses(addresses)));
                }
                locations.extend(found.into_iter().flat_map(|found| found.locations()).cloned());
            }
            // A platform may have it from its settings.
            [segment::VENDORS, vendor, inside @ ..] => drop(locations.insert(place_in(vendor, inside))),
            _ => {}
        }
    }
    let is_about_vendors = VENDOR_CODES.contains(&finding.code());
    for place in locations {
        let vendor = ecosystem.vendors().get(place.vendor());
        let whole = Place::from_vendor(place.vendor());
        let name = named(&ModelPath::place(&whole));
        ends.extend(vendor.map(|vendor| End::Quality(format!("{name}: {:?}", vendor.cloud()))));
        let place = if is_about_vendors { whole } else { place };
        ends.insert(End::Place(named(&ModelPath::place(&place))));
    }
    let segments: Vec<&str> = finding.path().segments().collect();
    if let [segment::PRIMARY_PINS, datastore, ..] = *segments {
        let pin = ecosystem.primary_pins().get(datastore);
        let platform = |name| ModelPath::root().child(segment::PLATFORMS, name);
        ends.extend(pin.map(|pin| End::Place(named(&platform(pin.platform())))));
    }
    for FindingData { place, provenance, classes } in finding_data(ecosystem, finding) {
        // The team is not what the data is: a datastore may move.
        let names: Vec<String> = former(&place).segments().skip(4).map(str::to_owned).collect();
        let name = names.join("/");
        ends.extend(classes.iter().map(|class| End::Quality(format!("{name}: {class}"))));
        ends.insert(End::Data(name, provenance));
    }
    ends
}

/// The place at the end of a path into a vendor: each location is inside of the one before it.
fn place_in(vendor: &str, inside: &[&str]) -> Place {
    let names = inside.chunks(2).map_while(|pair| match pair {
        [segment::LOCATIONS, name] => Some(*name),
        _ => None,
    });
    Place::new(vendor, names)
}
