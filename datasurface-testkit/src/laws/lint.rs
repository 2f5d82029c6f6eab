//! Law 1: lint is pure and ordered.

use super::{OnPlatform, OtherInstances, ReportBuilder};
use crate::{harness::HarnessRun, law::Law, recording::Subject};
use datasurface_model::Findings;
use datasurface_platform::{DataPlatform, LintView, Reporter};

/// Asks again: the other way round, twice, with other questions in between, and another instance.
pub(super) fn check(report: &mut ReportBuilder, stage: &HarnessRun, others: &OtherInstances) {
    for linted in stage.log.lints.iter().rev() {
        let Some(configured) = stage.placed.platform(&linted.platform) else {
            continue;
        };
        let first: Findings = linted.findings.iter().cloned().collect();
        let again = || ask(configured.platform(), &linted.subject);
        let another = || Some(ask(&**others.get(&linted.platform)?, &linted.subject));
        let difference = if again() != first {
            "asked again in another order"
        } else if again() != first {
            "asked twice in a row"
        } else if another().is_some_and(|findings| findings != first) {
            "asked of another instance with the same settings"
        } else {
            continue;
        };
        let text = format!("{difference}, it has other findings than at first: {}", list(&first));
        report.report(Law::LintIsPure, OnPlatform(&linted.platform, place(&linted.subject)), text);
    }
}

fn ask(platform: &dyn DataPlatform, subject: &Subject) -> Findings {
    let mut findings = Vec::new();
    let mut lint =
        |lint_view: LintView<'_>| platform.lint(lint_view, &mut Reporter::new(&lint_view, &mut findings));
    match subject {
        Subject::Node(node) => {
            let _ = platform.offer(node.facts());
            let _ = platform.weigh(node.facts());
            lint(LintView::Node(node));
        }
        Subject::Platform(view) => lint(LintView::Platform(view)),
    }
    findings.into_iter().collect()
}

fn place(subject: &Subject) -> String {
    match subject {
        Subject::Node(node) => format!("`{}`", node.key()),
        Subject::Platform(_) => "itself".to_owned(),
    }
}

fn list(findings: &Findings) -> String {
    let codes: Vec<&str> = findings.codes().collect();
    if codes.is_empty() { "none".to_owned() } else { codes.join(", ") }
}
