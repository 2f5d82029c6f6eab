//! What else a task needs of a platform: types, checks, triggers, grants. A platform that does not claim it is no candidate.

use crate::fixture::*;
use datasurface_broker::{Adjustment, Candidate, Lack, Lock, PlatformTask};
use datasurface_model::*;
use datasurface_platform::{Ability, TriggerKind};

/// Asks for more than the platform claims by itself.
struct Case {
    dataset: Dataset,
    capture: Capture,
    principal: Option<Principal>,
}

impl Case {
    fn new() -> Self {
        Self {
            dataset: dataset("id Integer key"),
            capture: Capture::sql_snapshot("Z/T/Source"),
            principal: None,
        }
    }

    /// The store with the dataset `a`, and `plain` beside it, and a workspace that wants both, on these platforms.
    fn ecosystem(&self, platforms: impl IntoIterator<Item = PlatformDeclaration>) -> Ecosystem {
        let plain = Dataset::new("plain", "id Integer key");
        let store =
            Datastore::new("S").captured(self.capture.clone()).dataset(self.dataset.clone()).dataset(plain);
        let group = DatasetGroup::new("g").with_sinks(["S/a", "S/plain"]);
        let granted = self.principal.iter().cloned().fold(consumer("W", group), Workspace::granted);
        world_of(store, platforms, [granted])
    }

    /// What is told where no platform can do it.
    #[track_caller]
    fn assert_refused(&self, code: &str, words: &str, help: &str, place: Option<&str>) {
        let refused = place_alone(self.ecosystem([careless("A")]));
        let finding = refused.first().unwrap();
        assert_eq!(finding.code(), code, "{finding}");
        assert!(finding.message().contains(&format!("`A`: it cannot {words}")), "{finding}");
        assert_eq!(finding.help(), Some(help), "{finding}");
        let places = finding.related_places().iter().map(|related| related.path.to_string());
        assert_eq!(places.collect::<Vec<_>>(), Vec::from_iter(place), "{finding}");
    }

    /// The platform that captures, and the one that serves, of one that can and one whose name comes first.
    fn chosen(&self) -> [String; 2] {
        let platforms = [careless("A"), minimal_platform("B").setting("thorough", true)];
        let placed = crate::fixture::place(self.ecosystem(platforms), &Lock::default()).unwrap();
        let assignments = placed.lock().assignments();
        let group = assignments.group(&"W/g".into()).unwrap();
        [assignments.primary(&"S".into()).unwrap().to_string(), group.keys().next().unwrap().to_string()]
    }

    fn explained(&self) -> Candidate {
        let checked = self.ecosystem([careless("A")]).validate(&Validation::on(today())).unwrap();
        let task: PlatformTask = "W/g".parse().unwrap();
        let explanation = broker().explain(checked.ecosystem(), &Lock::default(), &task).unwrap();
        explanation.candidates.into_iter().next().unwrap()
    }
}

fn dataset(columns: &str) -> Dataset {
    Dataset::new("a", columns)
}

/// A platform that starts nothing by a timetable, and claims as little of all else as a new descriptor does.
fn careless(name: &str) -> PlatformDeclaration {
    minimal_platform(name).setting("untimed", true)
}

fn place_alone(ecosystem: Ecosystem) -> Vec<Diagnostic> {
    let refused = crate::fixture::place(ecosystem, &Lock::default()).unwrap_err();
    refused.findings().iter().cloned().collect()
}

const A: &str = "zones/Z/teams/T/datastores/S/datasets/a";

#[test]
fn whoever_asks_for_nothing_more_is_served_by_anybody() {
    assert_eq!(Case::new().chosen(), ["A", "A"]);
}

#[test]
fn a_type_that_is_not_carried() {
    let case = Case { dataset: dataset("id Integer key, site Geography"), ..Case::new() };
    case.assert_refused(
        "choice/no-platform",
        "carry the column `site` of `S/a`, which is `Geography`",
        "declare a platform that can, or give the column another type",
        Some(&format!("{A}/columns/site")),
    );
    assert_eq!(case.chosen(), ["B", "B"]);
    let Candidate { lacks, change, .. } = case.explained();
    assert!(
        matches!(&lacks[..], [Lack::Ability(Ability::Type { column, .. })] if *column == "site"),
        "{lacks:?}"
    );
    assert_eq!(change, [Adjustment::LeaveOut(vec![DatasetKey::new("S", "a")])]);
}

