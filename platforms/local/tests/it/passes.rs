//! Passes: when transformers run, what they see, and what they wait for.

use crate::{
    example::{Example, plan},
    fixture::{Fixture, moved},
    northwind::NorthWind,
};
use datasurface_platform::{
    RunReport, RunRequest, WaitingJob,
    graph::{Assignments, Stage},
    prelude::*,
};

/// A rate of 13 makes it fail.
const JOIN: &str = "SELECT c.customer_id, CASE WHEN r.rate = 13 THEN json_extract(c.customer_id, '$') ELSE r.rate END AS rate \
                    FROM NW_Data_customers c JOIN Rates_rates r ON r.city = c.city";
const SUM: &str = "SELECT count(*) AS id, sum(j.rate) AS rate FROM Joined_all j, NW_Data_products p";

/// Customers and rates come from two files. `Join` reads both, `Sum` reads what that makes, and products besides.
pub(crate) fn example(trigger: fn(DataTransformer) -> DataTransformer, file: &'static str) -> Example {
    let wind = NorthWind { file, datasets: vec!["NW_Data/products"], ..NorthWind::default() };
    let ecosystem = wind.ecosystem().edit_team("USA", "NorthWindTeam", |team| {
        let server_fixture = "USA/NorthWindTeam/Desk";
        let rates = Datastore::new("Rates")
            .captured(Capture::sql_snapshot("USA/NorthWindTeam/RatesSource"))
            .dataset(Dataset::new("rates", "city VarChar(15) key, rate Integer"));
        let made = |name: &str, dataset: &str, key: &str| {
            Datastore::new(name).dataset(Dataset::new(dataset, format!("{key} key, rate Integer").as_str()))
        };
        let join = Workspace::new("Join")
            .with_container(server_fixture)
            .group(DatasetGroup::new("raw").with_sinks(["NW_Data/customers", "Rates/rates"]))
            .with_transformer(trigger(DataTransformer::sql("Joined").select("all", JOIN)));
        let sum = Workspace::new("Sum")
            .with_container(server_fixture)
            .group(DatasetGroup::new("raw").with_sinks(["Joined/all", "NW_Data/products"]))
            .with_transformer(DataTransformer::sql("Summed").select("all", SUM));
        let board = DatasetGroup::new("all").with_sinks(["Joined/all", "Summed/all"]);
        team.container(DataContainer::sqlite("RatesSource", "rates.db"))
            .without_workspace(&"Mask".into())
            .without_workspace(&"Marketing".into())
            .without_datastore(&"Masked_NW_Data".into())
            .datastore(rates)
            .datastore(made("Joined", "all", "customer_id VarChar(5)"))
            .datastore(made("Summed", "all", "id Integer"))
            .workspace(join)
            .workspace(sum)
            .workspace(Workspace::new("Board").with_container(server_fixture).group(board))
    });
    let assignments = Assignments::default()
        .with_group("Local", "Sales/analysis", Stage::Provisioned)
        .with_group("Local", "Board/all", Stage::Provisioned)
        .with_primary("Local", "NW_Data", Stage::Provisioned)
        .with_primary("Local", "Rates", Stage::Provisioned)
        .with_primary("Local", "Joined", Stage::Provisioned)
        .with_primary("Local", "Summed", Stage::Provisioned);
    Example::new(ecosystem, &assignments)
}

/// The transformer, which waits for all of its inputs.
fn all(transformer: DataTransformer) -> DataTransformer {
    transformer.with_trigger(TransformTrigger::AllInputsMoved)
}

pub(crate) fn any(transformer: DataTransformer) -> DataTransformer {
    transformer
}

/// One customer, one product, one rate, and a first run.
pub(crate) fn fixture(example: &Example) -> Fixture {
    let fixture = Fixture::with(example);
    fixture.change_source(
        "INSERT INTO Customers VALUES ('A', 'a', 'x'); INSERT INTO products VALUES (1, 'p', 1, 1)",
    );
    fixture
        .open("rates.db")
        .execute_batch(
            "CREATE TABLE rates (city TEXT PRIMARY KEY, rate INTEGER); INSERT INTO rates VALUES ('x', 1)",
        )
        .unwrap();
    assert_eq!(ran(&fixture.run()), ["Joined/all 1: +1 ~0 -0 =0", "Summed/all 1: +1 ~0 -0 =0"]);
    fixture
}

