//! The report of change control: one value, for people and for programs.

mod text;

use super::{
    Approvals, Authorization, BreakingChange, CODES, CONFIGURATION_FILE_NAME, DeniedPart, ModelDiff,
    OwnerNotice, RenameProposal, RequiredApproval, Retirement, SCHEMA_CODES, TeamNotice, TouchedPart, codes,
};
use datasurface_document::{Documents, Report};
use datasurface_model::{Diagnostic, Findings, ModelPath, Repository, Severity, segment};
use serde::Serialize;

/// The version of a report as JSON. Members may come; one that changes its meaning makes a new version.
const VERSION: u32 = 1;

/// The greatest count of differences that a finding about a part lists. All of them are in the JSON.
const LISTED: usize = 12;

/// The greatest count of consumers that the finding about a breaking change lists. All of them are in the JSON.
const MAX_CONSUMERS: usize = 100;

/// The verdict on a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// A change that its source may make, and that has no error: it breaks nothing for a consumer.
    Allowed,
    /// A change that its source may not make, or that has errors.
    Refused,
}

/// The answer to a proposed change. Shown as text; [`ChangeReport::to_json`] and [`ChangeReport::to_sarif`] are for
/// programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangeReport {
    version: u32,
    /// The verdict.
    pub verdict: Verdict,
    source: Repository,
    /// Whether the source may make the change, and which parts it may not touch.
    pub authorization: Authorization,
    /// The approvals that are missing, and those that were taken on trust.
    pub approvals: Approvals,
    /// The approvals that are missing besides those of the owners of touched parts.
    pub required: Vec<RequiredApproval>,
    /// The parts that the change touches.
    pub parts: Vec<TouchedPart>,
    /// The breaking changes, each with the consumers concerned.
    pub breaking: Vec<BreakingChange>,
    /// The findings about deprecations that the change makes.
    pub concerns: Vec<Diagnostic>,
    /// The findings of validation that the change brings, if [they were told](super::ChangeControl::with_findings).
    #[serde(rename = "findings")]
    pub validation: Findings,
    /// The notices to teams whose groups the change reaches, whether it breaks anything for them or not.
    #[serde(rename = "notify")]
    pub notices: Vec<TeamNotice>,
    /// The notices to owners of zones whom the change concerns.
    #[serde(rename = "notify_owners")]
    pub owner_notices: Vec<OwnerNotice>,
    /// The retirements that the change is about. [`Retirement::all`] returns those of the whole ecosystem.
    pub retirements: Vec<Retirement>,
    /// The proposals for renames that nobody declared.
    pub rename_proposals: Vec<RenameProposal>,
    /// Every difference between the two ecosystems.
    #[serde(rename = "changes")]
    pub diff: ModelDiff,
}

/// The parts of a report, of which the verdict is made.
pub(super) struct ReportParts {
    pub(super) source: Repository,
    pub(super) authorization: Authorization,
    pub(super) approvals: Approvals,
    pub(super) required: Vec<RequiredApproval>,
    pub(super) parts: Vec<TouchedPart>,
    pub(super) breaking: Vec<BreakingChange>,
    pub(super) concerns: Vec<Diagnostic>,
    pub(super) validation: Findings,
    pub(super) notices: Vec<TeamNotice>,
    pub(super) owner_notices: Vec<OwnerNotice>,
    pub(super) retirements: Vec<Retirement>,
    pub(super) rename_proposals: Vec<RenameProposal>,
    pub(super) diff: ModelDiff,
}

impl ChangeReport {
    pub(super) fn new(parts: ReportParts) -> Self {
        let findings = parts.breaking.iter().map(|breaking| &breaking.finding);
        let findings = findings.chain(&parts.concerns).chain(&parts.validation);
        let has_errors = findings.into_iter().any(|finding| finding.severity() == Severity::Error);
        let is_allowed = parts.authorization.is_allowed() && parts.required.is_empty() && !has_errors;
        Self {
            version: VERSION,
            verdict: if is_allowed { Verdict::Allowed } else { Verdict::Refused },
            source: parts.source,
            authorization: parts.authorization,
            approvals: parts.approvals,
            required: parts.required,
            parts: parts.parts,
            breaking: parts.breaking,
            concerns: parts.concerns,
            validation: parts.validation,
            notices: parts.notices,
            owner_notices: parts.owner_notices,
            retirements: parts.retirements,
            rename_proposals: parts.rename_proposals,
            diff: parts.diff,
        }
    }

