//! Names that must be unique, without regard to case.

use super::{DUPLICATE, RuleContext};
use crate::validate::unit::UnitKey;
use datasurface_ecosystem::{Diagnostic, ModelPath};
use datasurface_schema::{Name, are_distinct, folded};

/// Reports a unit that has its name from another one, which comes first.
pub(super) fn unique_in_ecosystem(
    collection: &'static str,
    first: Option<&UnitKey>,
    scope: &mut RuleContext<'_>,
) {
    if let Some(first) = first.filter(|first| *first != scope.unit) {
        let finding = duplicate(collection, scope.unit.name(), first.name(), scope.path(), first.path());
        scope.report(finding);
    }
}

/// Reports every name that an earlier one has already, without regard to case.
pub(super) fn unique<'n, N: Name + 'n>(
    names: impl Iterator<Item = &'n N> + Clone,
    scope: &mut RuleContext<'_>,
    at: impl Fn(ModelPath, &str) -> ModelPath,
) {
    let names = names.map(Name::as_str);
    if !are_distinct(names.clone()) {
        each_repeated(names.collect(), N::NOUN, scope, &at);
    }
}

fn each_repeated(
    mut names: Vec<&str>,
    noun: &str,
    scope: &mut RuleContext<'_>,
    at: &dyn Fn(ModelPath, &str) -> ModelPath,
) {
    // Stable, so that the earlier one of two equal names stays before the other.
    names.sort_by(|one, two| folded(one).cmp(folded(two)));
    for same in names.chunk_by(|one, two| folded(one).eq(folded(two))) {
        if let [first, others @ ..] = same {
            for name in others {
                let first_path = at(scope.path(), first);
                let plural = plural(noun);
                let finding = duplicate(&plural, name, first, at(scope.path(), name), first_path);
                scope.report(finding);
            }
        }
    }
}

pub(super) fn plural(noun: &str) -> String {
    match noun.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{noun}s"),
    }
}

fn duplicate(nouns: &str, name: &str, first: &str, path: ModelPath, first_path: ModelPath) -> Diagnostic {
    let message = if name == first {
        format!("there are several {nouns} called `{name}`")
    } else {
        format!("the {nouns} `{first}` and `{name}` differ in upper and lower case only")
    };
    Diagnostic::new(&DUPLICATE, path, message)
        .with_help("rename one of them, or take one away")
        .related_place(first_path, "has this name, too")
}
