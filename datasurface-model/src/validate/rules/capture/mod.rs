//! `capture/…`: how a datastore is read.

pub(super) mod keyless;
pub(super) mod recaptured;
pub(super) mod source;

use super::{RuleContext, container::users, credential, reference};
use datasurface_ecosystem::{
    Capture, CaptureKind, CaptureTrigger, CodeInfo, Consistency, ContainerKind, ContainerUse, Datastore,
    Diagnostic, ModelPath, Reference, Suggestion,
};
use datasurface_schema::{DataType, DatasetName, Entity, NameIndex, segment};

pub(super) static MISSING: CodeInfo = CodeInfo::error(
    "capture/missing",
    "nothing says how a datastore is captured",
    "Unless a transformer makes the data, DataSurface must know where it is and how to read it. Say how the datastore \
     is captured, or make it the output of a transformer.",
);

pub(super) static UNEXPECTED: CodeInfo = CodeInfo::error(
    "capture/unexpected",
    "a transformer's output is captured too",
    "The data of a transformer's output comes from the transformer, wherever that runs. A capture would be a second \
     source for the same datasets. Remove the capture, or let the transformer fill another datastore.",
);

pub(super) static CRON: CodeInfo = CodeInfo::error(
    "capture/cron",
    "the timetable of a capture cannot be read",
    "A timetable is five fields: minute, hour, day of month, month, day of week. Each may be `*`, a number, a name, a \
     list, or a range, which may have a step: `*/10 8-18 * * mon-fri`. What only some schedulers know (`L`, `W`, `#`, `?`) is \
     refused, and so is what never comes, as 30 February.",
);

pub(super) static CONSISTENCY: CodeInfo = CodeInfo::error(
    "capture/consistency",
    "a capture cannot read everything in one transaction",
    "Topics and files know no transaction that spans several of them: no platform could keep the promise that all \
     datasets are read as of one moment. Read each dataset on its own.",
);

pub(super) static CONTAINER_KIND: CodeInfo = CodeInfo::error(
    "capture/container-kind",
    "a container cannot be read in the way that a capture says",
    "Each way of capture needs something to read from: SQL needs a database, topics need a Kafka cluster, files an object \
     storage. Name another container, or capture in another way. What a platform's plug-in alone knows is not judged.",
);

pub(super) static WATERMARK: CodeInfo = CodeInfo::error(
    "capture/watermark",
    "a dataset cannot be captured by its watermark",
    "What is new is found by one column that every dataset of the datastore has, with one type, or by a column of the dataset \
     (`columns`): an integer or a timestamp that only grows. Add the column to the dataset, correct its type, or capture in another way.",
);

pub(super) static TIME_ZONE: CodeInfo = CodeInfo::error(
    "capture/time-zone",
    "the timetable of a capture is in a time zone that does not exist",
    "Time zones are those of the IANA database: `Europe/Berlin`, `America/New_York`, `UTC`. Correct the name, or leave it \
     out: then the timetable is in UTC.",
);

pub(super) fn check(datastore: &Datastore, scope: &mut RuleContext<'_>) {
    let name = datastore.name();
    match (datastore.capture(), scope.facts.producer(name)) {
        (None, None) => {
            let message = format!("nothing says how the datastore `{name}` is captured");
            let finding = Diagnostic::new(&MISSING, scope.path().attribute(segment::CAPTURE), message)
                .with_help("add a capture, or let a transformer fill the datastore");
            scope.report(finding);
        }
        (Some(_), Some(producer)) => {
            let path = scope.path().attribute(segment::CAPTURE);
            let message = format!(
                "the datastore `{name}` is captured, but the transformer of `{}` fills it",
                producer.name()
            );
            let finding = Diagnostic::new(&UNEXPECTED, path.clone(), message)
                .with_help("remove the capture, or let the transformer fill another datastore")
                .with_suggestion(Suggestion::remove(path))
                .related_place(producer.path().attribute(segment::TRANSFORMER), "fills the datastore");
            scope.report(finding);
        }
        _ => {}
    }
    if let Some(capture) = datastore.capture() {
        check_capture(capture, datastore, scope);
    }
}

fn check_capture(capture: &Capture, datastore: &Datastore, scope: &mut RuleContext<'_>) {
    reference::check(Reference::Container(capture.container().clone()), scope, |unit| {
        unit.attribute(segment::CAPTURE).attribute(segment::CONTAINER)
    });
    let user = format_args!("the datastore `{}`", datastore.name());
    users::check_use(capture.container(), ContainerUse::Read, &user, scope, |unit| {
        unit.attribute(segment::CAPTURE).attribute(segment::CONTAINER)
    });
    if let CaptureTrigger::Cron(cron) = capture.trigger()
        && let Some(error) = cron.error()
    {
        let path = scope.path().attribute(segment::CAPTURE).attribute(segment::TRIGGER);
        let message = format!("`{cron}` is no timetable: {error}");
        scope.report(Diagnostic::new(&CRON, path, message).with_help(super::CRON_HELP));
    }
    if let CaptureTrigger::Cron(cron) = capture.trigger() {
        super::cron_zone(cron, &TIME_ZONE, scope, |unit| {
            unit.attribute(segment::CAPTURE).attribute(segment::TRIGGER)
        });
    }
    source::check(capture, datastore, scope);
    consistency(capture, datastore, scope);
    credential::check_use(capture.credential(), capture.container(), scope, |unit| {
        unit.attribute(segment::CAPTURE).attribute(segment::CREDENTIAL)
    });
    container(capture, scope);
    watermark(capture, datastore, scope);
    keyless::check(capture, datastore, scope);
    recaptured::check(datastore, scope);
}

