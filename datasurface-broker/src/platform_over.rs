//! Platforms that still have work after their last day.

use datasurface_graph::Assignments;
use datasurface_model::{CodeInfo, Diagnostic, Ecosystem, Entity, ModelPath, NaiveDate, segment};

pub(crate) static PLATFORM_OVER: CodeInfo = CodeInfo::warning(
    "lock/platform-over",
    "a platform that the lock chose serves or captures after its last day",
    "Whoever operates the platform promised it until its sunset, and may stop it at any time since. What was chosen once stays where it is \
     until somebody moves it: pin groups and datastores to another platform, or agree on a later sunset.",
);

/// Returns a finding for each platform that has work to do, and whose last day is over by this day.
pub(crate) fn findings<'a>(
    ecosystem: &'a Ecosystem,
    assignments: &'a Assignments,
    on: NaiveDate,
) -> impl Iterator<Item = Diagnostic> + use<'a> {
    ecosystem.platforms().iter().filter_map(move |platform| {
        let last = platform.deprecation()?.sunset().filter(|last| *last < on)?;
        let name = platform.name();
        let groups = assignments.groups().map(|(_, stages)| stages);
        let mut stages = groups.chain(assignments.primaries().map(|(_, stages)| stages));
        if !stages.any(|stages| stages.contains_key(name)) {
            return None;
        }
        let path = ModelPath::root().child(segment::PLATFORMS, name);
        let message = format!("`{name}` serves or captures, and its last day, {last}, is over");
        let help = "pin groups and datastores to another platform, or agree on a later sunset";
        Some(Diagnostic::new(&PLATFORM_OVER, path, message).with_help(help))
    })
}
