//! The format `datasurface/1`: types that are read and written, one file for each area. Nothing outside sees them.
//!
//! They change only so that every document that could be read still can, with the same meaning. What is left out has
//! the same meaning as in code: the default.
//!
//! Saving makes a JSON value first, and text of that: so each type has one serializer, whatever the syntax.

mod access;
mod annotations;
mod artifact;
mod capture;
mod container;
mod container_kind;
mod container_user;
mod credential;
mod dataset;
mod entitlement;
mod expand_schema;
pub(super) mod hashes;
mod infrastructure;
mod json_schema;
mod keys;
mod lifecycle;
mod objects;
mod pin;
mod platform;
mod policy;
mod production;
mod quality;
mod quantity;
mod release;
mod repository;
mod schema;
mod sets;
mod settings;
mod short_form;
mod transformer;
mod waiver;
mod words;
mod workspace;
mod zone;

#[cfg(feature = "json-schema")]
pub(super) use json_schema::json_schema;
pub(super) use schema::Schemas;

use super::{
    header::DocumentHeader,
    part::{DocumentPart, PartialEcosystem},
    tree::{self, Node, ReadError},
};
use crate::shape::{Shape, Shaped};
use annotations::{DocumentationForm, described, written};
use datasurface_model::{Classification, Ecosystem, EcosystemName, Entity, Repository, Set};
pub use expand_schema::expand_schema;
use infrastructure::VendorObject;
pub use infrastructure::expand_locations;
use objects::{Object, objects};
use pin::{GroupPinObject, PrimaryPinObject};
use platform::PlatformObject;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use sets::set;
use short_form::ShortForm;
use waiver::WaiverObject;
use zone::{TeamDefinition, ZoneDefinition, ZoneObject};

/// What a document of this format says in `format`.
pub(super) const FORMAT: &str = "datasurface/1";

/// Reads what a document says after its head.
pub(super) fn read(
    head: DocumentHeader,
    document: &Node<'_>,
    schemas: &mut Schemas,
) -> Result<DocumentPart, Vec<ReadError>> {
    match read_partly(head, document, schemas) {
        (Some(part), errors) if errors.is_empty() => Ok(part),
        (_, errors) => Err(errors),
    }
}

/// Reads what a document says after its head, without what is wrong in it, and everything that is.
pub(super) fn read_partly(
    head: DocumentHeader,
    document: &Node<'_>,
    schemas: &mut Schemas,
) -> (Option<DocumentPart>, Vec<ReadError>) {
    match head {
        DocumentHeader::Ecosystem => {
            let (frame, errors) = read_object::<Document>(document);
            let frame = frame.map(|frame| frame.into_frame(schemas));
            (frame.map(|frame| DocumentPart::Ecosystem(Box::new(frame))), errors)
        }
        DocumentHeader::Zone(name) => {
            let (zone, errors) = read_object::<ZoneDefinition>(document);
            (zone.map(|zone| DocumentPart::Zone(name, zone.into_model(schemas).into())), errors)
        }
        DocumentHeader::Team(key) => {
            let (team, errors) = read_object::<TeamDefinition>(document);
            (team.map(|team| DocumentPart::Team(key, team.into_model(schemas).into())), errors)
        }
    }
}

fn read_object<T: DeserializeOwned>(document: &Node<'_>) -> (Option<T>, Vec<ReadError>) {
    let (object, errors) = tree::read_partly::<Object<T>>(document);
    (object.and_then(Option::from), errors)
}

/// How a document with this head is a part of paths.
pub(super) fn shape(head: &DocumentHeader) -> Shape {
    match head {
        DocumentHeader::Ecosystem => Document::SHAPE,
        DocumentHeader::Zone(_) => ZoneDefinition::SHAPE,
        DocumentHeader::Team(_) => TeamDefinition::SHAPE,
    }
}

/// Writes a value in the form in which paths lead to everything inside.
pub(super) fn write_in_full(shape: Shape, value: &mut Value) {
    let full = match shape {
        Shape::Schema(_) => Some(expand_schema(value).into_owned()),
        Shape::Locations(_) => Some(expand_locations(value).into_owned()),
        _ => None,
    };
    if let Some(full) = full {
        *value = full;
    }
}

/// Whether paths can begin with this.
pub(super) fn is_outermost(segment: &str) -> bool {
    matches!(Document::SHAPE, Shape::Object(document) if document.members.iter().any(|(name, _)| *name == segment))
}

