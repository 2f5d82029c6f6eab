//! Reviews as Markdown, for a comment at a proposed change.

use super::report::{ReviewReport, summary};
use datasurface_model::{Diagnostic, Severity};

/// The number of findings that a comment has at most: hosts refuse long ones.
const MOST: usize = 100;

pub(super) fn comment(report: &ReviewReport) -> String {
    let verdict = if report.is_allowed() { "allowed" } else { "refused" };
    let mut text = format!("## datasurface review: {verdict}\n\n{}\n", plain(&report.headline()));
    section(
        &mut text,
        "Missing approvals",
        report.missing_approvals.iter().map(|missing| {
            let parts: Vec<String> = missing.parts.iter().map(|part| plain(&part.to_string())).collect();
            format!("{}: {}", plain(&missing.repository.to_string()), parts.join(", "))
        }),
    );
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
            let groups: Vec<String> = notice.groups.keys().map(|group| plain(&group.to_string())).collect();
            let (team, owner) = (plain(&notice.team.to_string()), plain(&notice.owner.to_string()));
            format!("{team} ({owner}): {}", groups.join(", "))
        }),
    );
    section(
        &mut text,
        "Owners to tell",
        report.owner_notices().iter().map(|notice| {
            let events: Vec<String> = notice.events.values().map(|event| plain(event)).collect();
            let (part, owner) = (plain(&notice.part.to_string()), plain(&notice.owner.to_string()));
            format!("{part} ({owner}): {}", events.join(", "))
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
    let items: Vec<String> = items.collect();
    if items.is_empty() {
        return;
    }
    *text += &format!("\n### {heading}\n\n");
    for item in items.iter().take(MOST) {
        *text += &format!("- {item}\n");
    }
    if items.len() > MOST {
        *text += &format!("- and {} more\n", items.len() - MOST);
    }
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
    let line: String =
        text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
    let runs = line.split(|character| character != '`').map(str::len);
    let fence = "`".repeat(runs.max().unwrap_or_default() + 1);
    format!("{fence} {line} {fence}")
}
