//! The first check-in, and what validation finds that is new.

use super::fixture::*;
use datasurface_change::{ApprovalClaim, ChangeControl, ChangeReport, ChangeSource, new_findings};
use datasurface_model::*;

fn first(new: &Ecosystem, source: &str, approving: &[&str]) -> ChangeReport {
    let new = Valid::assume_valid(new.clone());
    let claims = approving.iter().map(|owner| ApprovalClaim::new(*owner, ChangeControl::fingerprint(&new)));
    ChangeControl::new(ChangeSource::new(source), day("2026-01-01")).approved_by(claims).judge_first(&new)
}

#[test]
fn whoever_owns_all_of_it_checks_a_model_in() {
    let zone = GovernanceZone::new().team("Sales", ECOSYSTEM, Team::new());
    let own = Ecosystem::new("NorthWind", ECOSYSTEM, "github:nw/live@main").zone("USA", ECOSYSTEM, zone);
    assert!(first(&own, ECOSYSTEM, &[]).is_allowed());
    assert!(!first(&own, "github:nw/Model@main", &[]).is_allowed());
    // What is declared and left to its owner is no part of it.
    let declared = own.zone_declaration(ZoneDeclaration::new("EU", EU));
    let report = first(&declared, ECOSYSTEM, &[]);
    assert!(report.is_allowed(), "{report}");
}

#[test]
fn what_others_own_needs_their_approval() {
    let report = first(&fixture(), ECOSYSTEM, &[]);
    let missing: Vec<_> =
        report.approvals.missing.iter().map(|missing| missing.repository.to_string()).collect();
    assert_eq!(missing, [SALES, STOCK, USA]);
    assert!(first(&fixture(), ECOSYSTEM, &[SALES, STOCK, USA]).is_allowed());
    assert!(!first(&fixture(), ECOSYSTEM, &[SALES, STOCK]).is_allowed());
}

#[test]
fn a_strangers_empty_ecosystem_is_denied() {
    let empty = Ecosystem::new("NorthWind", ECOSYSTEM, "github:nw/live@main");
    assert!(first(&empty, ECOSYSTEM, &[]).is_allowed());
    for stranger in [SALES, "github:nw/live@main", ""] {
        assert!(!first(&empty, stranger, &[]).is_allowed(), "{stranger}");
    }
    let nameless = Ecosystem::new("", "", "");
    assert!(!first(&nameless, SALES, &[]).is_allowed());
}

fn findings(ecosystem: &Ecosystem, on: &str) -> Findings {
    match ecosystem.clone().validate(&Validation::on(day(on))) {
        Ok(checked) => checked.findings().clone(),
        Err(invalid) => invalid.findings().clone(),
    }
}

fn judged_on(old: &Ecosystem, new: &Ecosystem, source: &str, on: &str) -> ChangeReport {
    let control = ChangeControl::new(ChangeSource::new(source), day(on));
    let control = control.with_findings(&findings(old, on), &findings(new, on));
    control.judge(&Valid::assume_valid(old.clone()), &Valid::assume_valid(new.clone()))
}

#[test]
fn findings_that_a_change_brings_are_in_its_report() {
    let keyless = with_store(store([customers(), orders(), Dataset::new("order", "id Integer key")]));
    let report = judged_on(&fixture(), &keyless, SALES, "2026-01-01");
    assert!(report.is_allowed(), "{report}");
    assert_eq!(report.validation.codes().collect::<Vec<_>>(), ["name/reserved-word"]);
    assert!(report.to_string().contains("warning[name/reserved-word]"), "{report}");
    let json: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
    assert_eq!(json["findings"][0]["code"], "name/reserved-word");
    super::sarif::check(&report.to_sarif());
    // They are new once.
    let documented = keyless.clone().edit_team("USA", "Sales", |team| team.documented("ours"));
    assert!(judged_on(&keyless, &documented, SALES, "2026-01-01").validation.is_empty());
}

#[test]
fn an_error_that_a_change_brings_refuses_it_beside_one_that_was_there() {
    let unknown = |sinks: &[&str]| {
        stock_wanting(fixture(), sinks.iter().map(|sink| DatasetSink::new(*sink)).collect::<Vec<_>>())
    };
    let live = unknown(&["Store/gone"]);
    let same = live.clone().edit_team("USA", "Stock", |team| team.documented("ours"));
    assert!(judged_on(&live, &same, STOCK, "2026-01-01").is_allowed());
    for more in [unknown(&["Store/gone", "Store/went"]), unknown(&["Store/went"])] {
        assert!(!judged_on(&live, &more, STOCK, "2026-01-01").is_allowed());
    }
    assert!(judged_on(&unknown(&["Store/gone", "Store/went"]), &live, STOCK, "2026-01-01").is_allowed());
}

#[test]
fn a_finding_hides_no_second_one_and_no_other_place() {
    let code = CodeInfo::error("a/b", "", "");
    let denial = |policy: &str, why: &str| {
        let policy = ModelPath::from_segments(["zones", "EU", "policies", policy]);
        Diagnostic::new(&code, ModelPath::root(), "is denied").related_place(policy, why)
    };
    let all = |findings: &[Diagnostic]| findings.iter().cloned().collect::<Findings>();
    let same = Valid::assume_valid(fixture());
    let new_findings = |old: &Findings, new: &Findings| new_findings(old, new, [&same, &same]);
    let one = all(&[denial("here", "one reason")]);
    assert!(new_findings(&one, &all(&[denial("here", "a better reason")])).is_empty());
    assert_eq!(new_findings(&one, &all(&[denial("there", "one reason")])).len(), 1);
    assert_eq!(new_findings(&one, &all(&[denial("here", "x"), denial("here", "y")])).len(), 1);
    assert_eq!(new_findings(&Findings::default(), &one).len(), 1);
}

#[test]
fn texts_of_models_stay_in_their_lines() {
    let reason = "old\n::stop-commands::x\u{1b}[2J\u{202e}";
    let deprecation = Deprecation::new(day("2026-03-01"), reason).with_sunset(day("2026-06-30"));
    let new = with_store(store([customers().deprecated(deprecation), orders()]));
    let new = new.edit_team("USA", "Stock", |team| team.documented(reason));
    let report = judged_on(&fixture(), &new, "git:x\n::error::y@main", "2026-04-01");
    let text = report.to_string();
    assert!(!text.contains(['\u{1b}', '\u{202e}']) && !text.contains("\n::"), "{text}");
    assert!(text.contains(r"git:x\n::error::y@main"), "{text}");
    let Err(invalid) = new.validate(&Validation::on(day("2026-04-01"))) else { panic!("it is valid") };
    let text = invalid.findings().to_string();
    assert!(text.contains(r"old\n::stop-commands::x\u{1b}[2J\u{202e}"), "{text}");
}
