//! What units share without naming each other: labels, timetables on the way of data, and sources. An earlier outcome still saves
//! work, and changes nothing else.

use crate::base::{consumer, store, today, valid};
use datasurface_model::{
    Capture, Checked, DataContainer, DataTransformer, Dataset, DatasetGroup, Datastore, Ecosystem, Invalid,
    Latency, Team, Validate, Validation, Workspace,
};

/// Validates after `previous`, makes sure that from scratch nothing else comes out, and returns the codes and the names of the units
/// that were checked.
fn again(ecosystem: &Ecosystem, previous: &Result<Checked, Invalid>) -> (Vec<String>, Vec<String>) {
    let on = Validation::on(today());
    let since = match previous {
        Ok(checked) => on.since(checked),
        Err(invalid) => on.since(invalid),
    };
    let outcome = ecosystem.clone().validate(&since);
    let (stats, findings) = match &outcome {
        Ok(checked) => (checked.stats(), checked.findings()),
        Err(invalid) => (invalid.stats(), invalid.findings()),
    };
    match judged(ecosystem) {
        Ok(scratch) => assert_eq!(scratch.findings(), findings),
        Err(scratch) => assert_eq!(scratch.findings(), findings),
    }
    let names = stats.checked().iter().map(|path| path.segments().last().unwrap_or("").to_owned());
    let mut names: Vec<_> = names.collect();
    names.sort();
    (findings.codes().map(str::to_owned).collect(), names)
}

fn judged(ecosystem: &Ecosystem) -> Result<Checked, Invalid> {
    ecosystem.clone().validate(&Validation::on(today()))
}

fn edit(ecosystem: &Ecosystem, change: impl FnOnce(Team) -> Team) -> Ecosystem {
    ecosystem.clone().edit_team("USA", "NorthWind", change)
}

fn dataset() -> Dataset {
    Dataset::new("d", "id Integer key")
}

#[test]
fn a_declared_classification_concerns_those_who_name_it() {
    let before = judged(&valid());
    // Nobody names any other one than `PII`, and only these two do.
    let (codes, checked) = again(&valid().with_classifications(["PII", "Public"]), &before);
    assert_eq!((codes.len(), checked), (0, vec![String::new()]));
    let (codes, checked) = again(&valid().with_classifications(["Public"]), &before);
    assert_eq!(codes, ["classification/undeclared"; 2]);
    assert_eq!(checked, ["", "Mask", "NW_Data"]);
}

#[test]
fn what_most_parts_say_is_taken_for_right() {
    let with = |labels: &[(&str, &str)]| {
        let labelled = |team: Team, (name, label): &(&str, &str)| {
            team.datastore(store(name, dataset().classified(*label)))
        };
        edit(&valid(), |team| labels.iter().fold(team, labelled))
    };
    // `Secret` and `Secrets` are named as often: the first one by name is right.
    let two = with(&[("A", "Secret"), ("B", "Secrets")]);
    let (codes, checked) = again(&two, &judged(&valid()));
    assert_eq!(
        (codes, checked),
        (vec!["classification/similar".to_owned()], vec!["A".to_owned(), "B".to_owned()])
    );
    // Two more say `Secrets`: now it is the other one, and both are looked at again.
    let four = with(&[("A", "Secret"), ("B", "Secrets"), ("C", "Secrets"), ("D", "Secrets")]);
    let (codes, checked) = again(&four, &judged(&two));
    assert_eq!((codes.len(), checked), (1, ["A", "B", "C", "D"].map(str::to_owned).to_vec()));
    let (codes, _) = again(&with(&[("B", "Secrets")]), &judged(&four));
    assert!(codes.is_empty());
    let (codes, _) = again(&two, &judged(&four));
    assert_eq!(codes, ["classification/similar"]);
    // One more who says the same changes nothing for others.
    let (_, checked) = again(&with(&[("A", "Secret"), ("B", "Secrets"), ("C", "Other")]), &judged(&two));
    assert_eq!(checked, ["C"]);
}

/// A captured datastore, one that derives from it, and a reader who wants it within a day.
fn chain(capture: &str, transformer: Option<&str>) -> Ecosystem {
    let captured = Capture::sql_snapshot("USA/NorthWind/Source").table("d", "t").with_cron(capture);
    let making = DataTransformer::sql("T").select("d", "SELECT id FROM S_d");
    let making = transformer.into_iter().fold(making, DataTransformer::with_cron);
    let wanting = |name: &str, group: DatasetGroup| {
        Workspace::new(name).with_container("USA/NorthWind/Lake").group(group)
    };
    edit(&valid(), |team| {
        team.datastore(Datastore::new("S").captured(captured).dataset(dataset()))
            .datastore(Datastore::new("T").dataset(dataset()))
            .workspace(wanting("Make", DatasetGroup::new("g").sink("S/d")).with_transformer(making))
            .workspace(wanting("Read", DatasetGroup::new("g").sink("T/d").with_latency(Latency::hours(24))))
            .workspace(consumer("Other", "T/d"))
    })
}

