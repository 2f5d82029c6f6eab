//! Why a text is not a data type.

use crate::Text;
use std::fmt;

/// A text that names no data type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DataTypeError {
    pub(super) text: Text,
    pub(super) reason: Option<String>,
    pub(super) nearest: Option<&'static str>,
}

impl DataTypeError {
    /// The type that was probably meant, if one is near.
    #[must_use]
    pub fn nearest(&self) -> Option<&'static str> {
        self.nearest
    }
}

impl fmt::Display for DataTypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a data type", self.text)?;
        if let Some(reason) = &self.reason {
            write!(f, ": {reason}")?;
        }
        if let Some(nearest) = self.nearest {
            write!(f, "; did you mean `{nearest}`?")?;
        }
        Ok(())
    }
}

impl std::error::Error for DataTypeError {}
