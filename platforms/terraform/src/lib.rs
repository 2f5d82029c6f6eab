//! Terraform for data platforms: what every platform needs that renders it.
//!
//! ```
//! use datasurface_platform::prelude::*;
//! use datasurface_terraform::{
//!     Backend, Block, Module, Provider, ResourceType, RootConfiguration, TerraformSettings,
//! };
//!
//! static BUCKET: ResourceType = ResourceType::new("aws_s3_bucket").imported_by("{bucket}");
//! static POLICY: ResourceType = ResourceType::new("aws_s3_bucket_policy").imported_by("{bucket}");
//!
//! let settings = TerraformSettings::new(Backend::local("states"));
//! let aws = Provider::new("aws", "hashicorp/aws", "~> 6.0".parse()?).argument("region", "eu-central-1");
//! let root = RootConfiguration::new(&settings, "Lake", &Scope::Foundation, [aws]);
//! let mut module = Module::new(&Scope::Foundation, root);
//! let bucket = module.add("lake", Block::resource(&BUCKET, "lake").argument("bucket", "my-lake"))?;
//! let policy = Block::resource(&POLICY, "lake").argument("bucket", bucket.attribute("id"));
//! module.add("lake", policy.argument("policy", "{}"))?;
//!
//! let rendering = module.into_rendering()?;
//! let file = rendering.file("lake.tf.json").and_then(File::text);
//! assert!(file.is_some_and(|text| text.contains(r#""bucket": "${aws_s3_bucket.lake.id}""#)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A [`Module`] is the configuration of one scope, with a state of its own. [`Block`]s are added to it, and each addition gives a
//! [`Handle`], from which references are made: one that dangles cannot be written. [`ResourceTypes`] judge changes as Terraform will
//! make them, and plan them with the files that transfer a resource from state to state. `docs/terraform.md` is the guide.
//!
//! The feature `testing` has what tests need: Terraform itself, on providers that need no cloud.

mod attributes;
mod backend;
mod block;
mod declared;
mod expression;
mod file;
mod handle;
mod label;
mod module;
mod provider;
mod resource_type;
mod root_configuration;
mod settings;
mod tags;
mod template;
#[cfg(feature = "testing")]
pub mod testing;
mod transition;
mod types;
mod version_constraint;

pub use backend::{AzureBackend, Backend, GcsBackend, LocalBackend, S3Backend};
pub use block::Block;
pub use expression::Expression;
pub use handle::Handle;
pub use label::label;
pub use module::Module;
pub use provider::Provider;
pub use resource_type::ResourceType;
pub use root_configuration::{ROOT_FILE, RootConfiguration, STATE_KIND};
pub use settings::TerraformSettings;
pub use tags::tags;
pub use types::ResourceTypes;
pub use version_constraint::{VersionConstraint, VersionConstraintError};

use datasurface_platform::model::CodeInfo;

/// The codes of this crate. A platform that is built on it has them among its own.
pub static CODES: &[&CodeInfo] = &[&types::REPLACEMENT];

/// The guide compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/terraform.md")]
pub struct Guide;

/// Whether a text is a name in Terraform.
fn is_identifier(text: &str) -> bool {
    let is_first = |c: char| c.is_ascii_alphabetic() || c == '_';
    text.starts_with(is_first) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}
