//! `classification/…`: how sensitive data is.

use super::Scope;
use crate::{
    diagnostic::{CodeInfo, Diagnostic},
    ecosystem::Datastore,
    named::Entity,
};

pub(super) static BOTH: CodeInfo = CodeInfo::error(
    "classification/both",
    "a dataset is classified as a whole and column by column",
    "If both are said, nobody can tell whether the columns narrow down what the dataset says, or add to it, and with \
     sensitive data that must not be a matter of taste. Classify the whole dataset, or its columns.",
);

pub(super) fn check(datastore: &Datastore, scope: &mut Scope<'_>) {
    for dataset in datastore.datasets() {
        if dataset.classifications().is_empty() {
            continue;
        }
        let columns = dataset.schema().table().columns();
        if let Some(column) = columns.iter().find(|column| !column.classifications().is_empty()) {
            let path = scope.path().child("datasets", dataset.name());
            let message = format!(
                "the dataset `{}` is classified as a whole, and so is its column `{}`",
                dataset.name(),
                column.name()
            );
            let related = path.child("columns", column.name());
            let finding = Diagnostic::new(&BOTH, path, message)
                .help("classify the whole dataset or its columns, not both")
                .related(related, "is classified on its own");
            scope.report(finding);
        }
    }
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<super::fixture::Case> {
    use super::fixture::{Case, edited, store};
    use crate::{
        ecosystem::Dataset,
        schema::{Column, DataType, TableSchema},
    };

    let column = || Column::new("id", DataType::Integer).not_null();
    let dataset = |column: Column| Dataset::new("d", TableSchema::new([column]).keyed(["id"]));
    let with = |dataset: Dataset| edited(|team| team.datastore(store("S", dataset)));
    let whole = |column: Column| with(dataset(column).classified("PII"));
    vec![
        Case::new(&BOTH, "datasets/d", whole(column().classified("MNPI")), whole(column())),
        Case::new(
            &BOTH,
            "datasets/d",
            whole(column().classified("PII")),
            with(dataset(column().classified("PII"))),
        ),
    ]
}

#[cfg(test)]
mod tests {
    #[test]
    fn cases() {
        super::super::fixture::judge(super::cases());
    }
}
