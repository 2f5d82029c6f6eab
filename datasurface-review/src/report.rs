//! The report of a review, for people and for programs.

use super::{form, junit, limit, markdown, redacted};
use chrono::NaiveDate;
use datasurface_change::{ChangeReport, MissingApproval, OwnerNotice, TeamNotice, Verdict};
use datasurface_document::Report;
use datasurface_model::{CodeInfo, Findings, Printable, Repository, Text, shortened};
use serde::Serialize;
use serde_json::{Value, json};
use std::fmt;

/// The version of a report as JSON. Members may come; one that changes its meaning makes a new version.
const VERSION: u32 = 1;

/// The greatest number of findings of a report, the gravest first. Nobody reads more, and a report of a hostile change has an end.
const MAX_FINDINGS: usize = 1000;

/// The most lines of a kind that people are shown.
const MAX_LINES: usize = 100;

/// The bytes of a line that people are shown: a name may be as long as a document.
const MAX_LINE_BYTES: usize = 2000;

/// The base of relative addresses in SARIF: the root of the checkout.
const ROOT: &str = "SRCROOT";

/// The answer to a proposed change: one verdict, and everything that it is made of. `Display` prints it for people; the other forms are
/// for programs. All of them have the same verdict.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ReviewReport {
    version: u32,
    /// The verdict: a change is refused if one of the findings is an error.
    pub verdict: Verdict,
    /// The commit of the live model that the change was compared with. At another one, the verdict is void.
    pub tip: Option<String>,
    /// The commit that was proposed, where it is one.
    pub head: Option<String>,
    /// The repository that the change comes from.
    pub source: Repository,
    /// The day as of which the change was judged.
    pub on: NaiveDate,
    /// The findings that come with the change: 1000 at most, the gravest first, with long texts cut.
    pub findings: Findings,
    /// The count of further findings that come with the change.
    pub omitted: usize,
    /// The findings that were there before the change, and refuse nothing: 1000 at most.
    pub known: Findings,
    /// The count of further findings that were there before the change.
    pub known_omitted: usize,
    /// The approvals that are missing.
    pub missing_approvals: Vec<MissingApproval>,
    /// The fingerprint of the proposal, which an approval names; `None` where no approval is missing or claimed.
    pub fingerprint: Option<Text>,
    /// The report of change control; `None` if a side could not be read.
    pub change: Option<ChangeReport>,
}

impl ReviewReport {
    pub(super) fn new(
        source: Repository,
        on: NaiveDate,
        [findings, known]: [Findings; 2],
        change: ChangeReport,
        located: impl Fn(Findings) -> Findings,
    ) -> Self {
        let is_allowed = change.is_allowed() && !findings.has_errors();
        // What is not shown needs no place.
        let (findings, omitted) = findings.gravest(MAX_FINDINGS);
        let (known, known_omitted) = known.gravest(MAX_FINDINGS);
        Self {
            version: VERSION,
            verdict: if is_allowed { Verdict::Allowed } else { Verdict::Refused },
            tip: None,
            head: None,
            source,
            on,
            findings: located(findings).abridged(),
            omitted,
            known: located(known).abridged(),
            known_omitted,
            missing_approvals: change.approvals.missing.clone(),
            fingerprint: change.approvals.fingerprint.clone(),
            change: Some(change),
        }
    }

    /// The report about sides that could not be read.
    pub(super) fn unread(source: Repository, on: NaiveDate, findings: Findings) -> Self {
        let (findings, omitted) = findings.gravest(MAX_FINDINGS);
        Self {
            version: VERSION,
            verdict: Verdict::Refused,
            tip: None,
            head: None,
            source,
            on,
            findings: findings.abridged(),
            omitted,
            known: Findings::default(),
            known_omitted: 0,
            missing_approvals: Vec::new(),
            fingerprint: None,
            change: None,
        }
    }

    /// Sets the commit of the live model.
    #[must_use]
    pub fn at_tip(mut self, commit: impl Into<String>) -> Self {
        self.tip = Some(commit.into());
        self
    }

    /// Sets the commit that was proposed.
    #[must_use]
    pub fn with_head(mut self, commit: impl Into<String>) -> Self {
        self.head = Some(commit.into());
        self
    }

