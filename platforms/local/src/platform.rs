//! The platform.

use crate::{
    config::LocalConfig,
    descriptor::{self, KIND, VERSION},
    diff, lint, offer, render,
    runtime::Breakpoint,
};
use datasurface_platform::prelude::*;

/// An instance of the local platform.
#[derive(Clone, Debug)]
pub struct LocalPlatform {
    config: LocalConfig,
    descriptor: PlatformDescriptor,
    breakpoint: Breakpoint,
}

impl LocalPlatform {
    /// Creates an instance with these settings.
    #[must_use]
    pub fn new(config: LocalConfig) -> Self {
        Self { descriptor: descriptor::descriptor(&config, None), config, breakpoint: Breakpoint::default() }
    }

    /// Lets a test stop the runtime.
    #[must_use]
    pub fn with_breakpoint(mut self, breakpoint: Breakpoint) -> Self {
        self.breakpoint = breakpoint;
        self
    }

    pub(crate) fn breakpoint(&self) -> &Breakpoint {
        &self.breakpoint
    }
}

impl PlatformPlugin for LocalPlatform {
    type Config = LocalConfig;

    const KIND: &'static str = KIND;

    fn version() -> Version {
        VERSION
    }

    fn configure(instance: &PlatformInstance, config: LocalConfig) -> Result<Self, PlatformError> {
        config.check(&instance.name)?;
        let descriptor = descriptor::descriptor(&config, Some(instance));
        Ok(Self { config, descriptor, breakpoint: Breakpoint::default() })
    }
}

impl DataPlatform for LocalPlatform {
    fn descriptor(&self) -> &PlatformDescriptor {
        &self.descriptor
    }

    /// There are no limits: one machine, and files as large as they have to be.
    fn weigh(&self, _: &NodeFacts) -> Weights {
        Weights::new()
    }

    fn offer(&self, node: &NodeFacts) -> Vec<Offer> {
        offer::offers(&self.config, node)
    }

    fn lint(&self, view: LintView<'_>, found: &mut Reporter<'_>) {
        lint::lint(&self.config, view, found);
    }

    fn render(&self, scope: &ScopeView) -> Result<Rendering, PlatformError> {
        // What keeps data is addressed by storage names: a rename changes nothing but what people read.
        render::render(&self.config, &scope.in_storage_names())
    }

    fn diff(&self, change: &RenderingChange<'_>) -> Result<Plan, PlatformError> {
        diff::diff(change)
    }

    fn runtime(&self) -> Option<&dyn Runtime> {
        Some(self)
    }
}
