//! How outputs are classified: as what they are made of, minus what is removed. Where a statement can be read, each column is judged
//! by the columns that its values come from; elsewhere the output is judged by all inputs.

use super::{super::RuleContext, path, statement::UNREAD_SQL, unclassified};
use crate::validate::{
    facts::{DatasetClassifications, DatasetFact, OutputFact, TableFact},
    origins::{ImplicitClasses, ZoneData, in_any_column},
    rules::governance::ReceivedDataset,
};
use datasurface_ecosystem::{
    CodeArtifact, CodeInfo, DataTransformer, Diagnostic, ModelPath, Protects, Release, Select,
};
use datasurface_schema::{Classification, Column, DatasetKey, DatasetName, ZoneName, segment};
use datasurface_sql::{ColumnKey, ColumnOrigin, Compilation, SelectOutput};
use rustc_hash::{FxHashMap, FxHashSet};
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

/// How many columns a finding names.
const MOST_COLUMNS: usize = 5;

/// What the inputs bring.
pub(super) struct InputClassifications<'r, 'a> {
    pub(super) received: &'r [ReceivedDataset<'a>],
    /// Collected when somebody asks: where every statement can be read, nobody does.
    classes: OnceCell<BTreeMap<&'a Classification, Sources<'a>>>,
    /// By their keys, when somebody asks: there may be as many inputs as there are findings.
    by_key: OnceCell<FxHashMap<&'a DatasetKey, DatasetFact<'a>>>,
    /// What columns of inputs do not say: most often there is nothing.
    implicit: FxHashMap<&'a DatasetKey, &'a ImplicitClasses>,
}

/// The zones of which there is data, each with the first dataset by name that has it.
type Sources<'a> = BTreeMap<&'a ZoneName, &'a DatasetKey>;

impl<'r, 'a> InputClassifications<'r, 'a> {
    pub(super) fn new(received: &'r [ReceivedDataset<'a>]) -> Self {
        let implicit = received.iter().filter_map(|one| Some((one.key, one.dataset.implicit()?))).collect();
        Self { received, classes: OnceCell::new(), by_key: OnceCell::new(), implicit }
    }

    /// The classifications, with who brings them, whatever the group that wants it.
    fn classes(&self, scope: &RuleContext<'a>) -> &BTreeMap<&'a Classification, Sources<'a>> {
        self.classes.get_or_init(|| {
            let mut classes: BTreeMap<&Classification, Sources<'a>> = BTreeMap::new();
            let mut add = |class, zone, key| {
                let first = classes.entry(class).or_default().entry(zone).or_insert(key);
                *first = key.min(first);
            };
            for one in self.received {
                for class in scope.facts.classifications(one.key, one.dataset).iter() {
                    one.dataset.zones().for_each(|(zone, _)| add(class, zone, one.key));
                }
                for (zone, class) in in_any_column(one.dataset.implicit()) {
                    class.iter().for_each(|class| add(class, zone, one.key));
                }
            }
            classes
        })
    }

    /// What a column of an input does not say.
    pub(super) fn implicit(&self, column: &ColumnKey) -> impl Iterator<Item = &'a ZoneData> {
        let of_input = self.implicit.get(&column.dataset);
        of_input
            .and_then(|implicit| implicit.get(&column.column))
            .into_iter()
            .flat_map(|classes| classes.iter())
    }

    /// The zones that have data in an input.
    pub(super) fn zones(&self, input: &DatasetKey) -> Vec<&'a ZoneName> {
        let by_key = || self.received.iter().map(|one| (one.key, one.dataset)).collect();
        let fact = self.by_key.get_or_init(by_key).get(input);
        fact.into_iter().flat_map(|fact| fact.zones()).map(|(zone, _)| zone).collect()
    }

    pub(super) fn has(&self, classification: &Classification, scope: &RuleContext<'a>) -> bool {
        self.classes(scope).contains_key(classification)
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

    /// What the one statement makes that makes a dataset, as far as it is known, if it can be read.
    pub(super) fn select(&self, dataset: &DatasetName) -> Option<&'m SelectOutput> {
        let mut statements = self.statements.iter().filter(|(select, _)| select.dataset == *dataset);
        let (_, compilation) = statements.next()?;
        compilation.output().filter(|_| statements.next().is_none())
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

    /// Whether a zone believes code that nobody can read to remove what is sensitive: the own one does, and one that released the output.
    fn is_believed_by(&self, zone: &ZoneName, dataset: &DatasetName, scope: &RuleContext<'_>) -> bool {
        let mut released = self.released.iter().filter(|release| release.output == *dataset);
        scope.unit.zone() == Some(zone) || released.any(|release| release.zone == *zone)
    }

    fn is_removed(&self, dataset: &DatasetName, classification: &Classification, column: &Column) -> bool {
        self.transformer.removes_from(dataset, classification, column.name())
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
                let is_open = !select.is_complete && !select.lacks_names;
                let is_found = by_column(dataset, select, table, made, inputs, scope)
                    || (is_open && as_a_whole(dataset, classified, made, inputs, scope));
                if is_found {
                    unread_columns(dataset, select, table, made, scope);
                }
            }
            _ => {
                as_a_whole(dataset, classified, made, inputs, scope);
            }
        }
    }
    unclassified::check(made, inputs, scope);
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
        columns.filter(|column| matches!(select.origin(column.name().as_str()), ColumnOrigin::Any)).collect();
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
    for (class, sources) in inputs.classes(scope).iter().filter(|(class, _)| !kept.contains(**class)) {
        let removal = removals.and_then(|removals| removals.get(*class));
        let is_removed = removal.is_some_and(|removal| !removal.columns().is_empty());
        for (zone, from) in sources {
            if is_removed && made.is_believed_by(zone, dataset, scope) {
                continue;
            }
            let key = made.key(dataset);
            let message = format!("`{from}` is classified `{class}`, but nothing in the output `{key}` is");
            let help = match is_removed {
                true => release_help(dataset, class, zone),
                false if is_sql || made.is_believed_by(zone, dataset, scope) => {
                    help(dataset, class, "…", !is_sql)
                }
                false => format!(
                    "classify it as `{class}`; or say how it is removed, and ask the zone `{zone}` for a release, since nobody else can read the \
                     code: `removes: {{{dataset}: {{{class}: {{why: …, columns: {{…: …}}}}}}}}`, `releases: [{{output: {dataset}, zone: {zone}, reason: …}}]`"
                ),
            };
            is_found = true;
            let finding =
                Diagnostic::new(&UNDER_CLASSIFIED, made.place(dataset, scope), message).with_help(help);
            scope.report(with_source(finding, from, None, scope).about_data_of(zone));
        }
    }
    is_found
}

