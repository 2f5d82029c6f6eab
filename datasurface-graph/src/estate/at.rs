//! Where a node is.

use super::{Derivation, Export, Ingest, Part, Supply};

/// Where a node is in the fragments of its estate.
#[derive(Clone, Copy)]
pub(crate) enum At<'g> {
    Export { supply: &'g Supply, part: &'g Part, export: &'g Export },
    Ingest { supply: &'g Supply, part: &'g Part, ingest: &'g Ingest },
    Transform(&'g Derivation),
    Trigger(&'g Derivation),
}
