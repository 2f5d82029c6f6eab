//! Findings of a program, without what the host knows by itself: the place of what it asked about.

use crate::lint_subject::LintSubject;
use datasurface_model::{Diagnostic, ModelPath, Severity};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A finding about a node or an instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The kind of the finding: `area/slug`, of an area that is the platform's own.
    pub code: String,
    /// The severity: an error by default.
    #[serde(default = "error")]
    pub severity: Severity,
    /// The problem, in one line.
    pub message: String,
    /// The action that resolves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The part that it is about: the whole by default.
    #[serde(default, skip_serializing_if = "LintSubject::is_node")]
    pub about: LintSubject,
}

fn error() -> Severity {
    Severity::Error
}

impl Finding {
    /// Takes what a program can say of a finding at a place.
    pub(super) fn new(diagnostic: &Diagnostic, place: &ModelPath) -> Self {
        Self {
            code: diagnostic.code().to_owned(),
            severity: diagnostic.severity(),
            message: diagnostic.message().to_owned(),
            help: diagnostic.help().map(str::to_owned),
            about: LintSubject::from_paths(place, diagnostic.path()).unwrap_or(LintSubject::Node),
        }
    }

    /// Returns the finding at its place.
    pub(super) fn into_diagnostic(self, place: ModelPath) -> Diagnostic {
        let path = self.about.path(place);
        let diagnostic = Diagnostic::with_code(self.code, self.severity, path, self.message);
        match self.help {
            Some(help) => diagnostic.with_help(help),
            None => diagnostic,
        }
    }
}
