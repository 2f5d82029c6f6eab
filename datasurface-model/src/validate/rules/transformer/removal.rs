//! What a transformer says that it removes.

use super::{
    super::RuleContext,
    classified::{InputClassifications, MadeOf, with_source},
    path,
};
use crate::validate::facts::TableFact;
use datasurface_ecosystem::{CodeInfo, DataTransformer, Diagnostic, ModelPath, Protects, Removal};
use datasurface_schema::{Classification, ColumnName, DatasetName, Name, nearest, segment};
use datasurface_sql::{ColumnOrigin, SelectOutput};
use std::collections::BTreeSet;

pub(in super::super) static NO_REASON: CodeInfo = CodeInfo::warning(
    "transformer/no-reason",
    "nothing says why a transformer removes what is sensitive",
    "The output of a transformer is classified less strictly than its inputs because the transformer is said to take \
     something out. Somebody answers for that, and others rely on it: say why, and of each column how it is done.",
);

pub(in super::super) static UNNEEDED_REMOVAL: CodeInfo = CodeInfo::warning(
    "transformer/unneeded-removal",
    "a transformer removes a classification that none of its inputs has",
    "What a transformer says that it removes is not asked of its output. Where no input has the classification, either the input is \
     not classified as it should be, or the promise is left over, and would hide what a later input brings. Classify the \
     input, or take the promise away.",
);

pub(in super::super) static REMOVAL_TARGET: CodeInfo = CodeInfo::error(
    "transformer/removal-target",
    "a transformer removes a classification from what its output lacks",
    "A removal names an output dataset, a classification, and each column that does not have it any more. It frees these columns and \
     nothing else, so a wrong name frees nothing, or something that is added later. Correct the name, or take the removal away.",
);

pub(in super::super) static REMOVAL_NOT_DONE: CodeInfo = CodeInfo::error(
    "transformer/removal-not-done",
    "a transformer passes on what it says that it removes",
    "What a statement makes of the values of a classified column has these in it, unless it is known to remove them. Known are: counting, adding \
     up and averaging; hashes; comparisons and conditions; fewer than ten letters of a text (`left`, `right`, `substr` with such a count), what is \
     behind a separator (`split_part` from 2 on), and what is left by `translate` of ten letters or more, or by `regexp_replace` of all letters or digits; \
     fields of a date, `date_trunc` to weeks and longer; steps of ten and more (`floor(x / 100)`, `round(x, -2)`); members of JSON; and functions \
     that no engine has by itself. Two such parts of one value may be all of it. In a dataset that is classified as a whole, that is each column: classify them one by one, so that it is known which can be passed on. Or change the statement, or take the removal away and \
     classify the output as the input is.",
)
.waivable()
.protecting(Protects::InputZone);

/// What a transformer says that it removes from one dataset.
struct Promise<'t> {
    dataset: &'t DatasetName,
    classification: &'t Classification,
    removal: &'t Removal,
    at: ModelPath,
}

impl Promise<'_> {
    fn at(&self, column: &ColumnName) -> ModelPath {
        self.at.child(segment::COLUMNS, column)
    }
}

fn promises<'t>(
    transformer: &'t DataTransformer,
    scope: &RuleContext<'_>,
) -> impl Iterator<Item = Promise<'t>> + use<'t> {
    let path = path(scope);
    transformer.removals().iter().flat_map(move |(dataset, removals)| {
        let path = path.child(segment::REMOVES, dataset);
        removals.iter().map(move |(classification, removal)| {
            let at = path.entry(classification);
            Promise { dataset, classification, removal, at }
        })
    })
}

pub(super) fn reasons(transformer: &DataTransformer, scope: &mut RuleContext<'_>) {
    for Promise { classification, removal, at, .. } in promises(transformer, scope) {
        if removal.reason().trim().is_empty() {
            let message = format!("nothing says why the transformer removes `{classification}`");
            let help = "say why what is left is not sensitive any more";
            scope.report(Diagnostic::new(&NO_REASON, at.clone(), message).with_help(help));
        }
        for (column, _) in removal.columns().iter().filter(|(_, method)| method.trim().is_empty()) {
            let message =
                format!("nothing says how the transformer removes `{classification}` from `{column}`");
            let at = at.child(segment::COLUMNS, column);
            scope.report(Diagnostic::new(&NO_REASON, at, message).with_help("say how it is removed"));
        }
    }
}