/// What transformers made.
fn ran(report: &RunReport) -> Vec<String> {
    let made = |line: &String| line.starts_with("Joined") || line.starts_with("Summed");
    moved(report).into_iter().filter(made).collect()
}

fn made(fixture: &Fixture, file: &str) -> Vec<String> {
    let view =
        |name: &str| crate::fixture::in_container(file, &format!("SELECT * FROM Board__all__{name}__all"));
    let mut rows = fixture.rows(file, &view("Joined"));
    rows.extend(fixture.rows(file, &view("Summed")));
    rows
}

fn waiting(jobs: &[WaitingJob]) -> Vec<String> {
    jobs.iter().map(ToString::to_string).collect()
}

#[test]
fn a_join_is_made_anew_when_one_input_moved_and_the_other_rests() {
    for file in ["northwind.db", "desk.db"] {
        let fixture = fixture(&example(any, file));
        fixture.open("rates.db").execute_batch("UPDATE rates SET rate = 7").unwrap();
        let report = fixture.run();
        assert_eq!(ran(&report), ["Joined/all 2: +0 ~1 -0 =0", "Summed/all 2: +0 ~1 -0 =0"]);
        assert_eq!(made(&fixture, file), ["A|7", "1|7"]);
        assert_eq!(ran(&fixture.run()), [""; 0], "nothing moved, so nothing runs");
        fixture.change_source("INSERT INTO Customers VALUES ('B', 'b', 'x')");
        assert_eq!(ran(&fixture.run()), ["Joined/all 3: +1 ~0 -0 =1", "Summed/all 3: +1 ~0 -1 =0"]);
        assert_eq!(made(&fixture, file), ["A|7", "B|7", "2|14"]);
        assert_eq!(fixture.status().waiting, []);
    }
}

#[test]
fn after_a_failure_the_last_good_data_stays_and_it_is_said_who_waits() {
    let fixture = fixture(&example(any, "northwind.db"));
    fixture.change_source("UPDATE Customers SET city = 'y'; UPDATE products SET weight = 2");
    fixture.open("rates.db").execute_batch("ALTER TABLE rates RENAME TO r").unwrap();
    let waits = [
        "`transform.Join` waits until `capture.Rates`, which failed, works again",
        "`transform.Sum` waits until `capture.Rates`, which failed, works again",
    ];
    let report = fixture.try_run().unwrap();
    assert_eq!((report.failures.len(), ran(&report)), (1, vec![]));
    assert_eq!(waiting(&report.waiting), waits);
    assert_eq!(waiting(&fixture.status().waiting), waits);
    assert_eq!(made(&fixture, "northwind.db"), ["A|1", "1|1"], "as it was");
    // What failed is not due, so it is not tried again: they wait all the same.
    assert_eq!(
        (ran(&fixture.run_due()), waiting(&fixture.status().waiting)),
        (vec![], waits.map(str::to_owned).to_vec())
    );
    fixture
        .open("rates.db")
        .execute_batch("ALTER TABLE r RENAME TO rates; INSERT INTO rates VALUES ('y', 5)")
        .unwrap();
    let report = fixture.run();
    assert_eq!(ran(&report), ["Joined/all 2: +0 ~1 -0 =0", "Summed/all 2: +0 ~1 -0 =0"]);
    assert_eq!((report.waiting, fixture.status().waiting), (vec![], vec![]));
    assert_eq!(made(&fixture, "northwind.db"), ["A|5", "1|5"]);
}

#[test]
fn what_a_transformer_failed_to_make_holds_up_who_reads_it_and_it_is_tried_again() {
    let fixture = fixture(&example(any, "northwind.db"));
    fixture.change_source("UPDATE products SET weight = 2; INSERT INTO products VALUES (2, 'q', 1, 1)");
    fixture.open("rates.db").execute_batch("UPDATE rates SET rate = 13").unwrap();
    let broken = fixture.try_run().unwrap();
    assert_eq!((broken.failures.len(), ran(&broken)), (1, vec![]), "{broken:?}");
    assert_eq!(broken.failures[0].job.as_str(), "transform.Join");
    let waits = ["`transform.Sum` waits until `transform.Join`, which failed, works again"];
    assert_eq!(waiting(&broken.waiting), waits);
    assert_eq!(waiting(&fixture.status().waiting), waits);
    assert_eq!(made(&fixture, "northwind.db"), ["A|1", "1|1"]);
    fixture.open("rates.db").execute_batch("UPDATE rates SET rate = 3").unwrap();
    assert_eq!(ran(&fixture.run()).len(), 2);
    assert_eq!(made(&fixture, "northwind.db"), ["A|3", "2|6"]);
}

