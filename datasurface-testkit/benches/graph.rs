//! What intention graphs cost: `cargo bench -p datasurface-testkit --bench graph`, with how many datastores as an argument
//! (10 000 otherwise: 100 000 datasets, and about 195 000 nodes).
//!
//! Each figure is the best of several, in milliseconds on the wall, one thread; beside it is what it may cost at 10 000.

#![expect(clippy::print_stdout, reason = "it says what it measured")]

use datasurface_graph::{
    Assignments, GraphDiff, IntentionGraph, IntentionGraphs, Node, NodeKind, NodeWeight, Obligation,
    Placement, Shards,
};
use datasurface_model::{Ecosystem, Valid};
use datasurface_testkit::{Edits, Synthetic};
use std::{
    error::Error,
    hint::black_box,
    time::{Duration, Instant},
};

/// How often each is measured.
const TIMES: usize = 10;

fn main() -> Result<(), Box<dyn Error>> {
    // Cargo passes `--bench`, too.
    let datastores = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(10_000);
    for platforms in [1, 2] {
        let synthetic = Synthetic::new(datastores).with_platforms(platforms);
        let ecosystem = Valid::assume_valid(synthetic.ecosystem());
        let assignments = synthetic.assignments(&ecosystem);
        let nodes: usize = built(&ecosystem, &assignments)?.iter().map(IntentionGraph::len).sum();
        println!("{datastores} datastores, {platforms} platforms, {nodes} nodes");
        let build = || IntentionGraphs::build(&ecosystem, &assignments);
        println!("  build             {:9.3} ms", best(build));
        let both = best(|| build().map(|graphs| (owed(&graphs), graphs)));
        let may = if platforms == 1 { "150" } else { "2.2 x that of one platform" };
        println!("  with obligations  {both:9.3} ms ({may})");
        if platforms == 1 {
            one_platform(&synthetic, &ecosystem, &assignments)?;
        }
    }
    Ok(())
}

fn one_platform(
    synthetic: &Synthetic,
    ecosystem: &Valid<Ecosystem>,
    assignments: &Assignments,
) -> Result<(), Box<dyn Error>> {
    let graphs = built(ecosystem, assignments)?;
    let graph = graphs.iter().next().ok_or("there is no platform")?;

    println!("  every obligation  {:9.3} ms", best(|| owed(&graphs)));

    let edited = Edits::new(ecosystem, 1).edit(ecosystem.clone().into_inner());
    let again = built(&Valid::assume_valid(edited), assignments)?;
    let other = again.iter().next().ok_or("there is no platform")?;
    println!("  diff              {:9.3} ms (50)", best(|| GraphDiff::between(graph, other)));

    let apart = built(&Valid::assume_valid(synthetic.ecosystem()), assignments)?;
    let other = apart.iter().next().ok_or("there is no platform")?;
    println!("  diff, loaded apart{:9.3} ms (50)", best(|| GraphDiff::between(graph, other)));

    let shards = |limits: &[u64]| Shards::build(graph, &Placement::default(), limits, &weigh);
    println!("  shards            {:9.3} ms (150)", best(|| shards(&[])));
    println!("  shards, limited   {:9.3} ms (150)", best(|| shards(&[5_000, 2_000])));
    let placed = shards(&[5_000, 2_000]);
    let limits = [5_000, 2_000];
    println!(
        "  shards, as before {:9.3} ms (150)",
        best(|| Shards::build(graph, placed.placement(), &limits, &weigh))
    );
    Ok(())
}

/// Two weights: of one in the order of everything, and of two for what is captured.
fn weigh(node: &Node<'_>) -> NodeWeight {
    match node.kind() {
        NodeKind::Ingest => NodeWeight { whole: [1, 2].into(), per_dataset: [1, 0].into() },
        _ => NodeWeight { whole: [1, 0].into(), per_dataset: Box::default() },
    }
}

/// What all nodes owe together: each is asked.
fn owed(graphs: &IntentionGraphs) -> Obligation {
    let nodes = graphs.iter().flat_map(IntentionGraph::nodes);
    nodes.fold(Obligation::default(), |all, node| all.join(&node.obligation()))
}

fn built(ecosystem: &Valid<Ecosystem>, assignments: &Assignments) -> Result<IntentionGraphs, Box<dyn Error>> {
    Ok(IntentionGraphs::build(ecosystem, assignments)?)
}

/// Milliseconds without what it takes to drop the result.
fn best<T>(mut work: impl FnMut() -> T) -> f64 {
    let times = (0..TIMES).map(|_| {
        let start = Instant::now();
        let result = black_box(work());
        let taken = start.elapsed();
        drop(result);
        taken
    });
    times.min().unwrap_or(Duration::ZERO).as_secs_f64() * 1000.0
}
