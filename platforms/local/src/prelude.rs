//! What every file of this crate uses.

pub(crate) use crate::lint_diagnostic::LintDiagnostic;
pub(crate) use datasurface_platform::prelude::*;
