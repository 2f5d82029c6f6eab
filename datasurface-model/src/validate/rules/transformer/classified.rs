//! How outputs are classified: as what they are made of, minus what is removed. Where a statement can be read, each column is judged
//! by the columns that its values come from; elsewhere the output is judged by all inputs.

use super::{super::RuleContext, path, statement::UNREAD_SQL};
use crate::validate::{
    facts::{DatasetClassifications, OutputFact, TableFact},
    rules::governance::ReceivedDataset,
};
use datasurface_ecosystem::{
    CodeArtifact, CodeInfo, DataTransformer, Diagnostic, ModelPath, Protects, Release, Select,
};
use datasurface_schema::{Classification, Column, DatasetKey, DatasetName, ZoneName, segment};
use datasurface_sql::{ColumnKey, Compilation, SelectOutput};
use rustc_hash::FxHashSet;
use std::{cell::OnceCell, collections::BTreeMap};

pub(in super::super) static UNDER_CLASSIFIED: CodeInfo = CodeInfo::error(
    "transformer/under-classified",
    "the output of a transformer is classified less strictly than what it is made of",
    "Sensitive data stays sensitive when it is derived from, unless the transformer takes what is sensitive out. Where the SQL can be \
     read, each column of the output is judged by the columns that its values come from; where it cannot, each output dataset is judged \
     by all inputs. Classify the output, or say of each column how the transformer removes what is sensitive, and why; for code that \
     cannot be read, the zone of the input has to release the output, if it is another zone.",
)
.waivable()
.protecting(Protects::InputZone);

pub(in super::super) static UNCLASSIFIED_INPUT: CodeInfo = CodeInfo::error(
    "transformer/unclassified-input",
    "the output of a transformer is classified completely, and an input is not",
    "What is not classified may be anything, so it never passes where only some classifications are allowed. Data that is \
     derived from it would pass there if it were classified, though nobody knows what is in it. Classify the input, or \
     each of its columns that is used, or leave the output without classification.",
)
.waivable()
.protecting(Protects::InputZone);

/// How many columns a finding names.
const MOST_COLUMNS: usize = 5;

/// What the inputs bring.
pub(super) struct InputClassifications<'r, 'a> {
    received: &'r [ReceivedDataset<'a>],
    /// Collected when somebody asks: where every statement can be read, nobody does.
    labels: OnceCell<BTreeMap<&'a Classification, &'a DatasetKey>>,
}

impl<'r, 'a> InputClassifications<'r, 'a> {
    pub(super) fn new(received: &'r [ReceivedDataset<'a>]) -> Self {
        Self { received, labels: OnceCell::new() }
    }

    /// The classifications, each with the first dataset by name that brings it, whatever the group that wants it.
    fn labels(&self, scope: &RuleContext<'a>) -> &BTreeMap<&'a Classification, &'a DatasetKey> {
        self.labels.get_or_init(|| {
            let mut labels = BTreeMap::new();
            for one in self.received {
                for classification in scope.facts.classifications(one.key, one.dataset).iter() {
                    let first = labels.entry(classification).or_insert(one.key);
                    *first = one.key.min(first);
                }
            }
            labels
        })
    }

    pub(super) fn has(&self, classification: &Classification, scope: &RuleContext<'a>) -> bool {
        self.labels(scope).contains_key(classification)
    }

    /// Whether there may be others, in columns that cannot be read.
    pub(super) fn may_have_others(&self, scope: &RuleContext<'a>) -> bool {
        self.received.iter().any(|one| scope.facts.classifications(one.key, one.dataset).may_have_others())
    }
}

/// A transformer, and what each of its statements makes.
pub(super) struct MadeOf<'m, 'a> {
    /// What the transformer makes that zones let go.
    released: &'m [&'m Release],
    pub(super) transformer: &'m DataTransformer,
    pub(super) output: OutputFact<'a>,
    statements: &'m [(&'m Select, Compilation)],
}

