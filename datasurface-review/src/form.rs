//! The form of a report of a review as JSON, for its JSON Schema.
//!
//! These types say what the serialized ones give. Nothing is ever made of them: a test compares reports with the schema, member by member.
#![expect(dead_code, reason = "the names and types of fields are all that counts")]

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::Value;
use std::collections::BTreeMap;

/// A place in the model, as its segments from the root.
type Path = Vec<String>;
/// A repository, as `github:owner/name@branch` or `github:owner/name@branch:path`.
type Repository = String;
/// A day, as `2026-01-31`.
type Day = String;

/// Returns the JSON Schema of a report. Members may come: who reads a report passes over what is not known.
pub(super) fn json_schema() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    generator.into_root_schema_for::<ReviewReport>().to_value()
}

/// The answer of `datasurface review` to a proposed change.
#[derive(JsonSchema)]
struct ReviewReport {
    /// The version of this form. Members may come; one that changes its meaning makes a new version.
    #[schemars(range(min = 1, max = 1))]
    version: u32,
    verdict: Verdict,
    /// The commit of the live model that the change was compared with. At another one, the verdict is void.
    tip: Option<String>,
    /// The commit that was proposed, where it is one.
    head: Option<String>,
    /// The repository that the change comes from.
    source: Repository,
    /// The day as of which the change was judged.
    on: Day,
    /// The findings that come with the change: 1000 at most, the gravest first, with long texts cut. An error among them refuses it.
    findings: Vec<Finding>,
    /// The count of further findings that come with the change.
    omitted: usize,
    /// The findings that were there before the change, and refuse nothing: 1000 at most.
    known: Vec<Finding>,
    /// The count of further findings that were there before the change.
    known_omitted: usize,
    /// The approvals that are missing, by repository.
    missing_approvals: Vec<MissingApproval>,
    /// The fingerprint of the proposal, which an approval names. None where no approval is missing or claimed.
    fingerprint: Option<String>,
    /// The report of change control. None if a side could not be read.
    change: Option<Change>,
    /// The lists that are cut, because the report would be larger than 2 MiB. Long texts are cut then, too, and say so.
    cut: Vec<CutList>,
}

/// A list of a report that is cut: its first elements are there.
#[derive(JsonSchema)]
struct CutList {
    /// The list, as a JSON Pointer.
    list: String,
    /// The count of elements that are left out.
    omitted: usize,
}

/// Whether a change is accepted.
#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Allowed,
    Refused,
}

/// The severity of a finding.
#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Severity {
    Note,
    Warning,
    Error,
}

/// A finding. Its code is described in `docs/diagnostics.md`.
#[derive(JsonSchema)]
struct Finding {
    path: Path,
    code: String,
    severity: Severity,
    message: String,
    help: Option<String>,
    /// A change of the model that resolves it.
    suggestion: Option<Value>,
    related: Option<Vec<Related>>,
    position: Option<Position>,
    /// The repository that has to change the place.
    addressee: Option<Repository>,
}

/// A related place of a finding.
#[derive(JsonSchema)]
struct Related {
    path: Path,
    message: String,
    position: Option<Position>,
}

/// A position in a document.
#[derive(JsonSchema)]
struct Position {
    document: String,
    /// The line, from 1.
    line: u64,
    /// The column, from 1, in characters.
    column: u64,
    /// The count of marked characters.
    length: u64,
    /// Whether it is the position of what is around.
    is_inexact: Option<bool>,
    /// The text of the line.
    text: Option<String>,
}

/// A part of the model that one repository owns.
#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Part {
    Ecosystem,
    Zone(String),
    /// As `zone/team`.
    Team(String),
}

/// An approval that is missing.
#[derive(JsonSchema)]
struct MissingApproval {
    repository: Repository,
    parts: Vec<Part>,
}