/// Judged where all of every input is known: what is not may be what brings the classification.
pub(super) fn unneeded<'a>(
    inputs: &InputClassifications<'_, 'a>,
    transformer: &DataTransformer,
    scope: &mut RuleContext<'a>,
) {
    let promises = promises(transformer, scope);
    let unneeded: Vec<_> = promises.filter(|promise| !inputs.has(promise.classification, scope)).collect();
    if unneeded.is_empty() || inputs.may_have_others(scope) {
        return;
    }
    for Promise { classification, at, .. } in unneeded {
        let message = format!(
            "the transformer removes `{classification}`, with which none of its inputs is classified"
        );
        let finding = Diagnostic::new(&UNNEEDED_REMOVAL, at, message)
            .with_help("classify the input that has it, or take the removal away");
        scope.report(finding);
    }
}

pub(super) fn check<'a>(
    made: &MadeOf<'_, 'a>,
    inputs: &InputClassifications<'_, 'a>,
    scope: &mut RuleContext<'a>,
) {
    for promise in promises(made.transformer, scope) {
        let Promise { dataset, classification, removal, at } = &promise;
        let key = made.key(dataset);
        let Some(table) = scope.facts.table(&key) else {
            let near = nearest(dataset.as_str(), made.output.datasets().map(Name::as_str));
            let message = format!("`{classification}` is removed from `{key}`, which does not exist");
            let finding = Diagnostic::new(&REMOVAL_TARGET, at.clone(), message)
                .with_help("name a dataset of the output, or take the removal away")
                .did_you_mean(near);
            scope.report(finding);
            continue;
        };
        targets(&promise, table, scope);
        if let Some(select) = made.select(dataset) {
            for column in removal.columns().keys() {
                passed_on(column, &promise, select, inputs, scope);
            }
        }
    }
}

fn targets(promise: &Promise<'_>, table: TableFact<'_>, scope: &mut RuleContext<'_>) {
    let Promise { dataset, classification, removal, at } = promise;
    if removal.columns().is_empty() {
        let message = format!("the removal of `{classification}` from `{dataset}` names no column");
        let help = "name each column of the output from which it is removed, and say how";
        scope.report(Diagnostic::new(&REMOVAL_TARGET, at.clone(), message).with_help(help));
    }
    for column in removal.columns().keys().filter(|column| table.schema().lacks(column)) {
        let names = table.schema().readable().columns().iter().map(|column| column.name().as_str());
        let message =
            format!("`{classification}` is removed from `{column}`, which is no column of `{dataset}`");
        let finding = Diagnostic::new(&REMOVAL_TARGET, promise.at(column), message)
            .with_help("name a column of the output, or take it out of the removal")
            .did_you_mean(nearest(column.as_str(), names));
        scope.report(finding);
    }
}

/// What comes from a dataset that is classified as a whole has its classification in each column: nobody has said which of them could
/// be without it.
fn passed_on<'a>(
    column: &ColumnName,
    promise: &Promise<'_>,
    select: &SelectOutput,
    inputs: &InputClassifications<'_, 'a>,
    scope: &mut RuleContext<'a>,
) {
    let is_followed = !matches!(select.origin(column.as_str()), ColumnOrigin::Any | ColumnOrigin::NotFound);
    let mut reported = BTreeSet::new();
    for source in select.unchanged(column.as_str()) {
        let Some(table) = scope.facts.table(&source.dataset) else { continue };
        let of_column = table.labels_of(&source.column);
        let is_of_column = of_column.is_some_and(|labels| labels.contains(promise.classification));
        if !is_of_column && !table.own_labels().contains(promise.classification) {
            continue;
        }
        let has = if is_followed { "has" } else { "nobody can follow and may have" };
        let message = format!(
            "`{}` is said to be removed from `{column}`, which {has} the values of `{}` of `{}` in it",
            promise.classification, source.column, source.dataset
        );
        let (help, classified) = if is_of_column {
            let help = "change the statement, or take the column out of the removal and classify it";
            (help.to_owned(), Some(source))
        } else {
            let help = format!(
                "change the statement, or classify `{}` column by column instead of as a whole, so that its owner says \
                 which columns may be passed on",
                source.dataset
            );
            (help, None)
        };
        let finding = Diagnostic::new(&REMOVAL_NOT_DONE, promise.at(column), message).with_help(help);
        let finding = with_source(finding, &source.dataset, classified, scope);
        for zone in inputs.zones(&source.dataset) {
            // Of what nobody can follow, other zones are asked for a release.
            let is_asked = is_followed || scope.unit.zone() == Some(zone);
            if is_asked && reported.insert(zone) {
                scope.report(finding.clone().about_data_of(zone));
            }
        }
    }
}
