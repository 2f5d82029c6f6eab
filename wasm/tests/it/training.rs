//! Whether a model is trained anew, only applied, or left alone: the hook of `examples/training_hook.py` as a type, which a test asks in process, and
//! a guest as a module.

use datasurface_platform::{
    PlatformError, PlatformErrorKind,
    hook::{EventKind, Hook, HookAnswer, TriggerDecision, TriggerDue},
    model::Json,
};
use std::collections::BTreeSet;

#[derive(Debug)]
pub(crate) struct Training {
    history: String,
    fewest_changes: u64,
}

impl Training {
    pub(crate) fn configured(settings: &Json) -> Result<Self, PlatformError> {
        let settings = settings.value();
        let history = settings.get("history").and_then(|history| history.as_str());
        let fewest_changes = settings.get("fewest_changes").and_then(|fewest| fewest.as_u64());
        match (history, fewest_changes) {
            (Some(history), Some(fewest_changes)) => Ok(Self { history: history.to_owned(), fewest_changes }),
            _ => Err(PlatformError::new(
                PlatformErrorKind::Config,
                "`history` and `fewest_changes` are missing",
            )),
        }
    }
}

impl Hook for Training {
    fn events(&self) -> BTreeSet<EventKind> {
        [EventKind::TriggerDue].into()
    }

    fn trigger_due(&self, event: &TriggerDue) -> Result<HookAnswer<TriggerDecision>, PlatformError> {
        if event.workspace.as_str() != "Forecast" {
            return Ok(HookAnswer::default());
        }
        if event.moved().any(|input| input.dataset.to_string() == self.history) {
            return Ok(HookAnswer::new(TriggerDecision::RunInFull).note("the history moved: trained anew"));
        }
        let changes: u64 = event.moved().map(|input| input.changed_records).sum();
        Ok(match changes < self.fewest_changes {
            true => HookAnswer::new(TriggerDecision::Skip).note(format!("too few changes: {changes}")),
            false => HookAnswer::new(TriggerDecision::RunIncrementally),
        })
    }
}
