//! What can be asked on the command line.

use crate::arguments::{Format, Model};
use clap::{Args, Subcommand};
use datasurface_graph::{NodeKey, query::Outage};
use datasurface_model::{ContainerKey, DatastoreName, Place, PlatformName};

#[derive(Debug, Args)]
pub(crate) struct Ask {
    #[command(subcommand)]
    pub(crate) question: Question,
}

/// Hand-overs between platforms count as dependencies. Nodes are named by the keys that `graph` lists.
#[derive(Debug, Subcommand)]
pub(crate) enum Question {
    /// For whom does a node exist?
    Why {
        #[command(flatten)]
        about: QuestionArguments,
        /// The key of the node.
        node: NodeKey,
    },
    /// What do these nodes depend on?
    Upstream {
        #[command(flatten)]
        about: QuestionArguments,
        /// The keys of the nodes.
        #[arg(required = true)]
        nodes: Vec<NodeKey>,
    },
    /// What depends on these nodes?
    Downstream {
        #[command(flatten)]
        about: QuestionArguments,
        /// The keys of the nodes.
        #[arg(required = true)]
        nodes: Vec<NodeKey>,
    },
    /// Which ways lead from one node to another? The shortest first.
    Paths {
        #[command(flatten)]
        about: QuestionArguments,
        /// The key of the node that they start from.
        from: NodeKey,
        /// The key of the node that they lead to.
        to: NodeKey,
        /// How many to show at most.
        #[arg(long, value_name = "N", default_value_t = 10)]
        most: usize,
    },
    /// Which nodes depend on each other? One whole way round for each such set.
    Cycles {
        #[command(flatten)]
        about: QuestionArguments,
    },
    /// In which order do platforms, datastores and transformers come up after a complete outage?
    BringUp {
        #[command(flatten)]
        about: QuestionArguments,
    },
    /// Which consumers are hit if something is lost, and after how long is a promise broken?
    Impact {
        #[command(flatten)]
        about: QuestionArguments,
        #[command(flatten)]
        loss: OutageArguments,
    },
}

/// What every question is about.
#[derive(Debug, Args)]
pub(crate) struct QuestionArguments {
    #[command(flatten)]
    pub(crate) model: Model,

    /// How to print the answer.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// What is lost: one of these.
#[derive(Clone, Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct OutageArguments {
    /// A container: nothing can be captured from it, or brought to it.
    #[arg(long, value_name = "ZONE/TEAM/NAME")]
    container: Option<ContainerKey>,

    /// A location and all that lies in it.
    #[arg(long, value_name = "VENDOR/PLACE")]
    location: Option<Place>,

    /// A platform, with all that it does.
    #[arg(long, value_name = "NAME")]
    platform: Option<PlatformName>,

    /// A datastore: nothing new comes from it.
    #[arg(long, value_name = "NAME")]
    datastore: Option<DatastoreName>,

    /// One node.
    #[arg(long, value_name = "KEY")]
    node: Option<NodeKey>,
}

impl Question {
    pub(crate) fn about(&self) -> &QuestionArguments {
        match self {
            Self::Why { about, .. }
            | Self::Upstream { about, .. }
            | Self::Downstream { about, .. }
            | Self::Paths { about, .. }
            | Self::Cycles { about }
            | Self::BringUp { about }
            | Self::Impact { about, .. } => about,
        }
    }

    /// The nodes that it names.
    pub(crate) fn nodes(&self) -> Vec<&NodeKey> {
        match self {
            Self::Why { node, .. } => vec![node],
            Self::Upstream { nodes, .. } | Self::Downstream { nodes, .. } => nodes.iter().collect(),
            Self::Paths { from, to, .. } => vec![from, to],
            Self::Impact { loss, .. } => loss.node.iter().collect(),
            Self::Cycles { .. } | Self::BringUp { .. } => Vec::new(),
        }
    }
}

impl OutageArguments {
    /// What was said to be lost: the command line names one thing.
    pub(crate) fn lost(&self) -> Option<Outage> {
        let Self { container, location, platform, datastore, node } = self.clone();
        let lost = container.map(Outage::Container).or(location.map(Outage::Location));
        let lost = lost.or(platform.map(Outage::Platform)).or(datastore.map(Outage::Datastore));
        lost.or(node.map(Outage::Node))
    }
}
