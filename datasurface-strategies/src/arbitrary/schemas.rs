//! Types and schemas.

use super::{adversarial_strings, documentations, rarely, settings};
use datasurface_model::*;
use proptest::{collection::vec, prelude::*};

fn data_types() -> impl Strategy<Value = DataType> {
    let plain = prop_oneof![
        adversarial_strings().prop_map(DataType::timestamp_in),
        any::<Option<u32>>().prop_map(DataType::varchar),
        (any::<Option<u32>>(), adversarial_strings())
            .prop_map(|(length, name)| DataType::nvarchar(length).collated(name)),
        any::<(u16, u16)>().prop_map(|(precision, scale)| DataType::Decimal { precision, scale }),
        any::<(u16, bool)>().prop_map(|(bits, signed)| DataType::CustomInteger { bits, signed }),
        any::<u32>().prop_map(|srid| DataType::Geography { srid, geometry: None }),
        crate::data_types(),
    ];
    // Deeper ones leave a test no stack: a strategy is asked through several calls for each level.
    plain.prop_recursive(24, 60, 2, |inside| {
        prop_oneof![
            inside.clone().prop_map(DataType::array),
            (inside.clone(), inside.clone()).prop_map(|(key, value)| DataType::map(key, value)),
            vec((adversarial_strings(), inside, any::<bool>()), 0..3).prop_map(|fields| {
                DataType::structure(fields.into_iter().map(|(name, data_type, is_nullable)| {
                    let field = Field::new(name, data_type);
                    if is_nullable { field } else { field.not_null() }
                }))
            }),
        ]
    })
}

pub(super) fn schemas() -> impl Strategy<Value = Schema> {
    let about = (rarely(documentations()), rarely(adversarial_strings()));
    let column =
        (adversarial_strings(), data_types(), any::<bool>(), vec(adversarial_strings(), 0..2), about)
            .prop_map(|(name, data_type, is_nullable, classifications, (documentation, former))| {
                let column = Column::new(name, data_type);
                let column = if is_nullable { column } else { column.not_null() };
                let column = classifications.into_iter().fold(column, Column::classified);
                let column = documentation.into_iter().fold(column, Column::documented);
                former.into_iter().fold(column, Column::renamed_from)
            });
    let tables =
        (vec(column, 0..4), vec(adversarial_strings(), 0..3), vec(adversarial_strings(), 0..3), 0..4);
    let tables = tables.prop_map(|(columns, key, partition, words)| -> Schema {
        let table = TableSchema::new(columns).keyed(key).partitioned(partition);
        if words == 0 { crate::to_avro(&shallow(&table)).into() } else { table.into() }
    });
    prop_oneof![
        1 => adversarial_strings().prop_map(|text| Schema::from(text.as_str())),
        3 => tables,
        1 => (settings(), vec(adversarial_strings(), 0..3)).prop_map(|(avro, key)| AvroSchema::new(avro).keyed(key).into()),
    ]
}

/// Without what would be nested deeper in Avro's words than a document can be.
fn shallow(table: &TableSchema) -> TableSchema {
    let columns = table.columns().iter().filter(|column| column.data_type().depth() < 20);
    TableSchema::new(columns.cloned()).keyed(table.key().iter().cloned())
}
