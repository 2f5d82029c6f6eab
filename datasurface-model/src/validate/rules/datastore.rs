//! `datastore/…`: what a datastore needs to be one.

use super::RuleContext;
use datasurface_ecosystem::{CodeInfo, Datastore, Diagnostic};
use datasurface_schema::{Entity, segment};

pub(super) static NO_DATASETS: CodeInfo = CodeInfo::error(
    "datastore/no-datasets",
    "a datastore has no datasets",
    "There is nothing to capture, and nothing that anybody could ask for. Add the datasets, or leave the datastore \
     out until they are known.",
);

pub(super) fn check(datastore: &Datastore, scope: &mut RuleContext<'_>) {
    if datastore.datasets().is_empty() {
        let message = format!("the datastore `{}` has no datasets", datastore.name());
        let finding = Diagnostic::new(&NO_DATASETS, scope.path().attribute(segment::DATASETS), message)
            .with_help("add a dataset, or remove the datastore");
        scope.report(finding);
    }
}
