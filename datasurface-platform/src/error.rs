//! Errors at the border of a plug-in.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{error::Error, fmt};

/// The kind of a failure, by which a host decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PlatformErrorKind {
    /// The settings of the instance are wrong.
    Config,
    /// The platform was asked for something that it does not claim to be able to do.
    Unsupported,
    /// An unsound rendering: an unsafe path, or an address that is used twice.
    Rendering,
    /// A failure outside of the platform: of a process or a database.
    #[serde(rename = "outside")]
    External,
    /// A bug of the platform.
    Internal,
}

/// The greatest length of the report of a failure that another program gives, in characters.
const MAX_REPORT_LENGTH: usize = 10_000;

/// A failure of a platform: what kind it was, what was being done, and why it failed. Between programs, the reason
/// crosses as text.
#[derive(Debug, JsonSchema)]
#[schemars(with = "PlatformErrorWire")]
pub struct PlatformError {
    kind: PlatformErrorKind,
    context: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl PlatformError {
    /// Creates a failure; `context` says what was being done.
    pub fn new(kind: PlatformErrorKind, context: impl Into<String>) -> Self {
        Self { kind, context: context.into(), source: None }
    }

    /// Sets the reason of the failure.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The same failure, in as many words as somebody reads.
    pub(crate) fn shortened(self) -> Self {
        let report = self.report();
        match report.char_indices().nth(MAX_REPORT_LENGTH) {
            None => self,
            Some((end, _)) => Self::new(self.kind, format!("{}…", report.get(..end).unwrap_or_default())),
        }
    }

    /// The kind of failure.
    #[must_use]
    pub fn kind(&self) -> PlatformErrorKind {
        self.kind
    }

    /// Returns what was being done, and every reason behind the failure, in one line.
    #[must_use]
    pub fn report(&self) -> String {
        let mut report = self.context.clone();
        let mut reason: Option<&dyn Error> = self.source();
        while let Some(error) = reason {
            report.push_str(": ");
            report.push_str(&error.to_string());
            reason = error.source();
        }
        report
    }
}

impl fmt::Display for PlatformError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.context)
    }
}

impl Error for PlatformError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| &**source as &(dyn Error + 'static))
    }
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PlatformErrorWire {
    kind: PlatformErrorKind,
    context: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl Serialize for PlatformError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let reasons = self.report();
        PlatformErrorWire {
            kind: self.kind,
            context: self.context.clone(),
            reason: reasons
                .strip_prefix(&self.context)
                .and_then(|rest| rest.strip_prefix(": "))
                .map(str::to_owned),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for PlatformError {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = PlatformErrorWire::deserialize(deserializer)?;
        let error = Self::new(wire.kind, wire.context);
        Ok(match wire.reason {
            Some(reason) => error.caused_by(reason),
            None => error,
        })
    }
}
