//! Records of topics: reading a range of a partition, and writing.

mod batch;
mod codec;
mod partitioner;
mod producer;
mod reader;
mod record;

pub use partitioner::partition_of_key;
pub use producer::{NewRecord, Transaction};
pub use reader::Records;
pub use record::{Header, Record};
