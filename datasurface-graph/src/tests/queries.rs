//! Questions, on graphs small enough to know the answers.

use super::{CONTAINER, Fixture, group, key};
use crate::{
    IntentionGraphs, NodeKey, Stage,
    query::{AffectedConsumer, Outage, Queries, Step, bring_up_order},
};
use datasurface_model::{
    DataContainer, DataTransformer, Deadline, Latency, PlatformDeclaration, Priority, Workspace,
};

fn keys(nodes: &[crate::Node<'_>]) -> Vec<String> {
    nodes.iter().map(|node| node.key().to_string()).collect()
}

/// `Raw` → `Ping` ⇄ `Pong` → `Report`, which another platform wants.
fn graphs() -> IntentionGraphs {
    let urgent = group("urgent", &["Report"]).with_latency(Latency::minutes(5));
    let slow = group("slow", &["Raw"]).with_latency(Latency::hours(24));
    Fixture::new()
        .captured("Raw")
        .captured("Aside")
        .made("MakePing", "Ping", &["Raw", "Pong"])
        .made("MakePong", "Pong", &["Ping"])
        .made("MakeReport", "Report", &["Pong"])
        .primary("One", &["Raw", "Ping", "Pong", "Report", "Aside"])
        .served("Two", Workspace::new("Board").with_priority(Priority::Critical), urgent)
        .served("One", Workspace::new("Archive"), slow)
        .served("One", Workspace::new("Elsewhere"), group("group", &["Aside"]))
        .graphs()
}

#[test]
fn what_depends_on_what_crosses_platforms() {
    let graphs = graphs();
    let queries = Queries::new(&graphs);
    let board: NodeKey = key(&format!("Export/Two/{CONTAINER}/Report/data"));
    let upstream = keys(&queries.upstream([&board]));
    assert!(upstream.contains(&"Ingest/One/Raw".to_owned()));
    assert!(!upstream.contains(&"Ingest/One/Aside".to_owned()));
    assert!(!upstream.contains(&board.to_string()));
    let raw = key("Ingest/One/Raw");
    let downstream = keys(&queries.downstream([&raw]));
    assert!(downstream.contains(&board.to_string()));
    assert!(!downstream.contains(&raw.to_string()));
    // What is in a circle depends on itself.
    let ping = key("Ingest/One/Ping");
    assert!(keys(&queries.downstream([&ping])).contains(&ping.to_string()));
    assert!(queries.upstream([&key("Ingest/One/Gone")]).is_empty());
}

#[test]
fn paths_begin_with_the_shortest() {
    let graphs = graphs();
    let queries = Queries::new(&graphs);
    let (from, to) = (key("Ingest/One/Ping"), key("Trigger/One/MakePong"));
    let paths = queries.paths(&from, &to, 10);
    assert_eq!(paths.len(), 1);
    let export = format!("Export/One/{CONTAINER}/Ping/data");
    assert_eq!(keys(&paths[0]), [from.to_string(), export, to.to_string()]);
    assert!(queries.paths(&to, &key("Ingest/One/Raw"), 10).is_empty());
    assert!(queries.paths(&from, &to, 0).is_empty());
}

#[test]
fn a_way_is_found_behind_more_ways_than_can_be_tried() {
    // Twelve transformers that all read each other, and a chain behind the last with a detour before its end.
    let crowd: Vec<String> = (0..12).map(|at| format!("Crowd{at:02}")).collect();
    let crowd: Vec<&str> = crowd.iter().map(String::as_str).collect();
    let chain = ["Crowd11", "Chain0", "Chain1", "Chain2", "Alpha", "Beta"];
    let mut fixture = Fixture::new().captured("Raw");
    for (at, store) in crowd.iter().enumerate() {
        let inputs: Vec<&str> = match at {
            0 => [&["Raw"], &crowd[1..]].concat(),
            _ => [&crowd[..at], &crowd[at + 1..]].concat(),
        };
        fixture = fixture.made(&format!("Make{store}"), store, &inputs);
    }
    for pair in chain.windows(2) {
        fixture = fixture.made(&format!("Make{}", pair[1]), pair[1], &pair[..1]);
    }
    let stores = [&["Raw", "Zeta", "End"], &crowd[..], &chain[1..]].concat();
    let fixture = fixture
        .made("MakeZeta", "Zeta", &["Chain2"])
        .made("MakeEnd", "End", &["Beta", "Zeta"])
        .primary("One", &stores);
    let graphs = fixture.served("One", Workspace::new("Reader"), group("group", &["End"])).graphs();
    let queries = Queries::new(&graphs);
    let (from, to) = (key("Ingest/One/Raw"), key("Ingest/One/End"));
    for most in [1, 100] {
        let paths = queries.paths(&from, &to, most);
        assert_eq!(paths.len(), most);
        // Each transformer on the way is four nodes: Crowd00, Crowd11, three of the chain, Zeta, End.
        assert_eq!(paths[0].len(), 1 + 4 * 7);
        assert!(paths.is_sorted_by_key(Vec::len));
    }
}

#[test]
fn a_cycle_is_shown_all_the_way_round() {
    let graphs = graphs();
    let cycles = Queries::new(&graphs).cycles();
    assert_eq!(cycles.len(), 1);
    let way = &cycles[0];
    assert_eq!(way.first().map(|node| node.key()), way.last().map(|node| node.key()));
    assert_eq!(way.len(), 9, "{way:?}");
    for pair in way.windows(2) {
        assert!(pair[0].successors().any(|next| next.key() == pair[1].key()), "{pair:?}");
    }
}

#[test]
fn who_needs_each_other_comes_up_together() {
    let order = Queries::new(&graphs()).bring_up();
    assert_eq!(order.platforms, [Step::One("One".into()), Step::One("Two".into())]);
    let circle = Step::Circle(vec!["Ping".into(), "Pong".into()]);
    let one = |name: &str| Step::One(name.into());
    assert_eq!(order.datastores, [one("Aside"), one("Raw"), circle, one("Report")]);
    let makers = Step::Circle(vec!["MakePing".into(), "MakePong".into()]);
    assert_eq!(order.transformers, [makers, Step::One("MakeReport".into())]);
}

/// `One` takes `Raw` from `Two`, and `Two` takes `Ping` from `One`: `Raw` is there without anything else.
#[test]
fn platforms_that_hand_over_to_each_other_are_no_circle_where_no_data_is() {
    let order = Queries::new(&handed_over("Raw", &[])).bring_up();
    assert_eq!(order.platforms, [Step::One("Two".into()), Step::One("One".into())]);
}

/// `Ping` on `One` waits for `Pong` on `Two`, which has a timetable and something else to read.
#[test]
fn a_circle_of_platforms_is_entered_where_the_one_of_their_data_is() {
    let order = Queries::new(&handed_over("Pong", &["Raw", "Ping"])).bring_up();
    assert_eq!(order.datastores, [Step::One("Raw".into()), Step::Circle(vec!["Pong".into(), "Ping".into()])]);
    assert_eq!(order.platforms, [Step::Circle(vec!["Two".into(), "One".into()])]);
}

/// `Ping` is made on `One` as soon as this is there; `Raw` comes to `Two`, and so does `Pong`, if it is made of anything.
fn handed_over(ping_is_made_of: &str, pong_is_made_of: &[&str]) -> IntentionGraphs {
    let inputs = group("inputs", &[ping_is_made_of]);
    let waiting = Workspace::new("MakePing")
        .with_container(CONTAINER)
        .group(inputs)
        .with_transformer(DataTransformer::sql("Ping"));
    let fixture = Fixture::new().captured("Raw").makes(waiting, "Ping").primary("One", &["Ping"]);
    let fixture = match pong_is_made_of {
        [] => fixture.primary("Two", &["Raw"]),
        inputs => fixture.made("MakePong", "Pong", inputs).primary("Two", &["Raw", "Pong"]),
    };
    fixture.served("Two", Workspace::new("Board"), group("group", &["Ping"])).graphs()
}

/// `Behind` comes first by name, and is no way into the loop that it waits for.
#[test]
fn what_is_behind_a_loop_comes_up_after_it() {
    let graphs = Fixture::new()
        .captured("Raw")
        .made("MakePing", "Ping", &["Raw", "Pong"])
        .made("MakePong", "Pong", &["Ping"])
        .made("Behind", "Report", &["Pong"])
        .primary("One", &["Raw", "Ping", "Pong", "Report"])
        .served("One", Workspace::new("Board"), group("group", &["Report"]))
        .graphs();
    let steps = bring_up_order(graphs.iter().next().unwrap());
    let names: Vec<Vec<String>> = steps.iter().map(|step| keys(step.members())).collect();
    let export = |store: &str| format!("Export/One/{CONTAINER}/{store}/data");
    let at = |name: &str| vec![name.to_owned()];
    let circle = [
        "Trigger/One/MakePing".to_owned(),
        "Transform/One/MakePing".to_owned(),
        "Ingest/One/Ping".to_owned(),
        export("Ping"),
        "Trigger/One/MakePong".to_owned(),
        "Transform/One/MakePong".to_owned(),
        "Ingest/One/Pong".to_owned(),
        export("Pong"),
    ];
    let expected = [
        at("Ingest/One/Raw"),
        at(&export("Raw")),
        circle.to_vec(),
        at("Trigger/One/Behind"),
        at("Transform/One/Behind"),
        at("Ingest/One/Report"),
        at(&export("Report")),
    ];
    assert_eq!(names, expected);
}

/// `MakeA` comes first by name, and could never start: what it waits for comes from `MakeB`, which has a timetable and
/// something to read.
#[test]
fn a_circle_is_entered_where_it_can_be() {
    let waiting = |name: &str, output: &str, input: &str| {
        let inputs = group("inputs", &[input]);
        Workspace::new(name)
            .with_container(CONTAINER)
            .group(inputs)
            .with_transformer(DataTransformer::sql(output))
    };
    let graphs = Fixture::new()
        .captured("Raw")
        .made("MakeB", "B", &["Raw", "A"])
        .makes(waiting("MakeA", "A", "B"), "A")
        .primary("One", &["Raw", "A", "B"])
        .served("One", Workspace::new("Board"), group("group", &["A"]))
        .graphs();
    let steps = bring_up_order(graphs.iter().next().unwrap());
    let circle = steps.iter().find(|step| matches!(step, Step::Circle(_))).unwrap();
    let order = keys(circle.members());
    assert_eq!((&*order[0], &*order[4]), ("Trigger/One/MakeB", "Trigger/One/MakeA"));
    let order = Queries::new(&graphs).bring_up();
    assert_eq!(order.transformers, [Step::Circle(vec!["MakeB".into(), "MakeA".into()])]);
    assert_eq!(order.datastores, [Step::One("Raw".into()), Step::Circle(vec!["B".into(), "A".into()])]);
}

#[test]
fn who_is_hit_first_is_named_first() {
    let graphs = graphs();
    let queries = Queries::new(&graphs);
    let hit = |lost: Outage| -> Vec<(String, bool)> {
        queries.impact(&lost).into_iter().map(|hit| (hit.group.to_string(), hit.is_cut_off)).collect()
    };
    let named = |names: &[(&str, bool)]| -> Vec<(String, bool)> {
        names.iter().map(|(name, cut_off)| ((*name).to_owned(), *cut_off)).collect()
    };
    assert_eq!(
        hit(Outage::Datastore("Raw".into())),
        named(&[("Board/urgent", false), ("Archive/slow", false)])
    );
    assert_eq!(hit(Outage::Datastore("Aside".into())), named(&[("Elsewhere/group", false)]));
    assert_eq!(hit(Outage::Platform("Two".into())), named(&[("Board/urgent", true)]));
    let everybody = [("Board/urgent", true), ("Archive/slow", true), ("Elsewhere/group", true)];
    assert_eq!(hit(Outage::Container(CONTAINER.into())), named(&everybody));
    assert_eq!(hit(Outage::Node(key("Trigger/One/MakeReport"))), named(&[("Board/urgent", false)]));
    assert_eq!(hit(Outage::Location("AWS/nowhere".into())), []);
    let board = &queries.impact(&Outage::Datastore("Pong".into()))[0];
    assert_eq!((board.late_after, board.priority), (Some(Latency::minutes(5)), Some(Priority::Critical)));
    assert_eq!(board.datasets, ["Report/data".into()].into());
}

#[test]
fn a_deadline_is_a_promise_that_breaks_within_a_day() {
    let deadline = Deadline::from_text("06:30 Europe/Berlin").unwrap();
    let reader = |latency: Option<Latency>| {
        let group = group("group", &["Raw"]);
        latency.into_iter().fold(group, |group, latency| group.with_latency(latency))
    };
    let daily = Workspace::new("Daily").with_deadline(deadline.clone());
    let both = Workspace::new("Both").with_deadline(deadline.clone());
    let either = Workspace::new("Either").with_deadline(deadline.clone()).with_priority(Priority::Critical);
    let graphs = Fixture::new()
        .captured("Raw")
        .primary("One", &["Raw"])
        .served("One", Workspace::new("Anytime").with_priority(Priority::Critical), reader(None))
        .served("One", Workspace::new("Weekly"), reader(Some(Latency::hours(168))))
        .served("One", daily, reader(None))
        .served("One", either, reader(Some(Latency::hours(168))))
        .served("One", both, reader(Some(Latency::hours(1))))
        .graphs();
    let affected = Queries::new(&graphs).impact(&Outage::Datastore("Raw".into()));
    let told =
        affected.iter().map(|hit| (hit.group.workspace.as_str(), hit.breaks_within(), hit.deadline.as_ref()));
    let expected = [
        ("Both", Some(Latency::hours(1)), Some(&deadline)),
        ("Either", Some(Latency::hours(24)), Some(&deadline)),
        ("Daily", Some(Latency::hours(24)), Some(&deadline)),
        ("Weekly", Some(Latency::hours(168)), None),
        ("Anytime", None, None),
    ];
    assert_eq!(told.collect::<Vec<_>>(), expected);
}

#[test]
fn a_location_takes_what_is_there_and_nowhere_else() {
    let place = |container: &str| DataContainer::sqlite(container, "source.db");
    let platform = |name: &str| PlatformDeclaration::new(name, "local");
    let graphs = Fixture::new()
        .container(place("East").located("AWS/USA/East"))
        .container(place("Wide").located("AWS/USA/East").located("AWS/USA/West"))
        .captured_from("USA/Team/East", "Near")
        .captured_from("USA/Team/Wide", "Twice")
        .captured("Aside")
        .platform(platform("Two").located("AWS/USA/West"))
        .platform(platform("Three").located("AWS/USA/West").located("AWS/EU"))
        .primary("One", &["Near", "Twice", "Aside"])
        .served("One", Workspace::new("Neighbour"), group("group", &["Near"]))
        .served("One", Workspace::new("Traveller"), group("group", &["Twice"]))
        .served("Two", Workspace::new("Western"), group("group", &["Aside"]))
        .served("Three", Workspace::new("Spread"), group("group", &["Aside"]))
        .graphs();
    let queries = Queries::new(&graphs);
    let hit = |place: &str| -> Vec<String> {
        let name = |hit: AffectedConsumer| format!("{} {}", hit.group.workspace, hit.is_cut_off);
        queries.impact(&Outage::Location(place.into())).into_iter().map(name).collect()
    };
    assert_eq!(hit("AWS/USA/East"), ["Neighbour false"]);
    assert_eq!(hit("AWS/USA/West"), ["Western true"]);
    assert_eq!(hit("AWS/USA"), ["Neighbour false", "Traveller false", "Western true"]);
    assert_eq!(hit("AWS"), ["Neighbour false", "Spread true", "Traveller false", "Western true"]);
    assert!(hit("AWS/USA/East/Cellar").is_empty());
    assert!(hit("Azure/USA").is_empty());

    // A plug-in may know better where its platform is.
    let told = |platform: &str, places: &[&str]| -> Vec<String> {
        let places = places.iter().map(|place| (*place).into()).collect();
        let queries = Queries::new(&graphs).with_platform_places([(platform.into(), places)]);
        let hit = queries.impact(&Outage::Location("AWS/USA/West".into()));
        hit.iter().map(|hit| hit.group.to_string()).collect()
    };
    assert_eq!(told("Two", &["AWS/USA/West", "AWS/EU"]), [""; 0]);
    assert_eq!(told("Three", &["AWS/USA/West"]), ["Spread/group", "Western/group"]);
}

#[test]
fn lineage_goes_through_transformers() {
    let graphs = graphs();
    let queries = Queries::new(&graphs);
    let set = |names: &[&str]| names.iter().map(|name| format!("{name}/data").as_str().into()).collect();
    assert_eq!(queries.direct_inputs(&"Report/data".into()), set(&["Pong"]));
    assert_eq!(queries.upstream_datasets(&"Report/data".into()), set(&["Pong", "Ping", "Raw"]));
    assert_eq!(queries.direct_outputs(&"Ping/data".into()), set(&["Pong"]));
    assert_eq!(queries.downstream_datasets(&"Raw/data".into()), set(&["Ping", "Pong", "Report"]));
    assert_eq!(queries.upstream_datasets(&"Raw/data".into()), set(&[]));
}

#[test]
fn a_long_chain_of_transformers_is_walked_once() {
    const LENGTH: usize = 5_000;
    let name = |at: usize| format!("Store{at}");
    let stores: Vec<String> = (0..=LENGTH).map(name).collect();
    let stores: Vec<&str> = stores.iter().map(String::as_str).collect();
    let mut fixture = Fixture::new().captured(stores[0]);
    for pair in stores.windows(2) {
        fixture = fixture.made(&format!("Make{}", pair[1]), pair[1], &pair[..1]);
    }
    let (first, last) = (stores[0], stores[LENGTH]);
    let graphs = fixture
        .primary("One", &stores)
        .served("One", Workspace::new("End"), group("group", &[last]))
        .graphs();
    let queries = Queries::new(&graphs);
    let data = |store: &str| format!("{store}/data").as_str().into();
    assert_eq!(queries.downstream_datasets(&data(first)).len(), LENGTH);
    assert_eq!(queries.upstream_datasets(&data(last)).len(), LENGTH);
}

#[test]
fn a_node_says_for_whom_it_exists() {
    let graphs = graphs();
    let queries = Queries::new(&graphs);
    let why = queries.groups_served_by(&key("Ingest/One/Report"));
    assert_eq!(why, ["Board/urgent".into()].into());
    let why = queries.groups_served_by(&key("Ingest/One/Raw"));
    for group in ["Archive/slow", "Board/urgent", "MakePing/inputs", "MakePong/inputs", "MakeReport/inputs"] {
        assert!(why.contains(&group.into()), "{group} of {why:?}");
    }
    assert_eq!(why.len(), 5);
}

/// `Board` is served by the platform that captures now, `Archive` by a third one.
#[test]
fn a_capture_that_comes_or_goes_exists_for_all_who_need_the_data() {
    let platform = |name: &str| PlatformDeclaration::new(name, "local");
    let graphs = Fixture::new()
        .platform(platform("Next"))
        .platform(platform("Former"))
        .platform(platform("Third"))
        .captured("Raw")
        .primary("One", &["Raw"])
        .capturing("Next", "Raw", Stage::Provisioning)
        .capturing("Former", "Raw", Stage::Decommissioning)
        .served("One", Workspace::new("Board"), group("group", &["Raw"]))
        .served("Third", Workspace::new("Archive"), group("group", &["Raw"]))
        .graphs();
    let queries = Queries::new(&graphs);
    let why = |platform: &str| -> Vec<String> {
        let groups = queries.groups_served_by(&key(&format!("Ingest/{platform}/Raw")));
        groups.iter().map(ToString::to_string).collect()
    };
    let all = ["Archive/group", "Board/group"];
    assert_eq!(["One", "Next", "Former"].map(why), [all, all, all]);
    assert_eq!(why("Third"), ["Archive/group"]);
}
