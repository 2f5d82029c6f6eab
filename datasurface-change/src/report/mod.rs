//! The report of change control: one value, for people and for programs.

mod text;

use super::{
    Authorization, BreakingChange, CODES, ModelDiff, RenameProposal, Retirement, SCHEMA_CODES, TeamNotice,
    codes,
};
use datasurface_document::{Documents, Report};
use datasurface_model::{Diagnostic, Findings, ModelPath, Repository, Severity, segment};
use serde::Serialize;

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
    /// The verdict.
    pub verdict: Verdict,
    source: Repository,
    /// Whether the source may make the change, and which parts it may not touch.
    pub authorization: Authorization,
    /// The breaking changes, each with the consumers concerned.
    pub breaking: Vec<BreakingChange>,
    /// The findings about deprecations that the change makes.
    pub concerns: Vec<Diagnostic>,
    /// The notices to teams whose groups the change reaches, whether it breaks anything for them or not.
    #[serde(rename = "notify")]
    pub notices: Vec<TeamNotice>,
    /// The retirements that the change is about. [`Retirement::all`] returns those of the whole ecosystem.
    pub retirements: Vec<Retirement>,
    /// The proposals for renames that nobody declared.
    pub rename_proposals: Vec<RenameProposal>,
    /// Every difference between the two ecosystems.
    #[serde(rename = "changes")]
    pub diff: ModelDiff,
}

impl ChangeReport {
    #[expect(clippy::too_many_arguments, reason = "one for each part of the answer, and one caller")]
    pub(super) fn new(
        source: Repository,
        authorization: Authorization,
        breaking: Vec<BreakingChange>,
        concerns: Vec<Diagnostic>,
        notices: Vec<TeamNotice>,
        retirements: Vec<Retirement>,
        rename_proposals: Vec<RenameProposal>,
        diff: ModelDiff,
    ) -> Self {
        let findings = breaking.iter().map(|breaking| &breaking.finding).chain(&concerns);
        let has_errors = findings.into_iter().any(|finding| finding.severity() == Severity::Error);
        let is_allowed = authorization.is_allowed() && !has_errors;
        let verdict = if is_allowed { Verdict::Allowed } else { Verdict::Refused };
        Self {
            verdict,
            source,
            authorization,
            breaking,
            concerns,
            notices,
            retirements,
            rename_proposals,
            diff,
        }
    }

    /// Whether the change is accepted.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.verdict == Verdict::Allowed
    }

    /// Returns the denied parts, the breaking changes and the concerns as findings.
    #[must_use]
    pub fn findings(&self) -> Findings {
        let denied = self.authorization.denied().iter().map(|denied| {
            let first = denied.differences.first();
            let path = first.map_or_else(|| ModelPath::root().attribute(segment::LOCK), |first| first.path());
            let whose = match &denied.owner {
                Some(owner) => format!("which belongs to {owner}"),
                None => "of which nobody can tell the owner".to_owned(),
            };
            let message = format!("a change from {} touches {}, {whose}", self.source, denied.part);
            let mut finding =
                Diagnostic::new(&codes::NOT_YOURS, path, message).with_help(codes::NOT_YOURS.explanation);
            for difference in &denied.differences {
                finding = finding.related_place(difference.path(), difference.kind().label());
            }
            finding
        });
        let breaking = self.breaking.iter().map(|breaking| {
            let consumers = breaking.consumers.iter();
            consumers.fold(breaking.finding.clone(), |finding, consumer| {
                let path = consumer_path(consumer);
                finding.related_place(path, format!("breaks {consumer}"))
            })
        });
        denied.chain(breaking).chain(self.concerns.iter().cloned()).collect()
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

fn consumer_path(consumer: &super::AffectedGroup) -> ModelPath {
    let (team, group) = (&consumer.team, &consumer.group);
    let team = ModelPath::root().child(segment::ZONES, &team.zone).child(segment::TEAMS, &team.team);
    team.child(segment::WORKSPACES, &group.workspace).child(segment::GROUPS, &group.group)
}

fn sarif(findings: Findings) -> String {
    Report::from(findings).to_sarif(CODES.iter().chain(SCHEMA_CODES).copied())
}

fn pretty(value: &impl Serialize) -> String {
    // Making a value cannot fail: every map in a report has text for keys.
    format!("{:#}\n", serde_json::to_value(value).unwrap_or_default())
}
