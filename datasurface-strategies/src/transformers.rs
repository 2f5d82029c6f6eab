//! Transformers: chains, branches and cycles of them, with SQL that could be run.

use super::{
    datastores::{AvailableDataset, Stores},
    names::{CLASSIFICATIONS, CRONS, DATASETS, choose, word},
    plan::{Choice, TransformerPlan},
    workspaces::{distinct_sinks, with_priority_and_deadline},
};
use datasurface_model::{
    Classification, Column, ColumnName, ContainerKey, DataTransformer, DataType, Dataset, DatasetGroup,
    DatasetName, Datastore, DatastoreName, Removal, TableSchema, TransformTrigger, Workspace,
};
use std::collections::{BTreeMap, BTreeSet};

/// The workspaces of transformers, each with the choice of its team. Their outputs are among the stores.
pub(super) struct TransformerWorkspaces {
    pub(super) workspaces: Vec<(Choice, Workspace)>,
}

/// A transformer whose inputs and outputs are known.
struct TransformerDraft<'p> {
    plan: &'p TransformerPlan,
    output: DatastoreName,
    groups: Vec<Vec<AvailableDataset>>,
    selects: Vec<(DatasetName, String)>,
    /// The columns of its outputs.
    columns: Vec<(DatasetName, Vec<ColumnName>)>,
    /// Whether its inputs are classified: all of them, or none. Otherwise nobody could say how its output is.
    is_classified: bool,
    /// Whether it reads its own output, or that of a later one.
    reads_back: bool,
}

