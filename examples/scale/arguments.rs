//! The command line: the parameters of the ecosystem, and what is measured.

use clap::{Parser, ValueEnum};
use datasurface_testkit::Synthetic;
use std::path::PathBuf;

/// A format of documents.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Format {
    Json,
    Yaml,
}

/// Measures what a synthetic ecosystem costs.
#[derive(Debug, Parser)]
#[command(args_override_self = true)]
pub(crate) struct Arguments {
    /// Datastores that are captured.
    #[arg(long, default_value_t = 10_000)]
    datastores: usize,
    /// Platforms, each of which serves every consumer.
    #[arg(long, default_value_t = 1)]
    platforms: usize,
    /// Datasets of each datastore.
    #[arg(long)]
    datasets: Option<usize>,
    /// Columns of each dataset.
    #[arg(long)]
    columns: Option<usize>,
    /// How many different schemas there are, rather than one for each dataset.
    #[arg(long)]
    distinct_schemas: Option<usize>,
    /// Workspaces without a transformer.
    #[arg(long)]
    consumers: Option<usize>,
    /// Workspaces with a transformer.
    #[arg(long)]
    transformers: Option<usize>,
    /// Datasets that each consumer wants.
    #[arg(long)]
    sinks: Option<usize>,
    /// Whether one team has everything.
    #[arg(long)]
    one_team: bool,
    /// What the draws begin with.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Random edits, after each of which everything is done again.
    #[arg(long, default_value_t = 1000)]
    pub(crate) edits: usize,
    /// Reviews one change rather than going through the phases.
    #[arg(long)]
    pub(crate) review: bool,
    /// Plans and renders with the local platform rather than going through the phases.
    #[arg(long)]
    pub(crate) broker: bool,
    /// Of `--broker`: a platform of one small resource for each node, with so many datasets in a shard, rather than the local one.
    #[arg(long)]
    pub(crate) shard: Option<u64>,
    /// Lets `--broker` use the platform on AWS.
    #[arg(long, requires = "broker")]
    pub(crate) aws: bool,
    /// Lets `--broker` use the streaming platform.
    #[arg(long, requires = "broker", conflicts_with = "aws")]
    pub(crate) kafka: bool,
    /// Where `--broker` renders to, and leaves what it rendered; a temporary folder by default.
    #[arg(long)]
    pub(crate) folder: Option<PathBuf>,
    /// Plans what the documents in this format lead to that an earlier `--broker` left in `--folder`, with all of it read from there.
    #[arg(long, requires = "folder", value_name = "FORMAT")]
    pub(crate) fresh: Option<Format>,
    /// Lets `--broker` plan from nothing alone, in a process of its own that reads documents, and write nothing.
    #[arg(long, requires = "broker")]
    pub(crate) cold: bool,
    /// Whether the graph is left out.
    #[arg(long)]
    pub(crate) no_graph: bool,
    /// Prints one JSON object rather than a table.
    #[arg(long)]
    pub(crate) json: bool,
}

impl Arguments {
    pub(crate) fn synthetic(&self) -> Synthetic {
        let mut synthetic =
            Synthetic::new(self.datastores).with_platforms(self.platforms).with_seed(self.seed);
        synthetic = set(synthetic, self.datasets, Synthetic::with_datasets_per_datastore);
        synthetic = set(synthetic, self.columns, Synthetic::with_columns_per_dataset);
        synthetic = set(synthetic, self.distinct_schemas, Synthetic::with_distinct_schemas);
        synthetic = set(synthetic, self.consumers, Synthetic::with_consumers);
        synthetic = set(synthetic, self.transformers, Synthetic::with_transformers);
        synthetic = set(synthetic, self.sinks, Synthetic::with_sinks_per_consumer);
        if self.one_team { synthetic.with_one_team() } else { synthetic }
    }
}

fn set(
    synthetic: Synthetic,
    value: Option<usize>,
    parameter: impl FnOnce(Synthetic, usize) -> Synthetic,
) -> Synthetic {
    match value {
        Some(value) => parameter(synthetic, value),
        None => synthetic,
    }
}