#[test]
fn a_copy_that_did_not_arrive_holds_up_who_reads_it() {
    let fixture = fixture(&example(any, "desk.db"));
    fixture.change_source("UPDATE Customers SET city = 'y'");
    fixture.open("rates.db").execute_batch("INSERT INTO rates VALUES ('y', 5)").unwrap();
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON Local__NW_Data__customers BEGIN SELECT RAISE(ABORT, 'no'); END";
    fixture.open("desk.db").execute_batch(refuse).unwrap();
    let report = fixture.try_run().unwrap();
    assert_eq!(ran(&report), [""; 0]);
    let waits = [
        "`transform.Join` waits until `copy.USA/NorthWindTeam/Desk.NW_Data.customers`, which failed, works again",
    ];
    assert_eq!(waiting(&report.waiting), waits);
    assert_eq!(waiting(&fixture.status().waiting), waits);
    assert_eq!(made(&fixture, "desk.db"), ["A|1", "1|1"]);
    fixture.open("desk.db").execute_batch("DROP TRIGGER refuse").unwrap();
    assert_eq!(ran(&fixture.run()).len(), 2);
    assert_eq!(made(&fixture, "desk.db"), ["A|5", "1|5"]);
}

#[test]
fn whoever_waits_for_all_inputs_is_told_of() {
    let fixture = fixture(&example(all, "northwind.db"));
    fixture.change_source("UPDATE Customers SET city = 'y'");
    let expected = ["`transform.Join` waits until there is a new batch of `Rates/rates`"];
    for _ in 0..2 {
        let report = fixture.run();
        assert_eq!((ran(&report), waiting(&report.waiting)), (vec![], expected.map(str::to_owned).to_vec()));
        assert_eq!(waiting(&fixture.status().waiting), expected);
    }
    fixture.open("rates.db").execute_batch("INSERT INTO rates VALUES ('y', 5)").unwrap();
    assert_eq!(ran(&fixture.run()).len(), 2);
    assert_eq!(fixture.status().waiting, []);
}

#[test]
fn an_external_transformer_runs_when_somebody_asks_and_not_because_inputs_moved() {
    let external = |transformer: DataTransformer| transformer.with_trigger(TransformTrigger::External);
    let fixture = fixture(&example(external, "northwind.db"));
    fixture.open("rates.db").execute_batch("UPDATE rates SET rate = 7").unwrap();
    fixture.ask(&RunRequest::once().select("Rates"));
    assert_eq!(ran(&fixture.run_due()), [""; 0], "its input moved, and nobody asked");
    assert_eq!(made(&fixture, "northwind.db"), ["A|1", "1|1"]);
    assert_eq!(ran(&fixture.run()), ["Joined/all 2: +0 ~1 -0 =0", "Summed/all 2: +0 ~1 -0 =0"]);
    assert_eq!(ran(&fixture.run()), [""; 0], "nothing moved, so there is nothing to make");
}

#[test]
fn nothing_is_made_of_an_input_that_never_arrived() {
    let timed = |transformer: DataTransformer| transformer.with_cron("*/10 * * * *");
    for trigger in [any, timed] {
        let mut fixture = Fixture::with(&example(trigger, "northwind.db"));
        fixture.change_source(
            "INSERT INTO Customers VALUES ('A', 'a', 'x'); INSERT INTO products VALUES (1, 'p', 1, 1)",
        );
        fixture.now = "2026-11-21T10:10:00Z".to_owned();
        // Somebody has to ask for the rates.
        let report = fixture.run_due();
        assert_eq!(ran(&report), [""; 0]);
        assert_eq!(
            waiting(&report.waiting),
            [
                "`transform.Join` waits until there is a first batch of `Rates/rates`",
                "`transform.Sum` waits until there is a first batch of `Joined/all`"
            ]
        );
    }
}

#[test]
fn a_plan_tells_whose_default_changed() {
    let (before, after) = (example(all, "northwind.db"), example(any, "northwind.db"));
    insta::assert_snapshot!(plan(&before, &after).to_string(), @"update  trigger trigger.Join, in place: its trigger is `any_input_moved`, which is now the default of a transformer that names none, and was `all_inputs_moved`, which was the default; name that one to keep it");
    insta::assert_snapshot!(plan(&after, &before).to_string(), @"update  trigger trigger.Join, in place: differs in trigger");
}
