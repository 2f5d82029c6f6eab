//! The batch platform on AWS, as Terraform: DMS brings changes of producers into S3, jobs of Glue merge them into Iceberg tables that keep
//! versions, Step Functions run the jobs, and consumers read views in Athena.
//!
//! ```
//! use datasurface_aws::AwsPlatform;
//! use datasurface_platform::prelude::*;
//!
//! let settings: Json = json!({
//!     "terraform": {"backend": {"s3": {"bucket": "states", "region": "eu-central-1"}}},
//!     "account": "123456789012",
//!     "region": "eu-central-1",
//!     "lake_bucket": "example-lake",
//!     "staging_bucket": "example-staging",
//!     "subnets": ["subnet-0a", "subnet-0b"],
//!     "security_groups": ["sg-0a"],
//! })
//! .into();
//! let instance = PlatformInstance::new("Lake".into(), AwsPlatform::KIND.into(), AwsPlatform::version(), settings);
//! let platform = AwsPlatform::configure(&instance, serde_json::from_str(instance.config.as_str())?)?;
//! assert!(platform.descriptor().captures().contains("cdc"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! `docs/platforms/aws.md` is the guide: what is made of what, the settings, the first deployment, and what nobody has proved yet.

mod aliases;
mod capacity_hint;
mod codes;
mod column_type;
mod definition;
mod encryption;
mod hand_over;
mod judge;
mod lint;
mod names;
mod platform;
mod policy;
mod quality;
mod rekeyed;
mod render;
mod settings;
mod timetable;
mod types;

pub use capacity_hint::CapacityHint;
pub use codes::CODES;
pub use encryption::ClassKey;
pub use hand_over::{ForeignLake, HandOverSettings, LakeReader};
pub use platform::AwsPlatform;
pub use settings::{
    AwsSettings, JobSettings, MaintenanceSettings, ReplicationSettings, ServerlessSettings, SslMode,
};
pub use types::TYPES;
