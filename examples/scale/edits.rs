//! What it costs to do everything again after an edit.

use crate::{arguments::Arguments, graph::Graphs, report::Report};
use chrono::NaiveDate;
use datasurface::model::{Checked, Ecosystem, Validate, Validation};
use datasurface_testkit::Edits;
use std::{error::Error, time::Instant};

/// Edits the ecosystem again and again. What is measured follows the edit itself: validation, graphs and shards, as far as
/// they are there, and dropping what was before.
pub(crate) fn measure(
    mut checked: Checked,
    mut graphs: Option<Graphs>,
    arguments: &Arguments,
    report: &mut Report,
) -> Result<(), Box<dyn Error>> {
    let mut edits = Edits::new(checked.ecosystem(), 1);
    let mut durations = Vec::with_capacity(arguments.edits);
    for number in 0..arguments.edits {
        let edited = edits.edit(checked.ecosystem().clone().into_inner());
        let before = (number == 0).then(|| checked.ecosystem().clone());
        let start = Instant::now();
        checked = again(edited, &checked)?;
        if let Some(graphs) = &mut graphs {
            graphs.follow(checked.ecosystem())?;
        }
        durations.push(start.elapsed());
        if let (Some(before), Some(graphs)) = (before, &graphs) {
            graphs.measure_diff(&before, report)?;
        }
    }
    if arguments.edits > 0 {
        report.median("edit_ms", durations);
    }
    Ok(())
}

fn again(edited: Ecosystem, before: &Checked) -> Result<Checked, Box<dyn Error>> {
    Ok(edited.validate(&Validation::on(NaiveDate::MIN).since(before))?)
}
