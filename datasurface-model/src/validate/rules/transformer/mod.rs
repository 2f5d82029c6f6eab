//! `transformer/…`: how new data is derived.

pub(super) mod artifact;
pub(super) mod classified;
pub(super) mod cycle;
pub(super) mod release;
pub(super) mod removal;
pub(super) mod statement;
pub(super) mod unclassified;

use super::{RuleContext, governance::ReceivedDataset};
use crate::validate::facts::OutputFact;
use datasurface_ecosystem::{
    CodeArtifact, CodeInfo, DataTransformer, Diagnostic, ModelPath, Reference, Select, Suggestion,
    TransformTrigger, Workspace,
};
use datasurface_schema::{DatasetName, DatastoreName, Name, NameIndex, segment};
use rustc_hash::FxHashSet;

pub(super) static CRON: CodeInfo = CodeInfo::error(
    "transformer/cron",
    "the timetable of a transformer cannot be read",
    "A timetable is five fields: minute, hour, day of month, month, day of week. Each may be `*`, a number, a name, a \
     list, or a range, which may have a step: `*/10 8-18 * * mon-fri`. What only some schedulers know (`L`, `W`, `#`, `?`) is \
     refused, and so is what never comes, as 30 February.",
);

pub(super) static TIME_ZONE: CodeInfo = CodeInfo::error(
    "transformer/time-zone",
    "the timetable of a transformer is in a time zone that does not exist",
    "Time zones are those of the IANA database: `Europe/Berlin`, `America/New_York`, `UTC`. Correct the name, or leave it \
     out: then the timetable is in UTC.",
);

pub(super) static UNKNOWN_OUTPUT: CodeInfo = CodeInfo::error(
    "transformer/unknown-output",
    "a transformer fills a datastore that does not exist",
    "The output of a transformer is a datastore like any other, with datasets and schemas, so that others can ask for \
     it. Correct the name, or add the datastore to the transformer's team.",
);

pub(super) static OTHER_TEAM: CodeInfo = CodeInfo::error(
    "transformer/other-team",
    "a transformer fills a datastore of another team",
    "Who owns a datastore answers for its data, so the code that makes the data must belong to the same team. Move the \
     datastore or the workspace, so that one team has both.",
);

pub(super) static SHARED_OUTPUT: CodeInfo = CodeInfo::error(
    "transformer/shared-output",
    "two transformers fill one datastore",
    "Each run of a transformer makes the whole of its output: two would undo each other's work. Give each transformer \
     a datastore of its own.",
);

pub(super) static MISSING_SELECT: CodeInfo = CodeInfo::error(
    "transformer/missing-select",
    "an output dataset is made by no statement",
    "A transformer in SQL makes each dataset of its output by one SELECT. Without one, the dataset would stay empty \
     for ever. Add the statement, or remove the dataset from the output.",
);

pub(super) static UNEXPECTED_SELECT: CodeInfo = CodeInfo::error(
    "transformer/unexpected-select",
    "a statement makes a dataset that the output lacks",
    "The result of the statement would have no place to go, and no schema to be checked against. Correct the name of \
     the dataset, add it to the output datastore, or remove the statement.",
);

pub(super) static DUPLICATE_SELECT: CodeInfo = CodeInfo::error(
    "transformer/duplicate-select",
    "two statements make one dataset",
    "Nobody could tell which of the two results should be kept. Remove one, or combine them into one SELECT.",
);

pub(super) fn check<'a>(
    workspace: &Workspace,
    received: &[ReceivedDataset<'a>],
    scope: &mut RuleContext<'a>,
) {
    let Some(transformer) = workspace.transformer() else {
        return;
    };
    if let TransformTrigger::Cron(cron) = transformer.trigger()
        && let Some(error) = cron.error()
    {
        let message = format!("`{cron}` is no timetable: {error}");
        let finding = Diagnostic::new(&CRON, path(scope).attribute(segment::TRIGGER), message)
            .with_help(super::CRON_HELP);
        scope.report(finding);
    }
    if let TransformTrigger::Cron(cron) = transformer.trigger() {
        let at = |unit: ModelPath| unit.attribute(segment::TRANSFORMER).attribute(segment::TRIGGER);
        super::cron_zone(cron, &TIME_ZONE, scope, at);
    }
    artifact::check(transformer.artifact(), scope);
    removal::reasons(transformer, scope);
    let inputs = classified::InputClassifications::new(received);
    if workspace.groups().iter().map(|group| group.sinks().len()).sum::<usize>() == received.len() {
        removal::unneeded(&inputs, transformer, scope);
    }
    let statements = statement::compiled(workspace, transformer, scope);
    statement::former_names(workspace, &statements, scope);
    match scope.facts.output(transformer.output()) {
        None => unknown_output(transformer, scope),
        Some(output) => {
            other_team(transformer, scope);
            let released = release::check(workspace, transformer, output, scope);
            selects(transformer, output, scope);
            statement::check(&statements, transformer, scope);
            let made = classified::MadeOf::new(&released, transformer, output, &statements);
            removal::check(&made, &inputs, scope);
            classified::check(&made, &inputs, scope);
        }
    }
    shared_output(transformer, scope);
}

