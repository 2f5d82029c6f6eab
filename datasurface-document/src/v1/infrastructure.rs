//! Vendors and their locations. A tree of locations is a list of paths, `Europe/Berlin`; an outer location is
//! understood. A location that a path cannot say (two siblings of one name, a `/` in a name) is an object.

use super::{
    annotations::{DocumentationForm, described, written},
    short_form::{Compact, ShortForm},
    sorted,
    words::Word,
};
use crate::shape::Shaped;
use datasurface_model::{
    CloudVendor, Entity, InfrastructureLocation, InfrastructureVendor, LocationName, Named, VendorName,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, to_value};
use std::{borrow::Cow, collections::BTreeMap};

/// Deeper is refused: trees are walked by recursion.
const DEEPEST: usize = 256;

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a vendor, as an object")]
#[shape(identified_by(name))]
pub(super) struct VendorObject {
    name: VendorName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cloud: Option<Word<CloudVendor>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[shape(is = Shape::Locations(|| LocationObject::SHAPE))]
    locations: Vec<ShortForm<Location>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    documentation: DocumentationForm,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    renamed_from: Option<VendorName>,
}

/// One location with what is in it, or the path to one.
#[derive(PartialEq)]
enum Location {
    Path(Vec<LocationName>),
    Tree(InfrastructureLocation),
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a location, as an object")]
#[shape(identified_by(name))]
pub(super) struct LocationObject {
    name: LocationName,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[shape(is = Shape::Locations(|| LocationObject::SHAPE))]
    locations: Vec<ShortForm<Location>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    documentation: DocumentationForm,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    renamed_from: Option<LocationName>,
}

impl VendorObject {
    pub(super) fn into_model(self) -> InfrastructureVendor {
        let vendor = InfrastructureVendor::new(self.name);
        let vendor = match self.cloud {
            Some(Word(cloud)) => vendor.with_cloud(cloud),
            None => vendor,
        };
        described(
            sorted(trees(self.locations)).into_iter().fold(vendor, InfrastructureVendor::location),
            self.documentation,
            self.renamed_from,
            InfrastructureVendor::documented,
            InfrastructureVendor::renamed_from,
        )
    }
}

impl From<&InfrastructureVendor> for VendorObject {
    fn from(vendor: &InfrastructureVendor) -> Self {
        Self {
            name: vendor.name().clone(),
            cloud: vendor.cloud().map(Word),
            locations: tree_written(vendor.locations()),
            documentation: written(vendor.documentation()),
            renamed_from: vendor.former_name().cloned(),
        }
    }
}

impl Compact for Location {
    type Long = LocationObject;
    const EXPECTED: &'static str = "a location, as `location/…`, or as an object";

    fn from_text(text: &str) -> Result<Self, String> {
        let path: Vec<LocationName> = text.split('/').map(|name| name.trim().into()).collect();
        if path.len() > DEEPEST {
            return Err(format!("more than {DEEPEST} locations inside each other"));
        }
        Ok(Self::Path(path))
    }

    fn text(&self) -> String {
        match self {
            Self::Path(path) => path.iter().map(LocationName::as_str).collect::<Vec<_>>().join("/"),
            Self::Tree(location) => location.name().to_string(),
        }
    }

    fn from_long(long: LocationObject) -> Self {
        let location = InfrastructureLocation::new(long.name);
        Self::Tree(described(
            sorted(trees(long.locations)).into_iter().fold(location, InfrastructureLocation::location),
            long.documentation,
            long.renamed_from,
            InfrastructureLocation::documented,
            InfrastructureLocation::renamed_from,
        ))
    }

