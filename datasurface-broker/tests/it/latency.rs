//! Latency from end to end.

use crate::fixture::*;
use datasurface_broker::Lock;
use datasurface_graph::Stage;
use datasurface_model::*;

const MINUTE: u64 = 60;

fn slow(name: &str, minutes: u64) -> PlatformDeclaration {
    minimal_platform(name).setting("best_latency", minutes * MINUTE)
}

fn within(minutes: u64, dataset: &str) -> Workspace {
    consumer("W", DatasetGroup::new("g").sink(dataset).with_latency(Latency::minutes(minutes)))
}

/// Captured by `A`, served by `B`.
fn handed_over(consumer: Workspace) -> Ecosystem {
    let platforms = [slow("A", 5), slow("B", 6)];
    fixture(platforms, [consumer]).group_pin("W/g", ["B"]).primary_pin("S", "A")
}

fn told(ecosystem: Ecosystem, lock: &Lock) -> Option<String> {
    let refused = place(ecosystem, lock).err()?;
    assert_eq!(codes(&refused), ["latency/end-to-end"]);
    Some(refused.findings().iter().next().unwrap().message().to_owned())
}

#[test]
fn what_each_platform_on_the_way_needs_is_added_up() {
    let message = told(handed_over(within(10, "S/a")), &Lock::default()).unwrap();
    assert!(
        message.contains("11 min at least (5 min by `A` + 6 min by `B`), and 10 min is asked for"),
        "{message}"
    );
    assert_eq!(told(handed_over(within(11, "S/a")), &Lock::default()), None);
    let alone = fixture([slow("A", 6)], [within(6, "S/a")]);
    assert_eq!(told(alone, &Lock::default()), None, "data that stays on a platform passes it once");
}

#[test]
fn timetables_count_as_well() {
    let every = |minutes: u64| {
        let capture = Capture::sql_snapshot("Z/T/Source").with_cron(format!("*/{minutes} * * * *").as_str());
        Datastore::new("S").captured(capture).dataset(Dataset::new("a", "id Integer key"))
    };
    let timed = |minutes| world_of(every(minutes), [slow("A", 6)], [within(10, "S/a")]);
    let message = told(timed(5), &Lock::default()).unwrap();
    assert!(message.contains("11 min at least (5 min by timetables + 6 min by `A`)"), "{message}");
    assert_eq!(told(timed(4), &Lock::default()), None);
}

/// `S` is made into `O`, and that into `P`, each on a platform of its own, for `W`.
fn chain(minutes: u64) -> Ecosystem {
    let makes = |name: &str, input: &str, output: &str| {
        let select = format!("SELECT id FROM {input}_a");
        consumer(name, DatasetGroup::new("in").sink(format!("{input}/a").as_str()))
            .with_transformer(DataTransformer::sql(output).select("a", select))
    };
    let output = |name: &str| Datastore::new(name).dataset(Dataset::new("a", "id Integer key"));
    let consumers = [makes("T", "S", "O"), makes("U", "O", "P"), within(minutes, "P/a")];
    fixture([slow("A", 1), slow("B", 2), slow("C", 4), slow("D", 8)], consumers)
        .edit_team("Z", "T", |team| team.datastore(output("O")).datastore(output("P")))
        .primary_pin("S", "A")
        .primary_pin("O", "B")
        .primary_pin("P", "C")
        .group_pin("W/g", ["D"])
}

#[test]
fn transformers_and_their_platforms_are_on_the_way() {
    let message = told(chain(14), &Lock::default()).unwrap();
    let sum = "15 min at least (1 min by `A` + 2 min by `B` + 4 min by `C` + 8 min by `D`)";
    assert!(message.contains(sum), "{message}");
    assert_eq!(told(chain(15), &Lock::default()), None);
}

#[test]
fn of_two_inputs_the_later_one_counts() {
    let second = Datastore::new("R")
        .captured(Capture::sql_snapshot("Z/T/Source").table("a", "r"))
        .dataset(Dataset::new("a", "id Integer key"));
    let with_two = |minutes| {
        let joined = "SELECT S_a.id FROM S_a JOIN R_a ON S_a.id = R_a.id";
        let reads = consumer("T", DatasetGroup::new("in").sink("S/a").sink("R/a"))
            .with_transformer(DataTransformer::sql("O").select("a", joined));
        let output = Datastore::new("O").dataset(Dataset::new("a", "id Integer key"));
        fixture([slow("A", 1), slow("B", 2), slow("C", 4)], [reads, within(minutes, "O/a")])
            .edit_team("Z", "T", |team| team.datastore(output).datastore(second.clone()))
            .primary_pin("S", "A")
            .primary_pin("R", "B")
            .primary_pin("O", "C")
            .group_pin("W/g", ["C"])
    };
    let message = told(with_two(5), &Lock::default()).unwrap();
    assert!(message.contains("6 min at least (2 min by `B` + 4 min by `C`)"), "{message}");
    assert_eq!(told(with_two(6), &Lock::default()), None);
}

#[test]
fn where_somebody_captures_already_a_platform_that_is_too_late_is_not_chosen() {
    let mut lock = Lock::default();
    lock.assignments_mut().assign_primary("S".into(), "B".into(), Stage::Provisioned);
    // `A` is wished, and fast enough by itself.
    let group = DatasetGroup::new("g").sink("S/a").with_latency(Latency::minutes(10));
    let wishing = consumer("W", group.with_preferred_platform("A"));
    let placed = place(fixture([slow("A", 5), slow("B", 6)], [wishing]), &lock).unwrap();
    assert!(placed.lock().assignments().group(&"W/g".into()).unwrap().contains_key("B"));
    let finding = placed.findings().iter().next().unwrap();
    assert_eq!(finding.code(), "choice/unfulfilled-wish");
    assert!(finding.message().contains("11 min at least (6 min by `B` + 5 min by `A`)"), "{finding}");
}

#[test]
fn a_promise_that_cannot_be_kept_can_be_accepted_for_a_while() {
    let path = "zones/Z/teams/T/workspaces/W/groups/g/latency";
    let waiver = Waiver::new("latency/end-to-end", path, "the old platform goes soon", day("2027-01-01"));
    let placed = place(handed_over(within(10, "S/a")).waiver(waiver), &Lock::default()).unwrap();
    assert_eq!(placed.waived().codes().collect::<Vec<_>>(), ["latency/end-to-end"]);
}

#[test]
fn immense_latencies_are_no_small_ones() {
    let endless = |name: &str| minimal_platform(name).setting("best_latency", u32::MAX);
    let wanted = Latency::seconds(u64::from(u32::MAX));
    let group = DatasetGroup::new("g").sink("S/a").with_latency(wanted);
    let ecosystem = fixture([endless("A"), endless("B")], [consumer("W", group)]);
    let handed_over = ecosystem.group_pin("W/g", ["B"]).primary_pin("S", "A");
    assert!(told(handed_over, &Lock::default()).is_some());
}