impl<'m, 'a> MadeOf<'m, 'a> {
    pub(super) fn new(
        released: &'m [&'m Release],
        transformer: &'m DataTransformer,
        output: OutputFact<'a>,
        statements: &'m [(&'m Select, Compilation)],
    ) -> Self {
        Self { released, transformer, output, statements }
    }

    /// What the one statement makes that makes a dataset, if it can be read.
    pub(super) fn select(&self, dataset: &DatasetName) -> Option<&'m SelectOutput> {
        let mut statements = self.statements.iter().filter(|(select, _)| select.dataset == *dataset);
        let (_, compilation) = statements.next()?;
        compilation.select().filter(|_| statements.next().is_none())
    }

    pub(super) fn key(&self, dataset: &DatasetName) -> DatasetKey {
        DatasetKey::new(self.transformer.output(), dataset)
    }

    /// The place of what makes a dataset.
    fn place(&self, dataset: &DatasetName, scope: &RuleContext<'_>) -> ModelPath {
        match self.transformer.artifact() {
            CodeArtifact::Sql { .. } => path(scope).child(segment::SELECTS, dataset),
            _ => path(scope).attribute(segment::OUTPUT),
        }
    }

    /// The zone because of which code that nobody can read is not believed to remove something: the input has data of it, and it is
    /// neither the own one, nor released the output.
    fn withholding<'z>(
        &self,
        dataset: &DatasetName,
        input: &DatasetKey,
        scope: &RuleContext<'z>,
    ) -> Option<&'z ZoneName> {
        let from = &scope.facts.datastore_unit(&input.datastore)?.team()?.zone;
        let own = &scope.unit.team()?.zone;
        let origins = scope.facts.origins(&input.datastore).and_then(|all| all.get(&input.dataset));
        let mut zones = std::iter::once(from).chain(origins.into_iter().flat_map(|all| all.zones.keys()));
        zones.find(|zone| {
            let mut released = self.released.iter().filter(|one| one.output == *dataset);
            *zone != own && !released.any(|one| one.zone == **zone)
        })
    }

    /// The inputs of which it is not believed.
    fn not_removed(
        &self,
        dataset: &DatasetName,
        inputs: &InputClassifications<'_, 'a>,
        scope: &RuleContext<'_>,
    ) -> Vec<ReceivedDataset<'a>> {
        let others = inputs.received.iter().filter(|one| self.withholding(dataset, one.key, scope).is_some());
        others.copied().collect()
    }

    fn is_removed(&self, dataset: &DatasetName, classification: &Classification, column: &Column) -> bool {
        let removals = self.transformer.removals().get(dataset);
        let removal = removals.and_then(|removals| removals.get(classification));
        removal.is_some_and(|removal| removal.columns().contains_key(column.name()))
    }
}

/// What the values of a column come from.
enum Origin<'s> {
    /// These columns.
    Columns(Vec<&'s ColumnKey>),
    /// Any of the inputs.
    Any,
    /// The statement does not return the column, which is a finding of its own.
    Missing,
}

fn origin<'s>(select: &'s SelectOutput, column: &Column) -> Origin<'s> {
    let name = column.name().as_str();
    match select.column(name).map(|made| &made.sources) {
        Some(Some(sources)) => Origin::Columns(sources.iter().collect()),
        None if select.is_complete && !select.columns.iter().any(|made| made.may_be_named(name)) => {
            Origin::Missing
        }
        Some(None) | None => Origin::Any,
    }
}

