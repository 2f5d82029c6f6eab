//! Paths: the span of a model without text.

use datasurface_schema::{Place, TeamKey, Text, segment};
use serde::{Deserialize, Serialize};
use std::{fmt, sync::Arc};

/// A place in the model: collections and names in turn, from the ecosystem inwards, such as
/// `zones/USA/teams/NorthWindTeam/datastores/NW_Data/datasets/customers`; it may end in an attribute, such as
/// `capture`. The path of the ecosystem itself is empty, and shown as `ecosystem`.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct ModelPath(Arc<[Text]>);

impl ModelPath {
    /// Returns the path of the ecosystem itself, which is empty.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// Returns the path of a team.
    #[must_use]
    pub fn team(team: &TeamKey) -> Self {
        Self::root().child(segment::ZONES, &team.zone).child(segment::TEAMS, &team.team)
    }

    /// Returns the path of a place: of a location, or of a vendor.
    #[must_use]
    pub fn place(place: &Place) -> Self {
        let mut segments = vec![Text::from_static(segment::VENDORS), place.vendor().as_str().into()];
        for location in place.path() {
            segments.extend([Text::from_static(segment::LOCATIONS), location.as_str().into()]);
        }
        Self(segments.into())
    }

    /// Creates the path of these segments, from the ecosystem inwards.
    #[must_use]
    pub fn from_segments(segments: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        Self(segments.into_iter().map(|segment| segment.as_ref().into()).collect())
    }

    /// Returns the path of the member `name` of a collection at this place.
    #[must_use]
    pub fn child(&self, collection: &'static str, name: impl AsRef<str>) -> Self {
        self.extended([Text::from_static(collection), name.as_ref().into()])
    }

    /// Returns the path of what is stored under a name at this place, such as in a map by names.
    #[must_use]
    pub fn entry(&self, name: impl AsRef<str>) -> Self {
        self.extended([name.as_ref().into()])
    }

    /// Returns the path of an attribute at this place.
    #[must_use]
    pub fn attribute(&self, attribute: &'static str) -> Self {
        self.extended([Text::from_static(attribute)])
    }

    /// Whether `other` is at this place or inside it.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }

    /// The segments: collections, names and attributes.
    pub fn segments(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(Text::as_str)
    }

    fn extended<const N: usize>(&self, more: [Text; N]) -> Self {
        Self(self.0.iter().cloned().chain(more).collect())
    }
}

impl fmt::Display for ModelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("ecosystem");
        }
        for (position, segment) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str("/")?;
            }
            f.write_str(segment)?;
        }
        Ok(())
    }
}

impl fmt::Debug for ModelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
