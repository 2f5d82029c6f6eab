//! `classification/…`: how sensitive data is.

use super::RuleContext;
use datasurface_ecosystem::{CodeInfo, Dataset, Datastore, Diagnostic, ProductionStatus};
use datasurface_schema::{Entity, segment};

pub(super) static BOTH: CodeInfo = CodeInfo::error(
    "classification/both",
    "a dataset is classified as a whole and column by column",
    "If both are said, nobody can tell whether the columns narrow down what the dataset says, or add to it, and with \
     sensitive data that must not be a matter of taste. Classify the whole dataset, or its columns.",
);

pub(super) static INCOMPLETE: CodeInfo = CodeInfo::error(
    "classification/incomplete",
    "a dataset of a production datastore is not classified completely",
    "What may be done with data depends on how sensitive it is, and where the business depends on it nobody should have to \
     guess. Classify the dataset, or each of its columns.",
)
.waivable();

pub(super) fn check(datastore: &Datastore, scope: &mut RuleContext<'_>) {
    for dataset in datastore.datasets() {
        if datastore.production_status() == ProductionStatus::Production {
            incomplete(dataset, scope);
        }
        if dataset.classifications().is_empty() {
            continue;
        }
        let mut columns = dataset.schema().classified_columns().iter();
        if let Some(column) = columns.find(|column| !column.classifications().is_empty()) {
            let path = scope.path().child(segment::DATASETS, dataset.name());
            let message = format!(
                "the dataset `{}` is classified as a whole, and so is its column `{}`",
                dataset.name(),
                column.name()
            );
            let related = path.child(segment::COLUMNS, column.name());
            let finding = Diagnostic::new(&BOTH, path, message)
                .with_help("classify the whole dataset or its columns, not both")
                .related_place(related, "is classified on its own");
            scope.report(finding);
        }
    }
}

fn incomplete(dataset: &Dataset, scope: &mut RuleContext<'_>) {
    if !dataset.is_classified_incompletely() {
        return;
    }
    let columns = dataset.schema().readable().columns();
    if columns.is_empty() && dataset.schema().unreadable_columns().is_empty() {
        return;
    }
    let path = scope.path().child(segment::DATASETS, dataset.name());
    let without = columns.iter().find(|column| column.classifications().is_empty());
    let is_begun = columns.iter().any(|column| !column.classifications().is_empty());
    let message = match without.filter(|_| is_begun) {
        Some(column) => {
            format!(
                "the column `{}` of the production dataset `{}` is not classified",
                column.name(),
                dataset.name()
            )
        }
        None => format!("the production dataset `{}` is not classified", dataset.name()),
    };
    let finding =
        Diagnostic::new(&INCOMPLETE, path, message).with_help("classify the dataset, or each of its columns");
    scope.report(finding);
}
