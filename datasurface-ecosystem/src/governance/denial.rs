//! Findings about meetings that a policy denies.

use super::Denial;
use crate::{
    diagnostic::{CodeInfo, Diagnostic, ModelPath, Suggestion},
    ecosystem::Policy,
};
use datasurface_schema::{Entity, ZoneName, segment};
use std::fmt;

/// The context of a meeting between parts, from which the finding is made if the meeting is denied. Texts and paths
/// are closures: most meetings are permitted, and need none.
#[derive(Clone, Copy)]
pub struct DenialContext<'m> {
    /// The denied action: "the workspace `W` may not receive `S/d`".
    pub action: &'m dyn Fn() -> String,
    /// The path at which the two meet.
    pub path: &'m dyn Fn() -> ModelPath,
    /// The path of the data.
    pub dataset: Option<&'m dyn Fn() -> ModelPath>,
    /// The path of the container or platform that keeps the data.
    pub storage_path: Option<&'m dyn Fn() -> ModelPath>,
    /// The path of a part without which the two do not meet.
    pub removal_path: Option<&'m dyn Fn() -> ModelPath>,
    /// The help: the action that resolves the finding.
    pub help: &'m str,
}

impl Denial {
    /// Returns the finding that a policy of a zone denies the meeting, with the shortest path to the denied part:
    /// dataset, policy, container or platform, location.
    #[must_use]
    pub fn to_diagnostic(
        &self,
        code: &CodeInfo,
        zone: &ZoneName,
        policy: &Policy,
        context: &DenialContext<'_>,
    ) -> Diagnostic {
        let message = format!(
            "{}: the policy `{}` of the zone `{zone}` {}",
            (context.action)(),
            policy.name(),
            self.reason
        );
        let mut finding = Diagnostic::new(code, (context.path)(), message).with_help(context.help);
        if let Some(dataset) = context.dataset {
            finding = finding.related_place(dataset(), "is the data");
        }
        let path_of_policy =
            ModelPath::root().child(segment::ZONES, zone).child(segment::POLICIES, policy.name());
        finding = finding.related_place(path_of_policy, "does not permit it");
        if let Some(keeper) = context.storage_path {
            finding = finding.related_place(keeper(), "is where the data is kept");
        }
        if let Some(place) = &self.place {
            finding = finding.related_place(ModelPath::place(place), "is where that is");
        }
        match context.removal_path {
            Some(remedy) => finding.with_suggestion(Suggestion::remove(remedy())),
            None => finding,
        }
    }
}

impl fmt::Debug for DenialContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meeting")
            .field("what", &(self.action)())
            .field("at", &(self.path)())
            .finish_non_exhaustive()
    }
}
