//! What an ecosystem of a given size costs: `cargo run --release --example scale -- --datastores 10000 --platforms 1`.
//!
//! Builds a synthetic ecosystem, takes it through every phase, and says how long each one took. With `--json`, as one
//! JSON object. Everything runs in one thread. Milliseconds are of the clock on the wall: measure on a quiet machine.

#![expect(clippy::print_stdout, reason = "it shows what it measures")]

mod adapted;
mod arguments;
mod broker;
mod documents;
mod edits;
mod fresh;
mod graph;
mod report;
mod review;
mod session;
mod small_platform;

use arguments::Arguments;
use chrono::NaiveDate;
use clap::Parser;
use datasurface::model::{Ecosystem, Team, Validate, Validation};
use graph::Graphs;
use report::Report;
use std::error::Error;

// As in the command.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let report = measure(&arguments)?;
    if arguments.json {
        println!("{}", report.to_json());
    } else {
        print!("{}", report.to_table());
    }
    Ok(())
}

/// Takes the ecosystem through every phase, once.
fn measure(arguments: &Arguments) -> Result<Report, Box<dyn Error>> {
    let mut report = Report::default();
    if let (Some(format), Some(folder)) = (arguments.fresh, &arguments.folder) {
        fresh::plan(format, folder, arguments, &mut report)?;
        return Ok(report);
    }
    let synthetic = arguments.synthetic();
    let ecosystem = report.timed("construct_ms", || synthetic.ecosystem());
    count(&ecosystem, &mut report);
    if arguments.review {
        review::measure(&ecosystem, &mut report)?;
        return Ok(report);
    }
    if arguments.broker {
        broker::measure(&ecosystem, arguments, &mut report)?;
        return Ok(report);
    }

    let today = Validation::on(NaiveDate::MIN);
    let checked = report.timed("validate_ms", || ecosystem.validate(&today))?;
    report.peak_rss("validated_peak_rss_mib");

    let graphs = match arguments.no_graph {
        true => {
            report.peak_rss("peak_rss_mib");
            None
        }
        false => {
            let assignments = synthetic.assignments(checked.ecosystem());
            Some(Graphs::measure(checked.ecosystem(), assignments, &mut report)?)
        }
    };
    edits::measure(checked, graphs, arguments, &mut report)?;
    Ok(report)
}

/// What there is of each. What transformers make is counted on its own.
fn count(ecosystem: &Ecosystem, report: &mut Report) {
    let zones = ecosystem.zones().iter().filter_map(|zone| zone.definition());
    let teams: Vec<&Team> =
        zones.flat_map(|zone| zone.teams()).filter_map(|team| team.definition()).map(AsRef::as_ref).collect();
    let datastores = || teams.iter().flat_map(|team| team.datastores());
    let captured = || datastores().filter(|datastore| datastore.capture().is_some());
    let datasets = || captured().flat_map(|datastore| datastore.datasets());
    let workspaces = || teams.iter().flat_map(|team| team.workspaces());
    report.count("datastores", captured().count());
    report.count("datasets", datasets().count());
    report.count("columns", datasets().map(|dataset| dataset.schema().table().columns().len()).sum());
    report.count("outputs", datastores().count() - captured().count());
    report.count("workspaces", workspaces().count());
    report.count("transformers", workspaces().filter(|one| one.transformer().is_some()).count());
    let groups = workspaces().flat_map(|workspace| workspace.groups());
    report.count("sinks", groups.map(|group| group.sinks().len()).sum());
}
