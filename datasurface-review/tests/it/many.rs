//! A change that concerns everybody: what people are shown of it is bounded.

use crate::{fixture::today, review::judged};
use datasurface_broker::Lock;
use datasurface_model::*;

const TEAMS: usize = 250;

fn with_documentation(text: &str) -> Ecosystem {
    let zone = (0..TEAMS).fold(GovernanceZone::new(), |zone, number| {
        zone.team(format!("T{number}"), format!("github:o/team{number}@main"), Team::new().documented(text))
    });
    Ecosystem::new("E", "github:o/model@main", "github:o/live@main").zone("Z", "github:o/zone@main", zone)
}

#[test]
fn people_are_shown_a_hundred_lines_of_a_kind_and_the_count_of_the_others() {
    let (old, new, lock) = (with_documentation("one"), with_documentation("other"), Lock::default());
    let report = judged([(&old, &lock), (&new, &lock)], "github:o/model@main", today());
    assert_eq!(report.missing_approvals.len(), TEAMS);
    let text = report.to_string();
    let missing: Vec<&str> = text.lines().filter(|line| line.starts_with("missing: ")).collect();
    assert_eq!(missing.len(), 101);
    assert_eq!(missing.last(), Some(&"missing: 150 more, which are not shown"));
}
