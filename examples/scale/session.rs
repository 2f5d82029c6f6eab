//! What a plan costs in a session, one random edit after the other: findings and plan, with nothing written in between.

use crate::{broker::Site, report::Report};
use chrono::NaiveDate;
use datasurface::{
    broker::{Base, Lock, Session, Target},
    model::{Ecosystem, Validate, Validation},
};
use datasurface_testkit::Edits;
use std::{error::Error, fs, hint::black_box, time::Instant};

/// Edits an ecosystem that was rendered, and plans after each edit. One plan is also made by a broker that remembers nothing.
pub(crate) fn measure(
    site: &Site,
    mut ecosystem: Ecosystem,
    edits: usize,
    report: &mut Report,
) -> Result<(), Box<dyn Error>> {
    let today = NaiveDate::MIN;
    let lock = Lock::from_text(&fs::read_to_string(&site.lock)?)?;
    let target = Target::open(&site.target)?;
    let base = || Base::Target(target.manifest());
    let mut session = Session::new(site.broker.clone());
    let mut random = Edits::new(&ecosystem, 1);
    let (mut validated, mut placed, mut proposed, mut all) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    // The first one makes everything.
    for number in 0..=edits {
        let start = Instant::now();
        let checked = session.validate(ecosystem.clone(), today)?;
        black_box(checked.findings());
        let validating = start.elapsed();
        let now = session.place(checked.ecosystem(), &lock)?;
        let placing = start.elapsed();
        let proposal = session.propose(&now, base(), today)?;
        let total = start.elapsed();
        if number > 0 {
            validated.push(validating);
            placed.push(placing - validating);
            proposed.push(total - placing);
            all.push(total);
        }
        if number == edits {
            report.timed("cold_again_ms", || {
                let checked = ecosystem.clone().validate(&Validation::on(today))?;
                let placed = site.broker.place(checked.ecosystem(), &lock)?;
                site.broker.propose(&placed, base(), today)?;
                Ok::<_, Box<dyn Error>>(())
            })?;
        }
        drop(proposal);
        ecosystem = random.edit(ecosystem);
    }
    if edits > 0 {
        report.median("session_validate_ms", validated);
        report.median("session_place_ms", placed);
        report.median("session_propose_ms", proposed);
        report.median("session_edit_ms", all);
        report.ratio("session_to_cold", "session_edit_ms", "cold_again_ms");
    }
    Ok(())
}
