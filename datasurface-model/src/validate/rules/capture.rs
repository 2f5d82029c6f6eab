//! `capture/…`: how a datastore is read.

use super::{Scope, reference};
use crate::{
    diagnostic::{CodeInfo, Diagnostic},
    ecosystem::{Capture, CaptureTrigger, Datastore},
    name::Name,
    named::Entity,
    validate::{names::Names, reference::Reference},
};

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
     list, a range, or have a step: `*/10 8-18 * * mon-fri`.",
);

pub(super) static UNKNOWN_TABLE: CodeInfo = CodeInfo::error(
    "capture/unknown-table",
    "a table is mapped to a dataset that the datastore lacks",
    "A capture names the source's table where it differs from the dataset's name. A mapping for a dataset that does \
     not exist does nothing, and the dataset that was meant is read from a table of the wrong name. Correct the name, \
     or remove the mapping.",
);

pub(super) fn check(datastore: &Datastore, scope: &mut Scope<'_>) {
    let name = datastore.name();
    match (datastore.capture(), scope.facts.producer(name)) {
        (None, None) => {
            let message = format!("nothing says how the datastore `{name}` is captured");
            let finding = Diagnostic::new(&MISSING, scope.path().attribute("capture"), message)
                .help("add a capture, or let a transformer fill the datastore");
            scope.report(finding);
        }
        (Some(_), Some(producer)) => {
            let path = scope.path().attribute("capture");
            let message = format!(
                "the datastore `{name}` is captured, but the transformer of `{}` fills it",
                producer.name()
            );
            let finding = Diagnostic::new(&UNEXPECTED, path.clone(), message)
                .help("remove the capture, or let the transformer fill another datastore")
                .suggest_removal(path)
                .related(producer.path().attribute("transformer"), "fills the datastore");
            scope.report(finding);
        }
        _ => {}
    }
    if let Some(capture) = datastore.capture() {
        of_capture(capture, datastore, scope);
    }
}

fn of_capture(capture: &Capture, datastore: &Datastore, scope: &mut Scope<'_>) {
    reference::check(Reference::Container(capture.container().clone()), scope, |unit| {
        unit.attribute("capture").attribute("container")
    });
    if let CaptureTrigger::Cron(cron) = capture.trigger()
        && let Some(problem) = cron.problem()
    {
        let path = scope.path().attribute("capture").attribute("trigger");
        let message = format!("`{cron}` is no timetable: {problem}");
        scope.report(Diagnostic::new(&CRON, path, message).help(super::CRON_HELP));
    }
    let (collection, tables) = capture.kind().sources();
    let mut names = None;
    for dataset in tables.keys() {
        if datastore.datasets().get(dataset).is_some() {
            continue;
        }
        let names = names.get_or_insert_with(|| Names::of(datastore.datasets().names().map(Name::as_str)));
        let path = scope.path().attribute("capture").child(collection, dataset);
        let message = format!("a table is given for `{dataset}`, which is no dataset of the datastore");
        let finding = Diagnostic::new(&UNKNOWN_TABLE, path.clone(), message)
            .help("name a dataset of the datastore, or remove the table")
            .did_you_mean(path, names.nearest(dataset.as_str()));
        scope.report(finding);
    }
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<super::fixture::Case> {
    use super::fixture::{Case, deriving, edited, filling, output};

    let capture = || Capture::sql_snapshot("USA/NorthWind/Source");
    let captured = |capture: Capture| edited(|team| team.datastore(output("S").captured(capture)));
    let derived = |store: Datastore| {
        edited(|team| team.datastore(store).workspace(deriving("W", "NW_Data/orders", filling("S"))))
    };
    vec![
        Case::new(
            &MISSING,
            "datastores/S/capture",
            edited(|team| team.datastore(output("S"))),
            captured(capture()),
        ),
        Case::new(
            &UNEXPECTED,
            "datastores/S/capture",
            derived(output("S").captured(capture())),
            derived(output("S")),
        ),
        Case::new(
            &CRON,
            "S/capture/trigger",
            captured(capture().cron("@daily")),
            captured(capture().cron("*/10 8-18 * * mon-fri")),
        ),
        Case::new(
            &UNKNOWN_TABLE,
            "S/capture/tables/dd",
            captured(capture().table("dd", "D")),
            captured(capture().table("d", "D")),
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
