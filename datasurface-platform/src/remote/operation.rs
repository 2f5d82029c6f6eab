//! Operations of a program: it applies what was rendered, runs jobs, and says how far everything is.

use super::{
    client::RemotePlatform,
    hook_questions::HookQuestions,
    protocol::{Request, Response},
};
use crate::{
    error::{PlatformError, PlatformErrorKind},
    history::JobRun,
    hook::EventKind,
    plan::Plan,
    rendered_files::RenderedFiles,
    rendering::SafePath,
    request::{RunNames, RunRequest},
    runtime::{
        ApplyReport, OperatorConfirmations, PreviousTarget, RunReport, Runtime, RuntimeContext, Status,
    },
};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, absolute},
};

/// The context of an operation, as it crosses between programs: all of [`RuntimeContext`] but credentials, of which a program finds the
/// values itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoteContext {
    /// The folder that relative paths in the model are relative to, as an absolute path.
    pub root: String,
    /// The time that it is.
    pub now: DateTime<Utc>,
    /// The folder of the rendered files, to be named in messages. It may have been changed since they were read.
    pub folder: String,
    /// The rendered files, by their paths in that folder: what a program executes is this, and nothing else.
    pub rendered: BTreeMap<SafePath, FileContent>,
    /// The target that the rendered files were applied to before.
    #[serde(default)]
    pub applied_to: AppliedTo,
    /// The confirmations of the operator.
    #[serde(default)]
    pub confirmed: OperatorConfirmations,
    /// The events that hooks listen to. Of others, nobody needs to be told.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub hooks: BTreeSet<EventKind>,
}

/// The content of a rendered file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileContent {
    /// A text.
    Text(String),
    /// Bytes that are no text.
    Bytes(Vec<u8>),
}

/// The target that rendered files were applied to before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AppliedTo {
    /// None, as far as is known.
    #[default]
    Nothing,
    /// A target without an identity.
    Something,
    /// The target with this identity, as the program reported it.
    This(String),
}

impl From<&RuntimeContext<'_>> for RemoteContext {
    fn from(site: &RuntimeContext<'_>) -> Self {
        let content = |bytes: &[u8]| match str::from_utf8(bytes) {
            Ok(text) => FileContent::Text(text.to_owned()),
            Err(_) => FileContent::Bytes(bytes.to_vec()),
        };
        // The program has a folder of its own. Where the current one is gone, nothing can be made absolute.
        let named = |path: &Path| absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string();
        Self {
            root: named(site.root),
            now: site.now,
            folder: named(site.rendered.folder()),
            rendered: site.rendered.iter().map(|(path, bytes)| (path.clone(), content(bytes))).collect(),
            applied_to: match site.applied_to {
                PreviousTarget::Nothing => AppliedTo::Nothing,
                PreviousTarget::Something => AppliedTo::Something,
                PreviousTarget::This(identity) => AppliedTo::This(identity.to_owned()),
            },
            confirmed: site.confirmed,
            hooks: site.hooks.events(),
        }
    }
}

impl RemoteContext {
    /// Returns the rendered files.
    pub(super) fn rendered_files(&self) -> RenderedFiles {
        let bytes = |content: &FileContent| match content {
            FileContent::Text(text) => text.as_bytes().to_vec(),
            FileContent::Bytes(bytes) => bytes.clone(),
        };
        let files = self.rendered.iter().map(|(path, content)| (path.clone(), bytes(content)));
        RenderedFiles::new(&self.folder, files)
    }

    /// Returns the target of before.
    pub(super) fn previous_target(&self) -> PreviousTarget<'_> {
        match &self.applied_to {
            AppliedTo::Nothing => PreviousTarget::Nothing,
            AppliedTo::Something => PreviousTarget::Something,
            AppliedTo::This(identity) => PreviousTarget::This(identity),
        }
    }
}

/// What a program says that it did is believed as far as it agrees with what it was asked.
impl Runtime for RemotePlatform {
    fn apply(&self, site: &RuntimeContext<'_>, plan: &Plan) -> Result<ApplyReport, PlatformError> {
        let request = Request::Apply { platform: self.number, context: site.into(), plan: plan.clone() };
        let applied = self.operate(site, request, |response| match response {
            Response::Applied(report) => Some(report),
            _ => None,
        })?;
        let (steps, done) = (plan.steps().len(), applied.done.saturating_add(applied.done_before));
        if done != steps {
            return Err(
                self.lied(&format!("it says that {done} of {steps} steps are done, and reports no error"))
            );
        }
        match (site.applied_to, &applied.identity) {
            (PreviousTarget::This(before), now) if now.as_deref() != Some(before) => {
                match site.confirmed.accept_other_database {
                    true => Ok(applied),
                    false => Err(self.lied("it says that it applied to another target than before")),
                }
            }
            _ => Ok(applied),
        }
    }

    fn run(&self, site: &RuntimeContext<'_>, request: &RunRequest) -> Result<RunReport, PlatformError> {
        let request = Request::Run { platform: self.number, context: site.into(), request: request.clone() };
        let mut asked = HookQuestions::new(site);
        if self.runs_unasked_transformers() {
            asked.are_not_asked()?;
        }
        let report = self.operate_asking(site, request, &mut asked, |response| match response {
            Response::Ran(report) => Some(report),
            _ => None,
        })?;
        Ok(asked.reported(report))
    }

    fn run_names(&self, site: &RuntimeContext<'_>) -> Result<RunNames, PlatformError> {
        let request = Request::RunNames { platform: self.number, context: site.into() };
        unless_unsupported(self.operate(site, request, |response| match response {
            Response::RunNames(names) => Some(names),
            _ => None,
        }))
    }

    fn status(&self, site: &RuntimeContext<'_>) -> Result<Status, PlatformError> {
        let request = Request::Status { platform: self.number, context: site.into() };
        self.operate(site, request, |response| match response {
            Response::Status(status) => Some(status),
            _ => None,
        })
    }

    fn history(&self, site: &RuntimeContext<'_>, most: usize) -> Result<Vec<JobRun>, PlatformError> {
        let request = Request::History { platform: self.number, context: site.into(), most };
        unless_unsupported(self.operate(site, request, |response| match response {
            Response::History(runs) => Some(runs),
            _ => None,
        }))
    }

    fn next_due(&self, site: &RuntimeContext<'_>) -> Result<Option<DateTime<Utc>>, PlatformError> {
        let request = Request::NextDue { platform: self.number, context: site.into() };
        unless_unsupported(self.operate(site, request, |response| match response {
            Response::NextDue(time) => Some(time),
            _ => None,
        }))
    }
}

/// What a runtime need not do has a default.
fn unless_unsupported<T: Default>(answer: Result<T, PlatformError>) -> Result<T, PlatformError> {
    match answer {
        Err(error) if error.kind() == PlatformErrorKind::Unsupported => Ok(T::default()),
        answer => answer,
    }
}
