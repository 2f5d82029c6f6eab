//! How a dataset came to be what it is. A zone that lets go of totals has not consented to the rows that another statement upstream passes
//! on under the same name.

use super::{
    super::{
        sources::source_of,
        statement_inputs::{inputs, is_by_names, sinks},
        unit_index::UnitIndex,
    },
    delivered_names::DeliveredNames,
    described_column::TypedColumn,
    evaluate::delivering,
    lineage_path::is_of_zone,
    stated_names::{StatedNames, words},
};
use crate::validate::facts::DatasetClassifications;
use datasurface_ecosystem::{
    Capture, CaptureKind, CodeArtifact, DataContainer, DataTransformer, Dataset, Select, Workspace,
};
use datasurface_schema::{ColumnName, DatasetKey, Entity, Text, ZoneName};
use datasurface_sql::compile;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The way in which a dataset comes to be: the statement that makes it, or the table that is captured, its columns and classes; and what is
/// done to data of a zone before. A value to compare, which says nothing by itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Provenance {
    /// By the names of now.
    present: Text,
    /// By the names before the renames that are stated.
    former: Text,
}

impl Provenance {
    /// Whether data comes to be in the same way here and there: renames that are stated make no difference.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let texts = [&self.present, &self.former];
        texts.into_iter().any(|text| [&other.present, &other.former].contains(&text))
    }

    pub(in crate::validate) fn find(
        dataset: &DatasetKey,
        zone: Option<&ZoneName>,
        directory: &UnitIndex,
    ) -> Self {
        let digest = |are_former: bool| {
            let names = StatedNames { directory, are_former };
            let last = Step::find(dataset, zone, &names);
            let found = directory.datastores().get(&dataset.datastore);
            let found = found.and_then(|(_, store)| store.entity().datasets().get(&dataset.dataset));
            let found = found.filter(|_| last.is_some()).map(DatasetClassifications::new);
            let classifications: BTreeSet<_> = found.iter().flat_map(|found| found.labels()).collect();
            let before = zone.map(|zone| provenance(&read(dataset, directory), zone, &names));
            digest(&(last, classifications, before))
        };
        Self { present: digest(false), former: digest(true) }
    }
}

/// Returns the digest of all steps between data of a zone and these datasets; empty, if they are as the zone has them. Releases on the way
/// make no difference: what is released is of the zone no less.
pub(super) fn provenance(datasets: &[DatasetKey], zone: &ZoneName, names: &StatedNames<'_>) -> Text {
    let steps: BTreeMap<String, Step<'_>> = upstream(datasets, zone, names.directory)
        .into_iter()
        .filter_map(|key| Some((names.dataset(&key).to_string(), Step::find(&key, Some(zone), names)?)))
        .collect();
    if steps.is_empty() { Text::default() } else { digest(&steps) }
}

/// Returns the first of these datasets, and of those that they are made of with data of a zone, whose code can change under its name.
pub(super) fn movable(datasets: &[DatasetKey], zone: &ZoneName, directory: &UnitIndex) -> Option<DatasetKey> {
    let is_movable = |key: &DatasetKey| {
        maker(key, directory).is_some_and(|(_, transformer)| !transformer.artifact().is_fixed())
    };
    upstream(datasets, zone, directory).into_iter().find(is_movable)
}

/// Returns these datasets, and those that they are made of, as far as there is data of a zone in them.
pub(super) fn upstream(
    datasets: &[DatasetKey],
    zone: &ZoneName,
    directory: &UnitIndex,
) -> BTreeSet<DatasetKey> {
    let mut waiting = datasets.to_vec();
    let mut known = BTreeSet::new();
    let mut readers = BTreeMap::<DatasetKey, Vec<DatasetKey>>::new();
    while let Some(key) = waiting.pop() {
        if known.insert(key.clone()) {
            for input in read(&key, directory) {
                readers.entry(input.clone()).or_default().push(key.clone());
                waiting.push(input);
            }
        }
    }
    let mut waiting: Vec<_> =
        known.into_iter().filter(|key| is_of_zone(&key.datastore, zone, directory)).collect();
    let mut reached = BTreeSet::new();
    while let Some(key) = waiting.pop() {
        if reached.insert(key.clone()) {
            waiting.extend(readers.get(&key).into_iter().flatten().cloned());
        }
    }
    reached
}

/// Returns what a dataset is made of: of a statement, the inputs that it names, and of a captured table, what may be delivered to it.
fn read(key: &DatasetKey, directory: &UnitIndex) -> Vec<DatasetKey> {
    if let Some((workspace, transformer)) = maker(key, directory) {
        // What cannot be read may read anything.
        let is_followed = |sql: &&str| {
            let compiled = compile(sql, &inputs(workspace, directory));
            compiled.select().is_some_and(|made| {
                made.is_complete && made.columns.iter().all(|column| column.sources.is_some())
            })
        };
        let words = statement(transformer, key).filter(is_followed).map(words);
        let is_read = |input: &&DatasetKey| {
            let formers = directory.former_keys(input);
            let mut names = formers.iter().chain([*input]).map(|key| key.input_name().to_ascii_lowercase());
            words.as_ref().is_none_or(|words| names.any(|name| words.contains(&name)))
        };
        return sinks(workspace).filter(is_read).cloned().collect();
    }
    let found = directory.datastores().get(&key.datastore).map(|(_, store)| store.entity());
    let captured = found.and_then(|store| Some((store.capture()?, store.datasets().get(&key.dataset)?)));
    captured.map_or_else(Vec::new, |(capture, dataset)| delivered(capture, dataset, directory))
}

