//! Views: what a platform is shown. Each is backed by one value that can be written as JSON; accessors show that value
//! and nothing else, and its fingerprint covers all of it.

mod declarations;
mod declared;
mod metadata;
mod node;
mod reads;
mod scope;

pub use declarations::{NodeDeclarations, ResolvedPlace, TargetedHint};
pub use declared::DeclarationReader;
pub use metadata::{DatasetMetadata, NodeMetadata, SubjectMetadata};
pub use node::NodeView;
pub use reads::reads_of_nodes;
pub use scope::{Scope, ScopeView, ScopedNode};
