//! Who may have which data is what model.md says: held against a specification that follows single facts until nothing is added, on random
//! ecosystems.

mod origins;
mod regulated;
mod world;

use chrono::NaiveDate;
use datasurface_model::{Ecosystem, Findings, Validate, Validation};

fn today() -> NaiveDate {
    day("2026-06-30")
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn validated(ecosystem: Ecosystem) -> Findings {
    match ecosystem.validate(&Validation::on(today())) {
        Ok(checked) => checked.findings().clone(),
        Err(invalid) => invalid.findings().clone(),
    }
}
