//! Differences between two ecosystems, in everything that a model can say, since both are compared as documents,
//! which lose nothing. The parts that they share are removed before, as a whole.

mod apply;
mod document_path;
mod list;
mod pruned;
mod tree;

use datasurface_document::DocumentError;
use datasurface_model::{Ecosystem, Json, ModelPath, Text, Valid, ownership::OwnedPart, segment};
use document_path::DocumentPath;
pub(super) use pruned::Pruned;
use serde::{Serialize, Serializer, ser::SerializeMap};
use std::fmt;

/// Every difference between two ecosystems, ordered by path.
///
/// ```
/// use datasurface_change::ModelDiff;
/// use datasurface_model::{Ecosystem, InfrastructureVendor, Valid};
/// let old = Ecosystem::new("NorthWind", "github:nw/model@main", "github:nw/live@main");
/// let new = old.clone().vendor(InfrastructureVendor::new("Azure"));
/// let (old, new) = (Valid::assume_valid(old), Valid::assume_valid(new));
/// let diff = ModelDiff::between(&old, &new);
/// assert_eq!(diff.iter().map(|difference| difference.path().to_string()).collect::<Vec<_>>(), ["vendors/Azure"]);
/// assert_eq!(diff.apply(&old)?, *new);
/// # Ok::<(), datasurface_document::DocumentError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ModelDiff(Vec<Difference>);

/// A difference between two ecosystems.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    place: DocumentPath,
    /// The former place of an entity that was moved.
    origin: Option<DocumentPath>,
    kind: DifferenceKind,
}

/// The kind of a difference. Values are as in documents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
#[non_exhaustive]
pub enum DifferenceKind {
    /// A new value. The content of a zone or a team, declared or defined, is listed as differences of its own.
    Added {
        /// The new value.
        value: Json,
    },
    /// A removed value. The content of a zone or a team, declared or defined, is listed as differences of its own.
    Removed {
        /// The removed value.
        value: Json,
    },
    /// An attribute has another value.
    Modified {
        /// The old value.
        old: Json,
        /// The new value.
        new: Json,
    },
    /// An entity with another name: the new one declares the former name, and the one of that name is gone.
    Renamed {
        /// The name that it had.
        from: Text,
    },
    /// A datastore or workspace is in another team.
    Moved {
        /// The path in the former team.
        from: ModelPath,
    },
    /// A list whose order matters is in another order.
    Reordered {
        /// The names of its elements, in the new order.
        order: Vec<Text>,
    },
}

/// Whether a document can contain the whole ecosystem: one that is built in code can be too deep for that.
fn is_representable(ecosystem: &Ecosystem) -> bool {
    datasurface_document::from_json(&datasurface_document::to_json(ecosystem))
        .is_ok_and(|read| read == *ecosystem)
}

impl ModelDiff {
    /// Compares two ecosystems. The result is empty only if they are equal.
    #[must_use]
    pub fn between(old: &Valid<Ecosystem>, new: &Valid<Ecosystem>) -> Self {
        Self::from_pruned(&Pruned::new(old.as_written(), new.as_written()))
    }

    /// Compares two ecosystems from which most equal parts were removed.
    pub(super) fn from_pruned(Pruned { old, new }: &Pruned) -> Self {
        if old == new {
            return Self::default();
        }
        let are_representable = is_representable(old) && is_representable(new);
        let (old, new) = (datasurface_document::to_value(old), datasurface_document::to_value(new));
        let mut differences = tree::differences(&old, &new);
        if !are_representable {
            // What cannot be told is not overlooked for that.
            differences.push(Difference::new(
                DocumentPath::default(),
                DifferenceKind::Modified {
                    old: serde_json::Value::Null.into(),
                    new: serde_json::Value::Null.into(),
                },
            ));
        }
        differences.sort_by_cached_key(|difference| (difference.path(), difference.place.clone()));
        Self(differences)
    }

    /// Whether both are equal.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The count of differences.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The differences, ordered by path.
    pub fn iter(&self) -> std::slice::Iter<'_, Difference> {
        self.0.iter()
    }

    /// Applies the differences to an ecosystem: the old one becomes the new one. A difference that does not fit is
    /// skipped.
    ///
    /// # Errors
    ///
    /// If the result is no document, which only happens to another ecosystem than the old one.
    pub fn apply(&self, old: &Ecosystem) -> Result<Ecosystem, DocumentError> {
        let mut value = datasurface_document::to_value(old);
        apply::apply(&self.0, &mut value);
        datasurface_document::from_value(value)
    }
}

