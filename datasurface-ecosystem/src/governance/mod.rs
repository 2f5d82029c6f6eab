//! The evaluation of a policy for a part that the data of its zone meets.
//!
//! One policy and one thing that it may be about: that is all this module knows. Which policies meet which things is
//! decided by those who ask: validation for what the model alone says, a broker for what platforms add. The whole table
//! is in `docs/governance.md`.

mod codes;
mod denial;
mod technology;

pub use codes::{
    CLASSIFICATION, CLASSIFICATION_LIMIT, HARD_VENDOR, LOCATION, NO_EFFECT, PLATFORM, PRODUCTION,
    PRODUCTION_MIX, STORAGE, UNCLASSIFIED, UNKNOWN_CLOUD, UNKNOWN_PLACE, UNKNOWN_TECHNOLOGY, VENDOR,
};
pub use denial::DenialContext;
pub use technology::known_technology;

use crate::{
    diagnostic::CodeInfo,
    ecosystem::{CloudVendor, KeyHolder, Permitted, Policy, PolicyRule, ProductionStatus, StorageRule},
};
use datasurface_schema::{Classification, Place, PlatformName, Set, Text, VendorName};

/// A subject of policies: a part that the data of a zone meets.
#[derive(Clone, Debug)]
pub enum PolicySubject<'a> {
    /// Places at which data is kept.
    Places(&'a Set<Place>),
    /// A container or platform without a declared place.
    UnknownPlace,
    /// A container, and whether some of the data in it asks for the policy by name.
    Storage {
        /// The technology, as a container's kind names it: `postgres`.
        technology: Text,
        /// The holder of the keys to the data; none if the data is not encrypted.
        encryption: Option<KeyHolder>,
        /// Whether data that is kept there names the policy.
        is_asked_for: bool,
    },
    /// Data.
    Data {
        /// Every classification of it, columns included.
        classifications: &'a Set<&'a Classification>,
        /// Whether it is classified as a whole, or in every column.
        is_complete: bool,
    },
    /// A platform.
    Platform(&'a PlatformName),
    /// The production statuses of a part of the zone and of a part that it meets. Both are equal where it meets no
    /// part of the other status.
    Status {
        /// The status of the zone's part.
        ours: ProductionStatus,
        /// The status of the part that it meets.
        theirs: ProductionStatus,
    },
}

impl PolicySubject<'_> {
    /// Creates the subject of a part of status `theirs` that meets, or serves, parts of a zone: one of the other
    /// status decides.
    #[must_use]
    pub fn status(ours: &Set<ProductionStatus>, theirs: ProductionStatus) -> Self {
        let other = ours.iter().copied().find(|status| *status != theirs);
        Self::Status { ours: other.unwrap_or(theirs), theirs }
    }
}

/// A denial by a policy, with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// The code of the finding.
    pub code: &'static CodeInfo,
    /// The reason, as a predicate of the policy: "does not permit the location `AWS/us-east-1`".
    pub reason: String,
    /// The denied place, if the policy is about places.
    pub place: Option<Place>,
}

impl Denial {
    fn new(code: &'static CodeInfo, reason: String) -> Self {
        Self { code, reason, place: None }
    }

    fn for_place(code: &'static CodeInfo, reason: String, place: &Place) -> Self {
        Self { place: Some(place.clone()), ..Self::new(code, reason) }
    }
}

