//! `datastore/…`: what a datastore needs to be one.

use super::Scope;
use crate::{
    diagnostic::{CodeInfo, Diagnostic},
    ecosystem::Datastore,
    named::Entity,
};

pub(super) static NO_DATASETS: CodeInfo = CodeInfo::error(
    "datastore/no-datasets",
    "a datastore has no datasets",
    "There is nothing to capture, and nothing that anybody could ask for. Add the datasets, or leave the datastore \
     out until they are known.",
);

pub(super) fn check(datastore: &Datastore, scope: &mut Scope<'_>) {
    if datastore.datasets().is_empty() {
        let message = format!("the datastore `{}` has no datasets", datastore.name());
        let finding = Diagnostic::new(&NO_DATASETS, scope.path().attribute("datasets"), message)
            .help("add a dataset, or remove the datastore");
        scope.report(finding);
    }
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<super::fixture::Case> {
    use super::fixture::{Case, store};
    use crate::ecosystem::Dataset;

    let with = |datasets: &[&str]| {
        let datasets: Vec<_> = datasets.iter().map(|name| Dataset::new(*name, "id Integer key")).collect();
        let datastore = store("S", Dataset::new("d", "id Integer key")).datasets_replaced(datasets);
        super::fixture::edited(|team| team.datastore(datastore))
    };
    vec![Case::new(&NO_DATASETS, "datastores/S/datasets", with(&[]), with(&["d"]))]
}

#[cfg(test)]
mod tests {
    #[test]
    fn cases() {
        super::super::fixture::judge(super::cases());
    }
}
