//! What each dataset is read from: tables, topics and files.

use super::RuleContext;
use crate::validate::{
    facts::ContainerFact,
    sources::{SharedSource, declared_source, sources},
};
use datasurface_ecosystem::{
    Capture, CaptureKind, CodeInfo, ContainerKind, Dataset, Datastore, Diagnostic, ModelPath, Suggestion,
    redact_passwords, source_identity,
    syntax::{is_key_prefix, is_topic},
    written_database,
};
use datasurface_schema::{DatasetName, Entity, Name, NameIndex, segment};
use rustc_hash::{FxBuildHasher, FxHashSet};

pub(in super::super) static UNKNOWN_TABLE: CodeInfo = CodeInfo::error(
    "capture/unknown-table",
    "a table is mapped to a dataset that the datastore lacks",
    "A capture names the source's table where it differs from the dataset's name. A mapping for a dataset that does \
     not exist does nothing, and the dataset that was meant is read from a table of the wrong name. Correct the name, \
     or remove the mapping.",
);

pub(in super::super) static MISSING_SOURCE: CodeInfo = CodeInfo::error(
    "capture/missing-source",
    "nothing says from which topic, or from which files, a dataset is read",
    "Tables are most often called like their datasets. Topics and the keys of files are not, so a capture names one for \
     each dataset. An empty prefix means every file of the container; a topic or a table must have a name. Add it, or remove the \
     dataset.",
);

pub(in super::super) static SHARED_SOURCE: CodeInfo = CodeInfo::error(
    "capture/shared-source",
    "two datasets are read from one table or topic, or from the same files",
    "What is in the source is one of the two datasets, and the other one gets its rows, too. Files are told apart by what their \
     keys begin with: `data/` begins whatever `data/orders/` begins. Correct one of the names, or remove one of the datasets.",
);

pub(in super::super) static SYNTAX: CodeInfo = CodeInfo::error(
    "capture/source-syntax",
    "a table, topic or prefix has a name that none can have",
    "No source has control characters or a password in its name, and no prefix of files has `.` or `..` as a part, an empty one, or a sign such as `*`; topics of Kafka have 1 to 249 ASCII letters, digits, `.`, `_` and `-`, and \
     are not called `.` or `..`. Correct the name: nothing would ever be read from it.",
);

pub(in super::super) static OTHER_DATABASE: CodeInfo = CodeInfo::error(
    "capture/other-database",
    "a table is in another database than the one that is captured from",
    "A server with several databases lets a statement in one of them read the others, by a name such as `hr.dbo.people`. Who may read \
     what is asked of the container, so only what is in its own database may be captured from it. Capture from a container that is \
     the other database.",
);

pub(in super::super) static FORMER: CodeInfo = CodeInfo::warning(
    "capture/former-source",
    "a renamed dataset is read from the table of its former name",
    "A dataset that is called otherwise is most often captured as before, from the table that had its former name. As long as \
     `renamed_from` says that name, so it is; without it, the table of the new name would be read. Name the table in the \
     capture: the former one, or, if the table was renamed as well, the new one.",
);

pub(super) fn check(capture: &Capture, datastore: &Datastore, scope: &mut RuleContext<'_>) {
    unknown_tables(capture, datastore, scope);
    let kind = scope.facts.container(capture.container()).map(ContainerFact::kind);
    for dataset in datastore.datasets() {
        written(capture, dataset.name(), scope);
        elsewhere(capture, dataset.name(), kind, scope);
        former(capture, dataset, scope);
    }
    // Messages about several sources repeat them.
    if !sources(capture, datastore).any(|(_, source)| has_password(source)) {
        shared(capture, datastore, scope);
        captured_elsewhere(capture, datastore, scope);
    }
}

/// Whether everything that something is read for is there.
fn unknown_tables(capture: &Capture, datastore: &Datastore, scope: &mut RuleContext<'_>) {
    let (collection, tables) = capture.kind().sources();
    let mut names = None;
    for dataset in tables.keys() {
        if datastore.datasets().get(dataset).is_some() {
            continue;
        }
        let names = names.get_or_insert_with(|| {
            let mapped = |name: &&DatasetName| tables.contains_key(*name);
            NameIndex::new(datastore.datasets().names().filter(|name| !mapped(name)).map(Name::as_str))
        });
        let nearest = names.nearest(dataset.as_str());
        let path = scope.path().attribute(segment::CAPTURE).child(collection, dataset);
        let message = format!("a table is given for `{dataset}`, which is no dataset of the datastore");
        let finding = Diagnostic::new(&UNKNOWN_TABLE, path.clone(), message)
            .with_help("name a dataset of the datastore, or remove the table")
            .did_you_mean(nearest)
            .with_suggestion(nearest.map(|nearest| Suggestion::rename(path, nearest)));
        scope.report(finding);
    }
}

/// Whether a dataset has a source, and how that is called.
fn written(capture: &Capture, dataset: &DatasetName, scope: &mut RuleContext<'_>) {
    let (collection, _) = capture.kind().sources();
    let Some(source) = declared_source(capture, dataset) else {
        let message = format!("nothing says where the dataset `{dataset}` is read from");
        let help = format!("add `{dataset}` to the {collection} of the capture");
        let finding =
            Diagnostic::new(&MISSING_SOURCE, path(capture, dataset, scope), message).with_help(help);
        return scope.report(finding);
    };
    let help = if has_password(source) {
        "name a table, a topic or a prefix alone, and a credential in the capture; change the password"
    } else if matches!(capture.kind(), CaptureKind::Kafka { .. }) && !is_topic(source) {
        "name a topic with 1 to 249 ASCII letters, digits, `.`, `_` and `-`"
    } else if source.chars().any(char::is_control) {
        "take the control characters out"
    } else if matches!(capture.kind(), CaptureKind::ObjectFiles { .. }) && !is_key_prefix(source) {
        "take `.`, `..`, empty parts and the signs `*?[{` out: where objects are read like files, they lead to others"
    } else {
        return;
    };
    let shown = redact_passwords(source).unwrap_or_else(|| source.to_owned());
    let message = format!("the dataset `{dataset}` cannot be read from `{}`", shown.escape_debug());
    let finding = Diagnostic::new(&SYNTAX, path(capture, dataset, scope), message).with_help(help);
    scope.report(finding);
}