/// Evaluates a policy for a part that the data of its zone meets. Returns none if the policy permits it, or is about
/// other parts. `cloud` returns the cloud of a vendor, if that is known.
///
/// ```
/// use datasurface_ecosystem::{Permitted, Place, Policy, PolicyRule, governance::{PolicySubject, evaluate}};
/// let policy = Policy::new("Stay in Europe", PolicyRule::Locations(Permitted::only(["Azure/Europe"])));
/// let places = [Place::from("Azure/USA")].into();
/// let denial = evaluate(&policy, &PolicySubject::Places(&places), |_| None);
/// assert_eq!(denial.map(|denial| denial.reason).as_deref(), Some("does not permit the location `Azure/USA`"));
/// ```
pub fn evaluate(
    policy: &Policy,
    subject: &PolicySubject<'_>,
    cloud: impl Fn(&VendorName) -> Option<CloudVendor>,
) -> Option<Denial> {
    match (policy.rule(), subject) {
        (PolicyRule::Locations(permitted), PolicySubject::Places(places)) => location(permitted, places),
        (PolicyRule::Vendors(permitted), PolicySubject::Places(places)) => vendor(permitted, places),
        (PolicyRule::HardVendors(permitted), PolicySubject::Places(places)) => {
            hard_vendor(permitted, places, cloud)
        }
        (PolicyRule::Locations(permitted), PolicySubject::UnknownPlace) => unknown(&LOCATION, permitted),
        (PolicyRule::Vendors(permitted), PolicySubject::UnknownPlace) => unknown(&VENDOR, permitted),
        (PolicyRule::HardVendors(permitted), PolicySubject::UnknownPlace) => unknown(&HARD_VENDOR, permitted),
        (PolicyRule::Storage(rule), PolicySubject::Storage { technology, encryption, is_asked_for }) => {
            let holds = rule.is_mandatory() || *is_asked_for;
            holds.then(|| storage(rule, technology, *encryption)).flatten()
        }
        (PolicyRule::Classifications(permitted), PolicySubject::Data { classifications, is_complete }) => {
            data(permitted, classifications, *is_complete)
        }
        (PolicyRule::Platforms(permitted), PolicySubject::Platform(platform)) => (!permitted
            .admits(platform))
        .then(|| Denial::new(&PLATFORM, format!("does not permit the platform `{platform}`"))),
        (PolicyRule::Production(permitted), PolicySubject::Status { theirs, .. }) => (!permitted
            .admits(theirs))
        .then(|| Denial::new(&PRODUCTION, format!("does not permit what is {theirs}"))),
        (PolicyRule::SeparateProduction, PolicySubject::Status { ours, theirs }) => (ours != theirs)
            .then(|| Denial::new(&PRODUCTION, "wants production apart from what is not".to_owned())),
        _ => None,
    }
}

/// Returns the reason why nobody can tell whether a policy denies a part: some values are denied, and the value of the part is
/// unknown. Returns none if the policy decides; then [`evaluate`] says how. For doubt about data, see [`UNCLASSIFIED`], which
/// [`evaluate`] reports.
pub fn doubt(
    policy: &Policy,
    subject: &PolicySubject<'_>,
    cloud: impl Fn(&VendorName) -> Option<CloudVendor>,
) -> Option<Denial> {
    fn is_list_of_denials<T: Ord>(permitted: &Permitted<T>) -> bool {
        permitted.allowed().is_none() && !permitted.denied().is_empty()
    }
    match (policy.rule(), subject) {
        (PolicyRule::HardVendors(permitted), PolicySubject::Places(places))
            if is_list_of_denials(permitted) =>
        {
            let place = places.iter().find(|place| cloud(place.vendor()).is_none())?;
            let vendor = place.vendor();
            let reason = format!(
                "denies {}, which `{vendor}` may be: it does not say which cloud it is",
                listed_denials(permitted)
            );
            Some(Denial::for_place(&UNKNOWN_CLOUD, reason, place))
        }
        (PolicyRule::Locations(permitted), PolicySubject::UnknownPlace) if is_list_of_denials(permitted) => {
            Some(Denial::new(
                &UNKNOWN_PLACE,
                format!("denies {}, and nobody knows where this is", listed_denials(permitted)),
            ))
        }
        (PolicyRule::Vendors(permitted), PolicySubject::UnknownPlace) if is_list_of_denials(permitted) => {
            Some(Denial::new(
                &UNKNOWN_PLACE,
                format!("denies {}, and nobody knows whose this is", listed_denials(permitted)),
            ))
        }
        (PolicyRule::HardVendors(permitted), PolicySubject::UnknownPlace)
            if is_list_of_denials(permitted) =>
        {
            Some(Denial::new(
                &UNKNOWN_PLACE,
                format!("denies {}, and nobody knows which cloud this is", listed_denials(permitted)),
            ))
        }
        _ => None,
    }
}

/// The denied values, to be shown.
fn listed_denials<T: Ord + std::fmt::Display>(permitted: &Permitted<T>) -> String {
    let denied: Vec<_> = permitted.denied().iter().map(|denied| format!("`{denied}`")).collect();
    denied.join(", ")
}

