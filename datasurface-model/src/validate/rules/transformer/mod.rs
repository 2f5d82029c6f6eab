//! `transformer/…`: how new data is derived.

pub(super) mod artifact;
pub(super) mod cycle;
pub(super) mod release;
pub(super) mod statement;

use super::{RuleContext, governance::ReceivedDataset};
use crate::{
    diagnostic::{CodeInfo, Diagnostic, ModelPath, Suggestion},
    ecosystem::{CodeArtifact, DataTransformer, Select, TransformTrigger, Workspace},
    validate::{facts::OutputFact, name_index::NameIndex, reference::Reference},
};
use datasurface_schema::{Classification, DatasetKey, DatasetName, DatastoreName, Name, segment};
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;

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

pub(super) static NO_REASON: CodeInfo = CodeInfo::warning(
    "transformer/no-reason",
    "nothing says why a transformer removes what is sensitive",
    "The output of a transformer is classified less strictly than its inputs because the transformer is said to take \
     something out. Somebody answers for that, and others rely on it: say how it is done.",
);

pub(super) static UNDER_CLASSIFIED: CodeInfo = CodeInfo::error(
    "transformer/under-classified",
    "the output of a transformer is classified less strictly than its inputs",
    "Sensitive data stays sensitive when it is derived from, unless the transformer takes what is sensitive out. \
     Classify each dataset of the output, or a column of it, or say that the transformer removes what is sensitive, and why.",
)
.waivable();

pub(super) static UNCLASSIFIED_INPUT: CodeInfo = CodeInfo::error(
    "transformer/unclassified-input",
    "the output of a transformer is classified completely, and an input is not",
    "What is not classified may be anything, so it never passes where only some classifications are allowed. Data that is \
     derived from it would pass there if it were classified, though nobody knows what is in it. Classify the input, or \
     each of its columns, or leave the output without classification.",
)
.waivable();

pub(super) static UNNEEDED_REMOVAL: CodeInfo = CodeInfo::warning(
    "transformer/unneeded-removal",
    "a transformer removes a classification that none of its inputs has",
    "What a transformer says that it removes is not asked of its output. Where no input has the classification, either the input is \
     not classified as it should be, or the promise is left over, and would hide what a later input brings. Classify the \
     input, or take the promise away.",
);

/// The classifications of the inputs, each with the first dataset by name that brings it, whatever the group that wants it.
type InputClassifications<'a> = BTreeMap<&'a Classification, &'a DatasetKey>;

pub(super) fn check(workspace: &Workspace, received: &[ReceivedDataset<'_>], scope: &mut RuleContext<'_>) {
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
    reasons(transformer, scope);
    let inputs = input_classifications(received, scope);
    if workspace.groups().iter().map(|group| group.sinks().len()).sum::<usize>() == received.len() {
        unneeded_removals(received, transformer, &inputs, scope);
    }
    let statements = statement::compiled(workspace, transformer, scope);
    match scope.facts.output(transformer.output()) {
        None => unknown_output(transformer, scope),
        Some(output) => {
            other_team(transformer, scope);
            release::check(workspace, transformer, output, scope);
            selects(transformer, output, scope);
            statement::check(&statements, transformer, scope);
            classifications(&inputs, transformer, output, scope);
            unclassified_inputs(received, transformer, output, scope);
        }
    }
    shared_output(transformer, scope);
}

fn reasons(transformer: &DataTransformer, scope: &mut RuleContext<'_>) {
    for (classification, _) in transformer.removals().iter().filter(|(_, reason)| reason.trim().is_empty()) {
        let path = path(scope).child(segment::REMOVES, classification);
        let message = format!("nothing says how the transformer removes `{classification}`");
        scope.report(Diagnostic::new(&NO_REASON, path, message).with_help("say how it is removed"));
    }
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

fn input_classifications<'a>(
    received: &[ReceivedDataset<'a>],
    scope: &RuleContext<'a>,
) -> InputClassifications<'a> {
    let mut inputs = InputClassifications::new();
    for one in received {
        for classification in scope.facts.classifications(one.key, one.dataset).iter() {
            let first = inputs.entry(classification).or_insert(one.key);
            *first = one.key.min(first);
        }
    }
    inputs
}

/// Judged where all of every input is known: what is not may be what brings the classification.
fn unneeded_removals(
    received: &[ReceivedDataset<'_>],
    transformer: &DataTransformer,
    inputs: &InputClassifications<'_>,
    scope: &mut RuleContext<'_>,
) {
    let removed = transformer.removals().keys();
    let mut unneeded = removed.filter(|removed| inputs.get(removed).is_none()).peekable();
    let may_pass_it_on =
        |one: &ReceivedDataset<'_>| scope.facts.classifications(one.key, one.dataset).may_have_others();
    if unneeded.peek().is_none() || received.iter().any(may_pass_it_on) {
        return;
    }
    for classification in unneeded {
        let at = path(scope).child(segment::REMOVES, classification);
        let message = format!(
            "the transformer removes `{classification}`, with which none of its inputs is classified"
        );
        let finding = Diagnostic::new(&UNNEEDED_REMOVAL, at, message)
            .with_help("classify the input that has it, or take the removal away");
        scope.report(finding);
    }
}

fn classifications(
    inputs: &InputClassifications<'_>,
    transformer: &DataTransformer,
    output: OutputFact<'_>,
    scope: &mut RuleContext<'_>,
) {
    for (dataset, classified) in output.classified().filter(|(_, classified)| !classified.may_have_others()) {
        let kept = classified.labels();
        for (classification, from) in inputs.iter() {
            if kept.contains(classification) || transformer.removals().contains_key(*classification) {
                continue;
            }
            let key = DatasetKey::new(transformer.output(), dataset);
            let message =
                format!("`{from}` is classified `{classification}`, but nothing in the output `{key}` is");
            let mut finding = Diagnostic::new(&UNDER_CLASSIFIED, path(scope).attribute(segment::OUTPUT), message).with_help(
                format!(
                    "classify `{dataset}` or a column of it as `{classification}`, or say that the transformer removes it"
                ),
            );
            if let Some(input) = scope.facts.datastore_unit(&from.datastore) {
                finding = finding.related_place(
                    input.path().child(segment::DATASETS, &from.dataset),
                    "brings the classification",
                );
            }
            scope.report(finding);
        }
    }
}

/// Judged at the first sink of each input: it is the input that somebody has to answer for.
fn unclassified_inputs(
    received: &[ReceivedDataset<'_>],
    transformer: &DataTransformer,
    output: OutputFact<'_>,
    scope: &mut RuleContext<'_>,
) {
    let Some((dataset, _)) = output.classified().find(|(_, classified)| classified.is_complete()) else {
        return;
    };
    let mut judged = FxHashSet::default();
    for one in received.iter().filter(|one| judged.insert(one.key)) {
        if !scope.facts.classifications(one.key, one.dataset).is_incomplete() {
            continue;
        }
        let key = DatasetKey::new(transformer.output(), dataset);
        let message =
            format!("`{}` is not classified completely, but what is derived from it, `{key}`, is", one.key);
        let mut finding = Diagnostic::new(&UNCLASSIFIED_INPUT, one.sink(&scope.path()), message)
            .with_help(
                "classify the input or each of its columns, or leave the output without classification",
            )
            .related_place(one.path(), "is not classified completely");
        if let Some(made) = scope.facts.datastore_unit(transformer.output()) {
            finding = finding.related_place(made.path().child(segment::DATASETS, dataset), "is classified");
        }
        scope.report(finding);
    }
}
