//! What may be in any column of a dataset. Where a step does not tell what each column is made of, whoever wrote it may have put anything
//! anywhere, whatever the columns are called and however they are classified. That is believed of the own zone's data, and of what a zone
//! has released; of other data, each column may have all of it, on every further step, until it is classified so.

use super::{Origins, evaluate::Evaluation};
use crate::validate::unit_members::Located;
use datasurface_ecosystem::{DataTransformer, Dataset, Workspace};
use datasurface_schema::{Classification, Column, ColumnName, DatasetKey, Entity, ZoneName};
use datasurface_sql::ColumnOrigin;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// Classifications, `None` for data without any, each with the zone that has such data.
pub(crate) type AnyColumn = BTreeSet<(ZoneName, Option<Classification>)>;

/// An input of a transformer.
struct Input<'a> {
    dataset: &'a Dataset,
    /// The zones that have data in it and do not believe the transformer.
    zones: Vec<ZoneName>,
    /// What may be in any of its columns, of these zones.
    any_column: AnyColumn,
}

impl Input<'_> {
    /// All that may be in what is made of any of its columns.
    fn all(&self) -> AnyColumn {
        let classes = self.dataset.all_classifications().into_iter().map(Some);
        let unclassified = (!self.dataset.is_classified_completely()).then_some(None);
        self.of_each_zone(classes.chain(unclassified)).chain(self.any_column.iter().cloned()).collect()
    }

    /// What a column brings that nobody says of it: what is said of the dataset as a whole, and not removed, or that nothing is said.
    fn of_column(&self, column: &ColumnName, is_removed: impl Fn(&Classification) -> bool) -> AnyColumn {
        let of_dataset = self.dataset.classifications();
        let of_column = self.dataset.schema().readable().column(column).map(Column::classifications);
        let is_unclassified = of_dataset.is_empty() && of_column.is_none_or(|classes| classes.is_empty());
        let classes = of_dataset.iter().filter(|class| !is_removed(class)).cloned().map(Some);
        self.of_each_zone(classes.chain(is_unclassified.then_some(None)))
            .chain(self.any_column.iter().cloned())
            .collect()
    }

    fn of_each_zone(
        &self,
        classes: impl Iterator<Item = Option<Classification>>,
    ) -> impl Iterator<Item = (ZoneName, Option<Classification>)> {
        classes.flat_map(|class| self.zones.iter().map(move |zone| (zone.clone(), class.clone())))
    }
}

/// Leaves out what each column says of itself.
pub(super) fn unsaid(dataset: &Dataset, mut any_column: AnyColumn) -> AnyColumn {
    let columns = dataset.schema().readable().columns();
    any_column.retain(|(_, class)| columns.iter().any(|column| !says(dataset, column, class.as_ref())));
    any_column
}

/// Whether a column says that it has a class, or none.
fn says(dataset: &Dataset, column: &Column, class: Option<&Classification>) -> bool {
    let classes = [dataset.classifications(), column.classifications()];
    match class {
        Some(class) => classes.iter().any(|classes| classes.contains(class)),
        None => classes.iter().all(|classes| classes.is_empty()),
    }
}

impl Evaluation<'_> {
    /// Returns what may be in any column of an output that derives from these zones.
    pub(super) fn any_column(
        &self,
        output: &Dataset,
        (workspace, transformer): (&Located<Workspace>, &DataTransformer),
        origins: &Origins,
    ) -> AnyColumn {
        let own = &workspace.team.zone;
        let is_other = |zone: &ZoneName| zone != own && origins.zones.contains_key(zone);
        if !origins.zones.keys().any(is_other) {
            return AnyColumn::new();
        }
        let inputs = self.inputs(&workspace.entity, is_other);
        let possible = unsaid(output, inputs.values().flat_map(Input::all).collect());
        // Only then is the statement read: that takes longer than all the rest.
        if possible.is_empty() {
            return possible;
        }
        let Some(select) = self.select(output, &workspace.entity, transformer) else { return possible };
        let mut passed_on = AnyColumn::new();
        for column in output.schema().readable().columns() {
            let is_unsaid =
                |(_, class): &(ZoneName, Option<Classification>)| !says(output, column, class.as_ref());
            match select.origin(column.name().as_str()) {
                ColumnOrigin::Missing => {}
                ColumnOrigin::Any => passed_on.extend(possible.iter().filter(|one| is_unsaid(one)).cloned()),
                ColumnOrigin::Columns(sources) => {
                    let is_removed = |class: &Classification| {
                        transformer.removes_from(output.name(), class, column.name())
                    };
                    for key in sources {
                        let read = inputs.get(&key.dataset).into_iter();
                        let brought = read.flat_map(|input| input.of_column(&key.column, is_removed));
                        passed_on.extend(brought.filter(is_unsaid));
                    }
                }
            }
        }
        passed_on
    }

    /// The inputs of a workspace that have data of these zones.
    fn inputs<'s>(
        &'s self,
        workspace: &'s Workspace,
        is_of: impl Fn(&ZoneName) -> bool,
    ) -> FxHashMap<&'s DatasetKey, Input<'s>> {
        let keys = workspace.groups().iter().flat_map(|group| group.sinks()).map(Entity::name);
        let found = self.directory.datastores().find_all(keys.clone()).into_iter().zip(keys);
        let inputs = found.filter_map(|(found, key)| {
            let found = found?;
            let (zones, any_column) = self.brought(key, found);
            let zones: Vec<ZoneName> = zones.into_iter().filter(&is_of).collect();
            let any_column = any_column.into_iter().filter(|(zone, _)| is_of(zone)).collect();
            let dataset = found.dataset?;
            (!zones.is_empty()).then_some((key, Input { dataset, zones, any_column }))
        });
        inputs.collect()
    }
}
