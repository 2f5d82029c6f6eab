//! The law of suggestions: where one is followed, the finding that it came with is gone, and no error has come that was not there.

use datasurface_model::{Diagnostic, Ecosystem, Findings, Severity};

/// Follows each suggestion on its own; says where one does not mend. `judge` finds whatever there is to find.
pub(crate) fn follow(
    ecosystem: &Ecosystem,
    of: &str,
    judge: impl Fn(Ecosystem) -> Findings,
    wrong: &mut Vec<String>,
) {
    let found = judge(ecosystem.clone());
    for finding in &found {
        let Some(suggestion) = finding.suggestion() else { continue };
        let mended = match datasurface_document::apply_suggestion(suggestion, ecosystem) {
            Ok(mended) => mended,
            Err(error) => {
                wrong.push(format!("{of}: {error}: {finding}\n  {suggestion}"));
                continue;
            }
        };
        let left = judge(mended);
        if left.iter().any(|other| (other.code(), other.path()) == (finding.code(), finding.path())) {
            wrong.push(format!("{of}: still there after `{suggestion}`: {finding}"));
        }
        let is_new = |other: &&Diagnostic| {
            let same = |old: &Diagnostic| (old.code(), old.path()) == (other.code(), other.path());
            !found.iter().any(same)
        };
        for come in left.iter().filter(|other| other.severity() == Severity::Error).filter(is_new) {
            wrong.push(format!("{of}: {finding}\n  `{suggestion}` brings about\n{come}"));
        }
    }
}

pub(crate) fn assert_none(wrong: &[String]) {
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
