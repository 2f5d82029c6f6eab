//! What a plan costs in a session, one random edit after the other: findings and plan, with nothing written in between.

use crate::{broker::Site, report::Report};
use chrono::NaiveDate;
use datasurface::{
    broker::{Base, Lock, Session, Target},
    model::{Ecosystem, Validate, Validation},
};
use datasurface_testkit::Edits;
use std::{error::Error, fs, hint::black_box, time::Instant};

/// Edits an ecosystem that was rendered, and plans after each edit: what the edits so far lead to since then, and then what one edit leads to, as if
/// each plan were rendered. Once, a plan is also made by a broker that remembers nothing.
pub(crate) fn measure(
    site: &Site,
    ecosystem: Ecosystem,
    edits: usize,
    report: &mut Report,
) -> Result<(), Box<dyn Error>> {
    edit(site, ecosystem.clone(), (edits, Start::Rendered), report)?;
    edit(site, ecosystem, (edits, Start::LastPlan), report)
}

/// What a plan starts from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    /// What is rendered.
    Rendered,
    /// What the last plan leads to.
    LastPlan,
}

fn edit(
    site: &Site,
    mut ecosystem: Ecosystem,
    (edits, start): (usize, Start),
    report: &mut Report,
) -> Result<(), Box<dyn Error>> {
    let today = NaiveDate::MIN;
    let mut lock = Lock::from_text(&fs::read_to_string(&site.lock)?)?;
    let mut manifest = Target::open(&site.target)?.manifest().cloned();
    let mut session = Session::new(site.broker.clone());
    let mut random = Edits::new(&ecosystem, 1);
    let (mut validated, mut placed, mut proposed, mut all) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    // The first one makes everything.
    for number in 0..=edits {
        let begin = Instant::now();
        let checked = session.validate(ecosystem.clone(), today)?;
        black_box(checked.findings());
        let validating = begin.elapsed();
        let now = session.place(checked.ecosystem(), &lock)?;
        let placing = begin.elapsed();
        let proposal = session.propose(&now, Base::Target(manifest.as_ref()), today)?;
        let total = begin.elapsed();
        if number > 0 {
            validated.push(validating);
            placed.push(placing - validating);
            proposed.push(total - placing);
            all.push(total);
        }
        if number == edits && start == Start::Rendered {
            report.timed("cold_again_ms", || {
                let checked = ecosystem.clone().validate(&Validation::on(today))?;
                let placed = site.broker.place(checked.ecosystem(), &lock)?;
                site.broker.propose(&placed, Base::Target(manifest.as_ref()), today)?;
                Ok::<_, Box<dyn Error>>(())
            })?;
        }
        if start == Start::LastPlan {
            lock = proposal.lock().clone();
            manifest = Some(proposal.manifest().clone());
        }
        drop(proposal);
        ecosystem = random.edit(ecosystem);
    }
    if edits == 0 {
        return Ok(());
    }
    let name = |phase: &str| match start {
        Start::Rendered => format!("session_{phase}_ms"),
        Start::LastPlan => format!("one_edit_{phase}_ms"),
    };
    report.median(&name("validate"), validated);
    report.median(&name("place"), placed);
    report.median(&name("propose"), proposed);
    report.median(&name("plan"), all);
    if start == Start::Rendered {
        report.ratio("session_to_cold", &name("plan"), "cold_again_ms");
    }
    Ok(())
}
