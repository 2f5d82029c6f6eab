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
        let (name, is_complete) = (dataset.name(), dataset.is_classified_completely());
        for ((zone, class), delivered) in &derived.recaptured {
            let (message, help) = match class {
                Some(class) if !own.contains(class) => (
                    format!(
                        "`{name}` may be captured from delivered data that is `{class}`, and is not classified so"
                    ),
                    format!("classify `{name}` as `{class}`, or capture another table"),
                ),
                None if is_complete => (
                    format!(
                        "`{name}` may be captured from delivered data that is not classified completely, and is"
                    ),
                    format!(
                        "classify what is delivered, leave columns of `{name}` without classification, or capture another table"
                    ),
                ),
                _ => continue,
            };
            let finding =
                Diagnostic::new(&UNDER_CLASSIFIED, scope.path().child(segment::DATASETS, name), message)
                    .with_help(help)
                    .related_place(delivered.path.clone(), "is delivered there")
                    .about_data_of(zone);
            scope.report(finding);
        }
    }
}
