//! Datasets and datastores, changed a little.

use crate::plan::Choice;
use datasurface_model::{
    Classification, Column, Dataset, DatasetName, Datastore, Entity, Schema, Set, TableSchema,
};

pub(super) fn renamed(old: &Dataset, name: &DatasetName) -> Dataset {
    rebuilt(old, name, old.schema().clone(), old.classifications())
}

pub(super) fn reshaped(old: &Dataset, schema: &Schema) -> Dataset {
    rebuilt(old, old.name(), schema.clone(), old.classifications())
}

pub(super) fn classification_toggled(old: &Dataset, label: &Classification) -> Dataset {
    rebuilt(old, old.name(), old.schema().clone(), &toggled(old.classifications(), label))
}

pub(super) fn nullable_toggled(old: &Dataset, at: Choice) -> Dataset {
    with_column(old, at, |column| {
        let plain = Column::new(column.name(), column.data_type().clone());
        let plain = column.classifications().iter().cloned().fold(plain, Column::classified);
        if column.is_nullable() { plain.not_null() } else { plain }
    })
}

pub(super) fn column_classification_toggled(old: &Dataset, at: Choice, label: &Classification) -> Dataset {
    with_column(old, at, |column| {
        let plain = Column::new(column.name(), column.data_type().clone());
        let plain = if column.is_nullable() { plain } else { plain.not_null() };
        toggled(column.classifications(), label).into_iter().fold(plain, Column::classified)
    })
}

pub(super) fn not_deprecated(old: &Dataset) -> Dataset {
    let dataset = Dataset::new(old.name(), old.schema());
    old.classifications().iter().cloned().fold(dataset, Dataset::classified)
}

/// The same datastore, with its name in upper case.
pub(super) fn datastore_shouted(old: &Datastore) -> Datastore {
    let datastore = Datastore::new(old.name().as_str().to_ascii_uppercase());
    let datastore = datastore.with_datasets(old.datasets().iter().cloned());
    old.capture().cloned().into_iter().fold(datastore, Datastore::captured)
}

fn rebuilt(old: &Dataset, name: &DatasetName, schema: Schema, labels: &Set<Classification>) -> Dataset {
    let dataset = labels.iter().cloned().fold(Dataset::new(name, schema), Dataset::classified);
    old.deprecation().cloned().into_iter().fold(dataset, Dataset::deprecated)
}

fn with_column(old: &Dataset, choice: Choice, change: impl Fn(&Column) -> Column) -> Dataset {
    let table = old.schema().table();
    let Some(chosen) = usize::from(choice).checked_rem(table.columns().len()) else {
        return old.clone();
    };
    let columns = table.columns().iter().enumerate();
    let columns = columns.map(|(at, column)| if at == chosen { change(column) } else { column.clone() });
    let table = TableSchema::new(columns).keyed(table.key().iter().cloned());
    reshaped(old, &table.into())
}

fn toggled(labels: &Set<Classification>, label: &Classification) -> Set<Classification> {
    let added = (!labels.contains(label)).then_some(label);
    labels.iter().filter(|other| *other != label).chain(added).cloned().collect()
}
