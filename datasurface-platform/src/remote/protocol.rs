//! What the host asks, and what the program answers.

use super::{
    finding::Finding,
    judgements::{Judgements, RemoteChange},
    operation::RemoteContext,
};
use crate::{
    change::OwnedChange,
    descriptor::PlatformDescriptor,
    error::PlatformError,
    history::JobRun,
    hook::{DatasetLoaded, HookOutcome, TriggerDecision, TriggerDue},
    instance::PlatformInstance,
    lint::PlatformView,
    offer::Offer,
    plan::Plan,
    rendering::Rendering,
    request::{RunNames, RunRequest},
    runtime::{ApplyReport, RunReport, Status},
    shared::SharedPart,
    view::{NodeView, ScopeView},
    weights::Weights,
};
use chrono::{DateTime, Utc};
use datasurface_graph::NodeFacts;
use datasurface_model::{Json, PlatformKind};
use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::borrow::Cow;

/// The version of the protocol. It is another one as soon as an old program could misunderstand a new host.
pub const PROTOCOL: u32 = 1;

/// One line from the host: a [`Request`], or one of another protocol that is spoken in the same way.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestLine<R> {
    /// Counts the requests. The answer bears the same number, so that a stray line is not taken for it.
    pub number: u64,
    /// The request.
    pub request: R,
}

/// One line from the program.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResponseLine<R> {
    /// The number of the request; zero if it could not be read.
    pub number: u64,
    /// The answer.
    pub response: R,
}

/// The answers of a protocol, one of which is an error.
pub(crate) trait Answers: Serialize + DeserializeOwned {
    /// Returns the answer that says why there is none.
    fn error(error: PlatformError) -> Self;

    /// Returns the answer, or the error that it is.
    fn into_result(self) -> Result<Self, PlatformError>;
}

impl Answers for Response {
    fn error(error: PlatformError) -> Self {
        Self::Error(error)
    }

    fn into_result(self) -> Result<Self, PlatformError> {
        match self {
            Self::Error(error) => Err(error),
            other => Ok(other),
        }
    }
}

/// A request. A platform that was created is named by the number that the response gave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Request<'a> {
    /// The first request: for the kind and the version of the program.
    Hello {
        /// The version of the protocol that the host speaks.
        protocol: u32,
    },
    /// Make an instance.
    Create {
        /// The instance, as it is declared.
        instance: Cow<'a, PlatformInstance>,
    },
    /// [`DataPlatform::weigh`](crate::DataPlatform::weigh).
    Weigh {
        /// Which platform.
        platform: u64,
        /// The node.
        node: Cow<'a, NodeFacts>,
    },
    /// [`DataPlatform::offer`](crate::DataPlatform::offer).
    Offer {
        /// Which platform.
        platform: u64,
        /// The node.
        node: Cow<'a, NodeFacts>,
    },
    /// [`DataPlatform::lint`](crate::DataPlatform::lint) of a node.
    LintNode {
        /// Which platform.
        platform: u64,
        /// The node.
        node: Cow<'a, NodeView>,
    },
    /// [`DataPlatform::lint`](crate::DataPlatform::lint) of the instance itself.
    LintPlatform {
        /// Which platform.
        platform: u64,
        /// The instance and its shards.
        view: Cow<'a, PlatformView>,
    },
    /// [`DataPlatform::shares`](crate::DataPlatform::shares), of a platform whose descriptor claims it.
    Shares {
        /// Which platform.
        platform: u64,
        /// The node.
        node: Cow<'a, NodeView>,
    },
    /// [`DataPlatform::render`](crate::DataPlatform::render).
    Render {
        /// Which platform.
        platform: u64,
        /// The scope.
        scope: Cow<'a, ScopeView>,
    },
    /// [`DataPlatform::diff`](crate::DataPlatform::diff).
    Diff {
        /// Which platform.
        platform: u64,
        /// The change, with every scope that differs.
        change: OwnedChange,
    },
    /// The cost of changes, of a program with [structural](PlanForm::Structural) plans.
    Judge {
        /// Which platform.
        platform: u64,
        /// The folder below which the paths of transition files begin.
        transition: String,
        /// The changes.
        changes: Vec<RemoteChange<'a>>,
    },
    /// [`Runtime::apply`](crate::Runtime::apply), of a platform that [has a runtime](Response::Created).
    Apply {
        /// Which platform.
        platform: u64,
        /// The context.
        context: RemoteContext,
        /// The plan. It is empty where nothing was applied before: everything is made as it is rendered.
        plan: Plan,
    },
    /// [`Runtime::run`](crate::Runtime::run).
    Run {
        /// Which platform.
        platform: u64,
        /// The context.
        context: RemoteContext,
        /// The jobs that are to run.
        request: RunRequest,
    },
    /// [`Runtime::run_names`](crate::Runtime::run_names). To this, as to `history` and `next_due`, a program may answer that it does not
    /// support it.
    RunNames {
        /// Which platform.
        platform: u64,
        /// The context.
        context: RemoteContext,
    },
    /// [`Runtime::status`](crate::Runtime::status).
    Status {
        /// Which platform.
        platform: u64,
        /// The context.
        context: RemoteContext,
    },
    /// [`Runtime::history`](crate::Runtime::history).
    History {
        /// Which platform.
        platform: u64,
        /// The context.
        context: RemoteContext,
        /// The greatest number of runs of each job.
        most: usize,
    },
    /// [`Runtime::next_due`](crate::Runtime::next_due).
    NextDue {
        /// Which platform.
        platform: u64,
        /// The context.
        context: RemoteContext,
    },
    /// The answer of the host to `trigger_due` or `dataset_loaded`, which a program says while it [runs](Request::Run): what the hooks said. It has
    /// the number of that request, and no answer of its own: the program goes on.
    Hooks(HookOutcome<TriggerDecision>),
}

