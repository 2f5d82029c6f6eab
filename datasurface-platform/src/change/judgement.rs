//! Judgements: the cost of changes, as platforms see it.

use crate::plan::{Action, Carrier, Effect, Meaning};
use datasurface_model::{CodeInfo, Diagnostic, ModelPath};

/// The cost of the change of one resource, as judged by its platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    pub(crate) action: Action,
    pub(crate) meaning: Meaning,
    pub(crate) effect: Effect,
    pub(crate) reason: String,
    pub(crate) carried_by: Option<Carrier>,
    pub(crate) refused: Option<Box<Diagnostic>>,
}

/// A refusal of the change of one resource, and the way to do it all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a refusal needs a judgement for the case that it is waived"]
pub struct RefusedChange(Box<Diagnostic>);

impl RefusedChange {
    /// Returns the judgement that holds where the refusal is waived. Where it is not, the host reports it, and nothing is written.
    #[must_use]
    pub fn or(self, judgement: Judgement) -> Judgement {
        Judgement { refused: Some(self.0), ..judgement }
    }
}

impl Judgement {
    /// Creates a judgement: the resource stays and is updated, with this effect. Readers of its data can go on.
    pub fn update(effect: Effect, reason: impl Into<String>) -> Self {
        let (action, meaning) = (Action::Update, Meaning::Compatible);
        Self { action, meaning, effect, reason: reason.into(), carried_by: None, refused: None }
    }

    /// Creates a judgement of a resource that comes or goes: with this effect, such as an initial load, for this reason.
    pub fn effect(effect: Effect, reason: impl Into<String>) -> Self {
        Self::update(effect, reason)
    }

    /// Creates a judgement: the resource is replaced by a new one, with this effect. Of a resource that holds data, a host accepts that
    /// only if the data is [carried over](Self::carried_by), or may go.
    pub fn replace(effect: Effect, reason: impl Into<String>) -> Self {
        Self { action: Action::Replace, ..Self::update(effect, reason) }
    }

    /// Refuses the change with a diagnostic, unless that is waived: then another judgement holds. People see the diagnostic where the model
    /// declares what the resource is there for. They see and waive an error as `plan/refused`, whose message has this code.
    pub fn refuse(code: &CodeInfo, reason: impl Into<String>, help: impl Into<String>) -> RefusedChange {
        RefusedChange(Box::new(Diagnostic::new(code, ModelPath::root(), reason).with_help(help)))
    }

    /// Sets the means by which the data of a replaced resource gets into the new one. It must be in the same plan or rendering.
    #[must_use]
    pub fn carried_by(mut self, carrier: Carrier) -> Self {
        self.carried_by = Some(carrier);
        self
    }

    /// Sets the meaning of the change for readers of the data.
    #[must_use]
    pub fn with_meaning(mut self, meaning: Meaning) -> Self {
        self.meaning = meaning;
        self
    }
}
