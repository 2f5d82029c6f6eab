//! All that the author of a platform needs, in one line.

pub use crate::{
    Ability, Action, Attributes, Carrier, CheckKind, DataPlatform, Effect, File, Format, FormatClaims, Guard,
    HeldData, HeldScope, HeldState, JudgedChange, Judgement, LintSubject, LintView, Meaning, NoSettings,
    NodeDeclarations, NodeView, Offer, Plan, PlatformDescriptor, PlatformError, PlatformErrorKind,
    PlatformFactory, PlatformInstance, PlatformPlugin, PrincipalKind, Registry, Rendering, RenderingChange,
    Reporter, ResolvedOffer, ResolvedPlace, Resource, ResourceAddress, ResourceChange, Runtime, SafePath,
    Scope, ScopeView, ScopedNode, SharedKey, SharedPart, SharedStage, Step, TargetedHint, TriggerKind,
    TypeKind, TypedFactory, Weight, Weights, dataset_slug, identifier,
    remote::{RemoteFactory, serve},
    slug,
};
pub use datasurface_graph::{
    CaptureFacts, Consumer, Custody, DatasetFacts, ExportFacts, HonouredFact, IngestFacts, IngestSource,
    NodeDetail, NodeFacts, NodeKey, NodeKind, Obligation, RetentionPeriod, StorageNames, TransformFacts,
    TriggerFacts,
};
pub use datasurface_model::*;
pub use schemars::{self, JsonSchema};
pub use serde::{self, Deserialize, Serialize};
pub use serde_json::{self, json};