#[test]
fn a_type_that_one_container_cannot_have() {
    let case = Case { dataset: dataset("id Integer key, length Double"), ..Case::new() };
    let platforms = [careless("A").setting("no_floats_in", "sqlite"), minimal_platform("B")];
    let placed = crate::fixture::place(case.ecosystem(platforms), &Lock::default()).unwrap();
    assert!(placed.lock().assignments().group(&"W/g".into()).unwrap().contains_key("B"));
    let elsewhere = [careless("A").setting("no_floats_in", "postgres"), minimal_platform("B")];
    let placed = crate::fixture::place(case.ecosystem(elsewhere), &Lock::default()).unwrap();
    assert!(placed.lock().assignments().group(&"W/g".into()).unwrap().contains_key("A"));
}

#[test]
fn a_check_that_nothing_runs() {
    let case =
        Case { dataset: dataset("id Integer key").quality_check(QualityCheck::rows(1, None)), ..Case::new() };
    case.assert_refused(
        "choice/no-capture",
        "run the check `rows` of `S/a`",
        "declare a platform that can, or remove the check",
        Some(A),
    );
    assert_eq!(case.chosen(), ["B", "A"], "it runs where data is captured");
}

#[test]
fn rows_that_nothing_sets_aside() {
    let case =
        Case { dataset: dataset("id Integer key").with_invalid_rows(InvalidRows::SetAside), ..Case::new() };
    case.assert_refused(
        "choice/no-capture",
        "set invalid rows of `S/a` aside",
        "declare a platform that can, or let invalid rows fail",
        Some(A),
    );
    assert_eq!(case.chosen(), ["B", "A"]);
}

#[test]
fn a_timetable_that_nothing_follows() {
    let case = Case { capture: Case::new().capture.with_cron("0 6 * * *"), ..Case::new() };
    case.assert_refused(
        "choice/no-capture",
        "start a job by a timetable",
        "declare a platform that can, or let it be started in another way",
        None,
    );
    assert_eq!(case.chosen(), ["B", "A"]);
}

#[test]
fn a_principal_whom_nothing_grants() {
    let case = Case { principal: Some(Principal::role("auditor")), ..Case::new() };
    case.assert_refused(
        "choice/no-platform",
        "grant to `role:auditor` in sqlite what `W/g` may read",
        "declare a platform that can, or grant it where the data is read, and not in the model",
        None,
    );
    assert_eq!(case.chosen(), ["B", "B"]);
    let Candidate { lacks, change, .. } = case.explained();
    assert!(matches!(&lacks[..], [Lack::Ability(Ability::Grant { .. })]), "{lacks:?}");
    assert_eq!(change, [], "a group has no say about that");
}

#[test]
fn a_trigger_of_a_transformer_that_nothing_follows() {
    let needs = Ability::Trigger(TriggerKind::Cron);
    let transformer =
        DataTransformer::sql("Made").select("d", "SELECT id FROM S_plain").with_cron("0 6 * * *");
    let making = Workspace::new("Making")
        .with_container("Z/T/Lake")
        .group(DatasetGroup::new("in").sink("S/plain"))
        .with_transformer(transformer);
    let made = Datastore::new("Made").dataset(Dataset::new("d", "id Integer key"));
    let reading = consumer("Reading", DatasetGroup::new("g").sink("Made/d"));
    let ecosystem = Case::new()
        .ecosystem([careless("A")])
        .edit_team("Z", "T", |team| team.datastore(made).workspace(making).workspace(reading));
    let refused = place_alone(ecosystem);
    let messages: Vec<&str> = refused.iter().map(Diagnostic::message).collect();
    assert_eq!(messages, [format!("no platform can capture `Made`: `A`: it cannot {needs}")]);
}

#[test]
fn datasets_that_nobody_wants_are_not_asked_about() {
    let unwanted = Dataset::new("unwanted", "id Integer key, site Geography")
        .quality_check(QualityCheck::rows(1, None))
        .with_invalid_rows(InvalidRows::SetAside);
    let ecosystem =
        Case::new().ecosystem([careless("A")]).edit_datastore("S", |store| store.dataset(unwanted));
    crate::fixture::place(ecosystem, &Lock::default()).unwrap();
}

#[test]
fn what_the_lock_says_is_held_against_the_claims() {
    let before = Case::new();
    let placed = crate::fixture::place(before.ecosystem([careless("A")]), &Lock::default()).unwrap();
    let granted = Case { principal: Some(Principal::role("auditor")), ..Case::new() };
    let refused = crate::fixture::place(granted.ecosystem([careless("A")]), placed.lock()).unwrap_err();
    assert_eq!(codes(&refused), ["choice/cannot-serve"]);
}
