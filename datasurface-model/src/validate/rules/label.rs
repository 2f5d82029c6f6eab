//! `classification/…`: which labels there are.

use super::RuleContext;
use crate::validate::{
    labels::{LabelVerdict, each_label},
    unit::Content,
};
use datasurface_ecosystem::{CodeInfo, Diagnostic, Ecosystem, ModelPath};
use datasurface_schema::{Classification, segment};
use rustc_hash::FxHashMap;

pub(super) static UNDECLARED: CodeInfo = CodeInfo::error(
    "classification/undeclared",
    "a classification is none of those that the ecosystem declares",
    "Where an ecosystem lists its `classifications`, data, policies, workspaces and transformers name those alone. Any other one \
     is most often a slip: data that nobody recognizes for what it is, or a denial that denies nothing. Correct the name, or \
     let the owner of the ecosystem declare it.",
);

pub(super) static SIMILAR: CodeInfo = CodeInfo::warning(
    "classification/similar",
    "a classification is most likely a slip of another one",
    "Two classifications differ in case, in a letter or in what looks like one, and fewer parts of the model name this one. If it is \
     a slip, policies miss the data, or a denial denies nothing. Use one of the two. If both are meant, list all in \
     `classifications` of the ecosystem: then nothing else is accepted, and nobody has to guess.",
);

/// Judges the declared classifications.
pub(super) fn check_vocabulary(ecosystem: &Ecosystem, scope: &mut RuleContext<'_>) {
    let at = |unit: ModelPath, label: &str| unit.child(segment::CLASSIFICATIONS, label);
    super::name::check_labels(ecosystem.classifications().iter(), scope, at);
}

/// Judges each classification that a unit names. Whether it is the one that was meant is asked once for each.
pub(super) fn check<'a>(content: &'a Content, scope: &mut RuleContext<'a>) {
    let mut verdicts: FxHashMap<&Classification, LabelVerdict> = FxHashMap::default();
    each_label(content, &mut |label, path| {
        let verdict = verdicts.entry(label).or_insert_with(|| scope.facts.label(label));
        let finding = match verdict {
            LabelVerdict::Plausible => return,
            LabelVerdict::Undeclared { nearest } => {
                let message = format!("`{label}` is no classification of the ecosystem");
                Diagnostic::new(&UNDECLARED, path(scope.path()), message)
                    .with_help("name a declared one, or add this one to `classifications` of the ecosystem")
                    .did_you_mean(nearest.as_deref())
            }
            LabelVerdict::Similar { to } => {
                let message = format!("the classification `{label}` is nearly `{to}`, which is in use, too");
                Diagnostic::new(&SIMILAR, path(scope.path()), message).with_help(format!(
                    "name `{to}` if that is meant; if both are, list all in `classifications` of the ecosystem"
                ))
            }
        };
        scope.report(finding);
    });
}