#[test]
fn a_timetable_concerns_those_who_are_in_a_hurry() {
    let hourly = chain("0 * * * *", None);
    let before = judged(&hourly);
    assert!(before.is_ok());
    for (capture, transformer, expected, units) in [
        ("0 3 * * *", None, 0, vec!["S"]),
        ("0 3 * * mon-fri", None, 1, vec!["Read", "S"]),
        ("0 * * * *", Some("0 3 * * *"), 0, vec!["Make"]),
        ("30 * * * *", Some("0 3 * * *"), 1, vec!["Make", "Read", "S"]),
        ("0 3 * * *", Some("0 3 * * *"), 0, vec!["Make", "Read", "S"]),
        ("0 3 * * *", Some("0 4 * * *"), 1, vec!["Make", "Read", "S"]),
        // Nobody knows how far zones are apart.
        ("0 3 * * * Asia/Tokyo", Some("0 4 * * *"), 0, vec!["Make", "Read", "S"]),
    ] {
        let (codes, checked) = again(&chain(capture, transformer), &before);
        assert_eq!(codes, vec!["latency/timetable"; expected], "{capture} {transformer:?}");
        assert!(
            units.iter().all(|unit| checked.iter().any(|name| name == unit)) || expected == 0,
            "{checked:?}"
        );
        assert!(!checked.iter().any(|name| name == "Other"), "{checked:?}");
        // And back.
        assert!(again(&hourly, &judged(&chain(capture, transformer))).0.is_empty());
    }
}

#[test]
fn round_a_cycle_only_what_certainly_waits_counts() {
    let wanting = |name: &str, sinks: [&str; 2], hours: Option<u64>| {
        let group = DatasetGroup::new("g").with_sinks(sinks);
        let group = hours.map(Latency::hours).into_iter().fold(group, DatasetGroup::with_latency);
        Workspace::new(name).with_container("USA/NorthWind/Lake").group(group)
    };
    let making = |output: &str| DataTransformer::sql(output).select("d", "SELECT 1 AS id");
    let ring = |hours: u64| {
        let daily = Capture::sql_snapshot("USA/NorthWind/Source").table("d", "t").with_cron("0 3 * * *");
        edit(&valid(), |team| {
            team.datastore(Datastore::new("S").captured(daily).dataset(dataset()))
                .datastore(Datastore::new("T").dataset(dataset()))
                .datastore(Datastore::new("U").dataset(dataset()))
                .workspace(
                    wanting("One", ["S/d", "U/d"], None).with_transformer(making("T").with_cron("0 * * * *")),
                )
                .workspace(wanting("Two", ["T/d", "T/d"], None).with_transformer(making("U")))
                .workspace(wanting("Read", ["T/d", "U/d"], Some(hours)))
        })
    };
    let late = |hours: u64| {
        let (codes, _) = again(&ring(hours), &judged(&valid()));
        codes.iter().any(|code| code == "latency/timetable")
    };
    assert!(late(23) && !late(24));
}

#[test]
fn a_table_is_captured_by_one_datastore() {
    let captured = |name: &str, container: &str, table: &str| {
        let capture = Capture::sql_snapshot(format!("USA/NorthWind/{container}").as_str()).table("d", table);
        Datastore::new(name).captured(capture).dataset(dataset())
    };
    let file = |name: &str, file: &str| DataContainer::sqlite(name, file).located("Azure/USA");
    let model = |file_of_two: &str, table: &str| {
        edit(&valid(), |team| {
            team.container(file("One", "shop.db"))
                .container(file("Two", file_of_two))
                .datastore(captured("A", "One", "Orders"))
                .datastore(captured("B", "Two", table))
                .datastore(captured("C", "Two", "lines"))
        })
    };
    let apart = model("other.db", "orders");
    let before = judged(&apart);
    assert!(before.is_ok());
    // The container moves to the file of the other one: who captures from it is looked at again.
    let (codes, checked) = again(&model("./shop.db", "orders"), &before);
    assert_eq!(codes, ["container/same-place", "capture/shared-source"]);
    assert_eq!(checked, ["B", "C", "NorthWind"]);
    assert!(again(&apart, &judged(&model("./shop.db", "orders"))).0.is_empty());
    // Another table is another one, and the later datastore is the one that is told.
    let same = judged(&model("./shop.db", "orders"));
    let (codes, checked) = again(&model("./shop.db", "returns"), &same);
    assert_eq!((codes, checked), (vec!["container/same-place".to_owned()], vec!["B".to_owned()]));
    let earlier = edit(&apart, |team| team.datastore(captured("0A", "Two", "LINES")));
    let (codes, checked) = again(&earlier, &before);
    assert_eq!(codes, ["name/syntax", "capture/shared-source"]);
    assert_eq!(checked, ["0A", "C"]);
}