/// Whether a dataset is read from the database that is captured from.
fn elsewhere(
    capture: &Capture,
    dataset: &DatasetName,
    kind: Option<&ContainerKind>,
    scope: &mut RuleContext<'_>,
) {
    let named = declared_source(capture, dataset).filter(|source| !has_password(source)).zip(kind);
    let Some(database) = named.and_then(|(source, kind)| written_database(kind, capture.kind(), source))
    else {
        return;
    };
    let container = capture.container();
    let message = format!(
        "the dataset `{dataset}` is read from `{database}`, and the container `{container}` is another database"
    );
    let finding = Diagnostic::new(&OTHER_DATABASE, path(capture, dataset, scope), message)
        .with_help("capture from a container that is that database, or correct the name of the table");
    scope.report(finding);
}

/// Whether a renamed dataset says what it is read from.
fn former(capture: &Capture, dataset: &Dataset, scope: &mut RuleContext<'_>) {
    let Some(former) = capture.former_source(dataset) else {
        return;
    };
    let name = dataset.name();
    let path = path(capture, name, scope);
    let message = format!("`{name}` was called `{former}`, and is read from the table `{former}` as before");
    // Either may be meant, so none is suggested.
    let finding = Diagnostic::new(&FORMER, path, message)
        .with_help(format!("name the table of `{name}`: `{former}`, or `{name}` if it was renamed, too"));
    scope.report(finding);
}

/// Whether another datastore captures what this one does, or files that those of this one are among.
fn captured_elsewhere(capture: &Capture, datastore: &Datastore, scope: &mut RuleContext<'_>) {
    for shared in scope.facts.shared_sources(datastore.name()) {
        let SharedSource { dataset, other, other_dataset, other_prefix } = shared;
        let (own, container) = (format!("{}/{dataset}", datastore.name()), capture.container());
        let others = format!("{}/{other_dataset}", other.name());
        let message = match other_prefix {
            Some(prefix) => format!(
                "`{others}` is read from all keys of the bucket that begin with `{prefix}`: so it gets what `{own}` is read from"
            ),
            None => format!(
                "the datasets `{others}` and `{own}` are both read from one source in the container `{container}`"
            ),
        };
        let finding = Diagnostic::new(&SHARED_SOURCE, path(capture, &dataset, scope), message)
            .with_help(format!("read `{others}`, or correct the name of one of the sources"))
            .related_place(other.path().child(segment::DATASETS, &other_dataset), "is read from it, too");
        scope.report(finding);
    }
}

/// Whether two datasets are read from one source. Equal names are told elsewhere, whatever they are read from.
fn shared(capture: &Capture, datastore: &Datastore, scope: &mut RuleContext<'_>) {
    let is_of_files = matches!(capture.kind(), CaptureKind::ObjectFiles { .. });
    let kind = scope.facts.container(capture.container()).map(ContainerFact::kind);
    let identified = || {
        let sources = sources(capture, datastore);
        sources.map(|(dataset, source)| (source_identity(kind, capture.kind(), source), source, dataset))
    };
    // Most often every source is another one. Files are in each other by what their names begin with.
    let mut known = FxHashSet::with_capacity_and_hasher(datastore.datasets().len(), FxBuildHasher);
    if !is_of_files && identified().all(|(identity, ..)| known.insert(identity)) {
        return;
    }
    let mut sources: Vec<_> = identified().collect();
    sources.sort();
    let is_in =
        |source: &str, outer: &str| if is_of_files { source.starts_with(outer) } else { source == outer };
    // Sources that this one is in, the widest first: in order, each comes after those that it is in.
    let mut around: Vec<(&str, &str, &DatasetName)> = Vec::new();
    for (identity, source, dataset) in &sources {
        while around.pop_if(|(outer, ..)| !is_in(identity, outer)).is_some() {}
        if let Some((outer_identity, outer, other)) = around.last().filter(|(_, _, other)| other != dataset) {
            let message = if identity == outer_identity {
                format!("the datasets `{other}` and `{dataset}` are both read from `{source}`")
            } else {
                format!(
                    "`{other}` is read from all that begins with `{outer}`: so it gets what `{dataset}` is read from, `{source}`"
                )
            };
            let finding = Diagnostic::new(&SHARED_SOURCE, path(capture, dataset, scope), message)
                .with_help("read each dataset from a source of its own, or remove one of them")
                .related_place(scope.path().child(segment::DATASETS, other), "is read from it, too");
            scope.report(finding);
        }
        around.push((identity, source, dataset));
    }
}

/// Whether a source is an address with a password in it. Most often none is any address.
fn has_password(source: &str) -> bool {
    source.contains([':', '@', '=', '%']) && redact_passwords(source).is_some()
}

fn path(capture: &Capture, dataset: &DatasetName, scope: &RuleContext<'_>) -> ModelPath {
    let (collection, _) = capture.kind().sources();
    scope.path().attribute(segment::CAPTURE).child(collection, dataset)
}