/// How a column gets a classification.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way<'s> {
    /// The statement says so.
    Read,
    /// The statement says so; the column that it reads may have data of this zone without saying so.
    Implicit(&'s ZoneName),
    /// The statement cannot be read, and may read data of this zone.
    Unread(&'s ZoneName),
}

/// What brings a classification to a column.
#[derive(Clone, Copy)]
struct Source<'s> {
    dataset: &'s DatasetKey,
    /// None, if the dataset is classified as a whole, or any column may be the source.
    column: Option<&'s ColumnKey>,
    way: Way<'s>,
}

/// The columns that lack a class of a zone's data, by the way on which it comes to the first one.
type Lost<'s> = BTreeMap<(&'s Classification, &'s ZoneName, Way<'s>), Vec<(&'s Column, Source<'s>)>>;

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
    let mut lost: Lost<'_> = BTreeMap::new();
    for column in columns {
        let mut classes: Vec<(&Classification, Source<'_>)> = Vec::new();
        match select.origin(column.name().as_str()) {
            ColumnOrigin::Missing | ColumnOrigin::NotFound => {}
            ColumnOrigin::Any => {
                for (class, sources) in inputs.classes(scope) {
                    let source = |(zone, dataset)| Source { dataset, column: None, way: Way::Unread(zone) };
                    classes.extend(sources.iter().map(|(zone, key)| (*class, source((*zone, *key)))));
                }
            }
            ColumnOrigin::Columns(sources) => {
                for key in sources {
                    let Some(input) = scope.facts.table(&key.dataset) else { continue };
                    let source = |column, way| Source { dataset: &key.dataset, column, way };
                    let of_column = input.labels_of(&key.column).into_iter().flatten();
                    classes.extend(of_column.map(|class| (class, source(Some(key), Way::Read))));
                    classes.extend(input.own_labels().iter().map(|class| (class, source(None, Way::Read))));
                    for (zone, class) in inputs.implicit(key) {
                        classes.extend(
                            class.iter().map(|class| (class, source(Some(key), Way::Implicit(zone)))),
                        );
                    }
                }
            }
        }
        for (class, source) in classes {
            if is_kept(column, class, source.column.is_some() && source.way == Way::Read) {
                continue;
            }
            let is_removed = made.is_removed(dataset, class, column);
            let zones = match source.way {
                // What cannot be read is not believed to remove what is another zone's.
                Way::Implicit(zone) | Way::Unread(zone)
                    if is_removed && made.is_believed_by(zone, dataset, scope) =>
                {
                    continue;
                }
                Way::Implicit(zone) | Way::Unread(zone) => vec![zone],
                Way::Read if is_removed => continue,
                Way::Read => inputs.zones(source.dataset),
            };
            for zone in zones {
                let lost = lost.entry((class, zone, source.way)).or_default();
                // The first source of a column is the most precise one.
                if lost.last().is_none_or(|(last, _)| last.name() != column.name()) {
                    lost.push((column, source));
                }
            }
        }
    }
    let is_found = !lost.is_empty();
    for ((class, zone, way), columns) in lost {
        let Some((first, source)) = columns.first().copied() else { continue };
        let names = listed(&columns.iter().map(|(column, _)| *column).collect::<Vec<_>>());
        let (key, input, is_removed) =
            (made.key(dataset), source.dataset, made.is_removed(dataset, class, first));
        let from = match source.column {
            Some(column) => format!("`{}` of `{input}`", column.column),
            None => format!("`{input}`"),
        };
        let made_of_it = if matches!(way, Way::Unread(_)) { "may be made of it" } else { "is made of it" };
        let from = match way {
            Way::Implicit(zone) => format!("{from} may have data of `{zone}` that is `{class}`"),
            Way::Read | Way::Unread(_) => format!("{from} is classified `{class}`"),
        };
        let message = format!("{from}, but in `{key}`, what {made_of_it} is not: {names}");
        let help = match way {
            Way::Implicit(zone) => format!(
                "classify it as `{class}`, or let each step to `{input}` tell columns apart, as SQL that can be read does with inputs that are \
                 classified column by column, or be released by the zone `{zone}`"
            ),
            _ if is_removed => release_help(dataset, class, zone),
            _ => help(dataset, class, first.name().as_str(), way == Way::Read),
        };
        let finding = Diagnostic::new(&UNDER_CLASSIFIED, made.place(dataset, scope), message).with_help(help);
        let finding = with_source(finding, source.dataset, source.column, scope).about_data_of(zone);
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

fn release_help(dataset: &DatasetName, removed: &Classification, zone: &ZoneName) -> String {
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
