//! Which law each defect breaks.

use crate::faulty_platform::{Careless, FaultyPlatform};
use datasurface_model::Ecosystem;
use datasurface_platform::Registry;
use datasurface_strategies::Shape;
use datasurface_testkit::{Counterexample, Law, Laws, northwind, northwind_masked};
use serde_json::json;

fn broken(defect: &str) -> Laws {
    Laws::for_plugin::<FaultyPlatform>().with_settings(json!({ "defect": defect })).with_shrinking(0)
}

/// On NorthWind, exactly this law is broken.
#[track_caller]
fn breaks(defect: &str, law: Law) {
    let verdict = broken(defect).check(&northwind_masked());
    let laws: Vec<Law> = verdict.laws().into_iter().collect();
    assert_eq!(laws, [law], "{defect}: {verdict}");
    assert!(!verdict.passed());
}

/// On NorthWind, this law is broken, and others may be as well.
#[track_caller]
fn shows(defect: &str, law: Law) {
    let verdict = broken(defect).check(&northwind_masked());
    assert!(verdict.laws().contains(&law), "{defect}: {verdict}");
}

#[test]
fn who_keeps_every_law_is_told_so() {
    for ecosystem in [northwind(), northwind_masked()] {
        let verdict = Laws::for_plugin::<FaultyPlatform>().check(&ecosystem);
        verdict.assert();
        assert!(verdict.counts.changes > 10, "{verdict}");
    }
    let verdict = Laws::for_plugin::<FaultyPlatform>().check_generated(12);
    verdict.assert();
    assert_eq!(verdict.counts.ecosystems, 12);
}

#[test]
fn law_1_finds_lint_that_is_not_pure() {
    breaks("moody_lint", Law::LintIsPure);
    breaks("ordered_lint", Law::LintIsPure);
}

#[test]
fn law_2_finds_a_rendering_that_fails_without_a_warning() {
    breaks("surprised_render", Law::CleanLintRenders);
}

#[test]
fn law_3_finds_renderings_that_differ() {
    breaks("counting_render", Law::RenderIsDeterministic);
    breaks("hashed_render", Law::RenderIsDeterministic);
    breaks("counting_offer", Law::RenderIsDeterministic);
    breaks("counting_shares", Law::RenderIsDeterministic);
}

#[test]
fn law_4_finds_steps_where_nothing_changed() {
    breaks("restless_diff", Law::NoChangeNoSteps);
    breaks("chatty_diff", Law::NoChangeNoSteps);
}

#[test]
fn law_5_finds_plans_that_do_not_get_there() {
    breaks("forgetful_diff", Law::PlanIsComplete);
    breaks("lazy_diff", Law::PlanIsComplete);
    breaks("clinging_diff", Law::PlanIsComplete);
    breaks("failing_diff", Law::PlanIsComplete);
}

#[test]
fn law_6_finds_what_changes_beside_a_change() {
    breaks("haunted", Law::ChangesAreLocal);
}

#[test]
fn law_7_finds_who_destroys_or_forgets_what_is_held() {
    breaks("destroyer", Law::HeldStateSurvives);
    breaks("forgetter", Law::HeldStateSurvives);
    shows("relocking", Law::HeldStateSurvives);
}

#[test]
fn law_8_finds_what_depends_on_where_it_is_placed() {
    shows("dropper", Law::PlacementIsInvisible);
    shows("namer", Law::PlacementIsInvisible);
    breaks("doubler", Law::PlacementIsInvisible);
    breaks("sharded", Law::PlacementIsInvisible);
    shows("sharded_text", Law::PlacementIsInvisible);
}

#[test]
fn law_9_finds_who_keeps_data_and_does_not_say_so() {
    breaks("secretive", Law::ClaimsAreTrue);
}

#[test]
fn law_9_finds_what_is_not_offered_as_claimed() {
    breaks("promising", Law::ClaimsAreTrue);
    breaks("mumbling", Law::ClaimsAreTrue);
}

#[test]
fn law_9_finds_files_that_are_in_no_store() {
    breaks("unstored", Law::ClaimsAreTrue);
    Laws::for_plugin::<FaultyPlatform>()
        .with_settings(json!({ "defect": "stored" }))
        .check(&northwind())
        .assert();
}

#[test]
fn law_9_finds_types_that_are_claimed_and_not_carried() {
    breaks("squeamish", Law::ClaimsAreTrue);
}

