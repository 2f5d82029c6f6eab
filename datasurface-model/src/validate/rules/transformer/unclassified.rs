//! `transformer/unclassified-input`: what nobody classified does not become classified by being derived from.

use super::{
    super::RuleContext,
    classified::{InputClassifications, MadeOf},
};
use crate::validate::origins::in_any_column;
use datasurface_ecosystem::{CodeInfo, Diagnostic, Protects};
use datasurface_schema::{DatasetKey, DatasetName, ZoneName, segment};
use datasurface_sql::ColumnOrigin;
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;

pub(in super::super) static UNCLASSIFIED_INPUT: CodeInfo = CodeInfo::error(
    "transformer/unclassified-input",
    "the output of a transformer is classified completely, and an input is not",
    "What is not classified may be anything, so it never passes where only some classifications are allowed. Data that is \
     derived from it would pass there if it were classified, though nobody knows what is in it. Classify the input, or \
     each of its columns that is used, or leave the output without classification.",
)
.waivable()
.protecting(Protects::InputZone);

/// Judged at the first sink of each input: it is the input that somebody has to answer for.
pub(super) fn check<'a>(
    made: &MadeOf<'_, 'a>,
    inputs: &InputClassifications<'_, 'a>,
    scope: &mut RuleContext<'a>,
) {
    let complete = made.output.classified().filter(|(_, classified)| classified.is_complete());
    let used: Vec<(&DatasetName, Option<FxHashSet<&DatasetKey>>)> =
        complete.map(|(dataset, _)| (dataset, sources_without_class(dataset, made, inputs, scope))).collect();
    if used.iter().all(|(_, used)| used.as_ref().is_some_and(FxHashSet::is_empty)) {
        return;
    }
    let mut judged = FxHashSet::default();
    for one in inputs.received.iter().filter(|one| judged.insert(one.key)) {
        let first = used.iter().find(|(_, used)| used.as_ref().is_none_or(|used| used.contains(one.key)));
        let Some((dataset, _)) = first else { continue };
        // Whether the dataset says so, of each zone.
        let implicit = in_any_column(one.dataset.implicit());
        let implicit = implicit.filter(|(_, class)| class.is_none());
        let mut zones: BTreeMap<&ZoneName, bool> = implicit.map(|(zone, _)| (zone, false)).collect();
        if scope.facts.classifications(one.key, one.dataset).is_incomplete() {
            zones.extend(one.dataset.zones().map(|(zone, _)| (zone, true)));
        }
        for (zone, is_said) in zones {
            let (input, key) = (one.key, made.key(dataset));
            let (message, help) = match is_said {
                true => (
                    format!(
                        "`{input}` is not classified completely, but what is derived from it, `{key}`, is"
                    ),
                    "classify the input or each of its columns, or leave the output without classification"
                        .to_owned(),
                ),
                false => (
                    format!(
                        "`{input}` may have data of `{zone}` that is not classified, but what is derived from it, `{key}`, is"
                    ),
                    format!(
                        "ask the zone `{zone}` to classify its data, or leave a column of the output without classification"
                    ),
                ),
            };
            let mut finding = Diagnostic::new(&UNCLASSIFIED_INPUT, one.sink(&scope.path()), message)
                .with_help(help)
                .related_place(
                    one.path(),
                    if is_said { "is not classified completely" } else { "may have such data" },
                )
                .about_data_of(zone);
            if let Some(unit) = scope.facts.datastore_unit(made.transformer.output()) {
                let place = unit.path().child(segment::DATASETS, dataset);
                finding = finding.related_place(place, "is classified");
            }
            scope.report(finding);
        }
    }
}

/// The inputs with a column that is not classified and that the values of a dataset come from; none, if it may be any.
fn sources_without_class<'m, 'a>(
    dataset: &DatasetName,
    made: &MadeOf<'m, 'a>,
    inputs: &InputClassifications<'_, 'a>,
    scope: &RuleContext<'_>,
) -> Option<FxHashSet<&'m DatasetKey>> {
    let select = made.select(dataset)?;
    let table = scope.facts.table(&made.key(dataset))?;
    let mut found = FxHashSet::default();
    for column in table.schema().readable().columns() {
        match select.origin(column.name().as_str()) {
            ColumnOrigin::Missing | ColumnOrigin::NotFound => {}
            ColumnOrigin::Any => return None,
            ColumnOrigin::Columns(sources) => {
                let unclassified = sources.iter().filter(|key| {
                    let is_of_column = scope.facts.table(&key.dataset).is_none_or(|input| {
                        input.own_labels().is_empty()
                            && input.labels_of(&key.column).is_none_or(|labels| labels.is_empty())
                    });
                    is_of_column || inputs.implicit(key).any(|(_, class)| class.is_none())
                });
                found.extend(unclassified.map(|key| &key.dataset));
            }
        }
    }
    Some(found)
}
