//! Change control: what a change touches, who may make it, what it breaks, and for whom.

mod authorization;
mod diff;
mod part;
#[cfg(test)]
mod tests;

pub use authorization::{Authorization, ChangeSource, DeniedPart};
pub use diff::{Difference, DifferenceKind, ModelDiff};
pub use part::Part;
