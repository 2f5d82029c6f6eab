//! The ID of a rendering: a target can have several renderings of one revision.

use datasurface_graph::Fingerprint;
use datasurface_platform::Revision;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The ID of a rendering in a target, which no other rendering in that target has.
/// A revision does not identify a rendering: a model can be rendered again after another one, or with another placement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RenderingId(Fingerprint);

impl RenderingId {
    /// Creates the ID with this hash.
    #[must_use]
    pub fn new(hash: Fingerprint) -> Self {
        Self(hash)
    }

    /// The first 12 digits: enough for people.
    #[must_use]
    pub fn short(&self) -> String {
        self.0.short()
    }
}

impl fmt::Display for RenderingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A rendering that was written into a target, and its revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenderedRevision {
    /// The ID of the rendering.
    pub rendering: RenderingId,
    /// The revision that was rendered.
    pub revision: Revision,
}

impl RenderedRevision {
    /// Whether the ID of the rendering, or its revision, begins with these digits.
    pub(super) fn begins_with(&self, digits: &str) -> bool {
        self.rendering.to_string().starts_with(digits) || self.revision.to_string().starts_with(digits)
    }
}

impl fmt::Display for RenderedRevision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` of revision `{}`", self.rendering.short(), self.revision.short())
    }
}