    /// Whether the change is accepted.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.verdict == Verdict::Allowed
    }

    /// The notices to teams whose groups the change reaches.
    #[must_use]
    pub fn notices(&self) -> &[TeamNotice] {
        self.change.as_ref().map_or(&[], |change| &change.notices)
    }

    /// The notices to owners whose part the change concerns without touching it.
    #[must_use]
    pub fn owner_notices(&self) -> &[OwnerNotice] {
        self.change.as_ref().map_or(&[], |change| &change.owner_notices)
    }

    /// What was claimed of approvals, in words.
    pub(super) fn claims(&self) -> impl Iterator<Item = String> {
        self.change.iter().flat_map(|change| change.approvals.claims())
    }

    /// The answers to retirements that are missing, in words.
    pub(super) fn missing_consents(&self) -> impl Iterator<Item = String> {
        let retirements = self.change.iter().flat_map(|change| &change.retirements);
        retirements.flat_map(|retirement| {
            let dataset = &retirement.dataset;
            retirement.missing_consents().map(move |consent| format!("of `{dataset}`: {consent}"))
        })
    }

    /// The renames that look likely and that nobody stated, in words.
    pub(super) fn likely_renames(&self) -> impl Iterator<Item = String> {
        let proposals = self.change.iter().flat_map(|change| &change.rename_proposals);
        proposals.map(|proposal| format!("{proposal}; if so, say `renamed_from`"))
    }

    /// Returns the report as JSON, with a line feed at the end. Of a report over 2 MiB, lists and texts are cut, and `cut` says which
    /// lists, and how many elements each lacks. Passwords and tokens in the values of the change are hidden.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Making a value cannot fail: every map in a report has text for keys.
        let mut report = serde_json::to_value(self).unwrap_or_default();
        redacted::redact(&mut report);
        limit::to_text(report)
    }

    /// Returns the JSON Schema of reports as JSON. Every report is valid by it.
    #[must_use]
    pub fn json_schema() -> Value {
        form::json_schema()
    }

    /// Returns the findings in the Static Analysis Results Interchange Format, version 2.1.0, with the description of those of these
    /// codes that occur. Addresses are relative to the root of the checkout if the names of the documents are.
    #[must_use]
    pub fn to_sarif(&self, codes: impl IntoIterator<Item = &'static CodeInfo>) -> String {
        let text = Report::from(self.findings.clone()).to_sarif(codes);
        let mut log: Value = serde_json::from_str(&text).unwrap_or_default();
        if let Some(run) = log.pointer_mut("/runs/0").and_then(Value::as_object_mut) {
            let description = "the root of the checkout";
            let bases = json!({ROOT: {"description": {"text": description}}});
            run.insert("originalUriBaseIds".to_owned(), bases);
            let properties = json!({"verdict": self.verdict, "tip": self.tip, "omitted": self.omitted});
            run.insert("properties".to_owned(), properties);
            for result in run.get_mut("results").and_then(Value::as_array_mut).into_iter().flatten() {
                based(result);
            }
        }
        format!("{log:#}\n")
    }

    /// Returns the report as JUnit XML: a test case for each error, and one for the verdict.
    #[must_use]
    pub fn to_junit(&self) -> String {
        junit::xml(self)
    }

    /// Returns the report as Markdown, for a comment at a proposed change. Names of models cannot mention people or make links in it.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        markdown::comment(self)
    }

    /// The first line of the report for people.
    pub(super) fn headline(&self) -> String {
        let verdict = if self.is_allowed() { "allowed" } else { "refused" };
        let tip = self.tip.as_ref().map(|tip| format!(", compared with {tip}, void at any other commit"));
        let (source, summary) = (&self.source, summary(&self.findings, self.omitted));
        format!("{verdict}: a change from {source} as of {}{}: {summary}", self.on, tip.unwrap_or_default())
    }
}

/// The counts by severity, and that of further findings.
pub(super) fn summary(findings: &Findings, omitted: usize) -> String {
    match omitted {
        0 => findings.summary(),
        omitted => format!("{}, and {omitted} more findings", findings.summary()),
    }
}

/// Makes the addresses of a result relative to the root. What is outside has none there: nobody who reads the log could find it.
fn based(result: &mut Value) {
    for locations in ["locations", "relatedLocations"] {
        for location in result.get_mut(locations).and_then(Value::as_array_mut).into_iter().flatten() {
            let Some(location) = location.as_object_mut() else { continue };
            let artifact =
                location.get_mut("physicalLocation").and_then(|place| place.get_mut("artifactLocation"));
            let Some(artifact) = artifact.and_then(Value::as_object_mut) else { continue };
            if artifact.get("uri").and_then(Value::as_str).is_some_and(is_inside) {
                artifact.insert("uriBaseId".to_owned(), ROOT.into());
            } else {
                location.remove("physicalLocation");
            }
        }
    }
}

fn is_inside(uri: &str) -> bool {
    !uri.starts_with('/') && uri.split('/').all(|segment| segment != "..")
}

impl fmt::Display for ReviewReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.findings.is_empty() {
            writeln!(f, "{}\n", self.findings)?;
        }
        let missing = self.missing_approvals.iter().flat_map(|missing| {
            missing.parts.iter().map(move |part| format!("an approval of {}, for {part}", missing.repository))
        });
        write_lines(f, "missing", missing)?;
        if let Some(fingerprint) = &self.fingerprint {
            writeln!(f, "fingerprint: {fingerprint}")?;
        }
        write_lines(f, "approval", self.claims())?;
        write_lines(f, "retirement", self.missing_consents())?;
        write_lines(f, "rename", self.likely_renames())?;
        let teams = self.notices().iter().map(|notice| format!("{} ({})", notice.team, notice.owner));
        let owners = self.owner_notices().iter().flat_map(|notice| {
            notice.events.values().map(move |event| format!("{} ({}): {event}", notice.part, notice.owner))
        });
        write_lines(f, "tell", teams.chain(owners))?;
        if !self.known.is_empty() {
            writeln!(f, "there before: {}", summary(&self.known, self.known_omitted))?;
        }
        writeln!(f, "{}", Printable(self.headline()))
    }
}

/// Writes the first lines of a kind, and the count of the others: a change may concern everybody.
fn write_lines(
    f: &mut fmt::Formatter<'_>,
    kind: &str,
    mut lines: impl Iterator<Item = String>,
) -> fmt::Result {
    for line in lines.by_ref().take(MAX_LINES) {
        writeln!(f, "{kind}: {}", Printable(shortened(&line, MAX_LINE_BYTES)))?;
    }
    match lines.count() {
        0 => Ok(()),
        more => writeln!(f, "{kind}: {more} more, which are not shown"),
    }
}
