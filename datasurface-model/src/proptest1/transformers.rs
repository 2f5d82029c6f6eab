//! Transformers: chains, branches and cycles of them, with SQL that could be run.

use super::{
    datastores::{Stores, Wanted},
    names::{CLASSIFICATIONS, CRONS, DATASETS, choose, word},
    plan::{Choice, TransformerPlan},
    workspaces::{distinct_sinks, mattering},
};
use crate::{
    ecosystem::{DataTransformer, Dataset, DatasetGroup, Datastore, Workspace},
    name::{Classification, ContainerKey, DatasetName, DatastoreName},
    schema::{Column, TableSchema},
};
use std::collections::{BTreeMap, BTreeSet};

/// The workspaces of transformers, each with the choice of its team. Their outputs are among the stores.
pub(super) struct Transforms {
    pub(super) workspaces: Vec<(Choice, Workspace)>,
}

/// A transformer whose inputs and outputs are known.
struct Draft<'p> {
    plan: &'p TransformerPlan,
    output: DatastoreName,
    groups: Vec<Vec<Wanted>>,
    selects: Vec<(DatasetName, String)>,
    /// Whether it reads its own output, or that of a later one.
    reads_back: bool,
}

impl Transforms {
    pub(super) fn of(plans: &[TransformerPlan], stores: &mut Stores, targets: &[ContainerKey]) -> Self {
        let mut drafts = Vec::new();
        if !stores.datasets().is_empty() {
            for (number, plan) in (1..).zip(plans) {
                drafts.push(Draft::forwards(plan, number, stores));
            }
            for draft in &mut drafts {
                draft.read_back(stores);
            }
        }
        let outputs = classifications(&drafts);
        stores.classify(&outputs);
        let workspaces = (1..)
            .zip(&drafts)
            .map(|(number, draft)| (draft.plan.team, draft.workspace(number, &outputs, targets)));
        Self { workspaces: workspaces.collect() }
    }
}

impl<'p> Draft<'p> {
    /// Reads what exists already, and makes its output.
    fn forwards(plan: &'p TransformerPlan, number: usize, stores: &mut Stores) -> Self {
        let groups: Vec<Vec<Wanted>> =
            plan.groups.iter().map(|sinks| distinct_sinks(sinks, stores.datasets())).collect();
        let inputs: Vec<&Wanted> = groups.iter().flatten().collect();
        let output: DatastoreName = format!("Output{number}").into();
        let mut datastore = Datastore::new(&output);
        let mut selects = Vec::new();
        for ((name, choice), number) in plan.outputs.iter().zip(1..) {
            let Some(input) = choose(&inputs, *choice) else {
                continue;
            };
            let name = DatasetName::from(format!("{}_{number}", word(&DATASETS, *name)));
            datastore = datastore.dataset(Dataset::new(&name, unclassified(&input.table)));
            selects.push((name, select(input)));
        }
        stores.add_output(plan.team, datastore);
        Self { plan, output, groups, selects, reads_back: false }
    }

    /// Adds its own output to the inputs, or that of a later transformer.
    fn read_back(&mut self, stores: &Stores) {
        let is_own = |wanted: &Wanted| wanted.key.datastore == self.output;
        let own =
            stores.datasets().iter().find(|wanted| self.plan.is_self_reading && is_own(wanted)).cloned();
        let later: Vec<&Wanted> = stores.datasets().iter().skip_while(|wanted| !is_own(wanted)).collect();
        let later =
            self.plan.reads_later.and_then(|choice| choose(&later, choice).map(|wanted| (*wanted).clone()));
        for wanted in own.into_iter().chain(later) {
            self.reads_back = true;
            for (_, sql) in &mut self.selects {
                sql.push_str(if sql.contains(" WHERE ") { " AND " } else { " WHERE " });
                sql.push_str(&format!("(SELECT COUNT(*) FROM {}) >= 0", input_name(&wanted)));
            }
            if let Some(group) = self.groups.first_mut()
                && group.iter().all(|other| other.key != wanted.key)
            {
                group.push(wanted);
            }
        }
    }

    fn inputs(&self) -> impl Iterator<Item = &Wanted> {
        self.groups.iter().flatten()
    }

    fn removes(&self) -> BTreeSet<Classification> {
        self.plan.removes.iter().map(|choice| word(&CLASSIFICATIONS, *choice).into()).collect()
    }

    fn workspace(
        &self,
        number: usize,
        outputs: &BTreeMap<DatastoreName, BTreeSet<Classification>>,
        targets: &[ContainerKey],
    ) -> Workspace {
        let mut transformer = DataTransformer::sql(&self.output);
        for (dataset, sql) in &self.selects {
            transformer = transformer.select(dataset, sql);
        }
        for classification in self.removes().intersection(&classified(self, outputs)) {
            transformer = transformer.removing(classification.as_str(), "what identified people is left out");
        }
        // A cycle of transformers needs a timetable on it; every cycle has one that reads back.
        let cron = self.plan.cron.or(self.reads_back.then_some(0));
        if let Some(choice) = cron {
            transformer = transformer.cron(word(&CRONS, choice));
        }
        let mut workspace = Workspace::new(format!("Transform{number}")).transformer(transformer);
        // Its inputs are brought there; often somebody else's data is, too.
        if let Some(container) = choose(targets, self.plan.container) {
            workspace = workspace.container(container);
        }
        if let Some(choice) = self.plan.priority {
            workspace = mattering(workspace, choice);
        }
        for (group, number) in self.groups.iter().zip(1..) {
            let sinks = group.iter().map(Wanted::sink);
            workspace = workspace.group(DatasetGroup::new(format!("inputs_{number}")).sinks(sinks));
        }
        workspace
    }
}

/// How each output must be classified: as all inputs are together, minus what its transformer removes. Around cycles,
/// until nothing changes any more.
fn classifications(drafts: &[Draft<'_>]) -> BTreeMap<DatastoreName, BTreeSet<Classification>> {
    let mut outputs = BTreeMap::new();
    loop {
        let next: BTreeMap<_, BTreeSet<_>> = drafts
            .iter()
            .map(|draft| {
                let kept = classified(draft, &outputs).difference(&draft.removes()).cloned().collect();
                (draft.output.clone(), kept)
            })
            .collect();
        if next == outputs {
            return outputs;
        }
        outputs = next;
    }
}

/// How the inputs are classified, all together.
fn classified(
    draft: &Draft<'_>,
    outputs: &BTreeMap<DatastoreName, BTreeSet<Classification>>,
) -> BTreeSet<Classification> {
    let of_input = |wanted: &Wanted| match outputs.get(&wanted.key.datastore) {
        Some(classifications) => classifications.clone(),
        None => wanted.classifications.clone(),
    };
    draft.inputs().flat_map(of_input).collect()
}

/// The same columns: outputs are classified as a whole.
fn unclassified(table: &TableSchema) -> TableSchema {
    let columns = table.columns().iter().map(|column| {
        let plain = Column::new(column.name(), column.data_type().clone());
        if column.is_nullable() { plain } else { plain.not_null() }
    });
    TableSchema::new(columns).keyed(table.key().iter().cloned())
}

fn select(input: &Wanted) -> String {
    let columns: Vec<String> =
        input.table.columns().iter().map(|column| format!("\"{}\"", column.name())).collect();
    format!("SELECT {} FROM {}", columns.join(", "), input_name(input))
}

fn input_name(input: &Wanted) -> String {
    format!("\"{}_{}\"", input.key.datastore, input.key.dataset)
}