/// A place covers what lies below it. So what is allowed must cover the place; and what is denied must neither cover it
/// nor lie in it, for the data could be there.
fn location(permitted: &Permitted<Place>, places: &Set<Place>) -> Option<Denial> {
    let is_denied = |place: &&Place| {
        !permitted
            .admits_by(|allowed| allowed.covers(place), |denied| denied.covers(place) || place.covers(denied))
    };
    let place = places.iter().find(is_denied)?;
    Some(Denial::for_place(&LOCATION, format!("does not permit the location `{place}`"), place))
}

fn vendor(permitted: &Permitted<VendorName>, places: &Set<Place>) -> Option<Denial> {
    let place = places.iter().find(|place| !permitted.admits(place.vendor()))?;
    Some(Denial::for_place(&VENDOR, format!("does not permit the vendor `{}`", place.vendor()), place))
}

/// Returns the denial of a cloud. A vendor whose cloud is unknown never passes where only some are allowed.
fn hard_vendor(
    permitted: &Permitted<CloudVendor>,
    places: &Set<Place>,
    cloud: impl Fn(&VendorName) -> Option<CloudVendor>,
) -> Option<Denial> {
    let admits = |vendor: &VendorName| match cloud(vendor) {
        Some(cloud) => permitted.admits(&cloud),
        None => permitted.allowed().is_none(),
    };
    let place = places.iter().find(|place| !admits(place.vendor()))?;
    let found = match cloud(place.vendor()) {
        Some(cloud) => format!("`{cloud}`"),
        None => format!("`{}`, which does not say which cloud it is", place.vendor()),
    };
    Some(Denial::for_place(&HARD_VENDOR, format!("does not permit the cloud {found}"), place))
}

/// Returns the denial of an unknown place or vendor, which never passes where only some are allowed.
fn unknown<T: Ord>(code: &'static CodeInfo, permitted: &Permitted<T>) -> Option<Denial> {
    permitted.allowed()?;
    Some(Denial::new(code, "says where data may be, and nobody knows where this is".to_owned()))
}

fn storage(rule: &StorageRule, technology: &str, encryption: Option<KeyHolder>) -> Option<Denial> {
    let is_denied = |denied: &Text| is_alike(denied, technology);
    if !rule.technologies().admits_by(|allowed| allowed == technology, is_denied) {
        return Some(Denial::new(&STORAGE, format!("does not permit storage in `{technology}`")));
    }
    let wanted = rule.encryption()?;
    let reason = match encryption {
        Some(keys) if keys >= wanted => return None,
        Some(keys) => format!("wants keys that the `{wanted}` holds, not the `{keys}`"),
        None => format!("wants encryption with keys that the `{wanted}` holds"),
    };
    Some(Denial::new(&STORAGE, reason))
}

/// Whether two words that nobody declares mean the same: without regard to case, and to the separators of words. What is
/// denied is compared so, since a denial that misses what it means denies nothing, and nobody would see that. What is allowed
/// is compared letter by letter: an allowance that misses is told.
#[must_use]
pub fn is_alike(one: &str, other: &str) -> bool {
    fn letters(text: &str) -> impl Iterator<Item = char> {
        text.chars().filter(|letter| !matches!(letter, ' ' | '_' | '-')).flat_map(char::to_lowercase)
    }
    letters(one).eq(letters(other))
}

/// Data that is not classified completely never passes where only some is allowed; where some is denied, nobody can
/// tell.
fn data(
    permitted: &Permitted<Classification>,
    classifications: &Set<&Classification>,
    is_complete: bool,
) -> Option<Denial> {
    let admits = |label: &Classification| {
        let is_denied = |denied: &Classification| is_alike(denied.as_str(), label.as_str());
        permitted.admits_by(|allowed| allowed == label, is_denied)
    };
    if let Some(denied) = classifications.iter().find(|label| !admits(label)) {
        return Some(Denial::new(&CLASSIFICATION, format!("does not permit `{denied}`")));
    }
    if is_complete {
        return None;
    }
    Some(match permitted.allowed() {
        Some(_) => {
            Denial::new(&CLASSIFICATION, "does not permit data that is not classified completely".to_owned())
        }
        None => {
            let denied = listed_denials(permitted);
            Denial::new(&UNCLASSIFIED, format!("denies {denied}, which data without classification may be"))
        }
    })
}