/// A response: the requested value, or an error.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Response {
    /// The kind and the version of the program.
    Hello(Handshake),
    /// An instance was made.
    Created {
        /// By which number it is asked from now on.
        platform: u64,
        /// What it can do.
        descriptor: Box<PlatformDescriptor>,
        /// Whether it applies what it renders, and runs jobs. Otherwise that is left to other tools, and it is never asked to.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        runtime: bool,
        /// Whether it asks the hooks of the host before it runs a transformer. Where a hook must be asked, one that does not runs nothing.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        hooks: bool,
    },
    /// The weights of a node.
    Weights(Weights),
    /// The offers of a node.
    Offers(Vec<Offer>),
    /// The findings of a lint.
    Findings(Vec<Finding>),
    /// The parts that a node adds to shared scopes.
    Shares(Vec<SharedPart>),
    /// The rendering of a scope.
    Rendering(Rendering),
    /// The plan of a change.
    Plan(Plan),
    /// The cost of the changes.
    Judgements(Judgements),
    /// The address of a job, or of a step of a plan, that begins. Any number of these come before the answer to `apply`, `run`,
    /// `status` and the like, and to nothing else.
    Started(String),
    /// A transformer that is about to run: a question to the hooks of the host, which answers with [`Request::Hooks`]. Any number of these come
    /// before the answer to `run`, and to nothing else.
    TriggerDue(Box<TriggerDue>),
    /// A batch that became visible. The hooks of the host hear of it in the same way.
    DatasetLoaded(DatasetLoaded),
    /// The part of a plan that was applied.
    Applied(ApplyReport),
    /// The data that a run moved.
    Ran(RunReport),
    /// The names by which a run can be asked for something.
    RunNames(RunNames),
    /// The status.
    Status(Status),
    /// The last runs of each job.
    History(Vec<JobRun>),
    /// The time at which the next job is due; null if no job has a timetable.
    NextDue(Option<DateTime<Utc>>),
    /// The reason why there is no value.
    Error(PlatformError),
}

/// The kind and the version of a program. A newer program may say more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Handshake {
    /// The version of the protocol that it speaks.
    pub protocol: u32,
    /// The kind of platform, as declarations name it.
    pub kind: PlatformKind,
    /// The version of the plug-in.
    pub version: Version,
    /// The version of the contract that the plug-in was written for.
    pub contract: Version,
    /// The JSON Schema of the settings of an instance.
    pub config_schema: Json,
    /// The form of the plans that it makes.
    #[serde(default)]
    pub plan: PlanForm,
}

/// The form in which a program makes plans.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlanForm {
    /// Whole plans: it answers [`Request::Diff`].
    #[default]
    Whole,
    /// Plans that the host derives by comparing resources: it answers [`Request::Judge`], once for each plan.
    Structural,
}
