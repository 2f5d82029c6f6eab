//! What a question is answered with.

use crate::table::Table;
use datasurface_graph::{
    NodeKey,
    query::{AffectedConsumer, BringUp, Step},
};
use datasurface_model::GroupKey;
use serde::Serialize;
use std::{collections::BTreeSet, fmt::Display};

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reply {
    Groups(BTreeSet<GroupKey>),
    Nodes(Vec<NodeKey>),
    Ways(Vec<Vec<NodeKey>>),
    Order(BringUp),
    Hit(Vec<AffectedConsumer>),
}

impl Reply {
    /// For people.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Groups(groups) if groups.is_empty() => "nobody\n".to_owned(),
            Self::Groups(groups) => lines(groups),
            Self::Nodes(nodes) if nodes.is_empty() => "nothing\n".to_owned(),
            Self::Nodes(nodes) => lines(nodes),
            Self::Ways(ways) if ways.is_empty() => "there is none\n".to_owned(),
            Self::Ways(ways) => (1..).zip(ways).map(|(number, way)| numbered(number, way)).collect(),
            Self::Order(BringUp { platforms, datastores, transformers }) => {
                let parts = [
                    steps("platforms", platforms),
                    steps("datastores", datastores),
                    steps("transformers", transformers),
                ];
                parts.join("\n")
            }
            Self::Hit(hit) if hit.is_empty() => "nobody is hit\n".to_owned(),
            Self::Hit(hit) => affected(hit),
        }
    }
}

fn lines<T: Display>(things: impl IntoIterator<Item = T>) -> String {
    things.into_iter().map(|thing| format!("{thing}\n")).collect()
}

/// A way, one node below the other.
fn numbered(number: usize, way: &[NodeKey]) -> String {
    let mut before = format!("{number:>5}");
    way.iter().map(|node| format!("{}  {node}\n", std::mem::replace(&mut before, " ".repeat(5)))).collect()
}

fn steps<T: Display>(title: &str, steps: &[Step<T>]) -> String {
    let step = |(number, step): (usize, &Step<T>)| {
        let members: Vec<String> = step.members().iter().map(ToString::to_string).collect();
        let remark = match step {
            Step::One(_) => "",
            Step::Circle(_) => " (a circle: begin with old data)",
        };
        format!("{number:>5}  {}{remark}\n", members.join(", "))
    };
    let steps: String = (1..).zip(steps).map(step).collect();
    format!("{title}\n{steps}")
}

fn affected(hit: &[AffectedConsumer]) -> String {
    let mut table = Table::new(["consumer", "platform", "priority"])
        .numbers(["breaks within"])
        .text("deadline")
        .text("datasets")
        .text("");
    for one in hit {
        let datasets: Vec<String> = one.datasets.iter().map(ToString::to_string).collect();
        table.row([
            one.group.to_string(),
            one.platform.to_string(),
            known(one.priority),
            known(one.breaks_within()),
            known(one.deadline.as_ref()),
            datasets.join(", "),
            if one.is_cut_off { "cut off" } else { "" }.to_owned(),
        ]);
    }
    table.print()
}

fn known(value: Option<impl Display>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}
