//! Refusals: what stands in the way of rendering. Lint reports them; render meets the same ones, since both ask the same
//! functions, so a clean lint implies that render succeeds.

use crate::prelude::*;

/// Something that cannot be rendered, or that means less than somebody may think: the code, what is wrong, and what to do
/// about it.
#[derive(Clone, Debug)]
pub(crate) struct LintDiagnostic {
    // Boxed: it is the error of functions that mostly succeed.
    subject: Box<LintSubject>,
    code: &'static CodeInfo,
    message: String,
    help: String,
}

impl LintDiagnostic {
    pub(crate) fn new(code: &'static CodeInfo, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { subject: Box::new(LintSubject::Node), code, message: message.into(), help: help.into() }
    }

    /// Sets the part of the node that it is about, instead of all of it.
    pub(crate) fn about(self, subject: LintSubject) -> Self {
        Self { subject: Box::new(subject), ..self }
    }

    pub(crate) fn report_to(self, found: &mut Reporter<'_>) {
        found.report_about(&self.subject, self.code, self.message, self.help);
    }
}

impl From<LintDiagnostic> for PlatformError {
    fn from(diagnostic: LintDiagnostic) -> Self {
        let context = format!("{} [{}]", diagnostic.message, diagnostic.code.code);
        Self::new(PlatformErrorKind::Unsupported, context)
    }
}
