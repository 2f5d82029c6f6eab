//! Changes that a platform refuses, unless somebody waives that.

use super::{sinks::Sinks, views::PlatformViews};
use datasurface_model::{CodeInfo, Diagnostic, Severity};
use datasurface_platform::Plan;

pub(crate) static REFUSED: CodeInfo = CodeInfo::error(
    "plan/refused",
    "a platform refuses a change",
    "The change costs more than the platform makes it for by itself: the message says what it is, with the platform's own code. Take the \
     change back, make it in another way, or waive the finding until the change is rendered: then it is made as the plan says.",
)
.waivable();

/// Reports what a platform refuses of a plan, where the model declares what it is about. Only the platform knows its own codes, so an
/// error is reported, and waived, as one of the host.
pub(super) fn report(plan: &Plan, views: &PlatformViews, sinks: &Sinks<'_>, found: &mut Vec<Diagnostic>) {
    for step in plan.steps() {
        let Some(refused) = step.refused.as_deref() else { continue };
        let finding = match refused.severity() {
            Severity::Error => {
                let message = format!("`{}`: {} (`{}`)", step.resource, refused.message(), refused.code());
                let finding = Diagnostic::new(&REFUSED, refused.path().clone(), message);
                refused.help().map_or(finding.clone(), |help| finding.with_help(help))
            }
            _ => refused.clone(),
        };
        found.push(sinks.refused(views, finding));
    }
}
