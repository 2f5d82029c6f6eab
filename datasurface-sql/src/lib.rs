//! The SQL of transformers: what one SELECT makes of its inputs. Nothing is run; a statement is compiled against the
//! schemas of the datasets that it may read.
//!
//! ```
//! use datasurface_schema::{DatasetKey, Schema};
//! use datasurface_sql::{ColumnKey, Compilation, Inputs, compile};
//! use std::collections::BTreeMap;
//!
//! let schemas = BTreeMap::from([(DatasetKey::new("Shop", "orders"), Schema::from("id Integer key, amount Decimal(9,2)"))]);
//! let inputs = Inputs::new(schemas.keys(), |key| schemas.get(key));
//! let Compilation::Select(made) = compile("SELECT id, amount * 2 AS double FROM Shop_orders", &inputs) else {
//!     unreachable!("it is one SELECT");
//! };
//! let double = made.column("double").expect("it is made");
//! assert_eq!(double.sources.iter().flatten().collect::<Vec<_>>(), [&ColumnKey::new("Shop/orders", "amount")]);
//! ```
//!
//! Only what is certain in every dialect is said to be wrong, and only what is certain is said to be the source of a
//! value; of everything else, nothing is said.

mod assignable;
mod compile;
mod flink;
mod input;
mod lexical;
mod output;
mod passed_on;
mod read;
mod spark;

pub use assignable::is_assignable;
pub use compile::compile;
pub use flink::{FlinkNumber, FlinkSelect, FlinkTable, NotFlink, to_flink};
pub use input::{FormerInput, Inputs};
pub use output::{
    ColumnKey, ColumnOrigin, Compilation, NotOneSelect, OutputColumn, SelectOutput, SqlProblem, UnreadSql,
};
pub use spark::{NotSpark, not_spark};
