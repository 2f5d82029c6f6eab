//! What validation costs, from nothing and after an edit: `cargo bench -p datasurface-testkit --bench validation`, with
//! how many datastores as an argument (`-- 1000`; 10 000 otherwise).
//!
//! Beside that size stands a tenth of it: from nothing, the cost of a datastore should be the same; after an edit, all of
//! the cost. Times from nothing are those of the processor: other work on the machine counts for what it takes from the
//! caches.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a program that prints, or fails")]

use chrono::NaiveDate;
use datasurface_model::{
    Checked, Ecosystem, Entity, GovernanceZone, Permitted, Policy, PolicyRule, TeamDeclaration, Validate,
    Validation,
};
use datasurface_testkit::{Edits, Synthetic};
use std::{
    fs,
    time::{Duration, Instant},
};

/// How often what takes long is measured; the best time counts.
const TIMES: usize = 5;
/// How many edits the median is taken of.
const EDITS: usize = 1000;

fn main() {
    // Cargo passes `--bench`, too.
    let datastores = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(10_000);
    println!("{:<10} {:<9} {:>22} {:>20}", "datastores", "teams", "from nothing, in ms", "us per datastore");
    for (size, synthetic) in sizes(datastores) {
        let ecosystem = synthetic.ecosystem();
        let time = best(|| drop(from_nothing(&ecosystem)));
        let each = time.as_secs_f64() * 1e6 / f64::from(u32::try_from(size).unwrap());
        println!("{:<10} {:<9} {:>22.1} {each:>20.2}", size, teams(&ecosystem), milliseconds(time));
    }
    println!(
        "\n{:<10} {:<9} {:>22} {:>20}",
        "datastores", "teams", "edit: median, in ms", "worst of a thousand"
    );
    for (size, synthetic) in sizes(datastores) {
        let ecosystem = synthetic.ecosystem();
        let (median, worst) = edits(&ecosystem);
        let (median, worst) = (milliseconds(median), milliseconds(worst));
        println!("{:<10} {:<9} {median:>22.3} {worst:>20.3}", size, teams(&ecosystem));
    }
    println!("\nedits that many depend on, for {datastores} datastores, in ms");
    let checked = from_nothing(&Synthetic::new(datastores).ecosystem());
    for (what, edited) in [("a policy of the zone", policy(&checked)), ("a container", container(&checked))] {
        // The first one pays for finding out who depends on whom.
        let units = after(&edited, &checked).stats().checked().len();
        let start = Instant::now();
        drop(after(&edited, &checked));
        println!("{what:<42} {:>10.3} for {units} units", milliseconds(start.elapsed()));
    }
}

/// A tenth and all of it, in teams of a hundred datastores; then the same in one team.
fn sizes(datastores: usize) -> impl Iterator<Item = (usize, Synthetic)> {
    [false, true].into_iter().flat_map(move |one_team| {
        [datastores / 10, datastores].map(|size| {
            let synthetic = Synthetic::new(size);
            (size, if one_team { synthetic.with_one_team() } else { synthetic })
        })
    })
}

fn teams(ecosystem: &Ecosystem) -> usize {
    ecosystem.zones().iter().filter_map(|zone| zone.definition()).map(|zone| zone.teams().len()).sum()
}

fn from_nothing(ecosystem: &Ecosystem) -> Checked {
    ecosystem.clone().validate(&Validation::on(NaiveDate::MIN)).unwrap()
}

fn after(edited: &Ecosystem, before: &Checked) -> Checked {
    edited.clone().validate(&Validation::on(NaiveDate::MIN).since(before)).unwrap()
}

/// The median and the most of what random edits cost, one after the other, dropping what was before included.
fn edits(ecosystem: &Ecosystem) -> (Duration, Duration) {
    let mut checked = from_nothing(ecosystem);
    let mut edits = Edits::new(checked.ecosystem(), 1);
    // The first one pays for finding out who depends on whom.
    checked = after(&edits.edit(checked.ecosystem().clone().into_inner()), &checked);
    let mut times: Vec<Duration> = (0..EDITS)
        .map(|_| {
            let edited = edits.edit(checked.ecosystem().clone().into_inner());
            // By the clock on the wall: what the kernel counts is too coarse for this.
            let start = Instant::now();
            checked = after(&edited, &checked);
            drop(edited);
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    (*times.get(EDITS / 2).unwrap(), *times.last().unwrap())
}

/// The ecosystem with a policy that everything in its zone, and all that it delivers, is held against.
fn policy(checked: &Checked) -> Ecosystem {
    let ecosystem = checked.ecosystem().clone().into_inner();
    let declaration = ecosystem.zones().iter().next().unwrap();
    let owner = declaration.owner().clone();
    let zone = GovernanceZone::clone(declaration.definition().unwrap());
    let vendors = ecosystem.vendors().names().cloned();
    let zone = zone.policy(Policy::new("Vendors", PolicyRule::Vendors(Permitted::only(vendors))));
    ecosystem.clone().without_zone(declaration.name()).zone(declaration.name(), owner, zone)
}

/// The ecosystem with the first container said to be read by people.
fn container(checked: &Checked) -> Ecosystem {
    let ecosystem = checked.ecosystem().clone().into_inner();
    let zone = ecosystem.zones().iter().next().unwrap();
    let teams = zone.definition().unwrap().teams();
    let has_container = |team: &&TeamDeclaration| !team.definition().unwrap().containers().is_empty();
    let team = teams.iter().find(has_container).unwrap().name();
    ecosystem.clone().edit_team(zone.name(), team, |team| {
        let container = team.containers().iter().next().unwrap().clone();
        team.without_container(container.name()).container(container.documented("read by people"))
    })
}

fn best(mut work: impl FnMut()) -> Duration {
    let times = (0..TIMES).map(|_| {
        let start = processor_time();
        work();
        processor_time() - start
    });
    times.min().unwrap()
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// What this thread has used of the processor so far, as the kernel counts it.
fn processor_time() -> Duration {
    let counted = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(counted.split(' ').next().unwrap().parse().unwrap())
}
