//! Terraform for data platforms: what every platform needs that renders it.
//!
//! A [`Module`] is the configuration of one scope, with a state of its own. [`Declaration`]s are added to it, and each addition gives a
//! [`Handle`], from which references are made: one that dangles cannot be written. [`ResourceTypes`] judge changes as Terraform will
//! make them, and plan them with the files that hand a resource from state to state. `docs/terraform.md` is the guide.
//!
//! The feature `testing` has what tests need: Terraform itself, on providers that need no cloud.

mod attributes;
mod backend;
mod declaration;

mod file;
mod frame;
mod handle;
mod label;
mod module;
mod provider;
mod resource_type;
mod settings;
mod tags;
mod template;
#[cfg(feature = "testing")]
pub mod testing;
mod transition;
mod types;
mod value;
mod version_constraint;

pub use backend::{AzureBackend, Backend, GcsBackend, LocalBackend, S3Backend};
pub use declaration::Declaration;
pub use frame::{FRAME_FILE, FRAME_KIND, Frame};
pub use handle::Handle;
pub use label::label;
pub use module::Module;
pub use provider::Provider;
pub use resource_type::ResourceType;
pub use settings::TerraformSettings;
pub use tags::tags;
pub use types::ResourceTypes;
pub use value::Value;
pub use version_constraint::{VersionConstraint, VersionConstraintError};

use datasurface_platform::{Scope, model::CodeInfo, slug};

/// The codes of this crate. A platform that is built on it has them among its own.
pub static CODES: &[&CodeInfo] = &[&types::REPLACEMENT];

/// The guide compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/terraform.md")]
pub struct Guide;

/// The longest name of a shard in the name of its folder, in characters.
const SHARD_LIMIT: usize = 48;

/// The folder of a scope in that of its platform, as the host names it.
fn folder(scope: &Scope) -> String {
    match scope {
        Scope::Foundation => "foundation".to_owned(),
        Scope::Shard(shard) => format!("shards/{}", slug(&[shard.as_str()], SHARD_LIMIT)),
    }
}

/// Whether a text is a name in Terraform.
fn is_identifier(text: &str) -> bool {
    let is_first = |c: char| c.is_ascii_alphabetic() || c == '_';
    text.starts_with(is_first) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}
