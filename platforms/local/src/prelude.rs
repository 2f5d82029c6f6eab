//! What every file of this crate uses.

pub(crate) use crate::refusal::LintDiagnostic;
pub(crate) use datasurface_platform::prelude::*;
