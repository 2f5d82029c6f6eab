//! What a validation gives back.

use super::{state::State, unit::UnitKey, valid::Valid, waivers::WaiverOutcome};
use crate::{
    diagnostic::{Findings, ModelPath},
    ecosystem::Ecosystem,
};
use std::{
    fmt,
    sync::{Arc, OnceLock},
};

/// An ecosystem without errors, and what was found besides: warnings and notes.
#[derive(Clone)]
pub struct Checked {
    ecosystem: Valid<Ecosystem>,
    report: ValidationReport,
}

/// An ecosystem with errors, and everything that was found. Shown and debugged as the report.
#[derive(Clone)]
pub struct Invalid(Box<(Ecosystem, ValidationReport)>);

/// How much work a validation was.
#[derive(Clone, Debug)]
pub struct ValidationStats {
    /// The number of units in the ecosystem. A unit is what is checked, and remembered, on its own: a datastore, a workspace,
    /// and what is around them.
    pub units: usize,
    checked: Vec<UnitKey>,
    /// Where these are, in order; written down when somebody asks.
    paths: OnceLock<Vec<ModelPath>>,
}

/// The outcome of an earlier validation, which makes the next one fast: a [`Checked`] or an [`Invalid`].
pub trait Previous: sealed::HasState {}

impl Previous for Checked {}
impl Previous for Invalid {}

impl Checked {
    /// The ecosystem, with the proof.
    #[must_use]
    pub fn ecosystem(&self) -> &Valid<Ecosystem> {
        &self.ecosystem
    }

    /// The ecosystem, with the proof; what was found, and what is remembered for the next time, is dropped.
    #[must_use]
    pub fn into_ecosystem(self) -> Valid<Ecosystem> {
        self.ecosystem
    }

    /// Warnings and notes.
    #[must_use]
    pub fn findings(&self) -> &Findings {
        self.report.findings()
    }

    /// What was found, and is accepted for a while by a waiver.
    #[must_use]
    pub fn waived(&self) -> &Findings {
        &self.report.judged().waived
    }

    /// How much work it was.
    #[must_use]
    pub fn effort(&self) -> &ValidationStats {
        &self.report.effort
    }
}

impl Invalid {
    /// The ecosystem, as it was given.
    #[must_use]
    pub fn ecosystem(&self) -> &Ecosystem {
        &self.0.0
    }

    /// The ecosystem, to correct it; what is remembered for the next time is dropped.
    #[must_use]
    pub fn into_ecosystem(self) -> Ecosystem {
        self.0.0
    }

    /// Everything that was found, at least one error among it.
    #[must_use]
    pub fn findings(&self) -> &Findings {
        self.0.1.findings()
    }

    /// What was found, and is accepted for a while by a waiver.
    #[must_use]
    pub fn waived(&self) -> &Findings {
        &self.0.1.judged().waived
    }

    /// How much work it was.
    #[must_use]
    pub fn effort(&self) -> &ValidationStats {
        &self.0.1.effort
    }
}

impl ValidationStats {
    /// Where the units are that were really checked this time, in order. For all others, what was found before still
    /// held.
    #[must_use]
    pub fn checked(&self) -> &[ModelPath] {
        self.paths.get_or_init(|| {
            let mut paths: Vec<_> = self.checked.iter().map(UnitKey::path).collect();
            paths.sort();
            paths
        })
    }
}

/// What was found, how much work it was, and what the next validation may build on.
#[derive(Clone)]
pub(super) struct ValidationReport {
    /// Gathered when somebody asks: nobody needs all of them to know what an edit has changed.
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
        let ecosystem = Valid::new(ecosystem, facts.directory().clone(), facts.today());
        Ok(Checked { ecosystem, report: self })
    }
}

impl fmt::Debug for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checked")
            .field("ecosystem", self.ecosystem.name())
            .field("findings", self.findings())
            .field("effort", self.effort())
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the ecosystem `{}` is not valid\n\n{}", self.ecosystem().name(), self.findings())
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

    /// Keeps what the next validation may build on. Only this crate can implement it.
    pub trait HasState {
        #[doc(hidden)]
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
