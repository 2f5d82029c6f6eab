//! Names of siblings that look alike: people take one for the other, and approve, open and read the wrong one.
//!
//! Names that end up as SQL identifiers are not compared. They consist of ASCII letters, and tables have columns `x1` and `xl` that
//! everybody tells apart by what is in them.

use super::RuleContext;
use datasurface_ecosystem::{CodeInfo, Diagnostic, ModelPath, similarity::looks};
use datasurface_schema::{Name, folded};
use rustc_hash::FxHashMap;

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
    // Where all names are ASCII, there is no need of Unicode's table.
    let is_ascii = names.iter().all(|name| name.is_ascii());
    let mut first_by_look: FxHashMap<(bool, String), &str> = FxHashMap::default();
    for name in names {
        let mut keys = Vec::new();
        if name.is_ascii() {
            keys.push((true, digits_as_letters(name)));
        }
        if !is_ascii {
            keys.push((false, looks(&name.to_lowercase())));
        }
        let mut alike = None;
        for key in keys {
            // What is all ASCII looks alike by its digits alone: nobody takes `Corn` for `Com`.
            let by_digits = key.0;
            let first = *first_by_look.entry(key).or_insert(name);
            let is_same = folded(first).eq(folded(name));
            if !is_same && (by_digits || !first.is_ascii() || !name.is_ascii()) {
                alike = alike.or(Some(first));
            }
        }
        if let Some(first) = alike {
            report(name, first, N::NOUN, scope, &at);
        }
    }
}

fn report(
    name: &str,
    first: &str,
    noun: &str,
    scope: &mut RuleContext<'_>,
    at: &dyn Fn(ModelPath, &str) -> ModelPath,
) {
    let foreign = |text: &str| text.chars().find(|letter| !letter.is_ascii() && !is_in(first, name, *letter));
    let shown = foreign(name).or_else(|| foreign(first));
    let shown =
        shown.map(|letter| format!(": `{letter}` is U+{:04X}", u32::from(letter))).unwrap_or_default();
    let plural = super::unique::plural(noun);
    let message = format!("the {plural} `{first}` and `{name}` look alike{shown}");
    let finding = Diagnostic::new(&LOOK_ALIKE, at(scope.path(), name), message)
        .with_help("rename one of them")
        .related_place(at(scope.path(), first), "looks the same");
    scope.report(finding);
}

/// Whether both names have a letter.
fn is_in(first: &str, name: &str, letter: char) -> bool {
    first.contains(letter) && name.contains(letter)
}

/// The name with one sign for each group of ASCII characters that look alike.
fn digits_as_letters(name: &str) -> String {
    let letter = |letter: char| match letter {
        '1' | 'I' | '|' => 'l',
        '0' => 'O',
        other => other,
    };
    name.chars().map(letter).collect()
}
