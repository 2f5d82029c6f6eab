//! The `datasurface` command: checks a model, shows its graphs, plans what has to be done, renders it, and runs it.
//!
//! ```
//! // What the command reports besides the findings of the crates that it uses.
//! assert!(datasurface_cli::CODES.iter().all(|info| !info.summary.is_empty()));
//! ```
//!
//! Each verb reads its input, asks the broker, and gives back an answer; only then is anything printed, except that a
//! run says on a terminal what it is at, and long work how far it has come. This crate is the only one that prints, and the only one that reads a clock.
//!
//! `docs/command-line.md` is the guide. The platforms of the command are in `registry.rs`, one feature each.

mod accept;
mod alerts;
mod answer;
mod applied;
mod arguments;
mod ask;
mod atomic_write;
mod check;
mod clock;
mod codeowners;
mod codes;
mod configuration;
mod credentials;
mod drift;
mod explain;
mod graph;
mod graph_versions;
mod history;
mod hook_notes;
mod input;
#[cfg(feature = "laws")]
mod laws;
mod lineage;
mod listing;
mod lock_update;
mod metrics;
mod moves;
mod plan;
mod program_factory;
mod progress;
mod reach;
mod registry;
mod release;
mod render;
mod review;
mod revisions;
mod run;
mod schema;
mod selected_graphs;
mod shown;
#[cfg(unix)]
mod signals;
mod sink;
mod state;
mod status;
mod table;
mod target;
mod text;

pub use codes::CODES;

use arguments::{Arguments, Verb};
use datasurface_broker::Broker;
use datasurface_platform::{Registry, hook::Hooks};
use std::{
    io::{self, Write as _},
    process::ExitCode,
};

/// Does what the command line of this process says, with the platforms that this crate was built with.
///
/// The exit code is that of [`run`](fn@run).
#[must_use]
pub fn main() -> ExitCode {
    run(registry::built_in())
}

/// Does what the command line of this process says, with these platforms, and the programs that `datasurface.toml` names.
///
/// An application with platforms of its own gets the whole command by this call.
///
/// The exit code is 0 if all is well, 1 if something was found that stands in the way, and 2 if the command line or the
/// configuration is wrong.
#[must_use]
pub fn run(registry: Registry) -> ExitCode {
    run_with_hooks(registry, Hooks::new())
}

/// Does the same with these hooks, beside those that `datasurface.toml` names.
#[must_use]
pub fn run_with_hooks(registry: Registry, hooks: Hooks) -> ExitCode {
    let arguments = Arguments::from_command_line();
    #[cfg(unix)]
    let _running = signals::Running::new();
    let (registry, hooks) = match arguments.configuration() {
        None => (registry, hooks),
        Some(file) => match configuration::with_programs(registry, hooks, &file) {
            Ok(configured) => configured,
            Err(reason) => {
                // What is wrong with a program hides nothing of what is wrong with the model.
                if let Verb::Check(arguments) = &arguments.verb {
                    check::check(arguments, None).deliver();
                }
                return usage_error(reason);
            }
        },
    };
    let broker = Broker::new(registry).with_hooks(hooks);
    progress::show();
    let answer = match arguments.verb {
        Verb::Check(arguments) => check::check(&arguments, Some(&broker)),
        Verb::Graph(arguments) => return graph::graph(&arguments, &broker),
        Verb::Lineage(arguments) => lineage::lineage(&arguments, &broker),
        Verb::Explain(arguments) => explain::explain(&arguments, &broker),
        Verb::Ask(arguments) => ask::ask(&arguments, &broker),
        Verb::Plan(arguments) => plan::plan(&arguments, &broker),
        Verb::Watch(arguments) => return plan::watch(&arguments, &broker),
        Verb::Review(arguments) => {
            let answer = review::review(&arguments, &broker);
            return match &arguments.output {
                None => answer.deliver(),
                Some(file) => answer.deliver_to(file),
            };
        }
        Verb::CodeOwners(arguments) => codeowners::codeowners(&arguments),
        Verb::Render(arguments) => render::render(&arguments, &broker),
        Verb::Advance(arguments) => render::render(&arguments.into(), &broker),
        Verb::Revisions(arguments) => revisions::revisions(&arguments, &broker),
        Verb::Move(arguments) => moves::take(&arguments, &broker),
        Verb::Release(arguments) => release::release(&arguments),
        Verb::Accept(arguments) => accept::accept(&arguments),
        Verb::State(arguments) => state::state(&arguments),
        Verb::Applied(arguments) => applied::applied(&arguments, &broker),
        Verb::Run(arguments) if arguments.follow => return run::follow(&arguments, &broker),
        Verb::Run(arguments) => run::run(&arguments, &broker),
        Verb::Status(arguments) => {
            let answer = status::status(&arguments, &broker);
            return match &arguments.output {
                None => answer.deliver(),
                Some(file) => answer.deliver_to(file),
            };
        }
        #[cfg(feature = "laws")]
        Verb::Laws(arguments) => match laws::laws(&arguments, broker.registry()) {
            Ok(answer) => answer,
            Err(reason) => return usage_error(reason),
        },
        Verb::Alerts(arguments) => {
            let answer = alerts::alerts(&arguments, &broker);
            return match &arguments.output {
                None => answer.deliver(),
                Some(file) => answer.deliver_to(file),
            };
        }
        Verb::Schema(arguments) => match schema::schema(&arguments, broker.registry()) {
            Ok(answer) => answer,
            Err(reason) => return usage_error(reason),
        },
    };
    answer.deliver()
}

/// The command line or the configuration asks for something that is not there.
fn usage_error(reason: String) -> ExitCode {
    // If the standard error cannot be written, there is nobody left to tell.
    let _ = writeln!(io::stderr(), "error: {}", text::printable(reason));
    ExitCode::from(arguments::usage_exit_code())
}
