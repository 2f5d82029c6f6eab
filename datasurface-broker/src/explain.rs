//! Explanations of the choice.

use crate::{
    broker::Broker,
    configured_platform::{configure_platforms, descriptors},
    error::BrokerError,
};
use datasurface_choice::{Choice, Explanation, PlatformTask};
use datasurface_model::{Ecosystem, Valid};
use datasurface_state::{Lock, storage};

impl Broker {
    /// Explains which platform serves a dataset group, or captures a datastore, and what each other one lacks. It decides as
    /// [`place`](Self::place) does, and does not need that anything else can be placed.
    ///
    /// # Errors
    ///
    /// If the model has no such group or datastore.
    pub fn explain(
        &self,
        ecosystem: &Valid<Ecosystem>,
        lock: &Lock,
        task: &PlatformTask,
    ) -> Result<Explanation, BrokerError> {
        let allocated = storage::allocate(ecosystem, lock);
        // What is wrong with platforms is told where a model is placed. Here they are not available.
        let mut unreported = Vec::new();
        let platforms =
            configure_platforms(self.registry(), ecosystem, &allocated.record, None, &mut unreported);
        let lock = lock.clone().with_names(&allocated.moved);
        let choice = Choice::new(ecosystem, descriptors(&platforms), lock.assignments());
        choice.explain(task).map_err(|unknown| BrokerError::new([*unknown]))
    }
}
