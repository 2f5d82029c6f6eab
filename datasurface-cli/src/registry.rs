//! The platforms that this command was built with, one feature each. Nothing else depends on a feature.

use datasurface_broker::Broker;
use datasurface_platform::Registry;

/// A broker that knows these platforms.
pub(crate) fn broker() -> Broker {
    let registry = Registry::new();
    #[cfg(feature = "local")]
    let registry = registry.with_plugin::<datasurface_local::LocalPlatform>();
    Broker::new(registry)
}
