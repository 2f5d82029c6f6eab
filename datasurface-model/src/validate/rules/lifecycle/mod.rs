//! `lifecycle/…`: what is on its way out needs the consent of those who still use it.

pub(super) mod consent;

use super::{RuleContext, reference};
use chrono::NaiveDate;
use datasurface_ecosystem::{
    CodeInfo, Datastore, Deprecation, Diagnostic, Ecosystem, ModelPath, Reference, Suggestion,
};
use datasurface_schema::{DatasetKey, Entity, PlatformName, segment};
use std::fmt::Display;

pub(super) static SUNSET: CodeInfo = CodeInfo::error(
    "lifecycle/sunset",
    "something is gone before consumers were told to leave",
    "The sunset is the last day on which it is there, and comes after the day since which it is deprecated: consumers need \
     the time in between to leave. Correct one of the dates.",
);

pub(super) static NO_REASON: CodeInfo = CodeInfo::warning(
    "lifecycle/no-reason",
    "nothing says why something is deprecated",
    "Consumers are asked to leave, and decide by the reason how soon, and for what. Say why.",
);

pub(super) static OWN_REPLACEMENT: CodeInfo = CodeInfo::error(
    "lifecycle/own-replacement",
    "something is to be replaced by itself",
    "A replacement is where consumers should go instead, and must be something else. Correct the name, or leave it out.",
);

pub(super) static DEPRECATED_REPLACEMENT: CodeInfo = CodeInfo::warning(
    "lifecycle/deprecated-replacement",
    "something is to be replaced by what is on its way out, too",
    "Consumers would move twice, and of two that replace each other neither is left. Name what is to stay, or leave the \
     replacement out until that is known.",
);

pub(super) static DEPRECATED_PLATFORM: CodeInfo = CodeInfo::warning(
    "lifecycle/deprecated-platform",
    "something is pinned to a platform that is on its way out",
    "Whoever operates the platform means to stop it. Pin the group or the datastore to another platform before that.",
);

pub(super) static PLATFORM_GONE: CodeInfo = CodeInfo::error(
    "lifecycle/platform-gone",
    "something is pinned to a platform whose last day is over",
    "Whoever operates the platform promised it until its sunset, and may stop it at any time since. Pin the group or the \
     datastore to another platform; if that needs more time, agree on a later sunset.",
)
.waivable();

/// Judges what a datastore and its datasets say about their end.
pub(super) fn check_datastore(datastore: &Datastore, scope: &mut RuleContext<'_>) {
    let name = datastore.name();
    if let Some(deprecation) = datastore.deprecation() {
        check_deprecation(deprecation, name, scope, |unit| unit);
        let replacement = deprecation.replacement().cloned().map(Reference::Datastore);
        check_replacement(replacement, name, scope, |unit| unit);
        let other = deprecation.replacement().and_then(|other| scope.facts.store(other));
        let its_end = other.and_then(|other| other.deprecation()).map(Deprecation::since);
        ending_replacement(deprecation, name, its_end, scope, |unit| unit);
    }
    for dataset in datastore.datasets() {
        let Some(deprecation) = dataset.deprecation() else {
            continue;
        };
        let at = |unit: ModelPath| unit.child(segment::DATASETS, dataset.name());
        let key = DatasetKey::new(name, dataset.name());
        check_deprecation(deprecation, &key, scope, at);
        check_replacement(deprecation.replacement().cloned().map(Reference::Dataset), &key, scope, at);
        let its_end = deprecation.replacement().and_then(|other| deprecated_since(other, scope));
        ending_replacement(deprecation, &key, its_end, scope, at);
    }
}

/// Judges what platforms say about their end, and who is pinned to them nevertheless.
pub(super) fn check_ecosystem(ecosystem: &Ecosystem, scope: &mut RuleContext<'_>) {
    for platform in ecosystem.platforms() {
        let at = |root: ModelPath| root.child(segment::PLATFORMS, platform.name());
        if let Some(deprecation) = platform.deprecation() {
            check_deprecation(deprecation, platform.name(), scope, at);
            let replacement = deprecation.replacement().cloned().map(Reference::Platform);
            check_replacement(replacement, platform.name(), scope, at);
            let other = deprecation.replacement().and_then(|other| ecosystem.platforms().get(other));
            let its_end = other.and_then(|other| other.deprecation()).map(Deprecation::since);
            ending_replacement(deprecation, platform.name(), its_end, scope, at);
        }
    }
    for pin in ecosystem.group_pins() {
        for platform in pin.platforms() {
            let at = |root: ModelPath| {
                root.child(segment::GROUP_PINS, pin.name().to_string()).child(segment::PLATFORMS, platform)
            };
            pinned(ecosystem, platform, scope, at);
        }
    }
    for pin in ecosystem.primary_pins() {
        let at = |root: ModelPath| root.child(segment::PRIMARY_PINS, pin.name()).attribute(segment::PLATFORM);
        pinned(ecosystem, pin.platform(), scope, at);
    }
}

