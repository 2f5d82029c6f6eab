//! A factory that does not look at settings, whatever its schema says.

use super::FaultyPlatform;
use datasurface_platform::prelude::*;

#[derive(Debug, Default)]
pub(crate) struct Careless(TypedFactory<FaultyPlatform>);

impl PlatformFactory for Careless {
    fn kind(&self) -> &PlatformKind {
        self.0.kind()
    }

    fn version(&self) -> &Version {
        self.0.version()
    }

    fn config_schema(&self) -> Json {
        self.0.config_schema()
    }

    fn create(&self, instance: &PlatformInstance) -> Result<Box<dyn DataPlatform>, PlatformError> {
        let mut instance = instance.clone();
        instance.config = json!({}).into();
        self.0.create(&instance)
    }
}
