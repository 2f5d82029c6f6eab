//! The hooks of a host, as the runtime of one platform asks them.

use super::{
    decision::{NoDecision, TriggerDecision},
    event::{DatasetLoaded, EventKind, TriggerDue},
    hooks::Hooks,
    outcome::{HookOutcome, HookRemark},
};
use datasurface_model::PlatformName;
use std::{collections::BTreeSet, fmt};

/// The hooks that a runtime asks: those of this program, or those of the host that this program serves.
pub(crate) trait HookSource: fmt::Debug + Send + Sync {
    /// Whether a hook listens to events of this kind.
    fn listen_to(&self, kind: EventKind) -> bool;

    /// Tells of a batch that became visible.
    fn dataset_loaded(&self, event: &DatasetLoaded) -> HookOutcome<NoDecision>;

    /// Asks about a transformer that is about to run.
    fn trigger_due(&self, event: &TriggerDue) -> HookOutcome<TriggerDecision>;

    /// Returns a remark for each hook that listens to such events and is not asked, for this reason: its policy says what follows.
    fn not_asked(&self, kind: EventKind, reason: &str) -> Vec<HookRemark>;
}

/// The hooks of a host, as the runtime of one platform asks them.
#[derive(Clone, Copy, Debug)]
pub struct PlatformHooks<'a> {
    source: &'a dyn HookSource,
    platform: Option<&'a PlatformName>,
}

static NO_HOOKS: Hooks = Hooks::new();

impl Default for PlatformHooks<'_> {
    /// No hooks.
    fn default() -> Self {
        Self { source: &NO_HOOKS, platform: None }
    }
}

impl<'a> PlatformHooks<'a> {
    /// Creates the hooks for an instance of a platform.
    #[must_use]
    pub fn new(hooks: &'a Hooks, platform: &'a PlatformName) -> Self {
        Self { source: hooks, platform: Some(platform) }
    }

    /// The hooks of the host of this program. The host knows of which platform an event is.
    pub(crate) fn of_host(source: &'a dyn HookSource) -> Self {
        Self { source, platform: None }
    }

    /// Returns the instance of the platform, for its events.
    #[must_use]
    pub fn platform(self) -> Option<PlatformName> {
        self.platform.cloned()
    }

    /// Tells of a batch that became visible. The event is made only if a hook listens.
    pub fn dataset_loaded(self, event: impl FnOnce() -> DatasetLoaded) -> HookOutcome<NoDecision> {
        match self.source.listen_to(EventKind::DatasetLoaded) {
            true => self.source.dataset_loaded(&event()),
            false => HookOutcome::default(),
        }
    }

    /// Asks about a transformer that is about to run. The event is made only if a hook listens.
    ///
    /// # Errors
    ///
    /// If the event cannot be made.
    pub fn trigger_due<E>(
        self,
        event: impl FnOnce() -> Result<TriggerDue, E>,
    ) -> Result<HookOutcome<TriggerDecision>, E> {
        match self.source.listen_to(EventKind::TriggerDue) {
            true => Ok(self.source.trigger_due(&event()?)),
            false => Ok(HookOutcome::default()),
        }
    }

    /// Returns the kinds of events that a runtime reports and a hook listens to.
    pub(crate) fn events(self) -> BTreeSet<EventKind> {
        let kinds = [EventKind::DatasetLoaded, EventKind::TriggerDue];
        kinds.into_iter().filter(|kind| self.source.listen_to(*kind)).collect()
    }

    /// Returns a remark for each hook that listens to such events and is not asked, for this reason.
    pub(crate) fn not_asked(self, kind: EventKind, reason: &str) -> Vec<HookRemark> {
        self.source.not_asked(kind, reason)
    }
}
