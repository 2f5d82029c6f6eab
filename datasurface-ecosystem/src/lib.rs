//! The parts of a data ecosystem: entities, who owns them, what policies permit of them, and how others refer to them.
//!
//! ```
//! use datasurface_ecosystem::{
//!     DataContainer, Ecosystem, GovernanceZone, InfrastructureVendor, ModelPath, Team, ownership::OwnedPart,
//! };
//!
//! let team = Team::new().container(DataContainer::sqlite("ShopDB", "shop.db").located("Home/Cellar"));
//! let zone = GovernanceZone::new().team("Sales", "github:shop/sales@main", team);
//! let ecosystem = Ecosystem::new("Shop", "github:shop/model@main", "github:shop/live@main")
//!     .vendor(InfrastructureVendor::new("Home").location("Cellar"))
//!     .zone("Europe", "github:shop/europe@main", zone);
//!
//! let path = ModelPath::root().child("zones", "Europe").child("teams", "Sales").child("containers", "ShopDB");
//! let owner = OwnedPart::from_path(&path).owner(&ecosystem).unwrap();
//! assert_eq!(owner.to_string(), "github:shop/sales@main");
//! ```
//!
//! An [`Ecosystem`] is one expression, and nothing in it fails: `datasurface-model` validates it. A [`ModelPath`] is the span of a model
//! without text; a [`Diagnostic`] is a finding at such a place. [`governance`] decides what one policy permits, [`ownership`] which
//! repository a part belongs to, and [`FormerNames`] leads references by former names to what was renamed.
//!
//! The feature `json-schema` describes values for the documents of `datasurface-document`, and for the protocol of platforms that are programs.

mod diagnostic;
mod ecosystem;
mod former;
pub mod governance;
pub mod ownership;
mod reference;
pub mod similarity;
pub mod syntax;

pub use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone, Utc};
pub use datasurface_schema::*;
pub use diagnostic::*;
pub use ecosystem::*;
pub use former::{FormerNames, FormerSpelling, ReusedName};
pub use reference::Reference;
pub use semver::{Error as VersionError, Version, VersionReq};
