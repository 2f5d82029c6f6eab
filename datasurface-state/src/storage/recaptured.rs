//! Delivered tables that are captured again under storage names that the model does not state.
//!
//! Policies and approvals follow delivered data by the names of its tables. The model knows present and former names; once a former
//! one is not stated any more, only the lock has it.

use super::StorageRecord;
use datasurface_graph::StorageOf;
use datasurface_model::{CodeInfo, Diagnostic, Ecosystem, Protects, Recapture, Valid};

/// A table that was delivered under a former name is captured.
pub static RENAMED_DELIVERY: CodeInfo = CodeInfo::error(
    "capture/renamed-delivery",
    "a captured table may be a delivered one, under a name that the model does not state",
    "Policies and approvals follow data that is delivered somewhere and captured from there again, and a table is recognized by its \
     name. A table keeps the name under which it was first stored, whatever the dataset is called now, and the lock has that name. \
     State it as `renamed_from`: then what holds for the delivered data holds for the captured table, too. If the table is another \
     one, the zone of the delivered data can waive the finding.",
)
.waivable()
.protecting(Protects::InputZone);

/// Returns a finding for each captured table that may be a delivered one, as the storage names alone show.
pub fn recaptured(ecosystem: &Valid<Ecosystem>, names: &StorageRecord) -> Vec<Diagnostic> {
    if names.is_trivial() {
        return Vec::new();
    }
    let found = ecosystem.recaptures(|dataset| names.dataset(dataset)).into_iter();
    found.map(|recapture| finding(&recapture, names)).collect()
}

fn finding(recapture: &Recapture, names: &StorageRecord) -> Diagnostic {
    let Recapture { path, table, delivered, source, .. } = recapture;
    let storage = names.dataset(delivered);
    let message = format!(
        "the table `{table}` may have the delivered dataset `{delivered}`, which is stored as `{storage}`"
    );
    let help = format!(
        "state the former names by `renamed_from`, or read `{delivered}` itself; if the table is another one, ask its zone to waive this finding"
    );
    let finding = |code: &CodeInfo| Diagnostic::new(code, path.clone(), message).with_help(help);
    match source {
        Some(source) => finding(&RENAMED_DELIVERY).related_place(source.clone(), "is delivered there"),
        None => finding(&RENAMED_DELIVERY.protecting(Protects::Ecosystem)),
    }
}
