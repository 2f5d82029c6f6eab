//! Building: demand, laid out as one graph for each platform.

use crate::{
    assignments::Assignments,
    demand::{Demand, ExportId, datastores_needed},
    estate::{DatasetId, Estate, Origin, PlatformId, StoreId, TransformerId, WorkspaceId},
    fixpoint,
    graph::{IntentionGraph, IntentionGraphs, NodeData, Payload},
};
use datasurface_model::{Consistency, DatastoreName, Ecosystem, Valid};
use petgraph::graph::NodeIndex;
use rustc_hash::FxHashMap;
use std::{collections::BTreeSet, fmt, sync::Arc};

/// Datastores are needed that no platform captures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoPrimary {
    datastores: BTreeSet<DatastoreName>,
}

impl NoPrimary {
    /// The datastores.
    #[must_use]
    pub fn datastores(&self) -> &BTreeSet<DatastoreName> {
        &self.datastores
    }
}

impl std::error::Error for NoPrimary {}

impl fmt::Display for NoPrimary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no platform is assigned to capture")?;
        let mut between = " ";
        for datastore in &self.datastores {
            write!(f, "{between}`{datastore}`")?;
            between = ", ";
        }
        Ok(())
    }
}

impl IntentionGraphs {
    /// Builds the graph of every platform: from the groups that are assigned, backwards to what is captured.
    pub fn build(ecosystem: &Valid<Ecosystem>, assignments: &Assignments) -> Result<Self, NoPrimary> {
        let estate = Arc::new(Estate::of(ecosystem, assignments));
        let demand = Demand::of(&estate, assignments).map_err(|mut datastores| {
            // Every problem in one go: also those behind an output that is made nowhere yet.
            let mut needed = datastores_needed(ecosystem, assignments);
            needed.retain(|datastore| assignments.primary(datastore).is_none());
            datastores.append(&mut needed);
            NoPrimary { datastores }
        })?;
        let mut layouts: Vec<Layout> = estate.platforms().iter().map(|_| Layout::default()).collect();

        lay_out_nodes(&estate, demand, &mut layouts);
        for layout in &mut layouts {
            layout.connect(&estate);
        }
        let handovers = handovers(&estate, &layouts);
        let graphs = layouts
            .into_iter()
            .zip(estate.platforms())
            .map(|(layout, platform)| {
                IntentionGraph::new(platform.clone(), Arc::clone(&estate), layout.graph)
            })
            .collect();
        let mut graphs = Self::new(graphs, handovers);
        fixpoint::oblige(&estate, &mut graphs);
        Ok(graphs)
    }
}

/// The graph of a platform while it is being built, and where to find its nodes.
#[derive(Default)]
struct Layout {
    graph: petgraph::graph::DiGraph<NodeData, (), u32>,
    exports: FxHashMap<ExportId, NodeIndex>,
    /// One node for a store that is captured as a whole; one for each dataset otherwise.
    ingests: FxHashMap<(StoreId, Option<DatasetId>), NodeIndex>,
    transforms: FxHashMap<TransformerId, NodeIndex>,
    triggers: FxHashMap<WorkspaceId, NodeIndex>,
}

/// Adds the nodes in canonical order: ids are in the order of names, and kinds in the order of keys.
fn lay_out_nodes(estate: &Estate, demand: Demand, layouts: &mut [Layout]) {
    let mut exports: Vec<_> = demand.exports.into_iter().collect();
    exports.sort_unstable_by_key(|(id, _)| *id);
    for (id, mut consumers) in exports {
        consumers.sort_unstable();
        if let Some(layout) = layouts.get_mut(id.platform.index()) {
            let node = layout.add(Payload::Export {
                container: id.container,
                store: id.store,
                dataset: id.dataset,
                consumers: consumers.into(),
            });
            layout.exports.insert(id, node);
        }
    }

    let mut ingests: Vec<_> = demand.ingests.into_iter().collect();
    ingests.sort_unstable_by_key(|(id, _)| *id);
    for ((platform, store), datasets) in ingests {
        let mut datasets: Vec<DatasetId> = datasets.into_iter().collect();
        datasets.sort_unstable();
        let Some(layout) = layouts.get_mut(platform.index()) else {
            continue;
        };
        if is_captured_whole(estate, store) {
            layout.add_ingest(store, None, &datasets);
        } else {
            for dataset in datasets {
                layout.add_ingest(store, Some(dataset), &[dataset]);
            }
        }
    }

    let mut transformers: Vec<_> = demand.transformers.into_iter().collect();
    transformers.sort_unstable();
    for (platform, transformer) in &transformers {
        if let Some(layout) = layouts.get_mut(platform.index()) {
            let node = layout.add(Payload::Transform { transformer: *transformer });
            layout.transforms.insert(*transformer, node);
        }
    }
    for (platform, transformer) in &transformers {
        if let Some(layout) = layouts.get_mut(platform.index()) {
            let node = layout.add(Payload::Trigger { transformer: *transformer });
            layout.triggers.insert(estate.transformer(*transformer).workspace, node);
        }
    }
}

