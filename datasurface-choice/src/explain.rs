//! Explanations: why a platform does something, and what each other one lacks.

use crate::{
    Choice, adjustment::Adjustment, capture, criterion::Criterion, decisions::is_in_graph, lack::Lack, serve,
    task::Task,
};
use datasurface_graph::{Stage, Stages};
use datasurface_model::{
    CodeInfo, DatastoreName, Diagnostic, Ecosystem, Entity, GroupKey, ModelPath, PlatformName, Valid,
    nearest, segment,
};
use serde::Serialize;
use std::{convert::Infallible, fmt, str::FromStr};

pub(crate) static UNKNOWN_NAME: CodeInfo = CodeInfo::error(
    "explain/unknown-name",
    "an explanation was asked for of something that is not in the model",
    "Which platform does something is explained of a dataset group, named as `workspace/group`, and of a datastore. Both are named as \
     in the model, letter by letter.",
);

/// A task that a platform is chosen for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlatformTask {
    /// Serving a dataset group.
    Group(GroupKey),
    /// Capturing a datastore, or running the transformer that fills it.
    Datastore(DatastoreName),
}

impl fmt::Display for PlatformTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Group(group) => group.fmt(f),
            Self::Datastore(datastore) => datastore.fmt(f),
        }
    }
}

/// `workspace/group`, or the name of a datastore.
impl FromStr for PlatformTask {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text.contains('/') {
            true => Self::Group(text.into()),
            false => Self::Datastore(text.into()),
        })
    }
}

/// The reasons why a platform does something, and why the others do not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The subject. A group that feeds a transformer is served where the output of that is captured: then it is about that
    /// output.
    pub task: PlatformTask,
    /// Every declared platform, in order of the names.
    pub candidates: Vec<Candidate>,
}

/// A platform, with what speaks for it or against it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Candidate {
    /// The platform.
    pub platform: PlatformName,
    /// The stage of the decision for it; none if it was not chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// The criterion that decided for a platform that was chosen, or against one that could have been.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<Criterion>,
    /// The reasons why it cannot do it, or not well.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<Lack>,
    /// The smallest change of the group with which it could serve it, and the model is valid; none if there is none, and for
    /// whatever is not a group.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub change: Vec<Adjustment>,
}

/// Explains which platform does something. `None` if the model has no such group or datastore.
pub(crate) fn explain(question: &Choice<'_>, task: &PlatformTask) -> Option<Explanation> {
    match task {
        PlatformTask::Datastore(name) => capture::explain(question, name),
        PlatformTask::Group(key) => {
            let workspace = question.ecosystem.workspace(&key.workspace)?;
            let group = workspace.entity.groups().get(&key.group)?;
            match workspace.entity.transformer() {
                Some(transformer) => capture::explain(question, transformer.output()),
                None => Some(serve::explain(question, workspace, group)),
            }
        }
    }
}

/// The finding that the model has no such group or datastore, with the nearest one.
pub(crate) fn unknown(ecosystem: &Valid<Ecosystem>, task: &PlatformTask) -> Diagnostic {
    let groups = ecosystem.workspaces().into_iter().flat_map(|workspace| {
        let workspace = &workspace.entity;
        workspace.groups().names().map(|group| GroupKey::new(workspace.name(), group).to_string())
    });
    let datastores = ecosystem.datastores().into_iter().map(|datastore| datastore.entity.name().to_string());
    let (noun, path, known): (_, _, Vec<String>) = match task {
        PlatformTask::Group(key) => {
            let path = ModelPath::root().child(segment::WORKSPACES, &key.workspace);
            ("dataset group", path.child(segment::GROUPS, &key.group), groups.collect())
        }
        PlatformTask::Datastore(name) => {
            ("datastore", ModelPath::root().child(segment::DATASTORES, name), datastores.collect())
        }
    };
    let help = match nearest(&task.to_string(), known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "name a group as `workspace/group`, or a datastore".to_owned(),
    };
    Diagnostic::new(&UNKNOWN_NAME, path, format!("there is no {noun} `{task}`")).with_help(help)
}

/// Every declared platform, with what speaks for and against it. `chosen` is what was decided now.
pub(crate) fn candidates<'a>(task: &impl Task<'a>, chosen: Option<&Stages>) -> Vec<Candidate> {
    let ranking = task.ranking();
    let stage = |platform: &PlatformName| {
        let (_, stage) =
            chosen?.get_key_value(platform).filter(|decision| is_in_graph(&(decision.0, *decision.1)))?;
        Some(*stage)
    };
    let declared = task.question().ecosystem.platforms().iter().map(Entity::name);
    let candidates = declared.map(|platform| {
        let (stage, lacks) = (stage(platform), task.shortcomings(platform));
        let decided = match (task.pinned(), task.is_done()) {
            ([], false) => ranking.as_ref().and_then(|ranking| match ranking.best == platform {
                // What nobody needs is not chosen for.
                true => stage.map(|_| ranking.because),
                false => ranking.decisive_against(platform),
            }),
            ([], true) => Some(Criterion::Lock),
            // Beside the one that is pinned, one that did it before goes on until it is taken out of the lock.
            (pinned, _) if stage.is_some() && !pinned.contains(platform) => Some(Criterion::Lock),
            _ => Some(Criterion::Pin),
        };
        let because = decided.filter(|_| stage.is_some() || lacks.is_empty());
        Candidate { platform: platform.clone(), stage, because, lacks, change: Vec::new() }
    });
    candidates.collect()
}
