//! What is told where a policy does not permit that something meets something else.

use super::Denial;
use crate::{
    diagnostic::{CodeInfo, Diagnostic, ModelPath, Suggestion},
    ecosystem::Policy,
};
use datasurface_schema::{Entity, Place, ZoneName, segment};
use std::fmt;

/// How a meeting is told, if it is denied. Nothing of it is made before.
#[derive(Clone, Copy)]
pub struct DenialContext<'m> {
    /// What may not be: "the workspace `W` may not receive `S/d`".
    pub action: &'m dyn Fn() -> String,
    /// Where the two meet.
    pub path: &'m dyn Fn() -> ModelPath,
    /// The data that it is about.
    pub dataset: Option<&'m dyn Fn() -> ModelPath>,
    /// The container or the platform that keeps the data.
    pub storage_path: Option<&'m dyn Fn() -> ModelPath>,
    /// What to take away, so that the two do not meet.
    pub removal_path: Option<&'m dyn Fn() -> ModelPath>,
    /// What to do about it.
    pub help: &'m str,
}

impl Denial {
    /// The finding: why the policy of a zone does not let a meeting be, with the shortest path to what is denied:
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
            finding = finding.related_place(path_of(place), "is where that is");
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

fn path_of(place: &Place) -> ModelPath {
    let vendor = ModelPath::root().child(segment::VENDORS, place.vendor());
    place.path().iter().fold(vendor, |path, location| path.child(segment::LOCATIONS, location))
}
