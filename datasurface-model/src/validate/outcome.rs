//! The outcome of a validation.

use super::{state::State, unit::UnitKey, valid::Valid, waivers::WaiverOutcome};
use datasurface_ecosystem::{Ecosystem, Findings, ModelPath, Printable};
use std::{
    fmt,
    sync::{Arc, OnceLock},
};

/// An ecosystem without errors, and its other findings: warnings and notes.
#[derive(Clone)]
pub struct Checked {
    ecosystem: Valid<Ecosystem>,
    report: ValidationReport,
}

/// An ecosystem with errors, and all its findings. `Display` and `Debug` print the report.
#[derive(Clone)]
pub struct Invalid(Box<(Ecosystem, ValidationReport)>);

/// The amount of work of a validation.
#[derive(Clone, Debug)]
pub struct ValidationStats {
    /// The number of units in the ecosystem. A unit is checked and cached on its own: a datastore, a workspace, and
    /// the frames around them.
    pub units: usize,
    checked: Vec<UnitKey>,
    /// The paths of the checked units, in order; computed on first use.
    paths: OnceLock<Vec<ModelPath>>,
}

/// The outcome of an earlier validation, which makes the next one fast: a [`Checked`] or an [`Invalid`].
pub trait Previous: sealed::HasState {}

impl Previous for Checked {}
impl Previous for Invalid {}

impl Checked {
    /// The ecosystem, with the proof of its validity.
    #[must_use]
    pub fn ecosystem(&self) -> &Valid<Ecosystem> {
        &self.ecosystem
    }

    /// Returns the ecosystem, with the proof of its validity. The findings, and the state for the next validation,
    /// are dropped.
    #[must_use]
    pub fn into_ecosystem(self) -> Valid<Ecosystem> {
        self.ecosystem
    }

    /// The findings: warnings and notes.
    #[must_use]
    pub fn findings(&self) -> &Findings {
        self.report.findings()
    }

    /// The findings that a waiver accepts for a while.
    #[must_use]
    pub fn waived(&self) -> &Findings {
        &self.report.judged().waived
    }

    /// The amount of work of the validation.
    #[must_use]
    pub fn stats(&self) -> &ValidationStats {
        &self.report.effort
    }
}

impl Invalid {
    /// The ecosystem, as it was given.
    #[must_use]
    pub fn ecosystem(&self) -> &Ecosystem {
        &self.0.0
    }

    /// Returns the ecosystem, to correct it. The state for the next validation is dropped.
    #[must_use]
    pub fn into_ecosystem(self) -> Ecosystem {
        self.0.0
    }

    /// The findings, at least one of them an error.
    #[must_use]
    pub fn findings(&self) -> &Findings {
        self.0.1.findings()
    }

    /// The findings that a waiver accepts for a while.
    #[must_use]
    pub fn waived(&self) -> &Findings {
        &self.0.1.judged().waived
    }

    /// The amount of work of the validation.
    #[must_use]
    pub fn stats(&self) -> &ValidationStats {
        &self.0.1.effort
    }
}

impl ValidationStats {
    /// The paths of the units that were checked this time, in order. For all others, the earlier findings still hold.
    #[must_use]
    pub fn checked(&self) -> &[ModelPath] {
        self.paths.get_or_init(|| {
            let mut paths: Vec<_> = self.checked.iter().map(UnitKey::path).collect();
            paths.sort();
            paths
        })
    }
}

/// The findings, the amount of work, and the state on which the next validation may build.
#[derive(Clone)]
pub(super) struct ValidationReport {
    /// The findings, collected on first use: to know what an edit has changed, not all of them are needed.
    judged: OnceLock<WaiverOutcome>,
    effort: ValidationStats,
    state: Arc<State>,
}

impl ValidationReport {
    pub(super) fn new(checked: Vec<UnitKey>, state: State) -> Self {
        let effort = ValidationStats { units: state.units(), checked, paths: OnceLock::new() };
        Self { judged: OnceLock::new(), effort, state: Arc::new(state) }
    }

    fn findings(&self) -> &Findings {
        &self.judged().findings
    }

    fn judged(&self) -> &WaiverOutcome {
        self.judged.get_or_init(|| self.state.judged())
    }

    /// The outcome for the ecosystem that the report is about.
    pub(super) fn conclude(self, ecosystem: Ecosystem) -> Result<Checked, Invalid> {
        if self.state.has_errors() {
            return Err(Invalid(Box::new((ecosystem, self))));
        }
        let facts = self.state.facts();
        let spelling = self.state.spelling().clone();
        let value = self.state.ecosystem().clone();
        let ecosystem = Valid::new(value, spelling, facts.directory().clone(), facts.today());
        Ok(Checked { ecosystem, report: self })
    }
}

impl fmt::Debug for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checked")
            .field("ecosystem", self.ecosystem.name())
            .field("findings", self.findings())
            .field("effort", self.stats())
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Printable(self.ecosystem().name());
        write!(f, "the ecosystem `{name}` is not valid\n\n{}", self.findings())
    }
}

impl fmt::Debug for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Invalid {}

pub(super) mod sealed {
    use super::{Checked, Invalid, State};

    /// The access to the state on which the next validation may build. Only this crate can implement it.
    pub trait HasState {
        fn state(&self) -> &State;
    }

    impl HasState for Checked {
        fn state(&self) -> &State {
            &self.report.state
        }
    }

    impl HasState for Invalid {
        fn state(&self) -> &State {
            &self.0.1.state
        }
    }
}
