//! What it costs to do everything again after an edit, phase by phase: `cargo bench -p datasurface-testkit --bench edit`, with
//! how many datastores as an argument (10 000 otherwise).
//!
//! Beside that size stands a tenth of it. An edit of one should cost little more than an edit of the other: medians over
//! random edits, one after the other, in microseconds on the wall, one thread. Then come the worst cases, which have no
//! limit: what they cost follows what they reach.

#![expect(clippy::print_stdout, reason = "it says what it measured")]

use chrono::NaiveDate;
use datasurface_graph::{Assignments, IntentionGraphs, Node, NodeKind, NodeWeight, Placement, Shards};
use datasurface_model::{Checked, Ecosystem, Validate, Validation};
use datasurface_testkit::{Edits, Synthetic, worst_case_edits};
use std::{
    error::Error,
    time::{Duration, Instant},
};

/// How many edits medians are taken of.
const EDITS: usize = 1000;
/// How many are done of one size before the other has its turn: a machine may change its speed while it is measured.
const TURN: usize = 50;
/// How often each of the worst cases is done.
const WORST: usize = 5;
/// What is done after an edit.
const PHASES: [&str; 5] = ["validation", "graph", "shards", "dropping the old", "all of it"];
/// What a shard bears: nodes, and datasets that are captured.
const LIMITS: [u64; 2] = [5_000, 2_000];

fn main() -> Result<(), Box<dyn Error>> {
    // Cargo passes `--bench`, too.
    let datastores = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(10_000);
    let sizes = [datastores / 10, datastores];
    for one_team in [false, true] {
        let [small, large] = sizes.map(|size| {
            let synthetic = Synthetic::new(size);
            if one_team { synthetic.with_one_team() } else { synthetic }
        });
        let worst = (worst_cases(&small)?, worst_cases(&large)?);
        let [small, large] = measured(&small, &large)?;
        let teams = if one_team { "one team" } else { "many teams" };
        println!("{teams:<28}{:>12}{:>12}{:>8}", sizes[0], sizes[1], "ratio");
        for kind in Kind::ALL {
            for (phase, name) in PHASES.into_iter().enumerate() {
                let [small, large] = [&small, &large].map(|edits| median(edits, kind, phase));
                println!("{:<10}{name:<18}{small:>12.1}{large:>12.1}{:>8.2}", kind.name(), large / small);
            }
        }
        for ((what, small), (_, large)) in worst.0.iter().zip(&worst.1) {
            println!("{what}");
            for (phase, name) in PHASES.into_iter().enumerate() {
                let [small, large] = [small, large].map(|edits| median(edits, Kind::Any, phase));
                println!("{:<10}{name:<18}{small:>12.1}{large:>12.1}{:>8.2}", "", large / small);
            }
        }
    }
    Ok(())
}

/// What was edited.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Any,
    Datastore,
    Workspace,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Any, Self::Datastore, Self::Workspace];

    fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Datastore => "datastore",
            Self::Workspace => "workspace",
        }
    }
}

/// What was edited, and how long each phase took afterwards.
type Edit = (Kind, [Duration; PHASES.len()]);