    fn long(&self) -> Option<LocationObject> {
        match self {
            Self::Path(_) => None,
            Self::Tree(location) => Some(LocationObject {
                name: location.name().clone(),
                locations: tree_written(location.locations()),
                documentation: written(location.documentation()),
                renamed_from: location.former_name().cloned(),
            }),
        }
    }
}

/// Returns the locations of a list, each as an object, so that paths lead to each. Outermost ones alone: what is inside is as it can
/// be written. What is no list of locations comes back as it is.
#[must_use]
pub fn expand_locations(list: &Value) -> Cow<'_, Value> {
    let objects = Vec::<ShortForm<Location>>::deserialize(list).ok().and_then(|locations| {
        let objects = trees(locations).map(|location| to_value(Location::Tree(location).long()).ok());
        objects.collect::<Option<Vec<_>>>()
    });
    objects.map_or(Cow::Borrowed(list), |objects| Cow::Owned(Value::Array(objects)))
}

/// Paths if they say everything, else objects.
fn tree_written(locations: &Named<InfrastructureLocation>) -> Vec<ShortForm<Location>> {
    let as_paths = paths(locations);
    let again = trees(as_paths.iter().cloned().map(Location::Path).map(ShortForm).collect());
    if again.eq(locations.iter().cloned()) && as_paths.iter().flatten().all(survives_as_text) {
        as_paths.into_iter().map(Location::Path).map(ShortForm).collect()
    } else {
        locations.iter().cloned().map(Location::Tree).map(ShortForm).collect()
    }
}

fn survives_as_text(name: &LocationName) -> bool {
    !name.as_str().contains('/') && name.as_str().trim() == name.as_str()
}

/// The paths to all innermost locations, in order.
fn paths(locations: &Named<InfrastructureLocation>) -> Vec<Vec<LocationName>> {
    let mut found = Vec::new();
    let mut open = vec![(Vec::new(), locations.iter())];
    while let Some((path, locations)) = open.last_mut() {
        let Some(location) = locations.next() else {
            open.pop();
            continue;
        };
        let mut path = path.clone();
        path.push(location.name().clone());
        if location.locations().is_empty() {
            found.push(path);
        } else {
            open.push((path, location.locations().iter()));
        }
    }
    found
}

/// Locations by name, as paths make them: a path goes through a location that an earlier path has made.
#[derive(Default)]
struct LocationTree {
    inside: BTreeMap<LocationName, LocationTree>,
    /// How often a path ends here.
    ends: usize,
}

impl LocationTree {
    fn add(&mut self, path: &mut std::vec::IntoIter<LocationName>) {
        match path.next() {
            Some(name) => self.inside.entry(name).or_default().add(path),
            None => self.ends += 1,
        }
    }

    /// A path that is given twice makes two locations of one name, for validation to report; so does the path of a location that longer
    /// paths lead through.
    fn into_locations(self) -> impl Iterator<Item = InfrastructureLocation> {
        self.inside.into_iter().flat_map(|(name, inner)| {
            let is_implied = !inner.inside.is_empty();
            let again = inner.ends.saturating_sub(usize::from(!is_implied));
            let again = std::iter::repeat_n(name.clone(), again);
            let location = InfrastructureLocation::new(name);
            let first = inner.into_locations_boxed().fold(location, InfrastructureLocation::location);
            std::iter::once(first).chain(again.map(InfrastructureLocation::new))
        })
    }

    /// Ends the recursion of types.
    fn into_locations_boxed(self) -> Box<dyn Iterator<Item = InfrastructureLocation>> {
        Box::new(self.into_locations())
    }
}

fn trees(locations: Vec<ShortForm<Location>>) -> impl Iterator<Item = InfrastructureLocation> {
    let (mut paths, mut trees) = (Vec::new(), Vec::new());
    for ShortForm(location) in locations {
        match location {
            Location::Path(path) => paths.push(path),
            Location::Tree(tree) => trees.push(tree),
        }
    }
    // In order, so that each comes behind all that are there.
    paths.sort();
    let mut made = LocationTree::default();
    for path in paths {
        made.add(&mut path.into_iter());
    }
    made.into_locations().chain(trees)
}
