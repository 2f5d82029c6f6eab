//! Sessions: models, locks and days follow each other, and each answer costs what changed since the one before.
//!
//! A session has no way of its own from model to plan. It hands to each stage what that stage made last, and every stage takes that for
//! a memory of work, and never for an input: so whatever a session was asked before, it answers what a [`Broker`] answers.

use crate::{Base, Broker, BrokerError, Lock, Placed, Proposal, propose::PlanMemory};
use chrono::NaiveDate;
use datasurface_document::{DocumentError, Documents, Loader, ModelHasher};
use datasurface_model::{Checked, Ecosystem, Invalid, Valid, Validate, Validation};
use std::fmt;

/// A broker that remembers the work of its last answers. The answers are those of a broker that remembers nothing.
///
/// ```
/// use datasurface_broker::{Base, Broker, Lock, Session};
/// use datasurface_model::*;
/// use datasurface_platform::Registry;
/// let mut session = Session::new(Broker::new(Registry::new()));
/// let mut ecosystem = Ecosystem::new("Shop", "github:shop/model@main", "github:shop/live@main");
/// let today = NaiveDate::MIN;
/// for vendor in ["AWS", "Azure"] {
///     ecosystem = ecosystem.vendor(InfrastructureVendor::new(vendor));
///     let checked = session.validate(ecosystem.clone(), today).unwrap();
///     let placed = session.place(checked.ecosystem(), &Lock::default())?;
///     let proposal = session.propose(&placed, Base::Target(None), today)?;
///     assert_eq!(proposal.plans().count(), 0);
/// }
/// # Ok::<(), datasurface_broker::BrokerError>(())
/// ```
#[derive(Default)]
pub struct Session {
    broker: Broker,
    loader: Loader,
    validated: Option<Validated>,
    placed: Option<Placed>,
    hasher: ModelHasher,
    planned: PlanMemory,
}

/// The outcome of the last validation.
enum Validated {
    Checked(Checked),
    Invalid(Invalid),
}

impl Session {
    /// Creates a session that remembers nothing yet.
    #[must_use]
    pub fn new(broker: Broker) -> Self {
        Self { broker, ..Self::default() }
    }

    /// The broker.
    #[must_use]
    pub fn broker(&self) -> &Broker {
        &self.broker
    }

    /// Loads a model. Documents that the last model was loaded from are not read again.
    ///
    /// # Errors
    ///
    /// As of [`Documents::load`].
    pub fn load(&mut self, documents: &Documents) -> Result<Ecosystem, DocumentError> {
        self.loader.load(documents)
    }

    /// Validates a model as of a day. What cannot have changed since the last validation is not judged again.
    ///
    /// # Errors
    ///
    /// If a finding is an error.
    pub fn validate(&mut self, ecosystem: Ecosystem, on: NaiveDate) -> Result<Checked, Invalid> {
        let on = Validation::on(on);
        let outcome = match &self.validated {
            None => ecosystem.validate(&on),
            Some(Validated::Checked(last)) => ecosystem.validate(&on.since(last)),
            Some(Validated::Invalid(last)) => ecosystem.validate(&on.since(last)),
        };
        self.validated = Some(match &outcome {
            Ok(checked) => Validated::Checked(checked.clone()),
            Err(invalid) => Validated::Invalid(invalid.clone()),
        });
        outcome
    }

    /// Decides which platform serves each group and which one captures each datastore, as [`Broker::place`] does.
    ///
    /// # Errors
    ///
    /// As of [`Broker::place`].
    pub fn place(&mut self, ecosystem: &Valid<Ecosystem>, lock: &Lock) -> Result<Placed, BrokerError> {
        let placed = self.broker.place_since(self.placed.as_ref(), ecosystem, lock)?;
        placed.revision.get_or_init(|| placed.compute_revision(&mut self.hasher));
        self.placed = Some(placed.clone());
        Ok(placed)
    }

    /// Renders what differs from the base, and plans the steps from there, as [`Broker::propose`] does.
    ///
    /// # Errors
    ///
    /// As of [`Broker::propose`].
    pub fn propose(
        &mut self,
        placed: &Placed,
        reached: Base<'_>,
        as_of: impl Into<crate::AsOf>,
    ) -> Result<Proposal, BrokerError> {
        self.broker.propose_since(&mut self.planned, placed, reached, as_of.into())
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("broker", &self.broker).finish_non_exhaustive()
    }
}
