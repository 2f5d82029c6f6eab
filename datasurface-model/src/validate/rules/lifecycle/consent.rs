//! Who uses what is on its way out: with the consent of the group, and not for longer than it is there.

use super::super::RuleContext;
use crate::validate::facts::DatasetFact;
use chrono::NaiveDate;
use datasurface_ecosystem::{CodeInfo, DatasetSink, Diagnostic, ModelPath, Suggestion};
use datasurface_schema::{Entity, segment};

pub(in super::super) static NO_CONSENT: CodeInfo = CodeInfo::error(
    "lifecycle/no-consent",
    "a deprecated dataset is used without consent",
    "The producer of a deprecated dataset means to stop it. Whoever still uses it must have noticed: say until when \
     the group accepts deprecated data, or use another dataset.",
)
.waivable();

pub(in super::super) static CONSENT_EXPIRED: CodeInfo = CodeInfo::error(
    "lifecycle/consent-expired",
    "the consent to use a deprecated dataset has expired",
    "The group accepted deprecated data until a day that is over. Move to another dataset; if that needs more time, \
     agree on another day with the producer, and say so.",
)
.waivable();

pub(in super::super) static AFTER_SUNSET: CodeInfo = CodeInfo::warning(
    "lifecycle/after-sunset",
    "a group uses a dataset after the last day on which it is there",
    "From the day after the sunset on, whoever owns the data may take it away. Move to another dataset by then; if that needs \
     more time, agree on a later sunset with the producer.",
);

/// Judges whether a sink agrees with where its dataset is in its life. A dataset of a datastore that is on its way out
/// is on its way out, too.
pub(in super::super) fn check(
    sink: &DatasetSink,
    dataset: DatasetFact<'_>,
    scope: &mut RuleContext<'_>,
    at: impl Fn(ModelPath) -> ModelPath,
) {
    let own = dataset.deprecation().map(|own| (own.since(), own.reason(), true, own.sunset()));
    let whole =
        dataset.store().deprecation().map(|whole| (whole.since(), whole.reason(), false, whole.sunset()));
    let endings = || own.into_iter().chain(whole);
    let Some((since, reason, is_own, _)) = endings().min() else {
        return;
    };
    let place = |is_own| {
        let store = dataset.store().unit().path();
        if is_own { store.child(segment::DATASETS, &sink.name().dataset) } else { store }
    };
    if let Some(finding) = consent(sink, since, scope, &at) {
        scope.report(finding.related_place(place(is_own), format!("is deprecated: {reason}")));
    }
    let last = endings().filter_map(|(_, _, is_own, last)| Some((last?, is_own))).min();
    if let Some((last, is_own)) = last
        && let Some(finding) = sunset(sink, last, scope, &at)
    {
        scope.report(finding.related_place(place(is_own), "says when it ends"));
    }
}

/// Whether the group knows, and agreed.
fn consent(
    sink: &DatasetSink,
    since: NaiveDate,
    scope: &RuleContext<'_>,
    at: &impl Fn(ModelPath) -> ModelPath,
) -> Option<Diagnostic> {
    let key = sink.name();
    let today = scope.facts.today();
    if today < since {
        return None;
    }
    let (code, message, help) = match sink.consent_until() {
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
        Some(_) => return None,
    };
    Some(Diagnostic::new(code, at(scope.path()), message).with_help(help))
}

/// Whether the dataset is there for as long as the group wants it.
fn sunset(
    sink: &DatasetSink,
    last: NaiveDate,
    scope: &RuleContext<'_>,
    at: &impl Fn(ModelPath) -> ModelPath,
) -> Option<Diagnostic> {
    let key = sink.name();
    if last < scope.facts.today() {
        let message = format!("the dataset `{key}` was to be there until {last}, and is still used here");
        let help = "use another dataset, or agree on a later sunset with the producer";
        return Some(Diagnostic::new(&AFTER_SUNSET, at(scope.path()), message).with_help(help));
    }
    let until = sink.consent_until().filter(|until| *until > last)?;
    let path = at(scope.path()).attribute(segment::ACCEPTS_DEPRECATED_UNTIL);
    let message = format!("deprecated data is accepted until {until}, but `{key}` is there until {last}");
    let finding = Diagnostic::new(&AFTER_SUNSET, path.clone(), message)
        .with_help("accept it for as long as it is there, or agree on a later sunset with the producer")
        .with_suggestion(Suggestion::put(path, last.to_string()));
    Some(finding)
}