/// A document about the ecosystem, or parts of it.
#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "an ecosystem, as an object")]
pub(super) struct Document {
    #[serde(default)]
    format: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<EcosystemName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner: Option<ShortForm<Repository>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    live: Option<ShortForm<Repository>>,
    #[serde(default, deserialize_with = "objects", skip_serializing_if = "Vec::is_empty")]
    vendors: Vec<VendorObject>,
    #[serde(default, deserialize_with = "objects", skip_serializing_if = "Vec::is_empty")]
    platforms: Vec<PlatformObject>,
    #[serde(default, deserialize_with = "objects", skip_serializing_if = "Vec::is_empty")]
    zones: Vec<ZoneObject>,
    #[serde(default, deserialize_with = "objects", skip_serializing_if = "Vec::is_empty")]
    group_pins: Vec<GroupPinObject>,
    #[serde(default, deserialize_with = "objects", skip_serializing_if = "Vec::is_empty")]
    primary_pins: Vec<PrimaryPinObject>,
    #[serde(default, deserialize_with = "objects", skip_serializing_if = "Vec::is_empty")]
    waivers: Vec<WaiverObject>,
    /// The classifications that may occur. Without any, each may.
    #[serde(default, deserialize_with = "set", skip_serializing_if = "Set::is_empty")]
    classifications: Set<Classification>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    documentation: DocumentationForm,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    renamed_from: Option<EcosystemName>,
}

impl Document {
    fn into_frame(self, schemas: &mut Schemas) -> PartialEcosystem {
        let (name, owner, live) = (self.name, self.owner.map(|owner| owner.0), self.live.map(|live| live.0));
        let unsaid = || Repository::from("");
        let mut ecosystem = Ecosystem::new(
            name.clone().unwrap_or_else(|| "".into()),
            owner.clone().unwrap_or_else(unsaid),
            live.clone().unwrap_or_else(unsaid),
        );
        for vendor in sorted(self.vendors.into_iter().map(VendorObject::into_model)) {
            ecosystem = ecosystem.vendor(vendor);
        }
        for platform in sorted(self.platforms.into_iter().map(PlatformObject::into_model)) {
            ecosystem = ecosystem.platform(platform);
        }
        for zone in sorted(self.zones.into_iter().map(|zone| zone.into_model(schemas))) {
            ecosystem = ecosystem.zone_declaration(zone);
        }
        for pin in self.group_pins {
            ecosystem = ecosystem.group_pin(pin.group.0, pin.platforms);
        }
        for pin in self.primary_pins {
            ecosystem = ecosystem.primary_pin(pin.datastore, pin.platform);
        }
        for waiver in sorted(self.waivers.into_iter().map(WaiverObject::into_model)) {
            ecosystem = ecosystem.waiver(waiver);
        }
        ecosystem = ecosystem.with_classifications(self.classifications);
        let content = described(
            ecosystem,
            self.documentation,
            self.renamed_from,
            Ecosystem::documented,
            Ecosystem::renamed_from,
        );
        PartialEcosystem { name, owner, live, content }
    }
}

impl From<&Ecosystem> for Document {
    fn from(ecosystem: &Ecosystem) -> Self {
        Self {
            format: FORMAT.to_owned(),
            name: Some(ecosystem.name().clone()),
            owner: Some(ShortForm(ecosystem.owner().clone())),
            live: Some(ShortForm(ecosystem.live().clone())),
            vendors: ecosystem.vendors().iter().map(VendorObject::from).collect(),
            platforms: ecosystem.platforms().iter().map(PlatformObject::from).collect(),
            zones: ecosystem.zones().iter().map(ZoneObject::from).collect(),
            group_pins: ecosystem.group_pins().iter().map(GroupPinObject::from).collect(),
            primary_pins: ecosystem.primary_pins().iter().map(PrimaryPinObject::from).collect(),
            waivers: ecosystem.waivers().iter().map(WaiverObject::from).collect(),
            classifications: ecosystem.classifications().clone(),
            documentation: written(ecosystem.documentation()),
            renamed_from: ecosystem.former_name().cloned(),
        }
    }
}

/// In the order in which a `Named` keeps them: adding them one by one is then quick, however the document orders them.
fn sorted<T: Entity>(entities: impl Iterator<Item = T>) -> Vec<T> {
    let mut entities: Vec<T> = entities.collect();
    entities.sort_by(|one, other| one.name().cmp(other.name()).then_with(|| one.cmp(other)));
    entities
}
