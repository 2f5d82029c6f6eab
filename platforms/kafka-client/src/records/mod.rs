//! Records of topics: reading a range of a partition, and writing.

mod batch;
mod codec;
mod producer;
mod reader;
mod record;

pub use producer::{NewRecord, Transaction};
pub use reader::Records;
pub use record::{Header, Record};
