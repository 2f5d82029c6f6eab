//! Validation: what makes an ecosystem [`Valid`].
//!
//! An ecosystem is judged in units: datastores, workspaces, and the frames around them. A rule sees one unit, and
//! learns about anything else through a reader that records what was read. So it is known, for each unit, what its
//! findings depend on, and a later validation checks again exactly what could have another outcome.
//!
//! From the outside in: `outcome` is what comes back, `state` decides what is checked, `changes` and `unit_diff`
//! find the units in which an ecosystem differs from what it was, `facts` and `reader` answer the questions of rules,
//! `dependents` knows the readers of each fact, `rules` is one file for each area of codes.
//!
//! All that is remembered shares with what was remembered before, so that the cost of a validation follows the edit; a first
//! validation is the edit that makes everything out of nothing.

mod changes;
mod components;
mod consents_in_force;
mod container_index;
mod delays;
mod dependents;
mod each_unit;
mod facts;
mod file_prefixes;
mod former_spellings;
mod index;
mod labels;
mod origins;
mod outcome;
mod reader;
mod rules;
mod sources;
mod state;
mod statement_inputs;
mod unit;
mod unit_diff;
mod unit_index;
mod unit_members;
mod valid;
mod waivers;

pub use changes::Changes;
pub use consents_in_force::ConsentInForce;
pub use origins::{FormerDelivery, KeptOrigins, Origins, Provenance, Recapture};
pub use outcome::{Checked, Invalid, Previous, ValidationStats};
pub use rules::CODES;
pub use unit_members::Located;
pub use valid::Valid;

use chrono::NaiveDate;
use datasurface_ecosystem::Ecosystem;
use imbl::{GenericHashMap, shared_ptr::DefaultSharedPtr};
use outcome::ValidationReport;
use rustc_hash::FxBuildHasher;
use state::State;
use std::fmt;

/// A map that shares with the one that it was cloned from all that did not change since. In no order.
type PersistentMap<K, V> = GenericHashMap<K, V, FxBuildHasher, DefaultSharedPtr>;

/// The settings of a validation: the date, and an earlier outcome, if there is one.
///
/// ```
/// use datasurface_model::{Ecosystem, Validate, Validation};
/// let on = chrono::NaiveDate::MIN;
/// let ecosystem = Ecosystem::new("NorthWind", "github:nw/model@main", "github:nw/live@main");
/// let checked = ecosystem.validate(&Validation::on(on))?;
/// assert!(checked.findings().is_empty());
///
/// let edited = checked.ecosystem().clone().into_inner().vendor(datasurface_model::InfrastructureVendor::new("Azure"));
/// let again = edited.validate(&Validation::on(on).since(&checked))?;
/// assert_eq!(again.stats().checked().len(), 1);
/// # Ok::<(), datasurface_model::Invalid>(())
/// ```
#[derive(Clone, Copy)]
pub struct Validation<'a> {
    date: NaiveDate,
    previous: Option<&'a State>,
}

impl<'a> Validation<'a> {
    /// Creates a validation as of `date`. Deprecations and consents that end are judged by this date: the library
    /// reads no clock.
    #[must_use]
    pub fn on(date: NaiveDate) -> Self {
        Self { date, previous: None }
    }

    /// The date as of which the ecosystem is judged.
    #[must_use]
    pub fn date(&self) -> NaiveDate {
        self.date
    }

    /// Sets an earlier outcome to build on: parts that cannot have changed since are not checked again. The outcome
    /// is the same as without.
    #[must_use]
    pub fn since(mut self, previous: &'a impl Previous) -> Self {
        self.previous = Some(previous.state());
        self
    }
}

impl fmt::Debug for Validation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Validation").field("on", &self.date).field("since", &self.previous.is_some()).finish()
    }
}

/// Validation of an [`Ecosystem`], which is made by a crate below this one, so that it takes a trait to say `ecosystem.validate(…)`.
pub trait Validate: Sized {
    /// Validates the ecosystem by every rule, and reports all findings at once.
    ///
    /// # Errors
    ///
    /// If a finding is an error. Warnings and notes are in the [`Checked`].
    fn validate(self, with: &Validation<'_>) -> Result<Checked, Invalid>;
}

impl Validate for Ecosystem {
    fn validate(self, with: &Validation<'_>) -> Result<Checked, Invalid> {
        let (state, checked) = State::build(&self, with.date, with.previous);
        ValidationReport::new(checked, state).conclude(self)
    }
}