/// An edit that reaches far, and what it cost each time.
type Worst = (&'static str, Vec<Edit>);

/// The edits of both sizes, done in turns.
fn measured(small: &Synthetic, large: &Synthetic) -> Result<[Vec<Edit>; 2], Box<dyn Error>> {
    let mut small = Edited::of(small)?;
    let mut large = Edited::of(large)?;
    for _ in 0..EDITS / TURN {
        small.take_turn()?;
        large.take_turn()?;
    }
    Ok([small.edits, large.edits])
}

/// What each of the edits costs that reach far, done and undone again and again; undoing is not counted.
fn worst_cases(synthetic: &Synthetic) -> Result<Vec<Worst>, Box<dyn Error>> {
    let original = synthetic.ecosystem();
    let checked = original.clone().validate(&Validation::on(NaiveDate::MIN))?;
    let assignments = synthetic.assignments(checked.ecosystem());
    let mut done = Done::of(checked, &assignments)?;
    let mut worst = Vec::new();
    for (what, edited) in worst_case_edits(&original) {
        let mut edits = Vec::with_capacity(WORST);
        // The first one pays for finding out who depends on whom.
        for time in 0..=WORST {
            let edit = done.follow(edited.clone(), &assignments)?;
            edits.extend((time > 0).then_some(edit));
            done.follow(original.clone(), &assignments)?;
        }
        worst.push((what, edits));
    }
    Ok(worst)
}

/// A synthetic ecosystem that is edited at random.
struct Edited {
    random: Edits,
    assignments: Assignments,
    done: Done,
    edits: Vec<Edit>,
}

impl Edited {
    fn of(synthetic: &Synthetic) -> Result<Self, Box<dyn Error>> {
        let checked = synthetic.ecosystem().validate(&Validation::on(NaiveDate::MIN))?;
        let random = Edits::new(checked.ecosystem(), 1);
        let assignments = synthetic.assignments(checked.ecosystem());
        let done = Done::of(checked, &assignments)?;
        let mut edited = Self { random, assignments, done, edits: Vec::with_capacity(EDITS) };
        // The first one pays for finding out who depends on whom.
        edited.edit()?;
        Ok(edited)
    }

    fn take_turn(&mut self) -> Result<(), Box<dyn Error>> {
        // What the other size left in the caches is not counted.
        self.edit()?;
        for _ in 0..TURN {
            let edit = self.edit()?;
            self.edits.push(edit);
        }
        Ok(())
    }

    fn edit(&mut self) -> Result<Edit, Box<dyn Error>> {
        self.done.follow(self.random.edit(self.done.ecosystem()), &self.assignments)
    }
}

/// Everything that is done for an ecosystem.
struct Done {
    checked: Checked,
    graphs: IntentionGraphs,
    shards: Vec<Shards>,
}

impl Done {
    fn of(checked: Checked, assignments: &Assignments) -> Result<Self, Box<dyn Error>> {
        let graphs = IntentionGraphs::build(checked.ecosystem(), assignments)?;
        let shards = |graph| Shards::build(graph, &Placement::default(), &LIMITS, &weigh);
        Ok(Self { shards: graphs.iter().map(shards).collect(), checked, graphs })
    }

    fn ecosystem(&self) -> Ecosystem {
        self.checked.ecosystem().clone().into_inner()
    }

    /// Does everything again.
    fn follow(&mut self, edited: Ecosystem, assignments: &Assignments) -> Result<Edit, Box<dyn Error>> {
        let mut took = [Duration::ZERO; PHASES.len()];
        let [validation, graph, shards, dropping, all] = &mut took;
        let start = Instant::now();
        let checked = timed(validation, || validated(edited, &self.checked))?;
        let graphs = timed(graph, || self.graphs.rebuild(checked.ecosystem(), assignments))?;
        let shards = timed(shards, || sharded(&self.shards, &graphs));
        let old = std::mem::replace(self, Self { checked, graphs, shards });
        timed(dropping, || drop(old));
        *all = start.elapsed();
        Ok((self.edited(), took))
    }

    /// What the last edit was about.
    fn edited(&self) -> Kind {
        let mut checked = self.checked.stats().checked().iter().map(ToString::to_string);
        if checked.any(|path| path.contains("/datastores/")) { Kind::Datastore } else { Kind::Workspace }
    }
}

// Not inlined, so that a profile shows them.

#[inline(never)]
fn validated(edited: Ecosystem, before: &Checked) -> Result<Checked, datasurface_model::Invalid> {
    edited.validate(&Validation::on(NaiveDate::MIN).since(before))
}

#[inline(never)]
fn sharded(before: &[Shards], graphs: &IntentionGraphs) -> Vec<Shards> {
    before.iter().zip(graphs.iter()).map(|(before, graph)| before.rebuild(graph, &weigh)).collect()
}

/// Two weights: of one in the order of everything, and of two for what is captured.
fn weigh(node: &Node<'_>) -> NodeWeight {
    match node.kind() {
        NodeKind::Ingest => NodeWeight { whole: [1, 0].into(), per_dataset: [0, 1].into() },
        _ => NodeWeight { whole: [1, 0].into(), per_dataset: Box::default() },
    }
}

fn timed<T>(took: &mut Duration, phase: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = phase();
    *took = start.elapsed();
    result
}

/// In microseconds.
fn median(edits: &[Edit], kind: Kind, phase: usize) -> f64 {
    let of_kind = edits.iter().filter(|(edited, _)| kind == Kind::Any || *edited == kind);
    let mut times: Vec<Duration> = of_kind.filter_map(|(_, took)| took.get(phase).copied()).collect();
    times.sort_unstable();
    times.get(times.len() / 2).map_or(0.0, |time| time.as_secs_f64() * 1e6)
}
