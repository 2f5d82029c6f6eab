//! Random edits that leave a synthetic ecosystem valid, for measuring what an edit costs.

use super::layout;
use crate::random::Random;
use chrono::NaiveDate;
use datasurface_model::{
    Column, DataType, Dataset, DatasetGroup, DatasetKey, DatasetSink, Datastore, Deprecation, Ecosystem,
    Entity, Named, TableSchema, TeamDeclaration, Workspace,
};
use std::collections::HashMap;

/// Small edits of a [`Synthetic`](crate::Synthetic) ecosystem, one after the other: a dataset, a column or a sink is
/// added, changed or removed. Of everything that is ordered by name, the first, the last, or any one is taken.
///
/// ```
/// use datasurface_testkit::{Edits, Synthetic};
/// let ecosystem = Synthetic::new(20).with_columns_per_dataset(3).ecosystem();
/// let edited = Edits::new(&ecosystem, 1).edit(ecosystem.clone());
/// assert_ne!(edited, ecosystem);
/// ```
#[derive(Clone, Debug)]
pub struct Edits {
    random: Random,
    /// The number of groups that want each dataset.
    readers: HashMap<DatasetKey, usize>,
    /// The number of names that were made up.
    names: usize,
}

impl Edits {
    /// Creates edits of this ecosystem, and of what they have made of it, drawn from `seed`.
    #[must_use]
    pub fn new(ecosystem: &Ecosystem, seed: u64) -> Self {
        let mut readers = HashMap::new();
        let teams =
            teams(ecosystem).into_iter().flat_map(Named::iter).filter_map(TeamDeclaration::definition);
        for workspace in teams.flat_map(|team| team.workspaces()) {
            for sink in workspace.groups().iter().flat_map(|group| group.sinks()) {
                *readers.entry(sink.name().clone()).or_default() += 1;
            }
        }
        Self { random: Random::new(seed), readers, names: 0 }
    }

    /// Returns the ecosystem after the next edit, which leaves it valid.
    /// The ecosystem stays as it was only if a thousand attempts find no such edit.
    #[must_use]
    pub fn edit(&mut self, ecosystem: Ecosystem) -> Ecosystem {
        const ATTEMPTS: usize = 1000;
        let edited = (0..ATTEMPTS).find_map(|_| match self.random.coin() {
            true => self.edit_datastore(&ecosystem),
            false => self.edit_workspace(&ecosystem),
        });
        edited.unwrap_or(ecosystem)
    }

    fn edit_datastore(&mut self, ecosystem: &Ecosystem) -> Option<Ecosystem> {
        let team = self.one_of(teams(ecosystem)?)?;
        let datastore = self.one_of(team.definition()?.datastores())?;
        // What a transformer makes must stay what its statements make.
        datastore.capture()?;
        let dataset = self.one_of(datastore.datasets())?;
        let key = DatasetKey::new(datastore.name(), dataset.name());
        let is_wanted = self.readers.get(&key).is_some_and(|readers| *readers > 0);
        let others = datastore.datasets().iter().filter(|other| other.name() != dataset.name()).cloned();
        let edited = match self.random.below(6)? {
            0 => Datastore::clone(datastore).dataset(Dataset::new(self.new_name()?, "id Integer key")),
            1 if is_wanted || datastore.datasets().len() == 1 => return None,
            1 => Datastore::clone(datastore).with_datasets(others),
            2 if is_wanted || dataset.deprecation().is_some() => return None,
            2 => {
                let deprecated =
                    dataset.clone().deprecated(Deprecation::new(NaiveDate::MIN, "nobody wants it"));
                Datastore::clone(datastore).with_datasets(others.chain([deprecated]))
            }
            _ => {
                let table = self.edit_table(dataset.schema().table())?;
                let reshaped = Dataset::new(dataset.name(), table);
                Datastore::clone(datastore).with_datasets(others.chain([reshaped]))
            }
        };
        let ecosystem = ecosystem.clone();
        Some(ecosystem.edit_team(layout::ZONE, team.name(), |team| {
            team.without_datastore(datastore.name()).datastore(edited)
        }))
    }

