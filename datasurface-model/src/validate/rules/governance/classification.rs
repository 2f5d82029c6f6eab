//! Which data there may be: a zone's own, what its workspaces receive, and what a workspace itself may hold.

use super::{ReceivedDataset, ZonePolicies};
use crate::validate::{facts::DatasetClassifications, rules::RuleContext};
use datasurface_ecosystem::{
    Datastore, Diagnostic, PolicyRule, Suggestion, Workspace,
    governance::{CLASSIFICATION_LIMIT, DenialContext, PolicySubject},
};
use datasurface_schema::{Entity, segment};

/// The zone's own datasets.
pub(super) fn check_datastore(datastore: &Datastore, zone: &ZonePolicies<'_>, scope: &mut RuleContext<'_>) {
    if !speaks_of_data(zone) {
        return;
    }
    let unit = scope.path();
    for dataset in datastore.datasets() {
        let classified = DatasetClassifications::new(dataset);
        let path = || unit.child(segment::DATASETS, dataset.name());
        let context = DenialContext {
            action: &|| {
                format!("the dataset `{}/{}` may not be in its zone", datastore.name(), dataset.name())
            },
            path: &path,
            dataset: None,
            storage_path: None,
            removal_path: None,
            help: match dataset.is_classified_completely() {
                true => "leave out what is not permitted",
                false => "leave out what is not permitted, and classify the dataset or each of its columns",
            },
        };
        judge(classified, zone, &context, scope);
    }
}

/// What a workspace receives: what its zone says of it, and the zone of its container.
pub(super) fn check_workspace(
    workspace: &Workspace,
    zones: &[ZonePolicies<'_>],
    received: &[ReceivedDataset<'_>],
    scope: &mut RuleContext<'_>,
) {
    let zones: Vec<_> = zones.iter().filter(|zone| speaks_of_data(zone)).collect();
    let limit = workspace.classification_limit();
    if zones.is_empty() && limit.is_none() {
        return;
    }
    let unit = scope.path();
    for one in received {
        let classified = scope.facts.classifications(one.key, one.dataset);
        let sink = || one.sink(&unit);
        for zone in &zones {
            let context = DenialContext {
                action: &|| format!("the workspace `{}` may not receive `{}`", workspace.name(), one.key),
                path: &sink,
                dataset: Some(&|| one.path()),
                storage_path: None,
                removal_path: one.remedy(&sink),
                help: "leave the dataset out, or let a transformer remove what is sensitive",
            };
            judge(classified, zone, &context, scope);
        }
        let over = limit.and_then(|limit| {
            let over = classified.labels().into_iter().find(|label| !limit.contains(*label));
            over.map(|label| format!("is classified `{label}`"))
                .or_else(|| classified.is_incomplete().then(|| "is not classified completely".to_owned()))
        });
        if let Some(over) = over {
            let message =
                format!("the workspace `{}` may not hold `{}`, which {over}", workspace.name(), one.key);
            let finding = Diagnostic::new(&CLASSIFICATION_LIMIT, sink(), message)
                .with_help("leave the dataset out, or let a transformer remove what is sensitive")
                .with_suggestion(one.remedy(&sink).map(|sink| Suggestion::remove(sink())))
                .related_place(one.path(), "is the data")
                .related_place(unit.attribute(segment::HOLDING_ONLY), "says what the workspace may hold");
            scope.report(finding);
        }
    }
}

fn speaks_of_data(zone: &ZonePolicies<'_>) -> bool {
    zone.policies.iter().any(|policy| matches!(policy.rule(), PolicyRule::Classifications(_)))
}

fn judge(
    classified: DatasetClassifications<'_>,
    zone: &ZonePolicies<'_>,
    context: &DenialContext<'_>,
    scope: &mut RuleContext<'_>,
) {
    let classifications = classified.labels();
    // What cannot be read may be what is missing.
    let is_complete = !classified.is_incomplete();
    zone.judge(&PolicySubject::Data { classifications: &classifications, is_complete }, context, scope);
}
