//! `lifecycle/…`: what is on its way out needs the consent of those who still use it.

use super::{Scope, reference};
use crate::{
    diagnostic::{CodeInfo, Diagnostic, ModelPath, Suggestion},
    ecosystem::{DatasetSink, Datastore, Deprecation, Ecosystem},
    name::{DatasetKey, PlatformName},
    named::Entity,
    validate::{facts::DatasetFact, reference::Reference},
};
use std::fmt::Display;

pub(super) static NO_CONSENT: CodeInfo = CodeInfo::error(
    "lifecycle/no-consent",
    "a deprecated dataset is used without consent",
    "The producer of a deprecated dataset means to stop it. Whoever still uses it must have noticed: say until when \
     the group accepts deprecated data, or use another dataset.",
)
.waivable();

pub(super) static CONSENT_EXPIRED: CodeInfo = CodeInfo::error(
    "lifecycle/consent-expired",
    "the consent to use a deprecated dataset has expired",
    "The group accepted deprecated data until a day that is over. Move to another dataset; if that needs more time, \
     agree on another day with the producer, and say so.",
)
.waivable();

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

pub(super) static DEPRECATED_PLATFORM: CodeInfo = CodeInfo::warning(
    "lifecycle/deprecated-platform",
    "something is pinned to a platform that is on its way out",
    "Whoever operates the platform means to stop it. Pin the group or the datastore to another platform before that.",
);

/// Judges whether a sink agrees with where its dataset is in its life. A dataset of a datastore that is on its way out
/// is on its way out, too.
pub(super) fn check(
    sink: &DatasetSink,
    dataset: DatasetFact<'_>,
    scope: &mut Scope<'_>,
    at: impl FnOnce(ModelPath) -> ModelPath,
) {
    let own = dataset.deprecation().map(|own| (own.since(), own.reason(), true));
    let whole = dataset.store().deprecation().map(|whole| (whole.since(), whole.reason(), false));
    let Some((since, reason, is_own)) = own.into_iter().chain(whole).min() else {
        return;
    };
    let key = sink.name();
    let today = scope.facts.today();
    if today < since {
        return;
    }
    let (code, message, help) = match sink.accepts_deprecated_until() {
        None => (
            &NO_CONSENT,
            format!("the dataset `{key}` is deprecated since {since}, and nobody accepted that here"),
            "use another dataset, or say until when deprecated data is accepted",
        ),
        Some(last) if last < today => (
            &CONSENT_EXPIRED,
            format!("the dataset `{key}` is deprecated, which was accepted until {last}"),
            "use another dataset, or agree on a later day with the producer",
        ),
        Some(_) => return,
    };
    let store = dataset.store().unit().path();
    let place = if is_own { store.child("datasets", &key.dataset) } else { store };
    let finding = Diagnostic::new(code, at(scope.path()), message).help(help);
    scope.report(finding.related(place, format!("is deprecated: {reason}")));
}

/// Judges what a datastore and its datasets say about their end.
pub(super) fn of_datastore(datastore: &Datastore, scope: &mut Scope<'_>) {
    let name = datastore.name();
    if let Some(deprecation) = datastore.deprecation() {
        of_deprecation(deprecation, name, scope, |unit| unit);
        let replacement = deprecation.replacement().cloned().map(Reference::Datastore);
        of_replacement(replacement, name, scope, |unit| unit);
    }
    for dataset in datastore.datasets() {
        let Some(deprecation) = dataset.deprecation() else {
            continue;
        };
        let at = |unit: ModelPath| unit.child("datasets", dataset.name());
        let key = DatasetKey::new(name, dataset.name());
        of_deprecation(deprecation, &key, scope, at);
        of_replacement(deprecation.replacement().cloned().map(Reference::Dataset), &key, scope, at);
    }
}

/// Judges what platforms say about their end, and who is pinned to them nevertheless.
pub(super) fn of_ecosystem(ecosystem: &Ecosystem, scope: &mut Scope<'_>) {
    for platform in ecosystem.platforms() {
        let at = |root: ModelPath| root.child("platforms", platform.name());
        if let Some(deprecation) = platform.deprecation() {
            of_deprecation(deprecation, platform.name(), scope, at);
            let replacement = deprecation.replacement().cloned().map(Reference::Platform);
            of_replacement(replacement, platform.name(), scope, at);
        }
    }
    for pin in ecosystem.group_pins() {
        for platform in pin.platforms() {
            let at = |root: ModelPath| {
                root.child("group_pins", pin.name().to_string()).child("platforms", platform)
            };
            pinned(ecosystem, platform, scope, at);
        }
    }
    for pin in ecosystem.primary_pins() {
        let at = |root: ModelPath| root.child("primary_pins", pin.name()).attribute("platform");
        pinned(ecosystem, pin.platform(), scope, at);
    }
}

fn of_deprecation<R: PartialEq + Display>(
    deprecation: &Deprecation<R>,
    own: &R,
    scope: &mut Scope<'_>,
    at: impl Fn(ModelPath) -> ModelPath,
) {
    let path = |scope: &Scope<'_>| at(scope.path()).attribute("deprecation");
    if deprecation.reason().trim().is_empty() {
        let message = format!("nothing says why `{own}` is deprecated");
        let path = path(scope).attribute("reason");
        scope.report(Diagnostic::new(&NO_REASON, path, message).help("say why, for those who use it"));
    }
    if let Some(last) = deprecation.last_day().filter(|last| *last <= deprecation.since()) {
        let since = deprecation.since();
        let message = format!("`{own}` is deprecated since {since}, and gone after {last}");
        let finding = Diagnostic::new(&SUNSET, path(scope).attribute("sunset"), message)
            .help("let the sunset be after the day since which it is deprecated");
        scope.report(finding);
    }
    if deprecation.replacement() == Some(own) {
        let path = path(scope).attribute("replacement");
        let message = format!("`{own}` is to be replaced by itself");
        let finding = Diagnostic::new(&OWN_REPLACEMENT, path.clone(), message)
            .help("name what replaces it, or leave it out")
            .suggest(Suggestion::removal(path));
        scope.report(finding);
    }
}

fn of_replacement(
    replacement: Option<Reference>,
    own: &impl Display,
    scope: &mut Scope<'_>,
    at: impl Fn(ModelPath) -> ModelPath,
) {
    if let Some(replacement) = replacement {
        let at = |unit: ModelPath| at(unit).attribute("deprecation").attribute("replacement");
        // What is replaced is near, and cannot be meant.
        reference::check_unless(replacement, scope, at, |nearest| nearest == own.to_string());
    }
}

fn pinned(
    ecosystem: &Ecosystem,
    platform: &PlatformName,
    scope: &mut Scope<'_>,
    at: impl FnOnce(ModelPath) -> ModelPath,
) {
    let deprecation = ecosystem.platforms().get(platform).and_then(|found| found.deprecation());
    let Some(deprecation) = deprecation.filter(|deprecation| deprecation.since() <= scope.facts.today())
    else {
        return;
    };
    let message = format!("the platform `{platform}` is deprecated since {}", deprecation.since());
    let help = match deprecation.replacement() {
        Some(other) => format!("pin it to `{other}` instead"),
        None => "pin it to another platform".to_owned(),
    };
    let declared = scope.path().child("platforms", platform);
    let finding = Diagnostic::new(&DEPRECATED_PLATFORM, at(scope.path()), message).help(help);
    scope.report(finding.related(declared, format!("is deprecated: {}", deprecation.reason())));
}
