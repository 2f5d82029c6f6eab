//! Rehearsals: from an ecosystem to a proposal, with nothing written anywhere.

use crate::recording::{Log, SharedLog, factory, recording_registry};
use chrono::NaiveDate;
use datasurface_broker::{Base, Broker, BrokerError, Lock, Placed, Proposal};
use datasurface_model::{Ecosystem, Findings, PlatformDeclaration, Validate, Validation};
use datasurface_platform::{DataPlatform, PlatformInstance, Registry};
use serde_json::Value;

/// Brings ecosystems to proposals, with a recorder of calls beside each platform.
#[derive(Debug)]
pub(crate) struct Harness {
    broker: Broker,
    log: SharedLog,
    on: NaiveDate,
}

/// An ecosystem that was placed, what the broker proposed, and what platforms were asked on the way.
#[derive(Debug)]
pub(crate) struct HarnessRun {
    pub(crate) placed: Placed,
    pub(crate) proposal: Result<Proposal, BrokerError>,
    pub(crate) log: Log,
}

/// Why an ecosystem was not placed.
#[derive(Debug)]
pub(crate) enum HarnessError {
    Invalid(Findings),
    Refused(BrokerError, Log),
}

impl Harness {
    pub(crate) fn new(registry: &Registry, on: NaiveDate) -> Self {
        let log = SharedLog::default();
        Self { broker: Broker::new(recording_registry(registry, &log)), log, on }
    }

    pub(crate) fn date(&self) -> NaiveDate {
        self.on
    }

    /// Whether an ecosystem is valid.
    pub(crate) fn accepts(&self, ecosystem: &Ecosystem) -> bool {
        ecosystem.clone().validate(&Validation::on(self.on)).is_ok()
    }

    pub(crate) fn place(&self, ecosystem: &Ecosystem, lock: &Lock) -> Result<Placed, HarnessError> {
        let checked = match ecosystem.clone().validate(&Validation::on(self.on)) {
            Ok(checked) => checked,
            Err(invalid) => return Err(HarnessError::Invalid(invalid.findings().clone())),
        };
        self.broker
            .place(checked.ecosystem(), lock)
            .map_err(|refused| HarnessError::Refused(refused, self.log.take()))
    }

    /// Proposes the way from what was proposed before, which is taken to be done.
    pub(crate) fn propose(&self, placed: Placed, before: Option<&Proposal>, on: NaiveDate) -> HarnessRun {
        let reached = Base::Target(before.map(Proposal::manifest));
        let proposal = self.broker.propose(&placed, reached, on);
        HarnessRun { placed, proposal, log: self.log.take() }
    }

    /// Another instance with the same settings.
    pub(crate) fn second_instance(&self, instance: &PlatformInstance) -> Option<Box<dyn DataPlatform>> {
        let registry = self.broker.registry();
        factory(registry, &instance.kind, &instance.version)?.create(instance).ok()
    }

    /// The JSON Schema of the settings of a declared platform; none if its kind is not known.
    pub(crate) fn settings_schema(&self, declaration: &PlatformDeclaration) -> Option<Value> {
        let requirement = declaration.version_requirement().parse().ok()?;
        let factory = self.broker.registry().find(declaration.kind(), &requirement)?;
        Some(factory.config_schema().value())
    }

    /// What platforms were asked apart from proposals.
    pub(crate) fn log(&self) -> Log {
        self.log.take()
    }
}

impl HarnessError {
    /// What was found.
    pub(crate) fn findings(&self) -> &Findings {
        match self {
            Self::Invalid(findings) => findings,
            Self::Refused(refused, _) => refused.findings(),
        }
    }

    /// The reasons, in few words.
    pub(crate) fn codes(&self) -> Vec<String> {
        match self {
            Self::Invalid(_) => vec!["an edit that makes it invalid".to_owned()],
            Self::Refused(refused, _) => codes(refused),
        }
    }
}

/// The codes of a refusal.
pub(crate) fn codes(refused: &BrokerError) -> Vec<String> {
    let errors = refused.findings().iter();
    errors
        .filter(|finding| finding.severity() == datasurface_model::Severity::Error)
        .map(|finding| finding.code().to_owned())
        .collect()
}
