//! Drawing the parts, team by team.

use super::{
    Synthetic,
    layout::{self, SyntheticLayout},
};
use crate::random::Random;
use datasurface_model::{
    Capture, Column, ColumnName, Consistency, ContainerKey, ContainerUser, DataContainer, DataTransformer,
    DataType, Dataset, DatasetGroup, DatasetKey, Datastore, TableSchema, Team, Workspace,
};
use std::collections::HashSet;

/// An ecosystem that is being drawn.
pub(super) struct SyntheticBuilder<'a> {
    parameters: &'a Synthetic,
    shape: SyntheticLayout,
    random: Random,
    /// All but the key.
    columns: Vec<ColumnName>,
}

/// A statement whose columns nobody can know: those of an output would be as long as its schema, and be compiled each time.
const STATEMENT: &str = "SELECT * FROM (VALUES (1)) AS one LATERAL VIEW explode(array(1)) many AS value";

impl<'a> SyntheticBuilder<'a> {
    pub(super) fn new(parameters: &'a Synthetic) -> Self {
        Self {
            parameters,
            shape: SyntheticLayout::new(parameters),
            random: Random::new(parameters.seed),
            columns: (1..parameters.columns).map(|number| format!("value_{number}").into()).collect(),
        }
    }

    pub(super) fn teams(&self) -> usize {
        self.shape.teams
    }

    pub(super) fn team(&mut self, number: usize) -> Team {
        let sources = DataContainer::postgres(layout::SOURCES, "sources.example", layout::team(number));
        let mut team = Team::new().container(sources.located(layout::PLACE));
        for datastore in self.shape.datastores_of(number) {
            team = team.datastore(self.captured(datastore, number));
        }
        for workspace in self.shape.workspaces_of(number) {
            if self.shape.begins_container(workspace) {
                let key = self.shape.container_key(workspace);
                let lake = DataContainer::postgres(&key.container, "lake.example", key.container.as_str());
                team = team.container(lake.located(layout::PLACE).writable_by(ContainerUser::Everyone));
            }
            team = match workspace < self.parameters.transformers {
                true => team.datastore(self.made(workspace)).workspace(self.transforming(workspace)),
                false => team.workspace(self.consuming(workspace)),
            };
        }
        team
    }

    fn captured(&mut self, number: usize, team: usize) -> Datastore {
        let from = ContainerKey::new(layout::ZONE, layout::team(team), layout::SOURCES);
        let mut capture = Capture::sql_snapshot(from).with_cron("*/10 * * * *");
        if self.parameters.multi_dataset_every == 0
            || !number.is_multiple_of(self.parameters.multi_dataset_every)
        {
            capture = capture.with_consistency(Consistency::SingleDataset);
        }
        let first = number * self.parameters.datasets;
        let datasets = (first..first + self.parameters.datasets)
            .map(|number| Dataset::new(layout::dataset(number), self.schema(number)));
        Datastore::new(layout::captured(number)).captured(capture).with_datasets(datasets)
    }

    fn made(&mut self, transformer: usize) -> Datastore {
        let first = self.shape.datasets + transformer * self.parameters.outputs;
        let datasets = (0..self.parameters.outputs)
            .map(|output| Dataset::new(layout::output(output), self.schema(first + output)));
        Datastore::new(layout::made(transformer)).with_datasets(datasets)
    }

    /// Whatever number is drawn, equal numbers make equal schemas, and others make others.
    fn schema(&mut self, dataset: usize) -> TableSchema {
        let number = match self.parameters.distinct_schemas {
            None => dataset,
            Some(count) => self.random.below(count).unwrap_or(0),
        };
        let mut random = Random::new(number as u64);
        let key = ColumnName::from(format!("id_{number:08}"));
        let others = self.columns.iter().map(|name| {
            let column = Column::new(name, data_type(&mut random));
            if random.coin() { column.not_null() } else { column }
        });
        let columns = [Column::new(&key, DataType::BigInt).not_null()].into_iter().chain(others);
        TableSchema::new(columns).keyed([key])
    }

    fn consuming(&mut self, number: usize) -> Workspace {
        let group = self.group(number, self.parameters.sinks);
        Workspace::new(layout::consumer(number)).with_container(self.shape.container_key(number)).group(group)
    }

    fn transforming(&mut self, number: usize) -> Workspace {
        let transformer = (0..self.parameters.outputs)
            .fold(DataTransformer::sql(layout::made(number)), |transformer, output| {
                transformer.select(layout::output(output), STATEMENT)
            });
        let group = self.group(number, self.parameters.inputs);
        Workspace::new(layout::transformer(number))
            .with_container(self.shape.container_key(number))
            .group(group)
            .with_transformer(transformer)
    }

    /// So many datasets, some of them made by transformers if there are any that this workspace may read.
    fn group(&mut self, workspace: usize, sinks: usize) -> DatasetGroup {
        let before = self.shape.read_by(workspace);
        let outputs = self.shape.outputs(&before).min(self.parameters.outputs_read).min(sinks);
        let made = self.draw(outputs, self.shape.outputs(&before));
        let made = made.into_iter().map(|number| self.shape.output(&before, number));
        let mut wanted: Vec<DatasetKey> = made.collect();
        let captured = self.draw((sinks - outputs).min(self.shape.datasets), self.shape.datasets);
        wanted.extend(captured.into_iter().map(|number| self.shape.dataset(number)));
        DatasetGroup::new(layout::GROUP).with_sinks(wanted)
    }

    /// So many different numbers below `bound`, which is no less than `count`.
    fn draw(&mut self, count: usize, bound: usize) -> Vec<usize> {
        let mut seen = HashSet::with_capacity(count);
        let mut drawn = Vec::with_capacity(count);
        while drawn.len() < count {
            drawn.extend(self.random.below(bound).filter(|number| seen.insert(*number)));
        }
        drawn
    }
}

fn data_type(random: &mut Random) -> DataType {
    match random.below(8) {
        Some(0) => DataType::Integer,
        Some(1) => DataType::BigInt,
        Some(2) => DataType::DOUBLE,
        Some(3) => DataType::Boolean,
        Some(4) => DataType::Date,
        Some(5) => DataType::Timestamp { zone: Some("UTC".into()) },
        Some(6) => DataType::Decimal { precision: 18, scale: 4 },
        _ => DataType::varchar(40),
    }
}
