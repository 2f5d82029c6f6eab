//! What `move` is asked for.

use crate::arguments::{Format, Model, TargetArguments};
use clap::{Args, Subcommand};
use datasurface_broker::{MoveStep, PlatformTask};
use datasurface_model::PlatformName;

/// A step of a move.
#[derive(Debug, Args)]
pub(crate) struct Move {
    #[command(subcommand)]
    step: StepArguments,
}

#[derive(Debug, Subcommand)]
enum StepArguments {
    /// Begin: the platform is set up beside the one in use, which goes on.
    Start {
        /// The platform to move to.
        #[arg(long, value_name = "PLATFORM")]
        to: PlatformName,

        #[command(flatten)]
        subject: Subject,
    },
    /// Go on: first the new platform comes into use, once it has its data, and the old one goes on for those who have not changed over;
    /// the second time, the old one is taken down.
    Complete {
        #[command(flatten)]
        subject: Subject,
    },
    /// Go back: the platform that was in use stays, or comes into use again.
    Abandon {
        #[command(flatten)]
        subject: Subject,
    },
}

/// What moves, and where that is decided and rendered.
#[derive(Debug, Args)]
pub(crate) struct Subject {
    #[command(flatten)]
    pub(crate) model: Model,

    /// The dataset group, as `workspace/group`, or the datastore whose capture moves.
    #[arg(value_name = "GROUP")]
    pub(crate) task: PlatformTask,

    #[command(flatten)]
    pub(crate) site: TargetArguments,

    /// How to print the answer.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

impl Move {
    pub(crate) fn subject(&self) -> &Subject {
        match &self.step {
            StepArguments::Start { subject, .. }
            | StepArguments::Complete { subject }
            | StepArguments::Abandon { subject } => subject,
        }
    }

    pub(crate) fn step(&self) -> MoveStep {
        match &self.step {
            StepArguments::Start { to, .. } => MoveStep::Start(to.clone()),
            StepArguments::Complete { .. } => MoveStep::Complete,
            StepArguments::Abandon { .. } => MoveStep::Abandon,
        }
    }
}