/// What may be in a captured table of what is delivered to its place.
fn delivered(capture: &Capture, dataset: &Dataset, directory: &UnitIndex) -> Vec<DatasetKey> {
    let site = directory.containers().site(capture.container());
    let all: Vec<_> = delivering(&site, directory).flat_map(|found| sinks(&found.entity)).cloned().collect();
    let is_of_files = matches!(capture.kind(), CaptureKind::ObjectFiles { .. });
    let Some(table) = source_of(capture, dataset).filter(|_| !is_of_files) else { return all };
    let may_be = |key: &&DatasetKey| {
        let mut names = DeliveredNames::<()>::default();
        let formers = directory.former_keys(key);
        formers.iter().chain([*key]).for_each(|key| *names.add(key.dataset.as_str()) = ());
        names.may_be(table)
    };
    let meant: Vec<_> = all.iter().filter(may_be).cloned().collect();
    let is_stated = capture.kind().sources().1.contains_key(dataset.name());
    let mut others = DeliveredNames::<()>::default();
    let workspaces = delivering(&site, directory).map(|found| found.entity.name().as_str());
    workspaces.chain(all.iter().map(|key| key.datastore.as_str())).for_each(|name| *others.add(name) = ());
    // Called after a workspace or a datastore alone: any of its datasets.
    if meant.is_empty() && (!is_stated || others.may_be(table)) { all } else { meant }
}

/// What makes one dataset.
#[derive(Serialize)]
struct Step<'a> {
    code: Option<CodeArtifact>,
    inputs: BTreeSet<DatasetKey>,
    /// The table, topic or files that are captured, and from where: by its address, whatever it is called.
    capture: Option<(Text, Vec<Text>)>,
    /// A statement may take all columns that there are, and values are what their types make of them.
    columns: BTreeSet<TypedColumn<'a>>,
    /// The columns of the inputs, in order, where that may make a difference.
    order: Vec<Vec<&'a ColumnName>>,
}

impl<'a> Step<'a> {
    /// Returns the step that makes a dataset; none if a zone has it by itself.
    fn find(key: &DatasetKey, zone: Option<&ZoneName>, names: &StatedNames<'a>) -> Option<Self> {
        let directory = names.directory;
        let (_, store) = directory.datastores().get(&key.datastore)?;
        let dataset = store.entity().datasets().get(&key.dataset)?;
        let inputs: BTreeSet<_> = read(key, directory).iter().map(|key| names.dataset(key)).collect();
        let columns = TypedColumn::all(dataset.schema());
        if let Some((workspace, transformer)) = maker(key, directory) {
            let is_meant = |select: &Select| select.dataset == key.dataset;
            let code = names.code(workspace, transformer, is_meant);
            let order = match is_by_names(workspace, transformer, directory, is_meant) {
                true => Vec::new(),
                false => sinks(workspace).map(|key| columns_in_order(key, directory)).collect(),
            };
            return Some(Step { code: Some(code), inputs, capture: None, columns, order });
        }
        let capture = store.entity().capture()?;
        let container = directory.containers().get(capture.container());
        let team = &store.located().team;
        // What a team captures from another one is not its own, although it is of the same zone.
        let of = capture.container();
        let is_foreign = container.is_some() && (of.zone != team.zone || of.team != team.team);
        if inputs.is_empty() && !is_foreign && zone.is_some_and(|zone| team.zone == *zone) {
            return None;
        }
        let table = source_of(capture, dataset).unwrap_or_default().into();
        let mut addresses = container.map(DataContainer::addresses).unwrap_or_default();
        if addresses.is_empty() {
            // Of what a plug-in alone knows where it is.
            addresses.push(digest(&(capture.container(), container.map(DataContainer::kind))));
        }
        // A cluster is known by one of its brokers: another one that is named as well makes it no other cluster.
        addresses.sort();
        addresses.truncate(1);
        Some(Step { code: None, inputs, capture: Some((table, addresses)), columns, order: Vec::new() })
    }
}

fn columns_in_order<'a>(key: &DatasetKey, directory: &'a UnitIndex) -> Vec<&'a ColumnName> {
    let found = directory.datastores().get(&key.datastore);
    let found = found.and_then(|(_, store)| store.entity().datasets().get(&key.dataset));
    let columns = found.into_iter().flat_map(|dataset| dataset.schema().table().columns());
    columns.map(|column| column.name()).collect()
}

fn maker<'a>(key: &DatasetKey, directory: &'a UnitIndex) -> Option<(&'a Workspace, &'a DataTransformer)> {
    let workspace = directory.producers().get(&key.datastore)?;
    let (_, found) = directory.workspaces().get(workspace)?;
    Some((found.entity(), found.entity().transformer()?))
}

/// The statement that makes a dataset, if one does.
fn statement<'a>(transformer: &'a DataTransformer, key: &DatasetKey) -> Option<&'a str> {
    let CodeArtifact::Sql { selects } = transformer.artifact() else { return None };
    selects.iter().find(|select| select.dataset == key.dataset).map(|select| select.sql.as_str())
}

/// As for fingerprints: nothing in these cannot be serialized.
fn digest(value: &impl Serialize) -> Text {
    let text = serde_json::to_string(value).unwrap_or_default();
    blake3::hash(text.as_bytes()).to_hex().as_str().into()
}
