//! `reference/former-name`, and `rename/still-there` where references spell a former name that something else has now.

use super::STILL_THERE;
use datasurface_ecosystem::{CodeInfo, Diagnostic, FormerNames, FormerSpelling, ModelPath, Reference};

pub(super) static FORMER_NAME: CodeInfo = CodeInfo::warning(
    "reference/former-name",
    "something is referred to by a name that it had before",
    "What was renamed says how it was called before (`renamed_from`), and whoever refers to it by that name means it still; so \
     does a statement that calls an input by it. So a rename is the change of one owner. The former name cannot be given to \
     anything else as long as somebody writes it: write the new one, before the statement of the rename is taken away.",
);

/// How many of those are shown who write a former name.
const MOST_SHOWN: usize = 5;

/// Returns the findings about references by former names. `place` tells where a datastore or workspace is declared.
pub(in crate::validate) fn findings(
    names: &FormerNames,
    place: impl Fn(&Reference) -> Option<ModelPath>,
) -> Vec<Diagnostic> {
    let mut findings: Vec<_> = names.spelled().iter().map(outdated).collect();
    for reused in names.reused() {
        let former = &reused.former;
        let Some(declared) = place(former) else { continue };
        let current = &reused.current;
        let message = format!("`{former}` is what others call `{current}`, which had the name before");
        let finding = Diagnostic::new(&STILL_THERE, declared, message)
            .with_help(format!("call it otherwise, or let all write `{current}` first"));
        findings.push(reused.spellings.iter().take(MOST_SHOWN).fold(finding, |finding, spelling| {
            finding.related_place(spelling.path.clone(), "has the former name")
        }));
    }
    findings
}

pub(super) fn outdated(spelling: &FormerSpelling) -> Diagnostic {
    let (spelled, meant) = (spelling.spelled(), spelling.meant());
    let message = format!("`{spelled}` is called `{meant}` now");
    Diagnostic::new(&FORMER_NAME, spelling.path.clone(), message)
        .with_help(format!("write `{}`, before `renamed_from` is taken away there", spelling.replacement()))
        .with_suggestion(spelling.correction())
}
