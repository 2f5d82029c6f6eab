//! Datastores, and what others need to know about them while the ecosystem is being built.

use super::{
    avro::to_avro,
    build::TeamBuilder,
    names::{CLASSIFICATIONS, CRONS, DATASETS, choose, key_type, word},
    plan::{Choice, DatasetPlan, DatastorePlan},
};
use chrono::NaiveDate;
use datasurface_model::{
    Capture, CaptureTrigger, Classification, Column, ColumnName, Consistency, ContainerKey, Dataset,
    DatasetKey, DatasetName, DatasetSink, Datastore, DatastoreName, Deprecation, Entity, InvalidRows,
    TableSchema,
};
use std::collections::{BTreeMap, BTreeSet};

/// Every datastore that was built so far, and every dataset that can be wanted.
#[derive(Default)]
pub(super) struct Stores {
    captured: Vec<Store>,
    made: Vec<Store>,
    datasets: Vec<AvailableDataset>,
}

pub(super) struct Store {
    pub(super) name: DatastoreName,
    team: Choice,
    datastore: Datastore,
}

/// A dataset, seen by those who want it.
#[derive(Clone)]
pub(super) struct AvailableDataset {
    pub(super) key: DatasetKey,
    pub(super) table: TableSchema,
    pub(super) classifications: BTreeSet<Classification>,
    /// Whether it is classified, completely: of an output, that it will be.
    pub(super) is_classified: bool,
    is_deprecated: bool,
}

impl Stores {
    pub(super) fn build(plans: &[DatastorePlan], teams: &[TeamBuilder]) -> Self {
        let mut stores = Self::default();
        let mut tables = BTreeSet::new();
        for (number, plan) in (1..).zip(plans) {
            // No `_`: an input is called `<datastore>_<dataset>` in SQL, which must mean one dataset.
            let name: DatastoreName = format!("Store{number}").into();
            let sources = choose(teams, plan.team).map_or(&[][..], |built| &built.sources);
            let Some(container) = choose(sources, plan.container) else {
                continue;
            };
            let mut datastore = Datastore::new(&name);
            let mut capture = capture(plan, container);
            for (dataset_name, dataset_plan) in distinct_names(&plan.datasets) {
                // Two datasets of one container are two tables.
                let own_table = (container.clone(), dataset_name.as_str().to_ascii_lowercase());
                if dataset_plan.has_other_table || !tables.insert(own_table) {
                    let table = format!("{}_{dataset_name}_table", name.as_str().to_lowercase());
                    capture = capture.table(&dataset_name, table);
                }
                if dataset_plan.is_keyless {
                    capture = capture.keyless_dataset(&dataset_name);
                }
                datastore = datastore.dataset(dataset(dataset_name, dataset_plan));
            }
            stores.offer(&datastore, Dataset::is_classified_completely);
            stores.captured.push(Store { name, team: plan.team, datastore: datastore.captured(capture) });
        }
        stores
    }

    pub(super) fn captured(&self) -> &[Store] {
        &self.captured
    }

    /// What can be wanted: of captured datastores first, then of outputs, in the order in which they were made.
    pub(super) fn datasets(&self) -> &[AvailableDataset] {
        &self.datasets
    }

    /// Those of them that are classified, or those that are not.
    pub(super) fn datasets_classified(
        &self,
        is_classified: bool,
    ) -> impl Iterator<Item = &AvailableDataset> + Clone {
        self.datasets.iter().filter(move |wanted| wanted.is_classified == is_classified)
    }

    pub(super) fn add_output(&mut self, team: Choice, datastore: Datastore, is_classified: bool) {
        self.offer(&datastore, |_| is_classified);
        self.made.push(Store { name: datastore.name().clone(), team, datastore });
    }

    /// Classifies every dataset of some outputs.
    pub(super) fn classify(&mut self, outputs: &BTreeMap<DatastoreName, BTreeSet<Classification>>) {
        for store in &mut self.made {
            for classification in outputs.get(&store.name).into_iter().flatten() {
                let datasets = store.datastore.datasets().iter().cloned();
                let classified: Vec<_> =
                    datasets.map(|dataset| dataset.classified(classification.as_str())).collect();
                store.datastore = store.datastore.clone().with_datasets(classified);
            }
        }
    }

    /// Whether a timetable may be on the way of the data: transformers may have one, and read what has one.
    pub(super) fn is_timed(&self, wanted: &AvailableDataset) -> bool {
        let captured = self.captured.iter().find(|store| store.name == wanted.key.datastore);
        captured.is_none_or(|store| {
            store.datastore.capture().is_none_or(|capture| *capture.trigger() != CaptureTrigger::External)
        })
    }