    /// Whether the change is accepted.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.verdict == Verdict::Allowed
    }

    /// Returns everything that was found: the denied parts, the missing approvals, the breaking changes, the concerns, and
    /// what validation finds that is new.
    #[must_use]
    pub fn findings(&self) -> Findings {
        let denied = self.authorization.denied().iter().map(|denied| self.denial(denied));
        let required = self.required.iter().map(|required| {
            let message = format!("{}: that needs the approval of {}", required.reason, required.owner);
            Diagnostic::new(&codes::NEEDS_APPROVAL, required.path.clone(), message)
                .with_help(codes::NEEDS_APPROVAL.explanation)
                .related_place(required.related.clone(), format!("belongs to {}", required.owner))
        });
        let breaking = self.breaking.iter().map(|breaking| {
            let consumers = breaking.consumers.iter().take(MAX_CONSUMERS);
            let finding = consumers.fold(breaking.finding.clone(), |finding, consumer| {
                finding.related_place(consumer.path(), format!("breaks {consumer}"))
            });
            match breaking.consumers.len().saturating_sub(MAX_CONSUMERS) {
                0 => finding,
                more => {
                    let path = breaking.finding.path().clone();
                    finding.related_place(path, format!("and breaks {more} more groups"))
                }
            }
        });
        let others = self.concerns.iter().chain(&self.validation).cloned();
        denied.chain(required).chain(breaking).chain(others).collect()
    }

    fn denial(&self, denied: &DeniedPart) -> Diagnostic {
        let first = denied.differences.first();
        let path = match first {
            Some(first) => first.path(),
            None if denied.lock => ModelPath::root().attribute(segment::LOCK),
            None => ModelPath::root().child(segment::DOCUMENTS, CONFIGURATION_FILE_NAME),
        };
        let whose = match &denied.owner {
            Some(owner) => format!("which belongs to {owner}"),
            None => "of which nobody can tell the owner".to_owned(),
        };
        let touched = self.parts.iter().find(|touched| touched.part == denied.part);
        let event = touched.and_then(|touched| touched.summary.as_ref());
        let event = event.map(|event| format!(" ({event})")).unwrap_or_default();
        let misplaced: Vec<_> = denied.misplaced.iter().map(|file| format!("`{file}`")).collect();
        let place = match misplaced.as_slice() {
            [] => String::new(),
            files => format!(", in {}, outside of the owner's folder", files.join(", ")),
        };
        let beside = [
            (denied.lock, "the lock".to_owned()),
            (denied.configuration, format!("`{CONFIGURATION_FILE_NAME}`")),
        ];
        let beside = beside.into_iter().filter(|(is_touched, _)| *is_touched).map(|(_, name)| name);
        let beside: String = beside.map(|name| format!(", with {name}")).collect();
        let message =
            format!("a change from {} touches {}{beside}, {whose}{event}{place}", self.source, denied.part);
        let mut finding =
            Diagnostic::new(&codes::NOT_YOURS, path.clone(), message).with_help(codes::NOT_YOURS.explanation);
        for difference in denied.differences.iter().take(LISTED) {
            finding = finding.related_place(difference.path(), difference.kind().label());
        }
        match denied.differences.len().saturating_sub(LISTED) {
            0 => finding,
            more => finding.related_place(path, format!("and {more} more differences")),
        }
    }

    /// Returns the report as JSON, with a line feed at the end.
    #[must_use]
    pub fn to_json(&self) -> String {
        pretty(self)
    }

    /// Returns the findings of the report in the Static Analysis Results Interchange Format, version 2.1.0.
    #[must_use]
    pub fn to_sarif(&self) -> String {
        sarif(self.findings())
    }

    /// Returns the findings as [`to_sarif`](Self::to_sarif) does, with the positions that `documents` have of them:
    /// those from which the new ecosystem was loaded. Tools show findings beside the lines of a change.
    #[must_use]
    pub fn to_sarif_in(&self, documents: &Documents) -> String {
        sarif(documents.located(self.findings()))
    }
}

fn sarif(findings: Findings) -> String {
    let codes = CODES.iter().chain(SCHEMA_CODES).chain(datasurface_model::CODES);
    Report::from(findings).to_sarif(codes.copied())
}

fn pretty(value: &impl Serialize) -> String {
    // Making a value cannot fail: every map in a report has text for keys.
    format!("{:#}\n", serde_json::to_value(value).unwrap_or_default())
}