impl Layout {
    fn add(&mut self, payload: Payload) -> NodeIndex {
        self.graph.add_node(NodeData::new(payload))
    }

    fn add_ingest(&mut self, store: StoreId, dataset: Option<DatasetId>, datasets: &[DatasetId]) {
        let node = self.add(Payload::Ingest {
            store,
            whole: dataset.is_none(),
            datasets: datasets.iter().map(|dataset| (*dataset, Default::default())).collect(),
        });
        self.ingests.insert((store, dataset), node);
    }

    fn ingest_of(&self, store: StoreId, dataset: DatasetId) -> Option<NodeIndex> {
        let whole = self.ingests.get(&(store, None));
        whole.or_else(|| self.ingests.get(&(store, Some(dataset)))).copied()
    }

    fn connect(&mut self, estate: &Estate) {
        let mut edges = Vec::new();
        for (id, export) in &self.exports {
            if let Some(ingest) = self.ingest_of(id.store, id.dataset) {
                edges.push((ingest, *export));
            }
            for workspace in self.transformers_fed_by(*export) {
                edges.extend(self.triggers.get(&workspace).map(|trigger| (*export, *trigger)));
            }
        }
        for (id, transform) in &self.transforms {
            let unit = estate.transformer(*id);
            let output = estate.store_id(unit.transformer.output());
            let ingest = output.and_then(|store| self.ingests.get(&(store, None)));
            edges.extend(self.triggers.get(&unit.workspace).map(|trigger| (*trigger, *transform)));
            edges.extend(ingest.map(|ingest| (*transform, *ingest)));
        }
        edges.sort_unstable();
        edges.dedup();
        for (from, to) in edges {
            self.graph.add_edge(from, to, ());
        }
    }

    /// The transformers of this platform that an export is an input of.
    fn transformers_fed_by(&self, export: NodeIndex) -> impl Iterator<Item = WorkspaceId> {
        let consumers = match self.graph.node_weight(export).map(NodeData::payload) {
            Some(Payload::Export { consumers, .. }) => &consumers[..],
            _ => &[],
        };
        consumers
            .iter()
            .map(|(workspace, _)| *workspace)
            .filter(|workspace| self.triggers.contains_key(workspace))
    }
}

/// From the ingest of the primary to that of each other platform.
fn handovers(estate: &Estate, layouts: &[Layout]) -> Vec<Handover> {
    let mut handovers = Vec::new();
    for (index, layout) in layouts.iter().enumerate() {
        let platform = PlatformId::at(index);
        for ((store, dataset), node) in &layout.ingests {
            let primary = estate.store(*store).primary;
            let Some(primary) = primary.filter(|primary| *primary != platform) else {
                continue;
            };
            let from =
                layouts.get(primary.index()).and_then(|layout| layout.ingests.get(&(*store, *dataset)));
            handovers.extend(from.map(|from| Handover { from: (primary, *from), to: (platform, *node) }));
        }
    }
    handovers.sort_unstable();
    handovers
}

/// A link between the graphs of two platforms: ingests of the same datastore.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Handover {
    pub(crate) from: (PlatformId, NodeIndex),
    pub(crate) to: (PlatformId, NodeIndex),
}

/// What a transformer makes is always captured as a whole.
fn is_captured_whole(estate: &Estate, store: StoreId) -> bool {
    let store = estate.store(store);
    let consistency = store.datastore.capture().map(|capture| capture.consistency());
    matches!(store.origin, Origin::Made { .. }) || consistency != Some(Consistency::SingleDataset)
}