    pub(super) fn into_datastores(self) -> impl Iterator<Item = (Choice, Datastore)> {
        let stores = self.captured.into_iter().chain(self.made);
        stores.map(|store| (store.team, store.datastore))
    }

    fn offer(&mut self, datastore: &Datastore, is_classified: impl Fn(&Dataset) -> bool) {
        self.datasets.extend(datastore.datasets().iter().map(|dataset| AvailableDataset {
            key: DatasetKey::new(datastore.name(), dataset.name()),
            table: dataset.schema().table().clone(),
            classifications: dataset.all_classifications().into_iter().collect(),
            is_classified: is_classified(dataset),
            is_deprecated: dataset.deprecation().is_some(),
        }));
    }
}

impl AvailableDataset {
    pub(super) fn is_keyless(&self) -> bool {
        self.table.key().is_empty()
    }

    /// A sink for it, with consent where it is deprecated.
    pub(super) fn sink(&self) -> DatasetSink {
        let sink = DatasetSink::new(self.key.clone());
        match NaiveDate::from_ymd_opt(2999, 12, 31) {
            Some(last) if self.is_deprecated => sink.with_consent_until(last),
            _ => sink,
        }
    }
}

fn capture(plan: &DatastorePlan, container: &ContainerKey) -> Capture {
    let mut capture = Capture::sql_snapshot(container);
    if plan.is_dataset_by_dataset {
        capture = capture.with_consistency(Consistency::SingleDataset);
    }
    if let Some(choice) = plan.cron {
        capture = capture.with_cron(word(&CRONS, choice));
    }
    if plan.has_credential {
        capture = capture.with_credential("source_reader");
    }
    capture
}

/// A name for each, numbered where it was used before.
fn distinct_names(plans: &[DatasetPlan]) -> impl Iterator<Item = (DatasetName, &DatasetPlan)> {
    let mut used = BTreeSet::new();
    plans.iter().zip(1..).map(move |(plan, number)| {
        let word = word(&DATASETS, plan.name);
        let name = if used.insert(word) { word.to_owned() } else { format!("{word}_{number}") };
        (name.into(), plan)
    })
}

fn dataset(name: DatasetName, plan: &DatasetPlan) -> Dataset {
    let by_column = plan.is_classified_by_column;
    let table = table(plan);
    let mut dataset =
        if plan.is_in_avro { Dataset::new(name, to_avro(&table)) } else { Dataset::new(name, table) };
    if !by_column {
        let classifications = plan.classifications.iter().map(|choice| word(&CLASSIFICATIONS, *choice));
        dataset = classifications.fold(dataset, Dataset::classified);
    }
    // Chosen by what is there: another choice would make other ecosystems of the same seeds.
    if plan.name % 8 == 5 {
        dataset = dataset.with_invalid_rows(InvalidRows::SetAside);
    }
    let since = plan.deprecated.and_then(|days| {
        let first = NaiveDate::from_ymd_opt(2020, 1, 1)?;
        first.checked_add_days(chrono::Days::new(u64::from(days % 365)))
    });
    match since {
        Some(since) => dataset.deprecated(Deprecation::new(since, "there is a better one")),
        None => dataset,
    }
}

fn table(plan: &DatasetPlan) -> TableSchema {
    let count = plan.columns.len();
    let key: BTreeSet<usize> = match plan.is_keyless {
        true => BTreeSet::new(),
        false => plan.key.iter().filter_map(|choice| usize::from(*choice).checked_rem(count)).collect(),
    };
    let columns = plan.columns.iter().enumerate().map(|(at, column_plan)| {
        let (choice, size) = (column_plan.data_type, column_plan.size);
        let column = if key.contains(&at) {
            Column::new(column_name(at), key_type(choice, size)).not_null()
        } else if column_plan.is_nullable {
            Column::new(column_name(at), column_plan.data_type())
        } else {
            Column::new(column_name(at), column_plan.data_type()).not_null()
        };
        match choose(&plan.classifications, size) {
            // Every column gets one, or the dataset would not be classified completely.
            Some(classification) if plan.is_classified_by_column => {
                column.classified(word(&CLASSIFICATIONS, *classification))
            }
            _ => column,
        }
    });
    let mut key: Vec<ColumnName> = key.iter().map(|at| column_name(*at)).collect();
    if plan.is_key_reversed {
        key.reverse();
    }
    TableSchema::new(columns).keyed(key)
}

fn column_name(at: usize) -> ColumnName {
    format!("column_{}", at + 1).into()
}
