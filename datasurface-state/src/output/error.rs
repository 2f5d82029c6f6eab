//! The error of operations on a target.

use datasurface_model::{CodeInfo, Diagnostic, Findings, ModelPath, segment};
use std::{error::Error, fmt, io, path::Path};

pub(super) const A_BUG: &str = "this is a bug in datasurface: please report it with this message";

/// The reason why an operation on a target failed.
/// Before anything is written, all reasons are collected in one error.
#[derive(Debug)]
pub struct TargetError(Box<TargetErrorInner>);

#[derive(Debug)]
struct TargetErrorInner {
    first: Diagnostic,
    others: Vec<Diagnostic>,
    source: Option<io::Error>,
}

impl TargetError {
    pub(super) fn new(code: &CodeInfo, path: impl fmt::Display, message: impl Into<String>) -> Self {
        Self::from(finding(code, path, message))
    }

    /// Creates the error for a state that should never occur.
    pub(super) fn bug(code: &CodeInfo, path: impl fmt::Display, message: impl Into<String>) -> Self {
        Self::new(code, path, message).help(A_BUG)
    }

    pub(super) fn io(code: &CodeInfo, path: &Path, doing: &str, source: io::Error) -> Self {
        let path = path.display();
        let mut error = Self::new(code, &path, format!("`{path}` cannot be {doing}: {source}"));
        error.0.source = Some(source);
        error
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.0.first = self.0.first.with_help(help);
        self
    }

    /// Fails with all findings, if there are any.
    ///
    /// # Errors
    ///
    /// If there is a finding.
    pub fn refuse(findings: Vec<Diagnostic>) -> Result<(), Self> {
        let mut findings = findings.into_iter().collect::<Findings>().into_iter();
        let Some(first) = findings.next() else {
            return Ok(());
        };
        let mut error = Self::from(first);
        error.0.others = findings.collect();
        Err(error)
    }

    /// Returns the diagnostic of the error; the first one if there are several.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        self.0.first.clone()
    }

    /// Returns all diagnostics of the error.
    #[must_use]
    pub fn findings(&self) -> Findings {
        let first = std::iter::once(&self.0.first);
        first.chain(&self.0.others).cloned().collect()
    }
}

/// Creates a diagnostic at a path of the target.
pub(super) fn finding(code: &CodeInfo, path: impl fmt::Display, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(code, ModelPath::root().child(segment::TARGET, path.to_string()), message)
}

impl From<Diagnostic> for TargetError {
    fn from(first: Diagnostic) -> Self {
        Self(Box::new(TargetErrorInner { first, others: Vec::new(), source: None }))
    }
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.first.message())?;
        match self.0.others.len() {
            0 => Ok(()),
            others => write!(f, " (and {others} more)"),
        }
    }
}

impl Error for TargetError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source.as_ref().map(|source| source as &(dyn Error + 'static))
    }
}
