//! Explanations: why a platform does something, and what each other one lacks.

use crate::{adjustment::Adjustment, criterion::Criterion, decisions::is_in_graph, lack::Lack, task::Task};
use datasurface_graph::{Stage, Stages};
use datasurface_model::{DatastoreName, Entity, GroupKey, PlatformName};
use serde::Serialize;
use std::{convert::Infallible, fmt, str::FromStr};

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