fn check_deprecation<R: PartialEq + Display>(
    deprecation: &Deprecation<R>,
    own: &R,
    scope: &mut RuleContext<'_>,
    at: impl Fn(ModelPath) -> ModelPath,
) {
    let path = |scope: &RuleContext<'_>| at(scope.path()).attribute(segment::DEPRECATION);
    if deprecation.reason().trim().is_empty() {
        let message = format!("nothing says why `{own}` is deprecated");
        let path = path(scope).attribute(segment::REASON);
        scope.report(Diagnostic::new(&NO_REASON, path, message).with_help("say why, for those who use it"));
    }
    if let Some(last) = deprecation.sunset().filter(|last| *last <= deprecation.since()) {
        let since = deprecation.since();
        let message = format!("`{own}` is deprecated since {since}, and gone after {last}");
        let finding = Diagnostic::new(&SUNSET, path(scope).attribute(segment::SUNSET), message)
            .with_help("let the sunset be after the day since which it is deprecated");
        scope.report(finding);
    }
    if deprecation.replacement() == Some(own) {
        let path = path(scope).attribute(segment::REPLACEMENT);
        let message = format!("`{own}` is to be replaced by itself");
        let finding = Diagnostic::new(&OWN_REPLACEMENT, path.clone(), message)
            .with_help("name what replaces it, or leave it out")
            .with_suggestion(Suggestion::remove(path));
        scope.report(finding);
    }
}

fn check_replacement(
    replacement: Option<Reference>,
    own: &impl Display,
    scope: &mut RuleContext<'_>,
    at: impl Fn(ModelPath) -> ModelPath,
) {
    if let Some(replacement) = replacement {
        let at = |unit: ModelPath| at(unit).attribute(segment::DEPRECATION).attribute(segment::REPLACEMENT);
        // What is replaced is near, and cannot be meant.
        reference::check_unless(replacement, scope, at, |nearest| nearest == own.to_string());
    }
}

/// Since when a dataset is deprecated, on its own or with its datastore.
fn deprecated_since(key: &DatasetKey, scope: &RuleContext<'_>) -> Option<NaiveDate> {
    let found = scope.facts.dataset(key)?;
    let own = found.deprecation().map(Deprecation::since);
    let whole = found.store().deprecation().map(Deprecation::since);
    own.into_iter().chain(whole).min()
}

/// Judges whether a replacement is there for those who have to leave. It may end later than what it replaces.
fn ending_replacement<R: PartialEq + Display>(
    deprecation: &Deprecation<R>,
    own: &R,
    its_end: Option<NaiveDate>,
    scope: &mut RuleContext<'_>,
    at: impl Fn(ModelPath) -> ModelPath,
) {
    let Some((other, since)) = deprecation.replacement().zip(its_end) else {
        return;
    };
    if other == own || since > scope.facts.today().max(deprecation.since()) {
        return;
    }
    let path = at(scope.path()).attribute(segment::DEPRECATION).attribute(segment::REPLACEMENT);
    let message = format!("`{own}` is to be replaced by `{other}`, which is deprecated as of {since}");
    let finding = Diagnostic::new(&DEPRECATED_REPLACEMENT, path, message)
        .with_help("name what is to stay, or leave the replacement out");
    scope.report(finding);
}

fn pinned(
    ecosystem: &Ecosystem,
    platform: &PlatformName,
    scope: &mut RuleContext<'_>,
    at: impl FnOnce(ModelPath) -> ModelPath,
) {
    let deprecation = ecosystem.platforms().get(platform).and_then(|found| found.deprecation());
    let Some(deprecation) = deprecation.filter(|deprecation| deprecation.since() <= scope.facts.today())
    else {
        return;
    };
    let since = deprecation.since();
    let (code, message) = match deprecation.sunset() {
        Some(last) if last < scope.facts.today() => {
            (&PLATFORM_GONE, format!("the platform `{platform}` was to be there until {last}"))
        }
        Some(last) => {
            let message =
                format!("the platform `{platform}` is deprecated since {since}, and is there until {last}");
            (&DEPRECATED_PLATFORM, message)
        }
        None => (&DEPRECATED_PLATFORM, format!("the platform `{platform}` is deprecated since {since}")),
    };
    let help = match deprecation.replacement() {
        Some(other) => format!("pin it to `{other}` instead"),
        None => "pin it to another platform".to_owned(),
    };
    let declared = scope.path().child(segment::PLATFORMS, platform);
    let finding = Diagnostic::new(code, at(scope.path()), message).with_help(help);
    scope.report(finding.related_place(declared, format!("is deprecated: {}", deprecation.reason())));
}
