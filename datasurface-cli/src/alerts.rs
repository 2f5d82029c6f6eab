//! `alerts`: rules for Prometheus, by which people hear that a promise is broken.

use crate::{answer::Answer, arguments::Model, input::Input};
use clap::Args;
use datasurface_broker::Broker;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct AlertArguments {
    #[command(flatten)]
    pub(crate) model: Model,

    /// Write the rules to this file, which is replaced at once, rather than to the standard output.
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

pub(crate) fn alerts(arguments: &AlertArguments, broker: &Broker) -> Answer<'static> {
    let read = Input::read(&arguments.model).and_then(|mut input| {
        let placed = input.place(broker)?;
        Ok((input, placed))
    });
    match read {
        Ok((input, placed)) => Answer::text(placed.alert_rules(), &input.findings, true),
        Err(findings) => Answer::text("", &findings, false),
    }
}