#[test]
fn law_10_finds_panics_wherever_they_are() {
    for place in ["render", "lint", "offer", "diff"] {
        breaks(&format!("panicking_{place}"), Law::NoPanic);
    }
    shows("panicking_shares", Law::NoPanic);
}

#[test]
fn law_10_finds_work_that_depends_on_how_much_there_is() {
    breaks("swelling", Law::NoPanic);
    breaks("sprawling", Law::NoPanic);
    breaks("nosy", Law::NoPanic);
}

#[test]
fn law_11_finds_files_in_each_others_way() {
    breaks("file_as_folder", Law::PathsAreSafe);
    breaks("case_clash", Law::PathsAreSafe);
}

#[test]
fn law_13_finds_renames_that_begin_from_nothing() {
    shows("relabelling", Law::RenamesKeepData);
}

#[test]
fn law_14_finds_what_depends_on_neighbours() {
    shows("numbering", Law::NeighboursAreInvisible);
    shows("gossip", Law::NeighboursAreInvisible);
    shows("listing", Law::NeighboursAreInvisible);
}

#[test]
fn law_15_finds_nodes_without_a_resource() {
    shows("idle", Law::NodesAreRendered);
}

#[test]
fn law_16_finds_datasets_that_are_offered_at_one_address() {
    shows("namesake", Law::OffersAreDistinct);
}

#[test]
fn law_17_finds_sources_that_are_not_shown() {
    breaks("blind", Law::SourcesAreShown);
    shows("rootless", Law::SourcesAreShown);
    shows("first_drawer", Law::SourcesAreShown);
}

#[test]
fn law_18_finds_dates_of_today() {
    breaks("dated", Law::SurroundingsAreInvisible);
}

const ENVIRONMENT: &str = "defects::law_18_finds_what_is_in_the_environment";

#[test]
fn law_18_finds_what_is_in_the_environment() {
    let laws = Laws::for_plugin::<FaultyPlatform>();
    laws.check_in_second_process(&northwind(), ENVIRONMENT).assert();
    let homesick = broken("homesick").check_in_second_process(&northwind(), ENVIRONMENT);
    // In the second process nothing is compared.
    if std::env::var_os("DATASURFACE_LAWS_FOLDER").is_none() {
        assert_eq!(
            homesick.laws().into_iter().collect::<Vec<_>>(),
            [Law::SurroundingsAreInvisible],
            "{homesick}"
        );
        let unknown = laws.check_in_second_process(&northwind(), "no_such_test");
        assert!(unknown.insufficiency.is_some());
    }
}

const PASSWORD: &str = "defects::law_12_finds_secrets_wherever_they_are";

#[test]
fn law_12_finds_secrets_wherever_they_are() {
    let found = |defect| broken(defect).check_in_second_process(&northwind(), PASSWORD).laws();
    let (leaky, blabbing) = (found("leaky"), found("blabbing"));
    if std::env::var_os("DATASURFACE_LAWS_FOLDER").is_none() {
        assert_eq!(leaky, [Law::NoSecrets, Law::SurroundingsAreInvisible].into());
        assert_eq!(blabbing, [Law::NoSecrets].into());
    }
}

#[test]
fn law_19_finds_what_is_held_in_another_way() {
    breaks("dusty", Law::HeldIsUnchanged);
}

#[test]
fn law_19_finds_what_is_held_and_still_fed() {
    shows("pumping", Law::HeldIsUnchanged);
}

#[test]
fn law_20_finds_owed_data_that_is_replaced() {
    shows("rebuilder", Law::OwedIsNotReplaced);
}

#[test]
fn law_21_finds_meaning_that_is_understated() {
    breaks("belittler", Law::MeaningIsNotUnderstated);
}

#[test]
fn law_22_finds_two_instances_in_one_place() {
    breaks("common", Law::PlacesAreDistinct);
}

#[test]
fn law_23_finds_settings_that_nobody_checks() {
    let laws = Laws::new(Registry::new().with_factory(Careless::default()));
    let report = laws.check(&northwind());
    assert_eq!(report.laws().into_iter().collect::<Vec<_>>(), [Law::SettingsAreChecked], "{report}");
}

#[test]
fn law_23_finds_settings_without_an_effect() {
    let labelled = |laws: Laws| laws.with_other_settings([("label", "old papers")]).check(&northwind());
    labelled(Laws::for_plugin::<FaultyPlatform>()).assert();
    let report = labelled(broken("unlabelled"));
    assert_eq!(report.laws().into_iter().collect::<Vec<_>>(), [Law::SettingsAreChecked], "{report}");
}

