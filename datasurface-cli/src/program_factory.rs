//! Kinds of platforms that are programs: their settings are held against their JSON Schema here, so that no program has to.

use datasurface_model::{Json, PlatformKind, Version};
use datasurface_platform::{
    DataPlatform, PlatformError, PlatformErrorKind, PlatformFactory, PlatformInstance, remote::RemoteFactory,
};
use jsonschema::Validator;

/// A kind of platform that is a program, and what settings it has.
#[derive(Debug)]
pub(crate) struct ProgramFactory {
    program: RemoteFactory,
    settings: Validator,
}

impl ProgramFactory {
    /// # Errors
    ///
    /// If what the program says of its settings is no JSON Schema, or one that refers to elsewhere. The error is a text for people.
    pub(crate) fn new(program: RemoteFactory) -> Result<Self, String> {
        let schema = program.config_schema().value();
        let settings = jsonschema::validator_for(&schema)
            .map_err(|error| format!("the schema of its settings is no JSON Schema: {error}"))?;
        Ok(Self { program, settings })
    }
}

impl PlatformFactory for ProgramFactory {
    fn kind(&self) -> &PlatformKind {
        self.program.kind()
    }

    fn version(&self) -> &Version {
        self.program.version()
    }

    fn config_schema(&self) -> Json {
        self.program.config_schema()
    }

    fn create(&self, instance: &PlatformInstance) -> Result<Box<dyn DataPlatform>, PlatformError> {
        let settings = instance.config.value();
        // Masked: a value may be what should not have been written there.
        let of_setting =
            |error: jsonschema::ValidationError<'_>| match error.instance_path().to_string().as_str() {
                "" => error.masked().to_string(),
                path => format!("{path}: {}", error.masked()),
            };
        let errors: Vec<String> = self.settings.iter_errors(&settings).map(of_setting).collect();
        if errors.is_empty() {
            return self.program.create(instance);
        }
        let context = format!("the settings of `{}`: {}", &instance.name, errors.join("; "));
        Err(PlatformError::new(PlatformErrorKind::Config, context))
    }
}
