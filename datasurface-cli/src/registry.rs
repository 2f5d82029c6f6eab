//! The platforms that this command was built with, one feature each. Nothing else depends on a feature.

use datasurface_platform::Registry;

/// These platforms.
pub(crate) fn built_in() -> Registry {
    let registry = Registry::new();
    #[cfg(feature = "aws")]
    let registry = registry.with_plugin::<datasurface_aws::AwsPlatform>();
    #[cfg(feature = "kafka")]
    let registry = registry.with_plugin::<datasurface_kafka::KafkaPlatform>();
    #[cfg(feature = "local")]
    let registry = registry.with_plugin::<datasurface_local::LocalPlatform>();
    registry
}
