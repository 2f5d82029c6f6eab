//! Patches: what a suggestion says is done to a document. Its path is followed as the places of findings are looked up: what
//! a document has around the same thing (definitions, kinds) is looked through.

use super::{DocumentError, from_value, to_value};
use super::{
    identity::{self, Tree},
    v1::schema_in_full,
};
use datasurface_model::{Ecosystem, ModelPath, Patch, Suggestion};
use serde_json::{Map, Value};

/// A suggestion is not about this ecosystem.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotApplicable {
    /// There is nothing at its place.
    #[error("there is nothing at {0} that the suggestion could be about")]
    NothingThere(ModelPath),
    /// What comes of it is no ecosystem.
    #[error("what comes of the suggestion cannot be read")]
    Unreadable(#[source] DocumentError),
}

/// The ecosystem as it would be if a suggestion was followed.
///
/// ```
/// use datasurface_document as document;
/// use datasurface_model::{Ecosystem, InfrastructureVendor, PlatformDeclaration, Validation};
///
/// let on = Validation::on(chrono::NaiveDate::MIN);
/// let slip = Ecosystem::new("NorthWind", "github:nw/model@main", "github:nw/live@main")
///     .vendor(InfrastructureVendor::new("Azure").location("Europe"))
///     .platform(PlatformDeclaration::new("Local", "local").located("Azure/Europa"));
/// let invalid = slip.validate(&on).unwrap_err();
/// let suggestion = invalid.findings().iter().find_map(|finding| finding.suggestion()).unwrap();
/// let mended = document::apply(suggestion, invalid.ecosystem())?;
/// assert!(mended.validate(&on).is_ok());
/// # Ok::<(), document::NotApplicable>(())
/// ```
///
/// # Errors
///
/// If there is nothing at its place: it was made for another ecosystem.
pub fn apply(suggestion: &Suggestion, ecosystem: &Ecosystem) -> Result<Ecosystem, NotApplicable> {
    let mut document = to_value(ecosystem);
    patch(suggestion, &mut document).ok_or_else(|| NotApplicable::NothingThere(suggestion.path.clone()))?;
    from_value(document).map_err(NotApplicable::Unreadable)
}

/// Does what is suggested; nothing if there is nothing at the place.
fn patch(suggestion: &Suggestion, document: &mut Value) -> Option<()> {
    let path: Vec<&str> = suggestion.path.segments().collect();
    schemas_in_full(document, &path);
    let found = find(document, &path);
    match &suggestion.patch {
        Patch::Remove => remove(document, found.last()?),
        Patch::Put(value) => {
            found.last()?;
            found.iter().try_for_each(|at| {
                *document.pointer_mut(at)? = value.value();
                Some(())
            })
        }
        Patch::Add(element) => {
            found.last()?;
            let list = path.last()?;
            found.iter().try_for_each(|at| add(document, at, list, &element.value()))
        }
        Patch::Rename(name) => {
            found.last()?;
            let list = path.get(path.len().checked_sub(2)?)?;
            found.iter().try_for_each(|at| rename(document, at, list, name))
        }
    }
}

/// Lets the schemas of the datasets on a path be objects, if it leads into them: a text has no parts.
fn schemas_in_full(document: &mut Value, path: &[&str]) {
    for (position, segment) in path.iter().enumerate() {
        let (dataset, inside) = path.split_at_checked(position + 2).unwrap_or((path, &[]));
        if *segment == "datasets" && matches!(inside.first(), Some(&("columns" | "key" | "partition"))) {
            for at in find(document, dataset) {
                if let Some(schema) = document.pointer_mut(&at).and_then(|dataset| dataset.get_mut("schema"))
                {
                    *schema = schema_in_full(schema).into_owned();
                }
            }
        }
    }
}

/// Where a path leads: as JSON Pointers, in the order of the document.
fn find(document: &Value, path: &[&str]) -> Vec<String> {
    let mut found = vec![(String::new(), document)];
    let mut around = "";
    for segment in path {
        found = found.iter().flat_map(|(at, value)| inside(at, value, around, segment)).collect();
        around = segment;
    }
    found.into_iter().map(|(at, _)| at).collect()
}

/// What a segment means in a value to which `around` has led.
fn inside<'v>(at: &str, value: &'v Value, around: &str, segment: &str) -> Vec<(String, &'v Value)> {
    match value {
        Value::Array(elements) => {
            let elements = elements.iter().enumerate();
            let called =
                elements.filter(|(_, element)| identity::name(around, *element).as_deref() == Some(segment));
            called.map(|(index, element)| (format!("{at}/{index}"), element)).collect()
        }
        _ => {
            let meant = identity::meant(value, segment).into_iter();
            let told = meant.map(|meant| {
                let around = meant.way.iter().fold(at.to_owned(), |at, name| pointer(&at, name));
                (pointer(&around, meant.name), meant.value)
            });
            told.collect()
        }
    }
}

fn remove(document: &mut Value, at: &str) -> Option<()> {
    let (around, last) = split(at)?;
    match document.pointer_mut(around)? {
        Value::Array(elements) => drop(elements.remove(last.parse().ok()?)),
        around => drop(around.as_object_mut()?.shift_remove(&last)?),
    }
    Some(())
}

fn add(document: &mut Value, at: &str, list: &str, element: &Value) -> Option<()> {
    let elements = document.pointer_mut(at)?.as_array_mut()?;
    let name = identity::name(list, element)?;
    if !elements.iter().any(|other| identity::name(list, other).as_ref() == Some(&name)) {
        elements.push(element.clone());
    }
    Some(())
}

/// Gives an element of a list, or a member of an object, another name. A name that is taken stays with who has it.
fn rename(document: &mut Value, at: &str, list: &str, name: &str) -> Option<()> {
    let (around, last) = split(at)?;
    let around = document.pointer_mut(around)?;
    if let Value::Object(members) = around {
        if members.contains_key(name) {
            return None;
        }
        let renamed = |(key, value)| (if key == last { name.to_owned() } else { key }, value);
        *members = std::mem::take(members).into_iter().map(renamed).collect::<Map<_, _>>();
        return Some(());
    }
    let element = around.get_mut(last.parse::<usize>().ok()?)?;
    let called = match (&element, identity::members(list)) {
        (Value::String(_), _) => element,
        (_, [member]) => element.get_mut(member)?,
        _ => return None,
    };
    *called = name.into();
    Some(())
}

fn pointer(at: &str, name: &str) -> String {
    format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// What is around, and which member or element of it is meant.
fn split(at: &str) -> Option<(&str, String)> {
    let (around, last) = at.rsplit_once('/')?;
    Some((around, last.replace("~1", "/").replace("~0", "~")))
}

impl Tree for Value {
    fn members(&self) -> impl Iterator<Item = (&str, &Self)> {
        self.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
    }

    fn is_object(&self) -> bool {
        self.is_object()
    }

    fn text(&self) -> Option<&str> {
        self.as_str()
    }

    fn named(&self, name: &str) -> Option<(&str, &Self)> {
        self.as_object()?.get_key_value(name).map(|(name, value)| (name.as_str(), value))
    }

    fn elements(&self) -> impl Iterator<Item = &Self> {
        self.as_array().into_iter().flatten()
    }
}