/// The report of change control.
#[derive(JsonSchema)]
struct Change {
    version: u32,
    verdict: Verdict,
    source: Repository,
    authorization: Authorization,
    approvals: Approvals,
    required: Vec<RequiredApproval>,
    parts: Vec<TouchedPart>,
    breaking: Vec<BreakingChange>,
    concerns: Vec<Finding>,
    findings: Vec<Finding>,
    notify: Vec<TeamNotice>,
    notify_owners: Vec<OwnerNotice>,
    retirements: Vec<Retirement>,
    rename_proposals: Vec<RenameProposal>,
    changes: Vec<Difference>,
}

/// Whether the source may make the change.
#[derive(JsonSchema)]
#[serde(rename_all = "snake_case", tag = "decision", content = "denied")]
enum Authorization {
    Allow,
    Deny(Vec<DeniedPart>),
}

/// A part that is not the source's.
#[derive(JsonSchema)]
struct DeniedPart {
    part: Part,
    owner: Option<Repository>,
    differences: Vec<Difference>,
    /// The documents of the part that are in another owner's folder.
    misplaced: Option<Vec<String>>,
    /// Whether the lock was touched.
    lock: bool,
    /// Whether the configuration was touched.
    configuration: bool,
}

/// The approvals of a change, besides that of its source.
#[derive(JsonSchema)]
struct Approvals {
    fingerprint: Option<String>,
    missing: Vec<MissingApproval>,
    trusted: Vec<TrustedClaim>,
    ignored: Vec<Claim>,
}

/// The claim that a repository approved a proposal.
#[derive(JsonSchema)]
struct Claim {
    repository: Repository,
    fingerprint: String,
}

/// A claim that was taken on trust, and the parts that are allowed for it alone.
#[derive(JsonSchema)]
struct TrustedClaim {
    claim: Claim,
    parts: Vec<Part>,
}

/// An approval besides those of the owners of touched parts.
#[derive(JsonSchema)]
struct RequiredApproval {
    path: Path,
    part: Part,
    owner: Repository,
    reason: String,
    related: Path,
}

/// A part that the change touches.
#[derive(JsonSchema)]
struct TouchedPart {
    part: Part,
    owner: Option<Repository>,
    /// The count of differences.
    differences: u64,
    summary: Option<String>,
}

/// A breaking change and the consumers that it breaks.
#[derive(JsonSchema)]
struct BreakingChange {
    finding: Finding,
    consumers: Vec<AffectedGroup>,
}

/// A dataset group that a change breaks.
#[derive(JsonSchema)]
struct AffectedGroup {
    /// As `workspace/group`.
    group: String,
    /// As `zone/team`.
    team: String,
    owner: Repository,
    /// The workspaces of the transformers on the way.
    through: Option<Vec<String>>,
}

/// A team to tell, with the changes that reach each of its groups.
#[derive(JsonSchema)]
struct TeamNotice {
    team: String,
    owner: Repository,
    groups: BTreeMap<String, Vec<Path>>,
}

/// An owner to tell, with what happened where.
#[derive(JsonSchema)]
struct OwnerNotice {
    part: Part,
    owner: Repository,
    events: Vec<OwnerEvent>,
}

/// An event that concerns an owner.
#[derive(JsonSchema)]
struct OwnerEvent {
    path: Path,
    event: String,
}

/// The retirement of a dataset.
#[derive(JsonSchema)]
struct Retirement {
    /// As `datastore/dataset`.
    dataset: String,
    path: Path,
    since: Day,
    last_day: Option<Day>,
    stage: String,
    consents: Option<Vec<Consent>>,
}

/// The consent of a group to a retirement.
#[derive(JsonSchema)]
struct Consent {
    group: String,
    team: String,
    until: Option<Day>,
    is_missing: bool,
}

/// A rename that looks likely, and that nobody stated.
#[derive(JsonSchema)]
struct RenameProposal {
    path: Path,
    renamed_from: String,
    evidence: Vec<String>,
    score: u8,
}

/// A difference between the models.
#[derive(JsonSchema)]
struct Difference {
    path: Path,
    change: DifferenceKind,
}

/// The kind of a difference, with values as documents have them.
#[derive(JsonSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
enum DifferenceKind {
    Added { value: Value },
    Removed { value: Value },
    Modified { old: Value, new: Value },
    Renamed { from: String },
    Moved { from: Path },
    Reordered { order: Vec<String> },
}