fn consistency(capture: &Capture, datastore: &Datastore, scope: &mut RuleContext<'_>) {
    let knows_no_transaction =
        matches!(capture.kind(), CaptureKind::Kafka { .. } | CaptureKind::ObjectFiles { .. });
    if knows_no_transaction && capture.consistency() == Consistency::MultiDataset {
        let path = scope.path().attribute(segment::CAPTURE).attribute(segment::CONSISTENCY);
        let technology = capture.kind().technology();
        let message = format!("`{technology}` cannot read all of `{}` in one transaction", datastore.name());
        let finding = Diagnostic::new(&CONSISTENCY, path.clone(), message)
            .with_help("read each dataset on its own")
            .with_suggestion(Suggestion::put(path, "single_dataset"));
        scope.report(finding);
    }
}

/// What is read from.
fn container(capture: &Capture, scope: &mut RuleContext<'_>) {
    let Some(container) = scope.facts.container(capture.container()) else {
        return;
    };
    let (technology, kind) = (capture.kind().technology(), container.kind());
    if !can_read(capture.kind(), kind) {
        let path = scope.path().attribute(segment::CAPTURE).attribute(segment::KIND);
        let (key, found) = (capture.container(), kind.technology());
        let message = format!("`{technology}` cannot read the container `{key}`, which is `{found}`");
        let finding = Diagnostic::new(&CONTAINER_KIND, path, message)
            .with_help("name another container, or capture in another way")
            .related_place(super::container::path_of(key), "is of this kind");
        scope.report(finding);
    }
}

fn can_read(capture: &CaptureKind, container: &ContainerKind) -> bool {
    let speaks_sql = container.server().is_some()
        || matches!(
            container,
            ContainerKind::Sqlite { .. } | ContainerKind::DuckDb { .. } | ContainerKind::Snowflake { .. }
        );
    match (capture, container) {
        // What only a plug-in knows, it may know how to read.
        (_, ContainerKind::Custom { .. } | ContainerKind::PlatformManaged) => true,
        (CaptureKind::Kafka { .. }, container) => matches!(container, ContainerKind::Kafka { .. }),
        (CaptureKind::ObjectFiles { .. }, container) => {
            matches!(container, ContainerKind::ObjectStorage { .. })
        }
        _ => speaks_sql,
    }
}

fn watermark(capture: &Capture, datastore: &Datastore, scope: &mut RuleContext<'_>) {
    let CaptureKind::SqlWatermark { columns: own, .. } = capture.kind() else {
        return;
    };
    for dataset in own.keys().filter(|dataset| datastore.datasets().get(*dataset).is_none()) {
        let path = scope.path().attribute(segment::CAPTURE).child(segment::COLUMNS, dataset);
        let message = format!("a watermark is given for `{dataset}`, which is no dataset of the datastore");
        let finding = Diagnostic::new(&WATERMARK, path.clone(), message)
            .with_help("name a dataset of the datastore, or remove the watermark")
            .with_suggestion(Suggestion::remove(path));
        scope.report(finding);
    }
    let mut first: Option<(&DatasetName, &DataType)> = None;
    for dataset in datastore.datasets() {
        let Some(name) = capture.watermark_column(dataset.name()) else { continue };
        let schema = dataset.schema();
        let path = scope.path().child(segment::DATASETS, dataset.name());
        let mut report = |path: ModelPath, message: String, help: &str| {
            let capture = scope.path().attribute(segment::CAPTURE).attribute(segment::KIND);
            let finding = Diagnostic::new(&WATERMARK, path, message).with_help(help);
            scope.report(finding.related_place(capture, "says which column tells what is new"));
        };
        let Some(column) = schema.readable().column(name) else {
            if schema.unreadable_columns().may_contain(name) {
                continue;
            }
            let message = format!("the dataset `{}` has no column `{name}`", dataset.name());
            let fitting = schema.readable().columns().iter().filter(|column| grows(column.data_type()));
            let names = NameIndex::new(fitting.map(|column| column.name().as_str()));
            match names.nearest(name.as_str()) {
                Some(nearest) => report(path, message, &format!("did you mean `{nearest}`?")),
                None => report(path, message, "add the column, or capture in another way"),
            }
            continue;
        };
        let path = path.child(segment::COLUMNS, name);
        let data_type = column.data_type();
        if !grows(data_type) {
            let message = format!("the column `{name}` is a `{data_type}`, which tells no one what is new");
            report(path, message, "make it an integer or a timestamp, or capture in another way");
            continue;
        }
        if own.contains_key(dataset.name()) {
            continue;
        }
        match first {
            Some((other, expected)) if expected != data_type => {
                let message =
                    format!("the column `{name}` is a `{data_type}`, but a `{expected}` in `{other}`");
                report(path, message, "give the column the same type in all datasets");
            }
            Some(_) => {}
            None => first = Some((dataset.name(), data_type)),
        }
    }
}

fn grows(data_type: &DataType) -> bool {
    use DataType::{BigInt, CustomInteger, Integer, SmallInt, Timestamp, TinyInt};
    matches!(data_type, TinyInt | SmallInt | Integer | BigInt | CustomInteger { .. } | Timestamp { .. })
}
