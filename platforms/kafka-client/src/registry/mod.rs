//! The REST API of registries of schemas: Confluent's, which others have, too.

mod client;
mod compatibility;

pub use client::RegistryClient;
pub use compatibility::Compatibility;