pub(super) fn check<'a>(
    made: &MadeOf<'_, 'a>,
    inputs: &InputClassifications<'_, 'a>,
    scope: &mut RuleContext<'a>,
) {
    for (dataset, classified) in
        made.output.classified().filter(|(_, classified)| !classified.may_have_others())
    {
        match (made.select(dataset), scope.facts.table(&made.key(dataset))) {
            (Some(select), Some(table)) => {
                // Where there may be more columns than are known, each may be any of them.
                let is_found = by_column(dataset, select, table, made, inputs, scope)
                    || (!select.is_complete && as_a_whole(dataset, classified, made, inputs, scope));
                if is_found {
                    unread_columns(dataset, select, table, made, scope);
                }
            }
            _ => {
                as_a_whole(dataset, classified, made, inputs, scope);
            }
        }
    }
    unclassified_inputs(made, inputs, scope);
}

/// Reports the columns of which nobody can tell what they are made of: that is why a finding may be wrong.
fn unread_columns(
    dataset: &DatasetName,
    select: &SelectOutput,
    table: TableFact<'_>,
    made: &MadeOf<'_, '_>,
    scope: &mut RuleContext<'_>,
) {
    let columns = table.schema().readable().columns().iter();
    let unread: Vec<&Column> =
        columns.filter(|column| matches!(origin(select, column), Origin::Any)).collect();
    if unread.is_empty() {
        return;
    }
    let (key, names) = (made.key(dataset), listed(&unread));
    let message = format!(
        "what the statement that makes `{key}` computes {names} from cannot be read, so it is taken to be all inputs"
    );
    let finding = Diagnostic::new(&UNREAD_SQL, made.place(dataset, scope), message)
        .with_help("name each column of the SELECT, and compute it from columns of inputs that are named");
    scope.report(finding);
}

/// Of what cannot be read, a removal is believed by its own zone, and by each other one that releases the output. Returns whether
/// anything was found.
fn as_a_whole<'a>(
    dataset: &DatasetName,
    classified: DatasetClassifications<'a>,
    made: &MadeOf<'_, 'a>,
    inputs: &InputClassifications<'_, 'a>,
    scope: &mut RuleContext<'a>,
) -> bool {
    let mut is_found = false;
    let is_sql = matches!(made.transformer.artifact(), CodeArtifact::Sql { .. });
    let kept = classified.labels();
    let removals = made.transformer.removals().get(dataset);
    let others = made.not_removed(dataset, inputs, scope);
    let others = InputClassifications::new(&others);
    for (classification, first) in inputs.labels(scope) {
        let removal = removals.and_then(|removals| removals.get(*classification));
        let is_removed = removal.is_some_and(|removal| !removal.columns().is_empty());
        let from = if is_removed { others.labels(scope).get(classification) } else { Some(first) };
        let Some(&from) = from.filter(|_| !kept.contains(classification)) else { continue };
        let key = made.key(dataset);
        let message =
            format!("`{from}` is classified `{classification}`, but nothing in the output `{key}` is");
        let help = match is_removed {
            true => release_help(dataset, classification, made.withholding(dataset, from, scope)),
            false => help(dataset, classification, "…", !is_sql),
        };
        is_found = true;
        let finding = Diagnostic::new(&UNDER_CLASSIFIED, made.place(dataset, scope), message).with_help(help);
        scope.report(with_source(finding, from, None, scope));
    }
    is_found
}

/// What brings a classification to a column.
#[derive(Clone, Copy)]
struct Source<'s> {
    dataset: &'s DatasetKey,
    /// None, if the dataset is classified as a whole, or any column may be the source.
    column: Option<&'s ColumnKey>,
    /// Whether this is what the statement says.
    is_read: bool,
}

