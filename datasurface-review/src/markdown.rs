//! Reviews as Markdown, for a comment at a proposed change.

use super::report::{ReviewReport, summary};
use datasurface_model::{Diagnostic, Printable, Severity, shortened};
use std::fmt::Display;

/// The number of findings that a comment has at most: hosts refuse long ones.
const MOST: usize = 100;

/// The bytes after which a comment lists nothing more: of a longer one, hosts show nothing.
const MAX_BYTES: usize = 60_000;

/// The bytes of one text in a comment.
const MAX_TEXT_BYTES: usize = 500;

/// The number of names in one line.
const MAX_NAMES: usize = 20;

pub(super) fn comment(report: &ReviewReport) -> String {
    let verdict = if report.is_allowed() { "allowed" } else { "refused" };
    let mut text = format!("## datasurface review: {verdict}\n\n{}\n", plain(&report.headline()));
    section(
        &mut text,
        "Missing approvals",
        report.missing_approvals.iter().map(|missing| {
            let parts = joined(missing.parts.iter());
            format!("{}: {parts}", plain(&missing.repository.to_string()))
        }),
    );
    section(&mut text, "Approvals", report.claims().map(|claim| plain(&claim)));
    section(&mut text, "Retirements without consent", report.missing_consents().map(|answer| plain(&answer)));
    section(&mut text, "Likely renames", report.likely_renames().map(|rename| plain(&rename)));
    let of = |severity: Severity| {
        report.findings.iter().filter(move |finding| finding.severity() == severity).map(line)
    };
    section(&mut text, "Errors", of(Severity::Error));
    section(&mut text, "Warnings", of(Severity::Warning));
    section(&mut text, "Notes", of(Severity::Note));
    section(
        &mut text,
        "Teams to tell",
        report.notices().iter().map(|notice| {
            let groups = joined(notice.groups.keys());
            let (team, owner) = (plain(&notice.team.to_string()), plain(&notice.owner.to_string()));
            format!("{team} ({owner}): {groups}")
        }),
    );
    section(
        &mut text,
        "Owners to tell",
        report.owner_notices().iter().map(|notice| {
            let events = joined(notice.events.values());
            let (part, owner) = (plain(&notice.part.to_string()), plain(&notice.owner.to_string()));
            format!("{part} ({owner}): {events}")
        }),
    );
    if !report.known.is_empty() {
        text += &format!(
            "\nThere before the change: {}.\n",
            plain(&summary(&report.known, report.known_omitted))
        );
    }
    text
}

/// A heading and a list, if there is anything to list.
fn section(text: &mut String, heading: &str, items: impl Iterator<Item = String>) {
    let mut items = items.peekable();
    if items.peek().is_none() {
        return;
    }
    *text += &format!("\n### {heading}\n\n");
    let mut listed = 0;
    while let Some(item) = items.next_if(|item| listed < MOST && text.len() + item.len() <= MAX_BYTES) {
        *text += &format!("- {item}\n");
        listed += 1;
    }
    match items.count() {
        0 => {}
        more => *text += &format!("- and {more} more\n"),
    }
}

/// Names in one line, and the count of those that are left out.
fn joined(names: impl ExactSizeIterator<Item = impl Display>) -> String {
    let more = names.len().saturating_sub(MAX_NAMES);
    let mut names: Vec<String> = names.take(MAX_NAMES).map(|name| plain(&name.to_string())).collect();
    if more > 0 {
        names.push(format!("and {more} more"));
    }
    names.join(", ")
}

fn line(finding: &Diagnostic) -> String {
    let place = match finding.position() {
        Some(position) => format!("{}:{}", position.document, position.line),
        None => finding.path().to_string(),
    };
    let whose = finding.addressee().map(|owner| format!(" ({})", plain(&owner.to_string())));
    let (code, message, place) = (plain(finding.code()), plain(finding.message()), plain(&place));
    format!("{code}: {message}, at {place}{}", whose.unwrap_or_default())
}

/// A text that Markdown shows as it is: in the span of code, which begins and ends with more back quotes than there are inside.
fn plain(text: &str) -> String {
    let printable = Printable(text).to_string();
    let line = shortened(&printable, MAX_TEXT_BYTES);
    let runs = line.split(|character| character != '`').map(str::len);
    let fence = "`".repeat(runs.max().unwrap_or_default() + 1);
    format!("{fence} {line} {fence}")
}
