//! The broker: from a valid ecosystem to a place for everything in it. What it does is in files of their own: `place.rs`, `propose/`,
//! `operate.rs`.

use datasurface_platform::Registry;

/// Decides which platform serves whom, and brings an ecosystem from the model to a plan.
#[derive(Clone, Debug, Default)]
pub struct Broker {
    registry: Registry,
}

impl Broker {
    /// Creates a broker that knows these kinds of platforms.
    #[must_use]
    pub fn new(registry: Registry) -> Self {
        Self { registry }
    }

    /// The kinds of platforms that the broker knows.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.registry
    }
}
