//! The contract between DataSurface and a data platform.
//!
//! ```
//! use datasurface_platform::prelude::*;
//!
//! // What a platform renders: files, and the resources that they declare. The host compares resources from revision to revision.
//! let topic = Resource::new("topic.orders", "topic").attribute("partitions", 12);
//! let connector = Resource::new("connector.orders", "connector").dependency("topic.orders");
//! let rendering = Rendering::from_resources([topic, connector])?;
//! assert_eq!(rendering.files().count(), 2);
//! # Ok::<(), PlatformError>(())
//! ```
//!
//! A platform implements [`DataPlatform`]: eight small functions, all but the last pure, over views that the host builds. Everything that
//! crosses the contract is one value that can be written as JSON, so that a platform may be a crate, another program
//! or a container. An author needs one line: `use datasurface_platform::prelude::*;`.
//!
//! `docs/writing-a-platform.md` makes a first platform, step by step. `docs/platform-sketches.md` outlines four more: settings, limits,
//! offers, held data, a diff in place, and a platform that is another program ([`remote`]). A platform that runs its own jobs implements [`Runtime`]. Its own findings have
//! codes ([`CodeInfo`](model::CodeInfo)), and `lint` reports them. `datasurface-testkit` checks the laws.

mod change;
mod claim;
mod credential;
mod descriptor;
mod error;
mod factory;
mod format;
mod held;
mod history;
pub mod hook;
mod instance;
mod lint;
mod lint_subject;
mod offer;
mod plan;
mod platform;
pub mod prelude;
pub mod remote;
mod rendered_files;
mod rendering;
mod request;
mod runtime;
mod shared;
mod slug;
mod view;
mod waiting;
mod weights;

pub use change::{
    AttributeDifference, Attributes, ChangeHeader, DatasetReaders, JudgedChange, Judgement, ListedReaders,
    OwnedChange, PlacedChange, RefusedChange, RenderingChange, ResourceChange, ScopeChange, ScopeChanges,
    ScopeRecord, SharedCause,
};
pub use claim::{Ability, CheckKind, PrincipalKind, TriggerKind, TypeClaims, TypeKind};
pub use credential::{
    CREDENTIAL_PREFIX, CredentialError, CredentialSource, EnvironmentCredentials, Secret, credential_variable,
};
pub use descriptor::PlatformDescriptor;
pub use error::{PlatformError, PlatformErrorKind};
pub use factory::{NoSettings, PlatformFactory, PlatformPlugin, Registry, TypedFactory};
pub use format::{
    BATCH_IN, BATCH_OUT, BatchCounts, BatchFolder, BatchManifest, BatchPart, BatchesAddress, CustomFormat,
    Format, FormatClaims, FormatLayout, IcebergAddress, KafkaTopicAddress, PartColumn, PartContent,
    PartSchema, Publication, ReadBatch, SqliteAddress, TopicEncoding,
};
pub use held::{Guard, HeldData, HeldScope, HeldState};
pub use history::{JobOutcome, JobRun};
pub use instance::PlatformInstance;
pub use lint::{LintView, PlatformView, Reporter};
pub use lint_subject::LintSubject;
pub use offer::{Offer, ResolvedOffer};
pub use plan::{Action, Carrier, Cause, Effect, Meaning, Phase, Plan, Revision, Step};
pub use platform::DataPlatform;
pub use rendered_files::RenderedFiles;
pub use rendering::{File, FileRecord, Rendering, Resource, ResourceAddress, SafePath, SafePathError};
pub use request::{RunMode, RunNames, RunRequest};
pub use runtime::{
    ApplyReport, CopyComparison, DatasetRun, DriftedResource, JobFailure, JobRemark, NoObserver,
    OperatorConfirmations, PLAN_FILE, PreviousTarget, RoundedValues, RunObserver, RunReport, Runtime,
    RuntimeContext, SinkStatus, Status,
};
pub use shared::{SharedKey, SharedPart, SharedStage};
pub use slug::{dataset_slug, identifier, slug};
pub use view::reads_of_nodes;
pub use view::{
    DatasetMetadata, DeclarationReader, NodeDeclarations, NodeMetadata, NodeView, ResolvedPlace, Scope,
    ScopeView, ScopedNode, SubjectMetadata, TargetedHint,
};
pub use waiting::{WaitReason, WaitingJob};
pub use weights::{Weight, Weights};

pub use datasurface_graph as graph;
pub use datasurface_model as model;

/// The codes of this crate.
pub static CODES: &[&model::CodeInfo] = &[
    &claim::UNCLAIMED,
    &hook::FAILED,
    &hook::IGNORED_FAILURE,
    &hook::NOTE,
    &hook::REFUSED,
    &remote::UNREACHABLE,
];

/// The guide's sketches compile.
#[cfg(doctest)]
#[doc = include_str!("../../docs/platform-sketches.md")]
pub struct PlatformSketches;
