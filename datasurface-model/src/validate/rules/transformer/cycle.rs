//! `transformer/endless-cycle`: transformers that feed each other need something that starts them, and something
//! that lets them rest.

use super::RuleContext;
use crate::validate::{
    components::{components, reversed},
    facts::{StartCondition, TransformerFact},
};
use datasurface_ecosystem::{CodeInfo, Diagnostic};
use datasurface_schema::{DatastoreName, segment};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::VecDeque;

pub(in super::super) static ENDLESS_CYCLE: CodeInfo = CodeInfo::error(
    "transformer/endless-cycle",
    "transformers feed each other, and nothing but that makes them run",
    "A cycle of transformers is useful: yesterday's result can be an input of today's. But if only moved inputs start each of \
     them, one that waits for all of its inputs waits for its own output for ever, and those that run when any input moved \
     start each other again and again. Give at least one transformer on the cycle a timetable.",
);

/// How many cycles are told of transformers that all lead to each other. To find the next one, all of them are looked at
/// again.
const MAX_CYCLES: usize = 100;

pub(in super::super) fn check(scope: &mut RuleContext<'_>) {
    let transformers = scope.facts.transformers();
    let graph = Graph::new(
        transformers.iter().filter(|transformer| transformer.start() != StartCondition::Otherwise),
    );
    for component in graph.components(&graph.all()) {
        let mut rest = vec![component];
        for _ in 0..MAX_CYCLES {
            let Some(mut component) = rest.pop() else { break };
            let cycle = graph.cycle_through_first(&component);
            report(cycle.iter().filter_map(|node| graph.nodes.get(*node)), scope);
            // Each of them may be the one that gets a timetable: what goes through another of them may be mended by that.
            let reported: FxHashSet<usize> =
                cycle.into_iter().filter(|node| graph.is_transformer(*node)).collect();
            component.retain(|node| !reported.contains(node));
            rest.extend(graph.components(&component));
        }
    }
}

fn report<'g, 'a: 'g>(cycle: impl Iterator<Item = &'g Node<'a>> + Clone, scope: &mut RuleContext<'_>) {
    let mut on_it = cycle.clone().filter_map(|node| match node {
        Node::Transformer(transformer) => Some(*transformer),
        Node::Datastore(_) => None,
    });
    let Some(first) = on_it.next() else { return };
    let mut whole = String::new();
    for node in cycle {
        whole.push_str(&format!("`{}` → ", node.name()));
    }
    let cycle = format!("the cycle {whole}`{}`", first.unit().name());
    let waiting =
        std::iter::once(first).chain(on_it.clone()).find(|one| one.start() == StartCondition::AllInputs);
    let message = match waiting {
        Some(waiting) => {
            format!(
                "nothing begins {cycle}: `{}` waits for all of its inputs, and so for its own output",
                waiting.unit().name()
            )
        }
        None => format!("nothing ends {cycle}: each run starts the next one"),
    };
    let path = first.unit().path().attribute(segment::TRANSFORMER);
    let mut finding = Diagnostic::new(&ENDLESS_CYCLE, path, message)
        .with_help("give at least one of these transformers a timetable");
    for other in on_it {
        finding =
            finding.related_place(other.unit().path().attribute(segment::TRANSFORMER), "is on the cycle");
    }
    scope.report(finding);
}

/// Transformers, and the datastores that they fill; each leads to who reads it. Datastores are nodes, so that many
/// readers of what many fill are no more edges than there are of both.
struct Graph<'a> {
    nodes: Vec<Node<'a>>,
    successors: Vec<Vec<usize>>,
    predecessors: Vec<Vec<usize>>,
}

#[derive(Clone, Copy)]
enum Node<'a> {
    Transformer(&'a TransformerFact),
    Datastore(&'a DatastoreName),
}

impl<'a> Node<'a> {
    fn name(self) -> &'a str {
        match self {
            Self::Transformer(transformer) => transformer.unit().name(),
            Self::Datastore(name) => name.as_str(),
        }
    }
}

impl<'a> Graph<'a> {
    fn new(transformers: impl Iterator<Item = &'a TransformerFact>) -> Self {
        let mut nodes: Vec<_> = transformers.map(Node::Transformer).collect();
        let mut successors = vec![Vec::new(); nodes.len()];
        let mut datastores: FxHashMap<&DatastoreName, usize> = FxHashMap::default();
        for transformer in 0..successors.len() {
            let Some(Node::Transformer(filling)) = nodes.get(transformer) else {
                continue;
            };
            let output = filling.output();
            let node = *datastores.entry(output).or_insert_with(|| {
                nodes.push(Node::Datastore(output));
                nodes.len() - 1
            });
            if let Some(outputs) = successors.get_mut(transformer) {
                outputs.push(node);
            }
        }
        successors.resize(nodes.len(), Vec::new());
        for (reader, node) in nodes.iter().enumerate() {
            let Node::Transformer(transformer) = node else {
                break;
            };
            for input in transformer.inputs() {
                let readers = datastores.get(input).and_then(|node| successors.get_mut(*node));
                readers.into_iter().for_each(|readers| readers.push(reader));
            }
        }
        let predecessors = reversed(&successors);
        Self { nodes, successors, predecessors }
    }

    fn all(&self) -> Vec<usize> {
        (0..self.nodes.len()).collect()
    }

    fn is_transformer(&self, node: usize) -> bool {
        matches!(self.nodes.get(node), Some(Node::Transformer(_)))
    }

    /// The sets of nodes, among some, that lead to each other, ordered inside and among each other.
    fn components(&self, among: &[usize]) -> Vec<Vec<usize>> {
        // A transformer never leads to itself but through its output: one node alone is no cycle.
        let mut components = components(among, &self.successors, &self.predecessors);
        components.retain(|component| component.len() > 1);
        components.sort();
        components
    }

    /// A shortest cycle through the first node of a component, which is a transformer: they are before datastores.
    fn cycle_through_first(&self, component: &[usize]) -> Vec<usize> {
        let Some(first) = component.first().copied() else {
            return Vec::new();
        };
        let inside: FxHashSet<usize> = component.iter().copied().collect();
        let mut reached_from: FxHashMap<usize, usize> = FxHashMap::default();
        let mut waiting = VecDeque::from([first]);
        while let Some(node) = waiting.pop_front() {
            for next in self.successors.get(node).into_iter().flatten() {
                if inside.contains(next) && !reached_from.contains_key(next) {
                    reached_from.insert(*next, node);
                    waiting.push_back(*next);
                }
            }
            if reached_from.contains_key(&first) {
                break;
            }
        }
        let mut backwards = Vec::new();
        let mut node = first;
        while let Some(from) = reached_from.get(&node) {
            backwards.push(*from);
            node = *from;
            if node == first {
                break;
            }
        }
        backwards.reverse();
        backwards
    }
}
