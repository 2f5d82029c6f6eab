//! What is rendered of platforms, indexed, ordered, and compared with what a target has.

mod owed_difference;
mod rendered_index;
mod scope_difference;
mod scope_order;

pub use owed_difference::{LeftDatasets, OwedDifferences};
pub use rendered_index::{Needs, PlatformIndex, RenderedIndex};
pub use scope_difference::{Differences, PlatformDifferences, ScopeDifference};
pub use scope_order::order;

use crate::ScopeEntry;
use datasurface_model::PlatformName;
use std::{collections::BTreeMap, sync::Arc};

/// The scopes of each platform, in order, as they are recorded.
pub type Entries = BTreeMap<PlatformName, Vec<Arc<ScopeEntry>>>;
