//! Datasets without a key: which a capture may say to have none.

use super::RuleContext;
use datasurface_ecosystem::{Capture, CodeInfo, Datastore, Diagnostic, Suggestion};
use datasurface_schema::{Entity, NameIndex, segment};

pub(in super::super) static KEYLESS: CodeInfo = CodeInfo::error(
    "capture/keyless",
    "a capture says of a dataset that it has no key, and the dataset has one, or is not there",
    "What is in `keyless` of a capture has no key: its table is read as a whole, and takes the place of what was there before. With \
     a key, records are told apart, so that consumers get what changed, and may have history. Take a dataset that has one out \
     of the list, and correct names of datasets that the datastore lacks.",
);

pub(super) fn check(capture: &Capture, datastore: &Datastore, scope: &mut RuleContext<'_>) {
    let mut names = None;
    for name in capture.keyless_datasets() {
        let path = scope.path().attribute(segment::CAPTURE).child(segment::KEYLESS, name);
        let Some(dataset) = datastore.datasets().get(name) else {
            let names = names.get_or_insert_with(|| {
                let keyless = datastore.datasets().iter().filter(|dataset| {
                    dataset.schema().readable().key().is_empty() && !capture.is_keyless(dataset.name())
                });
                NameIndex::new(keyless.map(|dataset| dataset.name().as_str()))
            });
            let nearest = names.nearest(name.as_str());
            let message = format!("`{name}` is said to have no key, and is no dataset of the datastore");
            let suggestion = match nearest {
                Some(nearest) => Suggestion::rename(path.clone(), nearest),
                None => Suggestion::remove(path.clone()),
            };
            let finding = Diagnostic::new(&KEYLESS, path, message)
                .with_help("name a dataset of the datastore, or take the name away")
                .did_you_mean(nearest)
                .with_suggestion(suggestion);
            scope.report(finding);
            continue;
        };
        if !dataset.schema().readable().key().is_empty() {
            let message = format!("the dataset `{name}` has a key, and its capture says that it has none");
            let key = scope.path().child(segment::DATASETS, name).attribute(segment::KEY);
            let finding = Diagnostic::new(&KEYLESS, path.clone(), message)
                .with_help("take the dataset out of `keyless`, or take its key away")
                .related_place(key, "has its key here")
                .with_suggestion(Suggestion::remove(path));
            scope.report(finding);
        }
    }
}
