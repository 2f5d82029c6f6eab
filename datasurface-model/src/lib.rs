//! The typed model of a data ecosystem: who produces what, who wants it where, and what must hold.
//!
//! ```
//! use datasurface_model::{DataContainer, Ecosystem, GovernanceZone, InfrastructureVendor, NaiveDate, Team, Validate, Validation};
//!
//! let team = Team::new().container(DataContainer::sqlite("ShopDB", "shop.db").located("Home/Celar"));
//! let zone = GovernanceZone::new().team("Sales", "github:shop/sales@main", team);
//! let ecosystem = Ecosystem::new("Shop", "github:shop/model@main", "github:shop/live@main")
//!     .vendor(InfrastructureVendor::new("Home").location("Cellar"))
//!     .zone("Europe", "github:shop/europe@main", zone);
//!
//! let invalid = ecosystem.validate(&Validation::on(NaiveDate::MIN)).unwrap_err();
//! let finding = invalid.findings().iter().next().unwrap();
//! assert_eq!(finding.code(), "reference/unknown-location");
//! assert_eq!(finding.help(), Some("did you mean `Home/Cellar`?"));
//! ```
//!
//! An [`Ecosystem`] is one expression; [`Ecosystem::validate`](Validate::validate) judges it, all findings in one go, and makes it
//! [`Valid`].
//!
//! The feature `json-schema` describes values for the documents of `datasurface-document`, and for the protocol of platforms that are programs.
//!
//! After an edit, a [`Validation`] since an earlier outcome costs what the edit costs. [`Findings`] are ordered, mergeable, and serialize as
//! JSON; `datasurface-document` finds the place of each in documents, and applies a [`Suggestion`].

mod validate;

pub use datasurface_ecosystem::*;
pub use datasurface_sql as sql;
pub use validate::{
    CODES, Changes, Checked, ConsentInForce, FormerDelivery, Invalid, KeptOrigins, Located, Origins,
    Previous, Provenance, Recapture, Valid, Validate, Validation, ValidationStats,
};