impl TransformerWorkspaces {
    pub(super) fn build(plans: &[TransformerPlan], stores: &mut Stores, targets: &[ContainerKey]) -> Self {
        let mut drafts = Vec::new();
        if !stores.datasets().is_empty() {
            for (number, plan) in (1..).zip(plans) {
                drafts.push(TransformerDraft::forwards(plan, number, stores));
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

impl<'p> TransformerDraft<'p> {
    /// Reads what exists already, and makes its output.
    fn forwards(plan: &'p TransformerPlan, number: usize, stores: &mut Stores) -> Self {
        let first = plan.groups.iter().flatten().find_map(|choice| choose(stores.datasets(), *choice));
        let is_classified = first.is_some_and(|first| first.is_classified);
        let alike: Vec<AvailableDataset> = stores.datasets_classified(is_classified).cloned().collect();
        let groups: Vec<Vec<AvailableDataset>> =
            plan.groups.iter().map(|sinks| distinct_sinks(sinks, &alike)).collect();
        let inputs: Vec<&AvailableDataset> = groups.iter().flatten().collect();
        let output: DatastoreName = format!("Output{number}").into();
        let mut datastore = Datastore::new(&output);
        let (mut selects, mut columns) = (Vec::new(), Vec::new());
        for ((name, choice), number) in plan.outputs.iter().zip(1..) {
            let Some(input) = choose(&inputs, *choice) else {
                continue;
            };
            let name = DatasetName::from(format!("{}_{number}", word(&DATASETS, *name)));
            let is_masked = !plan.removes.is_empty();
            let table = output_table(input, is_masked);
            columns
                .push((name.clone(), table.columns().iter().map(|column| column.name().clone()).collect()));
            datastore = datastore.dataset(Dataset::new(&name, table));
            selects.push((name, select(input, is_masked)));
        }
        stores.add_output(plan.team, datastore, is_classified);
        Self { plan, output, groups, selects, columns, is_classified, reads_back: false }
    }

    /// Adds its own output to the inputs, or that of a later transformer.
    fn read_back(&mut self, stores: &Stores) {
        let is_own = |wanted: &AvailableDataset| wanted.key.datastore == self.output;
        let mut alike = stores.datasets_classified(self.is_classified);
        let later: Vec<&AvailableDataset> = alike.clone().skip_while(|wanted| !is_own(wanted)).collect();
        let own = alike.find(|wanted| self.plan.is_self_reading && is_own(wanted)).cloned();
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

    fn inputs(&self) -> impl Iterator<Item = &AvailableDataset> {
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
            for (dataset, columns) in &self.columns {
                let why = Removal::new("what identified people is left out");
                let removal = columns.iter().fold(why, |removal, column| removal.column(column, "left out"));
                transformer = transformer.removal(dataset, classification.as_str(), removal);
            }
        }
        // A cycle of transformers needs a timetable on it; every cycle has one that reads back.
        let cron = self.plan.cron.or(self.reads_back.then_some(0));
        if let Some(choice) = cron {
            transformer = transformer.with_cron(word(&CRONS, choice));
        } else if self.plan.is_waiting_for_all {
            transformer = transformer.with_trigger(TransformTrigger::AllInputsMoved);
        }
        let mut workspace = Workspace::new(format!("Transform{number}")).with_transformer(transformer);
        // Its inputs are brought there; often somebody else's data is, too.
        if let Some(container) = choose(targets, self.plan.container) {
            workspace = workspace.with_container(container);
        }
        if let Some(choice) = self.plan.priority {
            workspace = with_priority_and_deadline(workspace, choice);
        }
        for (group, number) in self.groups.iter().zip(1..) {
            let sinks = group.iter().map(AvailableDataset::sink);
            workspace = workspace.group(DatasetGroup::new(format!("inputs_{number}")).with_sinks(sinks));
        }
        workspace
    }
}

/// How each output must be classified: as all inputs are together, minus what its transformer removes. Where all of it is
/// removed, it is said what is left.
fn classifications(drafts: &[TransformerDraft<'_>]) -> BTreeMap<DatastoreName, BTreeSet<Classification>> {
    let classified = classified_outputs(drafts, &BTreeMap::new());
    let without = drafts.iter().filter(|draft| draft.is_classified);
    let without =
        without.filter(|draft| classified.get(&draft.output).is_some_and(|classified| classified.is_empty()));
    let left = without.map(|draft| {
        let removed = draft.removes();
        let others = CLASSIFICATIONS.into_iter().map(Classification::from);
        (draft.output.clone(), others.filter(|other| !removed.contains(other)).take(1).collect())
    });
    classified_outputs(drafts, &left.collect())
}

/// What is brought to each output, besides what some have anyway. Around cycles, until nothing changes any more.
fn classified_outputs(
    drafts: &[TransformerDraft<'_>],
    anyway: &BTreeMap<DatastoreName, BTreeSet<Classification>>,
) -> BTreeMap<DatastoreName, BTreeSet<Classification>> {
    let mut outputs = BTreeMap::new();
    loop {
        let next: BTreeMap<_, BTreeSet<_>> = drafts
            .iter()
            .map(|draft| {
                let own = anyway.get(&draft.output).into_iter().flatten().cloned();
                let classified = classified(draft, &outputs);
                (draft.output.clone(), classified.difference(&draft.removes()).cloned().chain(own).collect())
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
    draft: &TransformerDraft<'_>,
    outputs: &BTreeMap<DatastoreName, BTreeSet<Classification>>,
) -> BTreeSet<Classification> {
    let of_input = |wanted: &AvailableDataset| match outputs.get(&wanted.key.datastore) {
        Some(classifications) => classifications.clone(),
        None => wanted.classifications.clone(),
    };
    draft.inputs().flat_map(of_input).collect()
}

/// The key of an output that is made of a dataset without one.
const ROW_ID: &str = "row_id";

/// The same columns, unclassified: outputs are classified as a whole. What is masked is text. What has no key gets one: outputs
/// have keys.
fn output_table(input: &AvailableDataset, is_masked: bool) -> TableSchema {
    let columns = input.table.columns().iter().map(|column| {
        let data_type = if is_masked { DataType::varchar(None) } else { column.data_type().clone() };
        let plain = Column::new(column.name(), data_type);
        if column.is_nullable() { plain } else { plain.not_null() }
    });
    if input.is_keyless() {
        let number = Column::new(ROW_ID, DataType::BigInt).not_null();
        return TableSchema::new(columns.chain([number])).keyed([ROW_ID]);
    }
    TableSchema::new(columns).keyed(input.table.key().iter().cloned())
}

/// A copy, or one of which no value is as it was.
fn select(input: &AvailableDataset, is_masked: bool) -> String {
    let expression = |name: &ColumnName| match is_masked {
        true => format!("'masked ' || LENGTH(CAST(\"{name}\" AS VARCHAR(1000))) AS \"{name}\""),
        false => format!("\"{name}\""),
    };
    let mut columns: Vec<String> =
        input.table.columns().iter().map(|column| expression(column.name())).collect();
    if input.is_keyless() {
        // Some engines number rows in an order alone.
        let first = input.table.columns().iter().map(|column| format!("\"{}\"", column.name())).next();
        let order = first.unwrap_or_else(|| "1".to_owned());
        columns.push(format!("ROW_NUMBER() OVER (ORDER BY {order}) AS \"{ROW_ID}\""));
    }
    format!("SELECT {} FROM {}", columns.join(", "), input_name(input))
}

fn input_name(input: &AvailableDataset) -> String {
    format!("\"{}\"", input.key.input_name())
}
