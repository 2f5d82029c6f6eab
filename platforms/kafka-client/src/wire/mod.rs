//! The binary protocol of Kafka: primitive types, and the requests and responses that this client uses.
//!
//! Each request has one version, which every broker since 2.7 speaks, brokers of 4.x included. Arrays are read element by element, and
//! no memory is reserved for a length that a broker merely claims.

mod input;
mod message;
pub(crate) mod messages;
pub(crate) mod output;

pub(crate) use input::{Decode, Input, Malformed};
pub(crate) use message::{Compact, Request, Tags, message};
pub(crate) use output::Encode;

/// Bytes whose length is a field of their own.
pub(crate) struct Binary(pub(crate) Vec<u8>);
