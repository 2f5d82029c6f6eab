//! The example `training_hook`: by the event, a transformer runs in full, incrementally or not at all.

use crate::support::example;
use std::{path::Path, process::Command};

const SAID: &str = "\
everything is new
  made Forecasts/demand: 2 changes
  made Forecasts/weights: 2 changes
  transform.Forecast: the hook `training` notes: the history moved: trained anew
one order
  transform.Forecast: the hook `training` notes: too few changes: 1
  `transform.Forecast` waits until no hook skips it
another order
  made Forecasts/demand: 1 changes
the history is corrected
  made Forecasts/demand: 0 changes
  made Forecasts/weights: 1 changes
  transform.Forecast: the hook `training` notes: the history moved: trained anew
";

fn said(arguments: &[&str]) -> Option<String> {
    let output = Command::new(example("training_hook")?).args(arguments).output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{err}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_hook_decides_by_the_event_how_much_of_a_transformer_runs() {
    let Some(said) = said(&[]) else { return };
    assert_eq!(said, SAID);
}

#[test]
fn a_program_in_python_decides_the_same() {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/training_hook.py");
    let Some(said) = said(&["--program", "python3", program.to_str().unwrap()]) else { return };
    assert_eq!(said, SAID);
}
