//! Sessions: models, locks and days follow each other, and each answer costs what changed since the one before.
//!
//! A session has no way of its own from model to plan. It hands to each stage what that stage made last, and every stage takes that for
//! a memory of work, and never for an input: so whatever a session was asked before, it answers what a [`Broker`] answers.
//!
//! What is remembered has two grains. Before something is rendered, the grain is the unit, a datastore or a workspace: the views of nodes are a
//! persistent map, with an index of the nodes that mention each unit (`propose/mentions.rs`), and so is what consumers ask to be kept. From the
//! rendering on it is the scope. A scope that is rendered from the same view is one and the same in memory from plan to plan, and a resource that is as
//! it was is the one that it was; so to be as before is to be the same in memory. All that a plan asks of everything that is rendered follows from two
//! structures that are kept up scope by scope: an index of all scopes (`rendered/rendered_index.rs` of `datasurface-state`) for what is about sums, such as an address that is
//! there twice, the order of scopes or what data is stored, and the difference of each scope from what was reached (`scope_difference.rs` beside it) for
//! what is about changes, such as causes, what begins to be held or what a guard looks at. A question that an index answers by "there is something"
//! is then answered in full, by the code that a broker runs that remembers nothing.
//!
//! The choice of platforms is kept up task by task: `chosen.rs` of `datasurface-choice` decides those again that an edit may affect. It decides
//! everything again where the edit is about the whole ecosystem (a zone, a container, a pin, a platform), where transformers read each other
//! in a circle, or where a platform claims a latency and a group asks for one; and on a day on which a platform begins to be deprecated, or is over.
//!
//! Shards are kept up from those of the last placing, and those of a plan that begins to hold something from its own placing: what the lock has placed
//! elsewhere, what is held otherwise and what is called otherwise is taken out, and put in again with its weight of now (`sharding.rs`).
//!
//! What still grows with the ecosystem after an edit: the revision hashes all assignments, and what nodes share is asked of all of them where a
//! platform has shares. A rename allocates all storage names again. As long as rows of before are kept, the whole model is judged with their origins. The
//! text of the lock is made when a plan is written.

use crate::{
    Advance, Base, Broker, BrokerError, LintReport, Lock, Placed, Proposal,
    propose::{LintMemory, PlanMemory},
};
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
    linted: LintMemory,
    planned: PlanMemory,
    /// What was planned for last.
    planned_for: Option<Placed>,
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
        self.placed = Some(placed.clone());
        Ok(placed)
    }

    /// Asks each platform what it finds of what is placed, as [`Broker::lint`] does.
    pub fn lint(&mut self, placed: &Placed) -> LintReport {
        self.broker.lint_since(&mut self.linted, placed)
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
        self.propose_advance(placed, reached, as_of, &Advance::Permitted)
    }

    /// Renders and plans for some platforms alone, as [`Broker::propose_advance`] does. Unless all go forward, nothing of the last plans saves work.
    ///
    /// # Errors
    ///
    /// As of [`Broker::propose_advance`].
    pub fn propose_advance(
        &mut self,
        placed: &Placed,
        reached: Base<'_>,
        as_of: impl Into<crate::AsOf>,
        advance: &Advance,
    ) -> Result<Proposal, BrokerError> {
        placed.revision.get_or_init(|| placed.compute_revision(&mut self.hasher));
        placed.owed.get_or_init(|| placed.compute_owed(self.planned_for.as_ref()));
        self.planned_for = Some(placed.clone());
        self.broker.propose_since(&mut self.planned, placed, reached, (as_of.into(), advance))
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("broker", &self.broker).finish_non_exhaustive()
    }
}
