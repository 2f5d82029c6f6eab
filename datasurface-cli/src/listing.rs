//! Nodes for people: numbered, in the order in which they come up.

use crate::{graph_versions::GraphVersions, text::count};
use datasurface_graph::{
    IntentionGraph, IntentionGraphs, Node, NodeKey,
    query::{Step, bring_up_order},
};
use std::{collections::BTreeMap, fmt};

/// The nodes of some platforms. They are written one by one, since there may be many.
pub(crate) struct Listing<'g> {
    /// Those of all platforms, which may hand something over.
    pub(crate) graphs: &'g IntentionGraphs,
    pub(crate) shown: &'g [GraphVersions<'g>],
}

impl fmt::Display for Listing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, versions) in self.shown.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            self.write_graph(versions.after(), f)?;
        }
        Ok(())
    }
}

impl Listing<'_> {
    fn write_graph(&self, graph: &IntentionGraph, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps = bring_up_order(graph);
        let nodes: Vec<&Node<'_>> = steps.iter().flat_map(Step::members).collect();
        let numbers: BTreeMap<NodeKey, usize> = nodes.iter().map(|node| node.key()).zip(1..).collect();
        writeln!(f, "{}: {}", graph.platform(), count(nodes.len(), "node"))?;
        for (number, node) in (1..).zip(nodes) {
            write!(f, "{number:>5}  {}", node.key())?;
            self.write_remarks(node, &numbers, f)?;
            f.write_str("\n")?;
        }
        Ok(())
    }

    fn write_remarks(
        &self,
        node: &Node<'_>,
        numbers: &BTreeMap<NodeKey, usize>,
        f: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        let obligation = node.obligation();
        let mut remarks = Vec::new();
        remarks.extend(obligation.priority().map(|priority| format!("priority {priority}")));
        remarks.extend(obligation.latency().map(|latency| format!("within {latency}")));
        remarks.extend(obligation.deadlines().iter().map(|deadline| format!("by {deadline}")));
        let mut after: Vec<usize> =
            node.predecessors().filter_map(|node| numbers.get(&node.key()).copied()).collect();
        after.sort_unstable();
        if !after.is_empty() {
            let after: Vec<String> = after.iter().map(usize::to_string).collect();
            remarks.push(format!("after {}", after.join(", ")));
        }
        let source = self.graphs.handover_source(&node.key());
        remarks.extend(source.map(|from| format!("handed over from {}", from.key())));
        if remarks.is_empty() { Ok(()) } else { write!(f, " ({})", remarks.join("; ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reach::Reach;
    use datasurface_graph::{Assignments, Stage};
    use datasurface_model::{
        Capture, Consistency, DataContainer, Dataset, DatasetGroup, Datastore, Ecosystem, GovernanceZone,
        PlatformDeclaration, Team, Valid, Workspace,
    };
    use std::fmt::Write;

    /// One platform that brings so many datasets to somebody.
    fn graphs(datasets: usize) -> IntentionGraphs {
        let names = || (0..datasets).map(|at| format!("dataset{at}"));
        let store = Datastore::new("Store")
            .captured(Capture::sql_snapshot("Zone/Team/Lake").with_consistency(Consistency::SingleDataset));
        let store = names().map(|name| Dataset::new(name, "id Integer key")).fold(store, Datastore::dataset);
        let wanted: Vec<String> = names().map(|name| format!("Store/{name}")).collect();
        let group = DatasetGroup::new("group").with_sinks(wanted.iter().map(String::as_str));
        let team = Team::new()
            .container(DataContainer::sqlite("Lake", "lake.db"))
            .datastore(store)
            .workspace(Workspace::new("Reader").with_container("Zone/Team/Lake").group(group));
        let zone = GovernanceZone::new().team("Team", "github:example/team@main", team);
        let ecosystem = Ecosystem::new("Large", "github:example/eco@main", "github:example/live@main")
            .platform(PlatformDeclaration::new("Local", "local"))
            .zone("Zone", "github:example/zone@main", zone);
        let assignments = Assignments::default()
            .with_group("Local", "Reader/group", Stage::Provisioned)
            .with_primary("Local", "Store", Stage::Provisioned);
        IntentionGraphs::build(&Valid::assume_valid(ecosystem), &assignments).unwrap()
    }

    /// Takes so many pieces and no more, and knows how long the longest was.
    struct Impatient {
        pieces: usize,
        longest: usize,
    }

    impl Write for Impatient {
        fn write_str(&mut self, piece: &str) -> fmt::Result {
            self.longest = self.longest.max(piece.len());
            self.pieces = self.pieces.checked_sub(1).ok_or(fmt::Error)?;
            Ok(())
        }
    }

    #[test]
    fn many_nodes_are_written_one_by_one() {
        let (before, graphs) = (graphs(0), graphs(1_000));
        let shown = GraphVersions::pair_all(Some(&before), &graphs);
        let listing = Listing { graphs: &graphs, shown: &shown };
        let reach = Reach::between(&before, &graphs, &shown);
        for answer in [&listing as &dyn fmt::Display, &reach] {
            assert_eq!(answer.to_string().lines().count(), 2_001);
            let mut reader = Impatient { pieces: 1_000, longest: 0 };
            assert!(write!(reader, "{answer}").is_err());
            assert!(reader.longest < 100, "{} bytes at once", reader.longest);
        }
    }
}
