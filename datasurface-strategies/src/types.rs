//! Types of columns.

use super::{
    names::{data_type, key_type},
    plan::Choice,
};
use datasurface_model::{Collation, DataType, Field, FloatFormat, GeometryType, MicroscalingFormat};
use proptest::{collection::vec, option::weighted as sometimes, prelude::*, sample::select};

/// Generates types without errors, up to four deep.
pub fn data_types() -> impl Strategy<Value = DataType> {
    plain_types().prop_recursive(4, 16, 4, |inside| {
        prop_oneof![
            inside.clone().prop_map(DataType::array),
            (key_types(), inside.clone()).prop_map(|(key, value)| DataType::map(key, value)),
            vec((inside, any::<bool>()), 1..=4).prop_map(|fields| DataType::structure(numbered(fields))),
        ]
    })
}

fn plain_types() -> impl Strategy<Value = DataType> {
    let size = || sometimes(0.7, 1..=100_u32);
    prop_oneof![
        6 => any::<(Choice, Choice)>().prop_map(|(choice, size)| data_type(choice, size)),
        1 => (1..=256_u16, any::<bool>()).prop_map(|(bits, signed)| DataType::CustomInteger { bits, signed }),
        2 => select(&FloatFormat::ALL).prop_map(DataType::Float),
        1 => select(&MicroscalingFormat::ALL).prop_map(DataType::Microscaling),
        1 => (any::<Choice>(), select(&["C", "de_DE", "utf8mb4_0900_ai_ci"])).prop_map(|(size, collation)| {
            // The choice of a text of limited length.
            key_type(2 + size % 2, size).collated(Collation::from(collation))
        }),
        1 => Just(DataType::Interval),
        1 => size().prop_map(|size| DataType::Binary { size }),
        1 => size().prop_map(|size| DataType::Variant { size }),
        1 => (1..=2_000_u32).prop_map(|dimensions| DataType::Vector { dimensions }),
        1 => (select(&[DataType::DEFAULT_SRID, 3857]), sometimes(0.5, select(&GeometryType::ALL)))
            .prop_map(|(srid, geometry)| DataType::Geography { srid, geometry }),
    ]
}

fn key_types() -> impl Strategy<Value = DataType> {
    any::<(Choice, Choice)>().prop_map(|(choice, size)| key_type(choice, size))
}

fn numbered(fields: Vec<(DataType, bool)>) -> impl Iterator<Item = Field> {
    fields.into_iter().zip(1..).map(|((data_type, is_nullable), number)| {
        let field = Field::new(format!("field_{number}"), data_type);
        if is_nullable { field } else { field.not_null() }
    })
}
