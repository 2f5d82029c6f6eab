//! What may be in the columns of a dataset without their saying so. Where a step does not tell what each column is made of, whoever wrote it may
//! have put anything anywhere, whatever the columns are called and however they are classified. That is believed of data of the own zone, and of
//! a zone that released the output; what is in columns of other data is followed, on every further step, until they are classified so.

use super::{Origins, evaluate::Evaluation};
use crate::validate::unit_members::{FoundDataset, Located};
use datasurface_ecosystem::{DataTransformer, Dataset, Workspace};
use datasurface_schema::{Classification, Column, ColumnName, DatasetKey, Entity, Set, ZoneName};
use datasurface_sql::ColumnOrigin;
use rustc_hash::{FxHashMap, FxHashSet};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// For columns of a dataset, what they may have and do not say. Most often columns have the same, and share it.
pub(crate) type ImplicitClasses = BTreeMap<ColumnName, Arc<BTreeSet<ZoneData>>>;

/// Data of a zone, by its classification; `None`, if it has none.
pub(crate) type ZoneData = (ZoneName, Option<Classification>);

/// An input of a transformer.
struct Input<'a> {
    dataset: &'a Dataset,
    /// The other zones that have data in it and do not release the output.
    zones: Vec<ZoneName>,
    implicit: Option<&'a ImplicitClasses>,
}

impl Input<'_> {
    /// All that may be in what is made of any of its columns.
    fn all(&self) -> BTreeSet<ZoneData> {
        let classes = self.dataset.all_classifications().into_iter().map(Some);
        let unclassified = (!self.dataset.is_classified_completely()).then_some(None);
        let implicit = in_any_column(self.implicit).cloned();
        self.of_each_zone(classes.chain(unclassified)).chain(implicit).collect()
    }

    /// What a column brings that it does not say: what is said of the dataset as a whole, that nothing is said, or what is implicit.
    fn of_column(
        &self,
        column: &ColumnName,
        is_removed: impl Fn(&Classification) -> bool,
    ) -> BTreeSet<ZoneData> {
        let of_dataset = self.dataset.classifications();
        let of_column = self.dataset.schema().readable().column(column).map(Column::classifications);
        let is_unclassified = of_dataset.is_empty() && of_column.is_none_or(|classes| classes.is_empty());
        let classes = of_dataset.iter().filter(|class| !is_removed(class)).cloned().map(Some);
        let classes = classes.chain(is_unclassified.then_some(None));
        let implicit = self.implicit.and_then(|implicit| implicit.get(column));
        let implicit = implicit.into_iter().flat_map(|classes| classes.iter().cloned());
        self.of_each_zone(classes).chain(implicit).collect()
    }

    fn of_each_zone(
        &self,
        classes: impl Iterator<Item = Option<Classification>>,
    ) -> impl Iterator<Item = ZoneData> {
        classes.flat_map(|class| self.zones.iter().map(move |zone| (zone.clone(), class.clone())))
    }
}

/// What any column has implicitly; what columns share is looked at once.
pub(crate) fn in_any_column(implicit: Option<&ImplicitClasses>) -> impl Iterator<Item = &ZoneData> {
    let mut seen = FxHashSet::default();
    let columns = implicit.into_iter().flat_map(ImplicitClasses::values);
    columns.filter(move |classes| seen.insert(Arc::as_ptr(classes))).flat_map(|classes| classes.iter())
}

/// Whether a column says that it has a class, or none.
fn is_explicit(dataset: &Dataset, column: &Column, class: Option<&Classification>) -> bool {
    let classes = [dataset.classifications(), column.classifications()];
    match class {
        Some(class) => classes.iter().any(|classes| classes.contains(class)),
        None => classes.iter().all(|classes| classes.is_empty()),
    }
}

/// What columns of a dataset do not say of data that may be in each of them.
pub(super) fn implicit(dataset: &Dataset, data: &BTreeSet<ZoneData>) -> ImplicitClasses {
    let columns = dataset.schema().readable().columns().iter();
    let mut known: BTreeMap<&Set<Classification>, Arc<BTreeSet<ZoneData>>> = BTreeMap::new();
    let implicit = columns.map(|column| {
        let of_column = known.entry(column.classifications()).or_insert_with(|| {
            let implicit = data.iter().filter(|(_, class)| !is_explicit(dataset, column, class.as_ref()));
            Arc::new(implicit.cloned().collect())
        });
        (column.name().clone(), Arc::clone(of_column))
    });
    implicit.filter(|(_, implicit)| !implicit.is_empty()).collect()
}

impl Evaluation<'_> {
    /// What is implicit of an output with these origins.
    pub(super) fn implicit_in_output(
        &self,
        output: &Dataset,
        (workspace, transformer): (&Located<Workspace>, &DataTransformer),
        origins: &Origins,
    ) -> ImplicitClasses {
        let inputs = self.inputs(workspace, origins);
        let mut all: BTreeSet<ZoneData> = inputs.values().flat_map(Input::all).collect();
        all.retain(|(zone, _)| origins.zones.contains_key(zone));
        let possible = implicit(output, &all);
        // Only then is the statement read: that takes longer than all the rest.
        if possible.is_empty() {
            return possible;
        }
        let Some(select) = self.select(output, &workspace.entity, transformer) else { return possible };
        let mut of_columns = ImplicitClasses::new();
        for (name, possible) in possible {
            let found = match select.origin(name.as_str()) {
                ColumnOrigin::Missing | ColumnOrigin::NotFound => continue,
                ColumnOrigin::Any => possible,
                ColumnOrigin::Columns(sources) => {
                    let is_removed =
                        |class: &Classification| transformer.removes_from(output.name(), class, &name);
                    let read =
                        sources.iter().filter_map(|key| Some((inputs.get(&key.dataset)?, &key.column)));
                    let inherited = read.flat_map(|(input, column)| input.of_column(column, is_removed));
                    // The own zone says what is removed of its data.
                    let is_own = |(zone, class): &ZoneData| {
                        *zone == workspace.team.zone && class.as_ref().is_some_and(is_removed)
                    };
                    Arc::new(inherited.filter(|one| possible.contains(one) && !is_own(one)).collect())
                }
            };
            if !found.is_empty() {
                of_columns.insert(name, found);
            }
        }
        of_columns
    }

    /// The inputs of a transformer with data that it is not believed about.
    fn inputs<'s>(
        &'s self,
        workspace: &'s Located<Workspace>,
        origins: &Origins,
    ) -> FxHashMap<&'s DatasetKey, Input<'s>> {
        let own = &workspace.team.zone;
        let is_derived = |zone: &ZoneName| origins.zones.contains_key(zone);
        let keys = workspace.entity.groups().iter().flat_map(|group| group.sinks()).map(Entity::name);
        let found = self.directory.datastores().find_all(keys.clone()).into_iter().zip(keys);
        let input = |key: &DatasetKey, found: FoundDataset<'s>| {
            let (zones, implicit) = self.inherited(key, found);
            let zones: Vec<ZoneName> =
                zones.into_iter().filter(|zone| zone != own && is_derived(zone)).collect();
            Some(Input { dataset: found.dataset?, zones, implicit })
        };
        let inputs = found.filter_map(|(found, key)| Some((key, input(key, found?)?)));
        inputs.filter(|(_, input)| !input.zones.is_empty() || input.implicit.is_some()).collect()
    }
}
