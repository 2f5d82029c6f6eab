//! Which platforms there are, and how an instance of one is made.

use crate::{
    descriptor::PlatformDescriptor,
    error::{PlatformError, PlatformErrorKind},
    instance::PlatformInstance,
    platform::DataPlatform,
};
use datasurface_model::{Json, PlatformKind};
use schemars::JsonSchema;
use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{collections::BTreeMap, fmt, marker::PhantomData, sync::Arc};

/// A kind of platform that is a Rust type: what its settings are, and how an instance is made of them.
pub trait PlatformPlugin: DataPlatform + Sized + 'static {
    /// The settings of an instance.
    type Config: DeserializeOwned + JsonSchema;

    /// The kind, as declarations name it.
    const KIND: &'static str;

    /// Returns the version of the plug-in.
    fn version() -> Version;

    /// Makes an instance with these settings.
    ///
    /// # Errors
    ///
    /// If the settings make no sense for this instance.
    fn configure(instance: &PlatformInstance, config: Self::Config) -> Result<Self, PlatformError>;
}

/// A kind of platform, whatever it is made of: a Rust type, or another program.
pub trait PlatformFactory: fmt::Debug + Send + Sync {
    /// The kind, as declarations name it.
    fn kind(&self) -> &PlatformKind;

    /// The version of the plug-in.
    fn version(&self) -> &Version;

    /// The JSON Schema of the settings of an instance.
    fn config_schema(&self) -> Json;

    /// Creates an instance.
    ///
    /// # Errors
    ///
    /// If the settings have another form than the plug-in wants, or make no sense for this instance.
    fn create(&self, instance: &PlatformInstance) -> Result<Box<dyn DataPlatform>, PlatformError>;
}

/// The settings of a platform that has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoSettings {}

/// The kinds of platforms that a host knows, each in one or more versions.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    factories: BTreeMap<(PlatformKind, Version), Arc<dyn PlatformFactory>>,
}

impl Registry {
    /// Creates a registry without factories.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Knows a plug-in. One that is known already, in the same version, is replaced.
    #[must_use]
    pub fn with_plugin<P: PlatformPlugin>(self) -> Self {
        self.with_factory(TypedFactory::<P>::new())
    }

    /// Knows a kind of platform. One that is known already, in the same version, is replaced.
    #[must_use]
    pub fn with_factory(mut self, factory: impl PlatformFactory + 'static) -> Self {
        let key = (factory.kind().clone(), factory.version().clone());
        self.factories.insert(key, Arc::new(factory));
        self
    }

    /// Returns the factory of the newest version of a kind that the requirement allows.
    #[must_use]
    pub fn find(&self, kind: &PlatformKind, requirement: &VersionReq) -> Option<&dyn PlatformFactory> {
        let fitting = self
            .factories
            .iter()
            .rev()
            .find(|((known, version), _)| known == kind && requirement.matches(version));
        fitting.map(|(_, factory)| &**factory)
    }

    /// Returns a registry that knows one kind alone, in every version that this one knows.
    #[must_use]
    pub fn of_kind(&self, kind: &PlatformKind) -> Self {
        let of_kind = self.factories.iter().filter(|((known, _), _)| known == kind);
        Self { factories: of_kind.map(|(key, factory)| (key.clone(), Arc::clone(factory))).collect() }
    }

    /// The kinds that are known, with their versions, in order.
    pub fn kinds(&self) -> impl Iterator<Item = (&PlatformKind, &Version)> {
        self.factories.keys().map(|(kind, version)| (kind, version))
    }
}

/// Makes instances of a plug-in that is a Rust type.
pub struct TypedFactory<P> {
    kind: PlatformKind,
    version: Version,
    makes: PhantomData<fn() -> P>,
}

impl<P: PlatformPlugin> TypedFactory<P> {
    /// Creates the factory of a plug-in.
    #[must_use]
    pub fn new() -> Self {
        Self { kind: P::KIND.into(), version: P::version(), makes: PhantomData }
    }
}

impl<P: PlatformPlugin> Default for TypedFactory<P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<P> fmt::Debug for TypedFactory<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.version)
    }
}

impl<P: PlatformPlugin> PlatformFactory for TypedFactory<P> {
    fn kind(&self) -> &PlatformKind {
        &self.kind
    }

    fn version(&self) -> &Version {
        &self.version
    }

    fn config_schema(&self) -> Json {
        serde_json::Value::from(schemars::schema_for!(P::Config)).into()
    }

    fn create(&self, instance: &PlatformInstance) -> Result<Box<dyn DataPlatform>, PlatformError> {
        let config = serde_json::from_value(instance.config.value()).map_err(|error| {
            let context = format!("reading the settings of `{}`", &instance.name);
            PlatformError::new(PlatformErrorKind::Config, context).caused_by(error)
        })?;
        let platform = P::configure(instance, config)?;
        agrees(platform.descriptor(), instance)?;
        Ok(Box::new(platform))
    }
}

/// A descriptor must be of the kind and version that were asked for, and of a contract that this host speaks.
pub(crate) fn agrees(
    descriptor: &PlatformDescriptor,
    instance: &PlatformInstance,
) -> Result<(), PlatformError> {
    if descriptor.kind() != &instance.kind || descriptor.version() != &instance.version {
        let message = format!(
            "the descriptor says `{}` {}, not `{}` {}",
            descriptor.kind(),
            descriptor.version(),
            &instance.kind,
            &instance.version
        );
        return Err(PlatformError::new(PlatformErrorKind::Internal, message));
    }
    speaks(descriptor.contract())
}

/// Whether this host speaks a version of the contract.
pub(crate) fn speaks(contract: &Version) -> Result<(), PlatformError> {
    let ours = PlatformDescriptor::CONTRACT;
    if contract.major == ours.major && *contract <= ours {
        return Ok(());
    }
    let message = format!("the platform speaks contract {contract}, this host {ours}");
    Err(PlatformError::new(PlatformErrorKind::Internal, message))
}
