//! A waiver at whoever reads derived data is about what the statement made when it was given.

use crate::{
    fixture::{broker, today},
    review::refusals,
};
use datasurface_change::ChangeSource;
use datasurface_document::Documents;
use datasurface_review::{Review, ReviewSide};

/// Data of a zone that a team of another one copies.
const COPIED: &str = include_str!("../../../datasurface-cli/tests/steps/copied.yaml");
const EU: &str = "github:big/eu@main";
const FINANCE: &str = "github:big/finance@main";

/// The same, kept where the zone does not permit it, which it accepts.
fn accepted() -> String {
    let waiver = "    waivers:
    - code: governance/location
      path: zones/US/teams/Finance/workspaces/Away/groups/daily/sinks/Masked/orders
      policy: P
      reason: amounts only
      expires: 2027-06-30
    teams:
    - name: Sales";
    let reader = "        workspaces:
        - name: Away
          container: US/Finance/Far
          groups:
          - {name: daily, sinks: [Masked/orders]}
        - name: Mask";
    let waived = COPIED.replacen("    teams:\n    - name: Sales", waiver, 1);
    waived.replacen("        workspaces:\n        - name: Mask", reader, 1)
}

fn refused(source: &str, new: &str) -> Vec<String> {
    let (broker, old) = (broker(), accepted());
    let side = |text: &str| ReviewSide::new(Documents::new().document("model.yaml", text));
    let review = Review::new(&broker, ChangeSource::new(source), today());
    let report = review.judge(&side(&old), &side(new));
    refusals(&report).into_iter().map(str::to_owned).collect()
}

#[test]
fn another_statement_is_accepted_by_whoever_waived() {
    let live = accepted();
    let needs = "authorization/needs-approval".to_owned();
    let other = live
        .replace("SELECT id, amount FROM Shop_orders", "SELECT id, amount * 2 AS amount FROM Shop_orders");
    assert_ne!(other, live);
    let asked = refused(FINANCE, &other);
    assert!(asked.contains(&needs), "{asked:?}");
    // The mirror: the same statement, and something else in the same team.
    let beside = live.replace("- {name: Far,", "- {name: Far, documentation: ours,");
    assert_ne!(beside, live);
    assert!(!refused(FINANCE, &beside).contains(&needs));
    assert!(!refused(EU, &live.replace("amounts only", "amounts, for a while")).contains(&needs));
}
