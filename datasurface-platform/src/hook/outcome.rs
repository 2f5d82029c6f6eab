//! The outcome of asking all hooks about an event.

use super::name::HookName;
use datasurface_model::{CodeInfo, Diagnostic, ModelPath};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A hook forbids an event.
pub static REFUSED: CodeInfo = CodeInfo::error(
    "hook/refused",
    "a hook does not let a change happen",
    "Whoever runs the command named a hook that decides whether this may happen, and it refused. Nothing was done. The reason is the hook's \
     own: resolve it, or change the hook.",
);

/// A hook that must answer does not.
pub static FAILED: CodeInfo = CodeInfo::error(
    "hook/failed",
    "a hook that must be asked failed",
    "A hook ended, took too long, or answered something that is no answer to the event. Its policy is to refuse what it could not be asked \
     about, so nothing was done. Mend the hook, or set `on_failure = \"continue\"` where an event may happen without it.",
);

/// A hook that may fail did.
pub static IGNORED_FAILURE: CodeInfo = CodeInfo::warning(
    "hook/failure-ignored",
    "a hook failed, and its policy is to go on",
    "A hook ended, took too long, or answered something that is no answer to the event. By its policy, what it could not be asked about \
     happened as if there were no such hook. Mend the hook.",
);

/// A hook has something to say.
pub static NOTE: CodeInfo = CodeInfo::note(
    "hook/note",
    "a hook has a note",
    "A hook that whoever runs the command named says this beside what it is about. It changes nothing.",
);

/// The outcome of asking all hooks that listen to an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HookOutcome<D> {
    /// The greatest of the decisions; `None` if no hook made one.
    #[serde(default = "Option::<D>::default", skip_serializing_if = "Option::<D>::is_none")]
    pub decision: Option<D>,
    /// The remarks of the hooks, in the order of their names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<HookRemark>,
}

/// A remark of a hook, or about one that failed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HookRemark {
    /// The hook.
    pub hook: HookName,
    /// The kind of the remark.
    pub kind: RemarkKind,
    /// The text.
    pub text: String,
}

/// A kind of remark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RemarkKind {
    /// The reason why the hook refuses the event.
    Refused,
    /// The reason why the hook could not be asked, which refuses the event.
    Failed,
    /// The reason why the hook could not be asked, although the event happens.
    FailureIgnored,
    /// A note.
    Note,
}

impl<D> Default for HookOutcome<D> {
    /// The outcome where no hook listens.
    fn default() -> Self {
        Self { decision: None, remarks: Vec::new() }
    }
}

impl<D> HookOutcome<D> {
    /// Returns the remark that refuses the event, if one does.
    #[must_use]
    pub fn blocking_remark(&self) -> Option<&HookRemark> {
        self.remarks.iter().find(|remark| remark.refuses())
    }
}

impl HookRemark {
    /// Whether the event must not happen.
    #[must_use]
    pub fn refuses(&self) -> bool {
        matches!(self.kind, RemarkKind::Refused | RemarkKind::Failed)
    }

    /// Returns the remark as a finding about a place.
    #[must_use]
    pub fn diagnostic(&self, place: ModelPath) -> Diagnostic {
        let code = match self.kind {
            RemarkKind::Refused => &REFUSED,
            RemarkKind::Failed => &FAILED,
            RemarkKind::FailureIgnored => &IGNORED_FAILURE,
            RemarkKind::Note => &NOTE,
        };
        Diagnostic::new(code, place, self.to_string())
    }
}

impl fmt::Display for HookRemark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { hook, kind, text } = self;
        match kind {
            RemarkKind::Refused => write!(f, "the hook `{hook}` refuses: {text}"),
            RemarkKind::Failed | RemarkKind::FailureIgnored => write!(f, "the hook `{hook}` failed: {text}"),
            RemarkKind::Note => write!(f, "the hook `{hook}` notes: {text}"),
        }
    }
}