fn path(scope: &RuleContext<'_>) -> ModelPath {
    scope.path().attribute(segment::TRANSFORMER)
}

fn unknown_output(transformer: &DataTransformer, scope: &mut RuleContext<'_>) {
    let output = transformer.output();
    let nearest = scope.facts.nearest(&Reference::Datastore(output.clone()));
    let nearest = nearest.filter(|nearest| can_be_filled(&nearest.as_str().into(), transformer, scope));
    let at = path(scope).attribute(segment::OUTPUT);
    let message = format!("there is no datastore `{output}` for the transformer to fill");
    let finding = Diagnostic::new(&UNKNOWN_OUTPUT, at.clone(), message)
        .with_help("name a datastore of the same team, or add this one to it")
        .did_you_mean(nearest.as_deref())
        .with_suggestion(nearest.as_deref().map(|nearest| Suggestion::put(at, nearest)));
    scope.report(finding);
}

/// Whether nothing speaks against it that a transformer fills this datastore.
fn can_be_filled(name: &DatastoreName, transformer: &DataTransformer, scope: &RuleContext<'_>) -> bool {
    let is_own = scope.facts.datastore_unit(name).is_some_and(|unit| unit.team() == scope.unit.team());
    let is_free = scope.facts.producer(name).is_none();
    is_own
        && is_free
        && scope.facts.output(name).is_some_and(|output| {
            let fits = match transformer.artifact() {
                CodeArtifact::Sql { selects } => {
                    let made = made_by(selects);
                    output.datasets().all(|dataset| made.contains(dataset))
                        && made.into_iter().all(|dataset| output.has(dataset))
                }
                _ => true,
            };
            fits && !output.is_captured()
        })
}

fn other_team(transformer: &DataTransformer, scope: &mut RuleContext<'_>) {
    let output = transformer.output();
    let Some(datastore) = scope.facts.datastore_unit(output) else {
        return;
    };
    if datastore.team() != scope.unit.team() {
        let message = format!("the transformer fills `{output}`, which belongs to another team");
        let finding = Diagnostic::new(&OTHER_TEAM, path(scope).attribute(segment::OUTPUT), message)
            .with_help("fill a datastore of the same team")
            .related_place(datastore.path(), "belongs to this team");
        scope.report(finding);
    }
}

fn shared_output(transformer: &DataTransformer, scope: &mut RuleContext<'_>) {
    let output = transformer.output();
    let first = scope.facts.producer(output).filter(|first| *first != scope.unit);
    if let Some(first) = first {
        let message =
            format!("the datastore `{output}` is filled by the transformer of `{}` too", first.name());
        let finding = Diagnostic::new(&SHARED_OUTPUT, path(scope).attribute(segment::OUTPUT), message)
            .with_help("give each transformer a datastore of its own")
            .related_place(first.path().attribute(segment::TRANSFORMER), "fills it first");
        scope.report(finding);
    }
}

fn selects(transformer: &DataTransformer, output: OutputFact<'_>, scope: &mut RuleContext<'_>) {
    let CodeArtifact::Sql { selects } = transformer.artifact() else {
        return;
    };
    let name = transformer.output();
    let mut made = FxHashSet::default();
    let mut names = None;
    for select in selects {
        let dataset = &select.dataset;
        let at = |scope: &RuleContext<'_>| path(scope).child(segment::SELECTS, dataset);
        if !made.insert(dataset) {
            let message = format!("the dataset `{dataset}` is made by two statements");
            let finding = Diagnostic::new(&DUPLICATE_SELECT, at(scope), message)
                .with_help("keep one of the statements, or combine them");
            scope.report(finding);
        } else if !output.has(dataset) {
            let names = names.get_or_insert_with(|| {
                let made = made_by(selects);
                NameIndex::new(output.datasets().filter(|name| !made.contains(name)).map(Name::as_str))
            });
            let nearest = names.nearest(dataset.as_str());
            let message = format!("a statement makes `{dataset}`, which is no dataset of `{name}`");
            let finding = Diagnostic::new(&UNEXPECTED_SELECT, at(scope), message)
                .with_help("name a dataset of the output, or remove the statement")
                .did_you_mean(nearest)
                .with_suggestion(nearest.map(|nearest| Suggestion::rename(at(scope), nearest)));
            scope.report(finding);
        }
    }
    for dataset in output.datasets().filter(|dataset| !made.contains(dataset)) {
        let message = format!("no statement makes the dataset `{dataset}` of `{name}`");
        let finding = Diagnostic::new(&MISSING_SELECT, path(scope).child(segment::SELECTS, dataset), message)
            .with_help(format!("add a SELECT for `{dataset}`, or remove it from the output"));
        scope.report(finding);
    }
}

/// The datasets that statements make.
fn made_by(selects: &[Select]) -> FxHashSet<&DatasetName> {
    selects.iter().map(|select| &select.dataset).collect()
}