#[test]
fn law_24_finds_facts_that_are_not_shown() {
    for defect in ["forgetful", "historyless", "ungranting", "generous"] {
        breaks(defect, Law::FactsAreShown);
    }
    shows("schemaless", Law::FactsAreShown);
}

#[test]
fn law_25_finds_missing_and_dangling_dependencies() {
    breaks("independent", Law::DependenciesAreComplete);
    breaks("dangling", Law::DependenciesAreComplete);
}

#[test]
fn law_26_finds_another_key_at_no_cost() {
    breaks("rekeyer", Law::KeyChangesCost);
}

#[test]
fn a_generated_example_is_made_small() {
    let verdict = broken("forgetful_diff").with_shrinking(300).check_generated(2);
    let example = verdict.counterexamples.get(&Law::PlanIsComplete).expect("an example");
    assert!(datasurface_document::to_json(&example.ecosystem).lines().count() < 150, "{verdict}");
}

#[test]
fn what_cannot_be_checked_is_no_good_verdict() {
    let unknown = Laws::for_plugin::<FaultyPlatform>().with_settings(json!({ "colour": "red" }));
    for verdict in [unknown.check(&northwind()), unknown.check_generated(1)] {
        assert!(verdict.laws().is_empty());
        assert!(!verdict.passed());
        assert!(verdict.to_string().contains("platform/config"), "{verdict}");
    }
}

/// What whoever mends a platform needs: the law, what was expected, the step, and a model with which to see it again.
#[test]
fn a_failure_prints_the_law_the_model_the_step_and_what_was_expected() {
    let destroyer = broken("destroyer").with_shrinking(60);
    let by_hand = destroyer.check(&northwind_masked());
    let generated = destroyer.check_generated(1);
    for report in [&by_hand, &generated] {
        let Counterexample { ecosystem, violation, .. } = &report.counterexamples[&Law::HeldStateSurvives];
        let text = report.to_string();
        assert!(text.contains("law 7, no step destroys held state, is violated:"), "no law in:\n{text}");
        let expected = format!("Expected: {}", Law::HeldStateSurvives.check());
        assert!(text.contains(&expected), "`{expected}` is missing in:\n{text}");
        // The step is from the model that is printed, and can be taken there.
        let (_, after_head) = text.split_once("The smallest ecosystem that was found").unwrap();
        let (head, model) = after_head.split_once(":\nformat: ").unwrap();
        let step = format!("`{}`, of which then `zones.", ecosystem.name());
        assert!(violation.ecosystem.starts_with(&step), "{violation}");
        for part in [&violation.place, &violation.difference, &violation.ecosystem] {
            assert!(head.contains(part.as_str()), "`{part}` is missing in:\n{text}");
        }
        let model = format!("format: {model}");
        let end = model.find("\n\n").unwrap();
        let printed = datasurface_document::from_yaml(&model[..end]).unwrap();
        assert_eq!(printed, *ecosystem);
        let again = broken("destroyer").check(ecosystem);
        assert!(again.violations.iter().any(|one| one.ecosystem.starts_with(&step)), "{again}");
    }
}

fn lines(ecosystem: &Ecosystem) -> usize {
    datasurface_document::to_yaml(ecosystem).lines().count()
}

#[test]
fn a_report_says_what_and_where() {
    let verdict = broken("dropper").with_shrinking(100).check(&northwind_masked());
    let smallest = &verdict.counterexamples[&Law::PlacementIsInvisible].ecosystem;
    assert!(lines(smallest) * 3 < lines(&northwind_masked()) * 2, "{smallest:?}");
    let report = verdict.to_string();
    for part in [
        "law 8, the shards together are the whole",
        "Expected: The",
        "`LegacyA`",
        "`NorthWind`, in two shards",
        "job.",
        "zones:",
    ] {
        assert!(report.contains(part), "{part} is missing in:\n{report}");
    }
}

#[test]
fn a_check_is_the_same_each_time() {
    let small = Shape { workspaces: 1..=1, ..Shape::default() };
    let laws = broken("dropper").with_shape(small);
    let reports = [(); 2].map(|()| laws.check_generated(1).to_string());
    assert_eq!(reports[0], reports[1]);
    assert_ne!(reports[0], laws.with_seed(7).check_generated(1).to_string());
}
