//! The broker: from a valid ecosystem to a place for everything in it. What it does is in files of their own: `place.rs`, `propose/`,
//! `operate.rs`.

use datasurface_platform::{Registry, hook::Hooks};
use std::sync::Arc;

/// Decides which platform serves whom, and brings an ecosystem from the model to a plan.
#[derive(Clone, Debug, Default)]
pub struct Broker {
    registry: Registry,
    hooks: Arc<Hooks>,
}

impl Broker {
    /// Creates a broker that knows these kinds of platforms.
    #[must_use]
    pub fn new(registry: Registry) -> Self {
        Self { registry, hooks: Arc::default() }
    }

    /// Sets the hooks, which are asked before a plan is written and before a transformer runs.
    #[must_use]
    pub fn with_hooks(self, hooks: Hooks) -> Self {
        Self { hooks: Arc::new(hooks), ..self }
    }

    /// The hooks.
    #[must_use]
    pub fn hooks(&self) -> &Arc<Hooks> {
        &self.hooks
    }

    /// The kinds of platforms that the broker knows.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.registry
    }
}