/// Returns whether anything was found.
fn by_column<'a>(
    dataset: &DatasetName,
    select: &SelectOutput,
    table: TableFact<'a>,
    made: &MadeOf<'_, 'a>,
    inputs: &InputClassifications<'_, 'a>,
    scope: &mut RuleContext<'a>,
) -> bool {
    let columns = table.schema().readable().columns();
    let of_any_column: FxHashSet<&Classification> =
        columns.iter().flat_map(|column| column.classifications()).collect();
    // Of what is classified as a whole, nobody knows which columns are meant, so any column of the output may say it.
    let by_column = table.is_classified_by_column();
    let is_kept = |column: &Column, classification: &Classification, of_column: bool| {
        table.own_labels().contains(classification)
            || column.classifications().contains(classification)
            || ((!of_column || !by_column) && of_any_column.contains(classification))
    };
    let others = made.not_removed(dataset, inputs, scope);
    let others = InputClassifications::new(&others);
    let mut lost: BTreeMap<(&Classification, bool), Vec<(&Column, Source<'_>)>> = BTreeMap::new();
    for column in columns {
        let mut labels: BTreeMap<&Classification, Source<'_>> = BTreeMap::new();
        match origin(select, column) {
            Origin::Missing => {}
            Origin::Any => {
                let source = |dataset| Source { dataset, column: None, is_read: false };
                for (label, first) in inputs.labels(scope) {
                    // What cannot be read may be any input, and is not believed to remove what is another zone's.
                    let is_removed = made.is_removed(dataset, label, column);
                    let from = if is_removed { others.labels(scope).get(label) } else { Some(first) };
                    labels.extend(from.map(|from| (*label, source(*from))));
                }
            }
            Origin::Columns(sources) => {
                for key in sources {
                    let Some(input) = scope.facts.table(&key.dataset) else { continue };
                    let source = |column| Source { dataset: &key.dataset, column, is_read: true };
                    for label in input.own_labels() {
                        labels.entry(label).or_insert(source(None));
                    }
                    for label in input.labels_of(&key.column).into_iter().flatten() {
                        // The more precise one is told.
                        labels.insert(label, source(Some(key)));
                    }
                }
            }
        }
        for (classification, source) in labels {
            let is_removed = source.is_read && made.is_removed(dataset, classification, column);
            if !is_removed && !is_kept(column, classification, source.column.is_some()) {
                lost.entry((classification, !source.is_read)).or_default().push((column, source));
            }
        }
    }
    let is_found = !lost.is_empty();
    for ((classification, _), columns) in lost {
        let Some((first, source)) = columns.first().copied() else { continue };
        let names = listed(&columns.iter().map(|(column, _)| *column).collect::<Vec<_>>());
        let key = made.key(dataset);
        let from = match source.column {
            Some(column) => format!("`{}` of `{}`", column.column, source.dataset),
            None => format!("`{}`", source.dataset),
        };
        let made_of_it = if source.is_read { "is made of it" } else { "may be made of it" };
        let message = format!(
            "{from} is classified `{classification}`, but in `{key}`, what {made_of_it} is not: {names}"
        );
        let finding = Diagnostic::new(&UNDER_CLASSIFIED, made.place(dataset, scope), message).with_help(
            match made.is_removed(dataset, classification, first) {
                true => {
                    release_help(dataset, classification, made.withholding(dataset, source.dataset, scope))
                }
                false => help(dataset, classification, first.name().as_str(), source.is_read),
            },
        );
        let finding = with_source(finding, source.dataset, source.column, scope);
        let finding = match scope.facts.datastore_unit(made.transformer.output()) {
            Some(unit) => {
                let place = unit.path().child(segment::DATASETS, dataset);
                finding.related_place(place.child(segment::COLUMNS, first.name()), made_of_it)
            }
            None => finding,
        };
        scope.report(finding);
    }
    is_found
}

fn release_help(dataset: &DatasetName, removed: &Classification, zone: Option<&ZoneName>) -> String {
    let zone = zone.map_or("…", ZoneName::as_str);
    format!(
        "nobody can read how `{removed}` is removed: classify the output, or ask the zone `{zone}` for a release: \
         `releases: [{{output: {dataset}, zone: {zone}, reason: …}}]`"
    )
}

fn listed(columns: &[&Column]) -> String {
    let names: Vec<String> =
        columns.iter().take(MOST_COLUMNS).map(|column| format!("`{}`", column.name())).collect();
    match columns.len().saturating_sub(MOST_COLUMNS) {
        0 => names.join(", "),
        others => format!("{} and {others} others", names.join(", ")),
    }
}

fn help(dataset: &DatasetName, classification: &Classification, column: &str, is_read: bool) -> String {
    let first = match is_read {
        true => format!("classify it as `{classification}`"),
        false => "write the statement so that it can be read (`transformer/unread-sql`)".to_owned(),
    };
    format!(
        "{first}, or say how it is removed: \
         `removes: {{{dataset}: {{{classification}: {{why: …, columns: {{{column}: …}}}}}}}}`"
    )
}

/// The same finding, with the place that brings a classification.
pub(super) fn with_source(
    finding: Diagnostic,
    dataset: &DatasetKey,
    column: Option<&ColumnKey>,
    scope: &RuleContext<'_>,
) -> Diagnostic {
    let Some(input) = scope.facts.datastore_unit(&dataset.datastore) else {
        return finding;
    };
    let place = input.path().child(segment::DATASETS, &dataset.dataset);
    let place = match column {
        Some(key) => place.child(segment::COLUMNS, &key.column),
        None => place,
    };
    finding.related_place(place, "brings the classification")
}

/// Judged at the first sink of each input: it is the input that somebody has to answer for.
fn unclassified_inputs<'a>(
    made: &MadeOf<'_, 'a>,
    inputs: &InputClassifications<'_, 'a>,
    scope: &mut RuleContext<'a>,
) {
    let complete = made.output.classified().filter(|(_, classified)| classified.is_complete());
    let used: Vec<(&DatasetName, Option<FxHashSet<&DatasetKey>>)> =
        complete.map(|(dataset, _)| (dataset, unclassified_sources(dataset, made, scope))).collect();
    if used.iter().all(|(_, used)| used.as_ref().is_some_and(FxHashSet::is_empty)) {
        return;
    }
    let mut judged = FxHashSet::default();
    for one in inputs.received.iter().filter(|one| judged.insert(one.key)) {
        let first = used.iter().find(|(_, used)| used.as_ref().is_none_or(|used| used.contains(one.key)));
        let Some((dataset, _)) = first else { continue };
        if !scope.facts.classifications(one.key, one.dataset).is_incomplete() {
            continue;
        }
        let key = made.key(dataset);
        let message =
            format!("`{}` is not classified completely, but what is derived from it, `{key}`, is", one.key);
        let mut finding = Diagnostic::new(&UNCLASSIFIED_INPUT, one.sink(&scope.path()), message)
            .with_help(
                "classify the input or each of its columns, or leave the output without classification",
            )
            .related_place(one.path(), "is not classified completely");
        if let Some(unit) = scope.facts.datastore_unit(made.transformer.output()) {
            finding = finding.related_place(unit.path().child(segment::DATASETS, dataset), "is classified");
        }
        scope.report(finding);
    }
}

/// The inputs with a column that is not classified and that the values of a dataset come from; none, if it may be any.
fn unclassified_sources<'m>(
    dataset: &DatasetName,
    made: &MadeOf<'m, '_>,
    scope: &RuleContext<'_>,
) -> Option<FxHashSet<&'m DatasetKey>> {
    let select = made.select(dataset)?;
    let table = scope.facts.table(&made.key(dataset))?;
    let mut found = FxHashSet::default();
    for column in table.schema().readable().columns() {
        match origin(select, column) {
            Origin::Missing => {}
            Origin::Any => return None,
            Origin::Columns(sources) => {
                let unclassified = sources.into_iter().filter(|key| {
                    scope.facts.table(&key.dataset).is_none_or(|input| {
                        input.own_labels().is_empty()
                            && input.labels_of(&key.column).is_none_or(|labels| labels.is_empty())
                    })
                });
                found.extend(unclassified.map(|key| &key.dataset));
            }
        }
    }
    Some(found)
}
