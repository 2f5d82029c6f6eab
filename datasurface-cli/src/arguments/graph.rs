//! What `graph` is asked for.

use super::Model;
use clap::{Args, ValueEnum};
use datasurface_graph::NodeKey;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct Graph {
    #[command(flatten)]
    pub(crate) model: Model,

    /// How to show graphs.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: GraphFormat,

    /// Show the graph of this platform only.
    #[arg(long, value_name = "NAME")]
    pub(crate) platform: Option<String>,

    /// How much pictures tell apart: Mermaid, DOT, GraphML, and JSON if it is asked for [default: dataset].
    #[arg(long, value_enum)]
    pub(crate) level: Option<GraphLevel>,

    /// Show only what a change reaches: the one that made the model of this older one. `+` is new, `-` is gone, `~` is
    /// other than before, `=` might have been. Pictures show what is new and what is other in colours.
    #[arg(long, value_name = "MODEL")]
    pub(crate) since: Option<PathBuf>,

    /// Show only the node of this key and what is near it, in pictures.
    #[arg(long, value_name = "KEY")]
    pub(crate) around: Option<NodeKey>,

    /// How many steps away is still near.
    #[arg(long, value_name = "N", default_value_t = 1, requires = "around")]
    pub(crate) steps: usize,
}

/// How to show graphs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// For people: nodes in the order in which they come up.
    #[default]
    Text,
    /// For programs: one object. All that is known of each node, or, with `--level` or `--around`, a picture.
    Json,
    /// For Mermaid: one flow chart, with a frame for each platform if there are several.
    Mermaid,
    /// For Graphviz: one directed graph, with a frame for each platform if there are several.
    Dot,
    /// For tools that analyse graphs: one document.
    #[value(name = "graphml")]
    GraphMl,
}

/// How much pictures tell apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphLevel {
    /// Every node.
    #[default]
    Dataset,
    /// Datastores, the containers that they are brought to, and transformers.
    Store,
    /// Teams, and who gives data to whom.
    Team,
}

impl Graph {
    /// Whether something is drawn. In JSON, that is what nobody wants all nodes of.
    pub(crate) fn is_picture(&self) -> bool {
        match self.format {
            GraphFormat::Text => false,
            GraphFormat::Json => self.about_pictures().is_some(),
            GraphFormat::Mermaid | GraphFormat::Dot | GraphFormat::GraphMl => true,
        }
    }

    /// What was said about a picture, if none is drawn.
    pub(super) fn ignored(&self) -> Option<&'static str> {
        self.about_pictures().filter(|_| !self.is_picture())
    }

    fn about_pictures(&self) -> Option<&'static str> {
        let level = self.level.map(|_| "--level");
        level.or(self.around.as_ref().map(|_| "--around"))
    }
}
