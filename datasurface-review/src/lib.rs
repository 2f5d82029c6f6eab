//! Reviews: one verdict on a proposed change, over model, change, lock, choice and the platforms' lint.
//!
//! ```
//! use datasurface_broker::Broker;
//! use datasurface_change::ChangeSource;
//! use datasurface_platform::Registry;
//! use datasurface_review::{Review, ReviewSide};
//!
//! let broker = Broker::new(Registry::new());
//! let source = ChangeSource::new("github:shop/model@main");
//! let review = Review::new(&broker, source, "2026-11-21".parse()?);
//! let report = review.judge(&ReviewSide::default(), &ReviewSide::default());
//! assert!(!report.is_allowed(), "there is no model");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod decisions;
mod form;
pub mod git;
mod junit;
mod limit;
mod markdown;
mod owing_teams;
mod redacted;
mod report;
mod review;
mod side;
mod waiver_slips;

pub use report::ReviewReport;
pub use review::Review;
pub use side::ReviewSide;
