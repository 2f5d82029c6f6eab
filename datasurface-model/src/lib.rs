//! The typed model of a data ecosystem: who produces what, who wants it where, and what must hold.
//!
//! An [`Ecosystem`] is one expression; [`Ecosystem::validate`] judges it, all findings in one go, and makes it
//! [`Valid`].
//!
//! The feature `json-schema` describes names and collections for the documents of `datasurface-document`.
//!
//! After an edit, a [`Validation`] since an earlier outcome costs what the edit costs. [`Findings`] are ordered, mergeable, and serialize as
//! JSON; `datasurface-document` finds the place of each in documents, and applies a [`Suggestion`].

mod diagnostic;
mod ecosystem;
pub mod governance;
pub mod ownership;
mod validate;

pub use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone, Utc};
pub use datasurface_schema::*;
pub use diagnostic::*;
pub use ecosystem::*;
pub use semver::{Error as VersionError, Version, VersionReq};
pub use validate::{CODES, Changes, Checked, Invalid, Located, Previous, Valid, Validation, ValidationStats};
