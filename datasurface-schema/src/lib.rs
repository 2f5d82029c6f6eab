//! The elements of a model: typed names, collections of named things, data types, tables written as text or in Avro's
//! JSON, and the compatibility of schemas.
//!
//! ```
//! use datasurface_schema::{Schema, SchemaChange, SchemaRule};
//!
//! let before = Schema::from("order_id BigInt key, amount Decimal(18,4) not null, note VarChar(80)");
//! let after = Schema::from("order_id BigInt key, amount Decimal(20,4) not null, note VarChar(40)");
//! let changes = SchemaChange::between(&before, &after);
//! let broken: Vec<_> = changes.iter().filter_map(SchemaChange::broken_rule).collect();
//! assert_eq!((changes.len(), broken), (2, vec![SchemaRule::TypeNarrowed]));
//! ```
//!
//! Nothing here knows of ecosystems, rules or documents: those are in the crates above, of which `datasurface-model`
//! re-exports all of this.

mod avro;
mod column;
mod column_error;
mod compat;
mod data_type;
mod documentation;
mod json;
#[cfg(feature = "json-schema")]
mod json_schema;
mod known_valid;
mod name;
mod named;
mod nearest;
mod pool;
mod schema;
mod schema_text;
pub mod segment;
mod set;
mod sparse;
mod table;
mod text;
mod unreadable_columns;

pub use avro::{AvroError, AvroSchema};
pub use column::Column;
pub use column_error::ColumnError;
pub use compat::{SchemaChange, SchemaRule, TypeChange};
pub use data_type::{
    ArrayType, Collation, DataType, DataTypeError, Field, FloatFormat, FloatRange, GeometryType, MapType,
    MicroscalingFormat, StructType, TypeParameterError, TypeParameterErrorKind, is_time_zone,
    nearest_time_zone,
};
pub use documentation::{Annotations, Documentation, TextFormat, merge_annotations};
pub use json::{Json, JsonObject};
pub use name::*;
pub use named::{Difference, Entity, Iter, Named};
pub use nearest::{NameIndex, nearest};
pub use schema::{Schema, SchemaError};
pub use schema_text::{ColumnSpan, SchemaTextError, column_spans};
pub use serde_json::Value;
pub use set::Set;
pub use sparse::Sparse;
pub use table::TableSchema;
pub use text::Text;
pub use unreadable_columns::UnreadableColumns;
