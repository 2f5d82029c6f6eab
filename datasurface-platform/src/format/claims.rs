//! Claims: the formats that a platform offers or reads, and where.

use super::Format;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// Formats, each with the beginning that addresses must have: a catalog, a cluster. Without one, any address will do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct FormatClaims(BTreeMap<Format, Option<String>>);

impl FormatClaims {
    /// Adds formats, wherever they are.
    pub(crate) fn extend<F: Into<Format>>(&mut self, formats: impl IntoIterator<Item = F>) {
        self.0.extend(formats.into_iter().map(|format| (format.into(), None)));
    }

    /// Adds a format at addresses with this beginning.
    pub(crate) fn insert_at(&mut self, format: Format, beginning: String) {
        self.0.insert(format, Some(beginning));
    }

    /// Whether nothing is claimed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The formats, each with the beginning of its addresses.
    pub fn iter(&self) -> impl Iterator<Item = (&Format, Option<&str>)> {
        self.0.iter().map(|(format, beginning)| (format, beginning.as_deref()))
    }

    /// Returns whether a format is claimed at an address.
    #[must_use]
    pub fn contains(&self, format: &Format, address: &str) -> bool {
        self.0.get(format).is_some_and(|beginning| {
            beginning.as_deref().is_none_or(|beginning| address.starts_with(beginning))
        })
    }

    /// Returns whether an address may be in both: what is offered here can then be read there, as far as descriptors can say.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        self.iter().any(|(format, beginning)| {
            other.0.get(format).is_some_and(|there| match (beginning, there.as_deref()) {
                (Some(here), Some(there)) => here.starts_with(there) || there.starts_with(here),
                _ => true,
            })
        })
    }
}

/// A list in words: "`batches`, `iceberg` at `glue://…`", or "nothing".
impl fmt::Display for FormatClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("nothing");
        }
        for (position, (format, beginning)) in self.iter().enumerate() {
            let separator = if position == 0 { "" } else { ", " };
            write!(f, "{separator}`{format}`")?;
            if let Some(beginning) = beginning {
                write!(f, " at `{beginning}`")?;
            }
        }
        Ok(())
    }
}