impl<'a> IntoIterator for &'a ModelDiff {
    type Item = &'a Difference;
    type IntoIter = std::slice::Iter<'a, Difference>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Difference {
    fn new(place: DocumentPath, kind: DifferenceKind) -> Self {
        Self { place, origin: None, kind }
    }

    fn moved(from: DocumentPath, to: DocumentPath) -> Self {
        Self { kind: DifferenceKind::Moved { from: from.path() }, origin: Some(from), place: to }
    }

    /// The path, by the names of the new ecosystem.
    #[must_use]
    pub fn path(&self) -> ModelPath {
        self.place.path()
    }

    /// The kind, with its values.
    #[must_use]
    pub fn kind(&self) -> &DifferenceKind {
        &self.kind
    }

    /// The owned parts that it touches, by the names of the new ecosystem: two if something was moved.
    pub fn parts(&self) -> impl Iterator<Item = OwnedPart> {
        [Some(self.place.part()), self.origin.as_ref().map(DocumentPath::part)].into_iter().flatten()
    }

    /// Returns the places of the model that tell where it is written: two if something was moved or renamed. What declares a zone
    /// or a team has the path of what defines it, so these are told by what is in them.
    pub(super) fn places(&self) -> Vec<ModelPath> {
        let path = self.path();
        match &self.kind {
            DifferenceKind::Moved { from } => vec![path, from.clone()],
            DifferenceKind::Renamed { from } => {
                let former = self.place.renamed(from).map(|place| place.path());
                former.into_iter().chain([path]).collect()
            }
            DifferenceKind::Added { value } | DifferenceKind::Removed { value }
                if self.place.is_declaration_or_definition() =>
            {
                let members = value.value();
                let names = members.as_object().into_iter().flat_map(|members| members.keys());
                let inside = names.filter(|name| *name != segment::NAME);
                inside.map(|name| ModelPath::from_segments(path.segments().chain([name.as_str()]))).collect()
            }
            _ => vec![path],
        }
    }

    /// Whether the touched parts are unknown: all that is known is that there is a difference, or several zones or
    /// teams have one name.
    pub(super) fn is_unattributable(&self) -> bool {
        let is_whole = matches!(self.kind, DifferenceKind::Modified { .. });
        self.place.steps().is_empty() || is_whole && self.place.is_list_of_declarations()
    }

    /// The zone or the team whose owner is named differently now.
    pub(super) fn handed_over(&self) -> Option<OwnedPart> {
        self.place.names_owner_of()
    }

    /// The zone or the team that is called differently now, and its old name.
    pub(super) fn renamed_part(&self) -> Option<(OwnedPart, &Text)> {
        match &self.kind {
            DifferenceKind::Renamed { from } => Some((self.place.declares()?, from)),
            _ => None,
        }
    }
}

impl DifferenceKind {
    /// The kind in a few words, without values: `is new`.
    #[must_use]
    pub fn label(&self) -> &'static str {
        match self {
            Self::Added { .. } => "is new",
            Self::Removed { .. } => "is gone",
            Self::Modified { .. } => "is different",
            Self::Renamed { .. } => "is called differently",
            Self::Moved { .. } => "was elsewhere",
            Self::Reordered { .. } => "is in another order",
        }
    }
}

/// As one object: the path, and what the kind says.
impl Serialize for Difference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("path", &self.path())?;
        map.serialize_entry("change", &self.kind)?;
        map.end()
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path();
        match &self.kind {
            DifferenceKind::Added { .. } => write!(f, "{path} is new"),
            DifferenceKind::Removed { .. } => write!(f, "{path} is gone"),
            DifferenceKind::Modified { old, new } => write!(f, "{path} was {old} and is {new}"),
            DifferenceKind::Renamed { from } => write!(f, "{path} was called `{from}`"),
            DifferenceKind::Moved { from } => write!(f, "{path} was at {from}"),
            DifferenceKind::Reordered { .. } => write!(f, "{path} is in another order"),
        }
    }
}