    /// The table with a column more, a column that may be null or not now, or a column less.
    fn edit_table(&mut self, table: &TableSchema) -> Option<TableSchema> {
        let mut columns = table.columns().to_vec();
        let at = self.position(columns.len())?;
        let column = columns.get_mut(at)?;
        match self.random.below(3)? {
            0 => columns.insert(at, Column::new(self.new_name()?, DataType::Date)),
            _ if table.is_key(column.name()) => return None,
            1 => {
                let renewed = Column::new(column.name(), column.data_type().clone());
                *column = if column.is_nullable() { renewed.not_null() } else { renewed };
            }
            _ => drop(columns.remove(at)),
        }
        Some(TableSchema::new(columns).keyed(table.key()))
    }

    fn edit_workspace(&mut self, ecosystem: &Ecosystem) -> Option<Ecosystem> {
        let team = self.one_of(teams(ecosystem)?)?;
        let workspace = self.one_of(team.definition()?.workspaces())?;
        let group = self.one_of(workspace.groups())?;
        let sink = self.one_of(group.sinks())?;
        let others = group.sinks().iter().filter(|other| *other != sink).cloned();
        let mut edited = DatasetGroup::new(group.name());
        match self.random.below(3)? {
            0 => {
                let added = self.dataset_to_want(ecosystem)?;
                if group.sinks().get(&added).is_some() {
                    return None;
                }
                edited = edited.with_sinks(group.sinks().iter().cloned()).sink(added.clone());
                *self.readers.entry(added).or_default() += 1;
            }
            1 => {
                let patient = match sink.consent_until() {
                    None => DatasetSink::new(sink.name()).with_consent_until(NaiveDate::MAX),
                    Some(_) => DatasetSink::new(sink.name()),
                };
                edited = edited.with_sinks(others.chain([patient]));
            }
            _ if group.sinks().len() == 1 => return None,
            _ => {
                edited = edited.with_sinks(others);
                self.readers.entry(sink.name().clone()).and_modify(|readers| *readers -= 1);
            }
        }
        let renewed = regrouped(workspace, edited);
        let ecosystem = ecosystem.clone();
        Some(ecosystem.edit_team(layout::ZONE, team.name(), |team| {
            team.without_workspace(workspace.name()).workspace(renewed)
        }))
    }

    /// A dataset that can be wanted without more ado.
    fn dataset_to_want(&mut self, ecosystem: &Ecosystem) -> Option<DatasetKey> {
        let team = self.one_of(teams(ecosystem)?)?;
        let datastore = self.one_of(team.definition()?.datastores())?;
        datastore.capture()?;
        let dataset = self.one_of(datastore.datasets()).filter(|dataset| dataset.deprecation().is_none())?;
        Some(DatasetKey::new(datastore.name(), dataset.name()))
    }

    /// A name that was never there, and comes before, among or after those that are.
    fn new_name(&mut self) -> Option<String> {
        self.names += 1;
        let beginning = ["added", "dataset", "zz_added"].into_iter().nth(self.random.below(3)?)?;
        Some(format!("{beginning}_{}", self.names))
    }

    fn one_of<'n, T>(&mut self, named: &'n Named<T>) -> Option<&'n T> {
        named.get_index(self.position(named.len())?)
    }

    fn position(&mut self, count: usize) -> Option<usize> {
        match self.random.below(3)? {
            0 => Some(0),
            1 => count.checked_sub(1),
            _ => self.random.below(count),
        }
    }
}

/// The workspace with this group alone.
pub(super) fn regrouped(workspace: &Workspace, group: DatasetGroup) -> Workspace {
    let mut renewed = Workspace::new(workspace.name()).group(group);
    if let Some(container) = workspace.container() {
        renewed = renewed.with_container(container);
    }
    if let Some(transformer) = workspace.transformer() {
        renewed = renewed.with_transformer(transformer.clone());
    }
    renewed
}

pub(super) fn teams(ecosystem: &Ecosystem) -> Option<&Named<TeamDeclaration>> {
    Some(ecosystem.zones().get(layout::ZONE)?.definition()?.teams())
}
