//! The places at which a unit names classifications.

use crate::validate::unit::Content;
use datasurface_ecosystem::{
    DataTransformer, Dataset, Datastore, GovernanceZone, ModelPath, PolicyRule, Workspace,
};
use datasurface_schema::{Classification, Entity, segment};

/// Returns the path of a classification from that of its unit. Called for findings only.
type PathInUnit<'p> = &'p dyn Fn(ModelPath) -> ModelPath;

/// Visits each classification that a unit names, with its path. The frame of the ecosystem declares classifications, and names
/// none.
pub(in crate::validate) fn each_label<'a>(
    content: &'a Content,
    visit: &mut dyn FnMut(&'a Classification, PathInUnit<'_>),
) {
    match content {
        Content::Zone(zone) => of_zone(zone, visit),
        Content::Datastore(datastore) => of_datastore(datastore, visit),
        Content::Workspace(workspace) => of_workspace(workspace, visit),
        Content::Ecosystem(_) | Content::Transformers | Content::Team(_) => {}
    }
}

fn of_zone<'a>(zone: &'a GovernanceZone, visit: &mut dyn FnMut(&'a Classification, PathInUnit<'_>)) {
    for policy in zone.policies() {
        let of_policy = |unit: ModelPath| unit.child(segment::POLICIES, policy.name());
        if let PolicyRule::Classifications(permitted) = policy.rule() {
            let rule = |unit: ModelPath| of_policy(unit).attribute(segment::RULE);
            for label in permitted.allowed().into_iter().flatten() {
                visit(label, &|unit| rule(unit).child(segment::ALLOW, label));
            }
            for label in permitted.denied() {
                visit(label, &|unit| rule(unit).child(segment::DENY, label));
            }
        }
        for label in policy.freed_classifications().into_iter().flatten() {
            let frees = |unit: ModelPath| of_policy(unit).attribute(segment::FREES);
            visit(label, &|unit| frees(unit).child(segment::CLASSIFIED_ONLY, label));
        }
    }
}

fn of_datastore<'a>(datastore: &'a Datastore, visit: &mut dyn FnMut(&'a Classification, PathInUnit<'_>)) {
    for dataset in datastore.datasets() {
        let at = |unit: ModelPath| unit.child(segment::DATASETS, dataset.name());
        of_dataset(dataset, &at, visit);
    }
}

fn of_dataset<'a>(
    dataset: &'a Dataset,
    at: PathInUnit<'_>,
    visit: &mut dyn FnMut(&'a Classification, PathInUnit<'_>),
) {
    for label in dataset.classifications() {
        visit(label, &|unit| at(unit).child(segment::CLASSIFICATIONS, label));
    }
    for column in dataset.schema().classified_columns() {
        for label in column.classifications() {
            visit(label, &|unit| {
                at(unit).child(segment::COLUMNS, column.name()).child(segment::CLASSIFICATIONS, label)
            });
        }
    }
}

fn of_workspace<'a>(workspace: &'a Workspace, visit: &mut dyn FnMut(&'a Classification, PathInUnit<'_>)) {
    for label in workspace.classification_limit().into_iter().flatten() {
        visit(label, &|unit| unit.child(segment::HOLDING_ONLY, label));
    }
    for (dataset, removals) in workspace.transformer().into_iter().flat_map(DataTransformer::removals) {
        for label in removals.keys() {
            visit(label, &|unit| {
                unit.attribute(segment::TRANSFORMER).child(segment::REMOVES, dataset).entry(label)
            });
        }
    }
}
