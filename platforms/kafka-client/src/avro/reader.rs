//! Reading records in Avro, with the schemas of their writers from a registry.

use super::{AvroError, AvroSchema, AvroValue, datum};
use crate::RegistryClient;
use std::collections::{BTreeMap, btree_map::Entry};

/// A reader of keys and values in Avro: a byte of 0, the four bytes of the ID of a schema, and the data. The registry is asked once for each
/// schema.
#[derive(Debug)]
pub struct AvroReader {
    registry: RegistryClient,
    schemas: BTreeMap<u32, AvroSchema>,
}

impl AvroReader {
    /// Builds a reader of records whose schemas a registry has.
    #[must_use]
    pub fn new(registry: RegistryClient) -> Self {
        Self { registry, schemas: BTreeMap::new() }
    }

    /// Returns whether bytes begin as a key or a value in Avro does. No text of JSON begins with a byte of 0.
    #[must_use]
    pub fn is_avro(bytes: &[u8]) -> bool {
        bytes.first() == Some(&0)
    }

    /// Reads a key or a value of a record.
    ///
    /// # Errors
    ///
    /// If the registry cannot be asked, does not have the schema, or the bytes are not what it says.
    pub fn read<'a>(&'a mut self, bytes: &'a [u8]) -> Result<AvroValue<'a>, AvroError> {
        let (schema, datum) = self.schema(bytes)?;
        schema.read(datum)
    }

    /// Returns the bytes of each field of a key or a value that is a record, in order.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read), and if the value is no record.
    pub fn fields<'a>(&'a mut self, bytes: &'a [u8]) -> Result<Vec<(&'a str, &'a [u8])>, AvroError> {
        let (schema, datum) = self.schema(bytes)?;
        datum::fields(schema, datum).map_err(AvroError::Malformed)
    }

    /// Finds the schema of a key or a value, and returns what is behind its ID.
    fn schema<'a>(&'a mut self, bytes: &'a [u8]) -> Result<(&'a AvroSchema, &'a [u8]), AvroError> {
        let Some((&[0, a, b, c, d], datum)) = bytes.split_first_chunk() else { return Err(AvroError::NoId) };
        let id = u32::from_be_bytes([a, b, c, d]);
        let schema = match self.schemas.entry(id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(entry) => {
                let found = self.registry.schema(id).map_err(|source| AvroError::Registry { id, source })?;
                entry.insert(AvroSchema::parse(&found.ok_or(AvroError::UnknownSchema(id))?)?)
            }
        };
        Ok((schema, datum))
    }
}
