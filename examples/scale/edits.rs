//! What it costs to do everything again after an edit.

use crate::{arguments::Arguments, report::Report};
use chrono::NaiveDate;
use datasurface::model::{Checked, Validation};
use datasurface_testkit::Edits;
use std::{error::Error, time::Instant};

/// Edits the ecosystem again and again. What is measured follows the edit itself, and includes dropping what was before.
pub(crate) fn measure(
    mut checked: Checked,
    arguments: &Arguments,
    report: &mut Report,
) -> Result<(), Box<dyn Error>> {
    let mut edits = Edits::of(checked.ecosystem(), 1);
    let mut validate = Vec::with_capacity(arguments.edits);
    for _ in 0..arguments.edits {
        let edited = edits.edit(checked.ecosystem().clone().into_inner());
        let start = Instant::now();
        checked = edited.validate(&Validation::on(NaiveDate::MIN).since(&checked))?;
        validate.push(start.elapsed());
    }
    if arguments.edits > 0 {
        report.median("edit_ms", validate);
    }
    Ok(())
}
