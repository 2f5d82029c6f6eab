//! What choosing and platforms find of a model that has errors elsewhere.

use crate::fixture::*;
use datasurface_broker::{LintReport, Lock};
use datasurface_document::PartialValidation;
use datasurface_model::*;

fn check(ecosystem: Ecosystem, lock: &Lock) -> LintReport {
    let outcome = PartialValidation::new(ecosystem, &Validation::on(today()), &[]);
    outcome.sound.map(|sound| broker().check(&sound, lock)).unwrap_or_default()
}

fn found(ecosystem: Ecosystem) -> Vec<String> {
    let report = check(ecosystem, &Lock::default());
    report.findings.iter().map(|finding| format!("{} {}", finding.code(), finding.path())).collect()
}

fn forensic(name: &str) -> Workspace {
    consumer(name, DatasetGroup::new("g").sink("S/a").with_milestoning(Milestoning::Forensic))
}

fn one(name: &str) -> Workspace {
    consumer(name, DatasetGroup::new("g").sink("S/a"))
}

fn live_only(name: &str) -> PlatformDeclaration {
    minimal_platform(name).setting("live_only", true)
}

#[test]
fn an_error_in_one_workspace_hides_no_other_that_nobody_can_serve() {
    let bad = one("a/b");
    let wanted = ["choice/no-platform zones/Z/teams/T/workspaces/W/groups/g"];
    assert_eq!(found(fixture([live_only("A")], [forensic("W")])), wanted);
    assert_eq!(found(fixture([live_only("A")], [forensic("W"), bad])), wanted);
}

/// Not even in the same workspace, or of the same datastore.
#[test]
fn an_error_in_one_group_or_dataset_hides_no_other_group() {
    let unserved = || DatasetGroup::new("g").sink("S/a").with_milestoning(Milestoning::Forensic);
    let wanted = ["choice/no-platform zones/Z/teams/T/workspaces/W/groups/g"];
    let lost = consumer("W", unserved()).group(DatasetGroup::new("h").sink("S/nothing"));
    assert_eq!(found(fixture([live_only("A")], [lost])), wanted);
    let bad = store("S").dataset(Dataset::new("b/c", "id Integer key"));
    let both = consumer("W", unserved()).group(DatasetGroup::new("h").sink("S/b/c"));
    assert_eq!(found(world_of(bad, [live_only("A")], [both])), wanted);
}

#[test]
fn what_depends_on_an_error_is_not_judged() {
    let bad = || store("S").captured(Capture::sql_snapshot("Z/T/Nowhere"));
    assert_eq!(found(world_of(bad(), [live_only("A")], [forensic("W")])), [""; 0]);
    let unknown =
        consumer("W", DatasetGroup::new("g").sink("S/nothing").with_milestoning(Milestoning::Forensic));
    assert_eq!(found(fixture([live_only("A")], [unknown])), [""; 0]);
}

#[test]
fn where_a_platform_has_an_error_only_what_is_pinned_is_judged() {
    let broken = minimal_platform("B").with_version_requirement("nonsense");
    let alone = || fixture([live_only("A"), broken.clone()], [forensic("W")]);
    assert_eq!(found(alone()), [""; 0], "the other platform may be able to");
    let pinned = alone().group_pin("W/g", ["A"]).primary_pin("S", "A");
    assert_eq!(found(pinned), ["pin/cannot-serve group_pins/W/g"]);
    let both = alone().group_pin("W/g", ["B"]).primary_pin("S", "A");
    assert_eq!(found(both), [""; 0], "what is pinned to it depends on it");
}

#[test]
fn who_captures_for_somebody_with_an_error_is_not_guessed() {
    let platforms = || [minimal_platform("A"), minimal_platform("B")];
    let good = fixture(platforms(), [one("W")]).group_pin("W/g", ["B"]);
    assert_eq!(found(good.clone()), [""; 0]);
    let bad = good.edit_team("Z", "T", |team| team.workspace(one("a/b")));
    assert_eq!(found(bad), [""; 0]);
}

#[test]
fn an_error_of_the_name_hides_nothing() {
    let zone = fixture([], [one("W")]).zones().get("Z").unwrap().clone();
    let named = Ecosystem::new("a/b", "nonsense", "github:o/live@main")
        .vendor(InfrastructureVendor::new("V").location("L"))
        .zone_declaration(zone);
    assert_eq!(found(named), ["choice/no-platform zones/Z/teams/T/workspaces/W/groups/g"]);
}

#[test]
fn a_platform_with_wrong_settings_hides_nothing_that_is_pinned_elsewhere() {
    let broken = minimal_platform("B").setting("nonsense", 1);
    let model = || fixture([live_only("A"), broken.clone()], [one("W")]);
    let codes =
        |model: Ecosystem| found(model).into_iter().map(|found| found.split(' ').next().unwrap().to_owned());
    assert_eq!(codes(model()).collect::<Vec<_>>(), ["platform/config"]);
    assert_eq!(
        codes(model().edit_team("Z", "T", |team| team.workspace(one("a/b")))).collect::<Vec<_>>(),
        ["platform/config"]
    );
}

/// What a platform finds wrong with its settings is told beside what else is wrong with it, but where its settings themselves are.
#[test]
fn an_error_of_a_platform_hides_none_of_its_settings() {
    let wrong = || minimal_platform("B").setting("nonsense", 1).with_version_requirement("nonsense");
    assert_eq!(found(fixture([wrong()], [one("W")])), ["platform/config platforms/B/config"]);
    let unknown = minimal_platform("B").with_version_requirement("nonsense");
    assert_eq!(found(fixture([unknown], [one("W")])), [""; 0]);
    let secret = wrong().setting("password", "hunter2");
    assert_eq!(found(fixture([secret], [one("W")])), [""; 0]);
}

/// What is pinned to a platform that nobody can ask is no error of the pin.
#[test]
fn an_error_of_settings_is_no_error_of_what_is_pinned_there() {
    let broken = minimal_platform("B").setting("nonsense", 1);
    let pinned = fixture([broken], [one("W")]).group_pin("W/g", ["B"]).primary_pin("S", "B");
    assert_eq!(found(pinned), ["platform/config platforms/B/config"]);
}
