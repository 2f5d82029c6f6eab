//! Names of siblings that look alike: people take one for the other, and approve, open and read the wrong one.
//!
//! Names that end up as SQL identifiers are not compared. They consist of ASCII letters, and tables have columns `x1` and `xl` that
//! everybody tells apart by what is in them.

use super::RuleContext;
use datasurface_ecosystem::{CodeInfo, Diagnostic, ModelPath, similarity::look_alikes};
use datasurface_schema::Name;

pub(in super::super) static LOOK_ALIKE: CodeInfo = CodeInfo::warning(
    "name/look-alike",
    "two names beside each other look alike",
    "Letters of several scripts look the same, and so do `l`, `I` and `1`, `O` and `0`. Whoever reads a policy, an approval or a \
     denial takes one of the names for the other. Rename one of them; if both are as they should be, waive this.",
);

/// Reports every name that looks like an earlier one. Names that differ in case only are duplicates, which is reported elsewhere.
pub(super) fn check<'n, N: Name + 'n>(
    names: impl Iterator<Item = &'n N>,
    scope: &mut RuleContext<'_>,
    at: impl Fn(ModelPath, &str) -> ModelPath,
) {
    let names: Vec<&str> = names.map(Name::as_str).collect();
    for (first, name) in look_alikes(&names) {
        let is_common = |letter: &char| first.contains(*letter) && name.contains(*letter);
        let foreign = |text: &str| text.chars().find(|letter| !letter.is_ascii() && !is_common(letter));
        let shown = foreign(name).or_else(|| foreign(first));
        let shown =
            shown.map(|letter| format!(": `{letter}` is U+{:04X}", u32::from(letter))).unwrap_or_default();
        let plural = super::unique::plural(N::NOUN);
        let message = format!("the {plural} `{first}` and `{name}` look alike{shown}");
        let finding = Diagnostic::new(&LOOK_ALIKE, at(scope.path(), name), message)
            .with_help("rename one of them")
            .related_place(at(scope.path(), first), "looks the same");
        scope.report(finding);
    }
}
