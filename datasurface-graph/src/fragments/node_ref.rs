//! Where a node is.

use super::{DatastoreFragment, Export, Ingest, PlatformPart, TransformerFragment};

/// The place of a node in the fragments of its graph.
#[derive(Clone, Copy)]
pub(crate) enum NodeRef<'g> {
    Export { datastore_fragment: &'g DatastoreFragment, part: &'g PlatformPart, export: &'g Export },
    Ingest { datastore_fragment: &'g DatastoreFragment, part: &'g PlatformPart, ingest: &'g Ingest },
    Transform(&'g TransformerFragment),
    Trigger(&'g TransformerFragment),
}
