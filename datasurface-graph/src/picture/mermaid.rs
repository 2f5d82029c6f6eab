//! Mermaid flow charts.

use crate::{
    graph::IntentionGraph,
    key::{NodeKey, NodeKind},
};
use rustc_hash::FxHashMap;
use std::fmt;

/// Shows a graph as a Mermaid flow chart.
///
/// Shapes tell the kinds apart: captures are cylinders, exports rectangles, triggers rhombs, transforms have rounded
/// ends.
#[derive(Clone, Copy, Debug)]
pub struct Mermaid<'g>(pub &'g IntentionGraph);

impl fmt::Display for Mermaid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "flowchart LR")?;
        let mut numbers: FxHashMap<NodeKey, usize> = FxHashMap::default();
        for (number, node) in self.0.nodes().enumerate() {
            let label = label(&node.key());
            match node.kind() {
                NodeKind::Ingest => writeln!(f, "    n{number}[(\"{label}\")]")?,
                NodeKind::Export => writeln!(f, "    n{number}[\"{label}\"]")?,
                NodeKind::Trigger => writeln!(f, "    n{number}{{\"{label}\"}}")?,
                NodeKind::Transform => writeln!(f, "    n{number}([\"{label}\"])")?,
            }
            numbers.insert(node.key(), number);
        }
        for (from, to) in self.0.edges() {
            if let (Some(from), Some(to)) = (numbers.get(&from.key()), numbers.get(&to.key())) {
                writeln!(f, "    n{from} --> n{to}")?;
            }
        }
        Ok(())
    }
}

/// What a person needs to know of a node whose platform is known. Names of containers may hold any printable
/// character: those that mean something to Mermaid are written as entities.
fn label(key: &NodeKey) -> String {
    let text = match key {
        NodeKey::Export { container, dataset, .. } => format!("{dataset}\nin {}", container.container),
        NodeKey::Ingest { datastore, dataset: None, .. } => datastore.to_string(),
        NodeKey::Ingest { datastore, dataset: Some(dataset), .. } => format!("{datastore}/{dataset}"),
        NodeKey::Transform { workspace, .. } => format!("transform\n{workspace}"),
        NodeKey::Trigger { workspace, .. } => format!("trigger\n{workspace}"),
    };
    let mut label = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => label.push_str("<br>"),
            '"' | '<' | '>' | '&' | ';' | '`' | '\\' => {
                label.push_str(&format!("#{};", u32::from(character)));
            }
            _ => label.push(character),
        }
    }
    label
}
