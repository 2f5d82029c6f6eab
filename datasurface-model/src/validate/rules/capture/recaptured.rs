//! `capture/under-classified`: delivered data that is captured again keeps its classifications.

use super::super::RuleContext;
use datasurface_ecosystem::{CodeInfo, Datastore, Diagnostic, Protects};
use datasurface_schema::{Entity, segment};

pub(in super::super) static UNDER_CLASSIFIED: CodeInfo = CodeInfo::error(
    "capture/under-classified",
    "a dataset is classified less strictly than the delivered data that it is captured from",
    "What is delivered to a place can be captured from there, and is then the same data under another name. Sensitive data stays \
     sensitive on that way, too: no rule about a classification would hold for what has it no more. Which dataset is in a table is told by \
     the name of the table. Classify what is captured, or capture another table.",
)
.waivable()
.protecting(Protects::InputZone);

pub(super) fn check(datastore: &Datastore, scope: &mut RuleContext<'_>) {
    let Some(origins) = scope.facts.origins(datastore.name()) else { return };
    for dataset in datastore.datasets() {
        let Some(derived) = origins.get(dataset.name()).filter(|derived| !derived.recaptured.is_empty())
        else {
            continue;
        };
        let own = dataset.all_classifications();
        for ((classification, _), path) in &derived.recaptured {
            if own.contains(classification) {
                continue;
            }
            let name = dataset.name();
            let message = format!(
                "`{name}` may be captured from delivered data that is `{classification}`, and is not classified so"
            );
            let finding =
                Diagnostic::new(&UNDER_CLASSIFIED, scope.path().child(segment::DATASETS, name), message)
                    .with_help(format!("classify `{name}` as `{classification}`, or capture another table"))
                    .related_place(path.clone(), "is delivered there");
            scope.report(finding);
        }
    }
}
