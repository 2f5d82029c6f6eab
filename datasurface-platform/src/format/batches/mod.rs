//! The format `batches`: a folder of files that anybody can read, in which a batch is there as a whole or not at all.
//!
//! ```text
//! published/Shop/
//!   3.json               the manifest of batch 3: it has all that is kept
//!   3/orders.jsonl       the versions of a dataset, one on each line
//!   4.json               the manifest of batch 4: it has what changed since 3
//!   4/orders.jsonl
//! ```
//!
//! A manifest is renamed into place when all that it names is on the disk. Whatever no manifest names is of a batch that was never
//! published, or is not any more.

mod folder;
mod manifest;
mod publication;

pub use folder::{BatchFolder, ReadBatch};
pub use manifest::{BatchCounts, BatchManifest, BatchPart, PartColumn, PartContent, PartSchema};
pub use publication::Publication;

use crate::error::{PlatformError, PlatformErrorKind};
use std::{io, path::Path};

/// The error of doing something with a file.
fn failed(doing: &str, path: &Path) -> impl FnOnce(io::Error) -> PlatformError {
    let context = format!("{doing} {}", path.display());
    move |error| PlatformError::new(PlatformErrorKind::External, context).caused_by(error)
}
