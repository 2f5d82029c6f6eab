//! `lifecycle/…`: what is on its way out needs the consent of those who still use it.

use super::Scope;
use crate::{
    diagnostic::{CodeInfo, Diagnostic, ModelPath},
    ecosystem::DatasetSink,
    named::Entity,
    validate::facts::DatasetFact,
};

pub(super) static NO_CONSENT: CodeInfo = CodeInfo::error(
    "lifecycle/no-consent",
    "a deprecated dataset is used without consent",
    "The producer of a deprecated dataset means to stop it. Whoever still uses it must have noticed: say until when \
     the group accepts deprecated data, or use another dataset.",
);

pub(super) static CONSENT_EXPIRED: CodeInfo = CodeInfo::error(
    "lifecycle/consent-expired",
    "the consent to use a deprecated dataset has expired",
    "The group accepted deprecated data until a day that is over. Move to another dataset; if that needs more time, \
     agree on another day with the producer, and say so.",
);

/// Judges whether a sink agrees with where its dataset is in its life.
pub(super) fn check(
    sink: &DatasetSink,
    dataset: DatasetFact<'_>,
    scope: &mut Scope<'_>,
    at: impl FnOnce(ModelPath) -> ModelPath,
) {
    let Some(deprecation) = dataset.deprecation else {
        return;
    };
    let key = sink.name();
    let today = scope.facts.today();
    let since = deprecation.since();
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
    let mut finding = Diagnostic::new(code, at(scope.path()), message).help(help);
    if let Some(datastore) = scope.facts.datastore_unit(&key.datastore) {
        let path = datastore.path().child("datasets", &key.dataset);
        finding = finding.related(path, format!("is deprecated: {}", deprecation.reason()));
    }
    scope.report(finding);
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<super::fixture::Case> {
    use super::fixture::{Case, consumer, day, edited, store};
    use crate::ecosystem::{Dataset, DatasetGroup, Deprecation};

    let with = |since: &str, until: Option<&str>| {
        let deprecation = Deprecation::new(day(since), "there is a better one");
        let dataset = Dataset::new("d", "id Integer key").deprecated(deprecation);
        let sink = DatasetSink::new("S/d");
        let sink = until.map_or(sink.clone(), |until| sink.accepting_deprecated_until(day(until)));
        let workspace = consumer("W", "NW_Data/orders").group(DatasetGroup::new("g").sink(sink));
        edited(|team| team.datastore(store("S", dataset)).workspace(workspace))
    };
    let at = "groups/g/sinks/S/d";
    vec![
        Case::new(&NO_CONSENT, at, with("2026-06-30", None), with("2026-07-01", None)),
        Case::new(&NO_CONSENT, at, with("2020-01-01", None), with("2020-01-01", Some("2026-06-30"))),
        Case::new(
            &CONSENT_EXPIRED,
            at,
            with("2020-01-01", Some("2026-06-29")),
            with("2026-07-01", Some("2026-06-29")),
        ),
    ]
}

#[cfg(test)]
mod tests {
    #[test]
    fn cases() {
        super::super::fixture::judge(super::cases());
    }
}
