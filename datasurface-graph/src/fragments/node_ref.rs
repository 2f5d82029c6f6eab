//! Where a node is.

use super::{DatastoreFragment, Export, Ingest, PlatformPart, TransformerFragment};

/// Where a node is in the fragments of its estate.
#[derive(Clone, Copy)]
pub(crate) enum NodeRef<'g> {
    Export { datastore_fragment: &'g DatastoreFragment, part: &'g PlatformPart, export: &'g Export },
    Ingest { datastore_fragment: &'g DatastoreFragment, part: &'g PlatformPart, ingest: &'g Ingest },
    Transform(&'g TransformerFragment),
    Trigger(&'g TransformerFragment),
}
