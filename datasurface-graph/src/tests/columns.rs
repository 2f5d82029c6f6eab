//! Lineage of columns: what can be read off statements, and that nothing else is claimed.

use super::{CONTAINER, group};
use crate::{
    Assignments, IntentionGraphs, NodeDetail, Stage, StorageNames,
    query::{ColumnKey, ColumnSources, Queries, UnknownReason},
};
use datasurface_model::{
    Capture, DataContainer, DataTransformer, Dataset, Datastore, Ecosystem, GovernanceZone,
    PlatformDeclaration, Team, Valid, Workspace,
};

const UNREAD: ColumnSources = ColumnSources::Unknown(UnknownReason::NotUnderstood);

/// To some dialects these words are functions and values, to others columns where there are such.
#[test]
fn words_that_may_be_columns_are_not_guessed() {
    for word in ["user", "current_user", "localtime", "true"] {
        let sql = format!("SELECT id, upper({word}) AS result FROM People_data");
        let made_of = |columns: &str| {
            let graphs = graphs_of(&sql, columns);
            Queries::new(&graphs).upstream_columns(&ColumnKey::new("Made/data", "result"))
        };
        assert_eq!(made_of("id Integer key"), known(&[]), "{word}");
        assert_eq!(made_of(&format!("id Integer key, {word} VarChar(20)")), UNREAD, "{word}");
    }
}

#[test]
fn a_former_name_of_an_input_is_read_as_the_present_one_and_is_a_fact_while_it_is_written() {
    for (sql, former) in [
        ("SELECT id, name AS result FROM Staff_data", vec![("Staff_data", "People/data")]),
        ("SELECT id, name AS result FROM People_data", Vec::new()),
    ] {
        let graphs = graphs(sql);
        let made_of = Queries::new(&graphs).upstream_columns(&ColumnKey::new("Made/data", "result"));
        assert_eq!(made_of, known(&["People.name"]));
        let facts = graphs.node(&"Transform/One/Make".parse().unwrap()).unwrap().facts();
        let NodeDetail::Transform(transform) = &facts.detail else { panic!("{facts:?}") };
        let expected = former.iter().map(|(name, key)| ((*name).into(), (*key).into())).collect();
        assert_eq!(transform.former_inputs, expected);
        let mut names = vec!["People_data"];
        names.extend(former.iter().map(|(name, _)| *name));
        assert_eq!(transform.input_names(&"People/data".into(), &StorageNames::default()), names);
    }
}

/// Two sources, `Sales/data` and `People/data`, of which `sql` makes `Made/data`.
fn graphs(sql: &str) -> IntentionGraphs {
    graphs_of(sql, "id Integer key, name VarChar(20), city VarChar(20)")
}

/// The same, where `People/data` has these columns.
fn graphs_of(sql: &str, people: &str) -> IntentionGraphs {
    let captured = |name: &str, columns: &str| {
        let dataset = Dataset::new("data", columns);
        Datastore::new(name).dataset(dataset).captured(Capture::sql_snapshot(CONTAINER))
    };
    let transformer = DataTransformer::sql("Made").select("data", sql).with_cron("0 * * * *");
    let inputs = group("inputs", &["Sales", "People"]);
    let team = Team::new()
        .container(DataContainer::sqlite("Lake", "lake.db"))
        .datastore(captured("Sales", "id Integer key, amount Integer, buyer Integer"))
        .datastore(captured("People", people).renamed_from("Staff"))
        .datastore(Datastore::new("Made").dataset(Dataset::new("data", "id Integer key, result VarChar(20)")))
        .datastore(Datastore::new("Idle").dataset(Dataset::new("data", "id Integer key")))
        .workspace(
            Workspace::new("Make").with_container(CONTAINER).group(inputs).with_transformer(transformer),
        )
        .workspace(
            Workspace::new("MakeIdle")
                .with_container(CONTAINER)
                .group(group("inputs", &["Sales"]))
                .with_transformer(DataTransformer::sql("Idle").select("data", "SELECT id FROM Sales_data")),
        )
        .workspace(Workspace::new("Reader").with_container(CONTAINER).group(group("group", &["Made"])));
    let zone = GovernanceZone::new().team("Team", "github:example/team@main", team);
    let ecosystem = Ecosystem::new("Small", "github:example/eco@main", "github:example/live@main")
        .platform(PlatformDeclaration::new("One", "local"))
        .zone("USA", "github:example/usa@main", zone);
    let assignments = ["Sales", "People", "Made"]
        .iter()
        .fold(Assignments::default(), |all, store| all.with_primary("One", *store, Stage::Provisioned))
        .with_group("One", "Reader/group", Stage::Provisioned);
    IntentionGraphs::build(&Valid::assume_valid(ecosystem), &assignments).unwrap()
}

fn sources(sql: &str, column: &str) -> ColumnSources {
    let graphs = graphs(sql);
    Queries::new(&graphs).upstream_columns(&ColumnKey::new("Made/data", column))
}

fn known(columns: &[&str]) -> ColumnSources {
    let keys = columns.iter().map(|column| {
        let (store, column) = column.split_once('.').unwrap();
        ColumnKey::new(format!("{store}/data").as_str(), column)
    });
    ColumnSources::Known(keys.collect())
}

#[test]
fn expressions_are_made_of_the_columns_in_them() {
    let from = "FROM Sales_data AS s JOIN People_data p ON p.id = s.buyer WHERE p.city <> 'Rome'";
    for (expression, columns) in [
        ("p.name", &["People.name"][..]),
        ("NAME", &["People.name"]),
        ("upper(p.name) || '-' || s.amount", &["People.name", "Sales.amount"]),
        (
            "CASE WHEN s.amount > 10 THEN p.name ELSE city END",
            &["People.city", "People.name", "Sales.amount"],
        ),
        ("CAST(s.id AS VARCHAR(20))", &["Sales.id"]),
        ("coalesce(substr(name, 1, 2), trim(city))", &["People.city", "People.name"]),
        ("sum(amount) OVER (PARTITION BY buyer ORDER BY s.id)", &["Sales.amount", "Sales.buyer", "Sales.id"]),
        (
            "sum(1) OVER (ORDER BY s.id ROWS BETWEEN amount PRECEDING AND buyer FOLLOWING)",
            &["Sales.amount", "Sales.buyer", "Sales.id"],
        ),
        ("name LIKE city ESCAPE buyer", &["People.city", "People.name", "Sales.buyer"]),
        ("name -> '$.first'", &["People.name"]),
        ("count(*)", &[]),
        ("'***'", &[]),
        (
            "s.amount BETWEEN 1 AND s.buyer OR name IN ('a', city)",
            &["People.city", "People.name", "Sales.amount", "Sales.buyer"],
        ),
    ] {
        let sql = format!("SELECT s.id, {expression} AS result {from}");
        assert_eq!(sources(&sql, "result"), known(columns), "{expression}");
        assert_eq!(sources(&sql, "id"), known(&["Sales.id"]), "{expression}");
    }
    let value = "SELECT id, (SELECT max(name) FROM People_data) AS result FROM Sales_data";
    assert_eq!(sources(value, "result"), known(&["People.name"]));
    let window = "SELECT id, sum(id) OVER w AS result FROM People_data WINDOW w AS (PARTITION BY city)";
    assert_eq!(sources(window, "result"), known(&["People.city", "People.id"]));
    let joined = "SELECT p.id, id AS result FROM People_data p JOIN Sales_data s USING (id)";
    assert_eq!(sources(joined, "result"), known(&["People.id", "Sales.id"]));
    assert_eq!(sources("SELECT * FROM People_data", "id"), known(&["People.id"]));
    let both = "SELECT p.*, s.amount AS result FROM Sales_data s, People_data p";
    assert_eq!(sources(both, "id"), known(&["People.id"]));
    assert_eq!(sources(both, "result"), known(&["Sales.amount"]));
}

#[test]
fn clauses_that_only_choose_and_order_rows_are_understood() {
    for sql in [
        "SELECT p.id, name AS result FROM People_data p JOIN Sales_data USING (id)",
        "SELECT p.id, name AS result FROM People_data p NATURAL LEFT JOIN Sales_data",
        "FROM People_data SELECT id, name AS result",
        "SELECT \"id\", \"NAME\" AS \"Result\" FROM \"People_data\"",
        "SELECT `id`, `name` `result` FROM `People_data`",
        "SELECT DISTINCT id, name AS result FROM People_data ORDER BY city LIMIT 5 OFFSET 2",
        "SELECT id, name AS result FROM People_data WHERE id IN (SELECT buyer FROM Sales_data)",
        "WITH w AS (SELECT * FROM People_data) SELECT id, name AS result FROM w",
        "SELECT id, name AS result FROM (SELECT * FROM People_data) p",
        "SELECT id, name AS result FROM People_data AS p(id, name, city)",
        "SELECT id, name AS result FROM People_data GROUP BY id, name HAVING max(city) > 'M' FETCH FIRST ROW ONLY",
    ] {
        assert_eq!(sources(sql, "result"), known(&["People.name"]), "{sql}");
        assert_eq!(sources(sql, "id"), known(&["People.id"]), "{sql}");
    }
}

#[test]
fn what_cannot_be_told_is_unknown() {
    let deep = format!("SELECT id, {}1{} AS result FROM People_data", "(".repeat(50_000), ")".repeat(50_000));
    let long = format!("SELECT id, {}1 AS result FROM People_data", "1 + ".repeat(50_000));
    let comments = format!("SELECT {} id AS result FROM People_data", "/*".repeat(50_000));
    for sql in [
        "SELECT p.id, id AS result FROM People_data p, Sales_data s",
        "SELECT * FROM People_data p, Sales_data s",
        "SELECT id, name AS result FROM Elsewhere",
        "SELECT id, unheard_of AS result FROM People_data",
        "SELECT id, name AS result, city AS result FROM People_data",
        "SELECT id FROM People_data",
        "SELECT id, name AS result FROM People_data |> SELECT id, city AS result",
        "SELECT id, name AS result FROM People_data |> EXTEND city AS other",
        "SELECT id, name AS result FROM People_data |> WHERE id > 1",
        "SELECT id, name AS result FROM People_data FOR JSON AUTO",
        "SELECT id, name AS result FROM People_data FORMAT JSON",
        "SELECT id, name AS result INTO Elsewhere FROM People_data",
        "SELECT AS STRUCT id, name AS result FROM People_data",
        "SELECT id, name AS result FROM People_data START WITH id = 1 CONNECT BY PRIOR id = city",
        "SELECT id, name AS result FROM People_data ORDER BY id WITH FILL FROM 1 TO 9",
        "SELECT id, name AS result FROM People_data ORDER BY id WITH FILL INTERPOLATE (result AS city)",
        "SELECT s.id, p.name AS result FROM Sales_data s LEFT SEMI JOIN People_data p ON p.id = s.buyer",
        "SELECT s.id, amount AS result FROM Sales_data s ANTI JOIN People_data p ON p.id = s.buyer",
        "SELECT id, People_data.name AS result FROM People_data AS p",
        "SELECT *, name AS result EXCLUDE name FROM People_data",
        "SELECT * ILIKE 'c%', name AS result FROM People_data",
        "SELECT id, hash(*) AS result FROM People_data",
        "SELECT id, $1 AS result FROM People_data",
        "SELECT id, transform(city, name -> name) AS result FROM People_data",
        "SELECT id, max(name) KEEP (DENSE_RANK FIRST ORDER BY city) AS result FROM People_data",
        "SELECT id, name AS (result, other) FROM People_data",
        "SELECT id, result AS result FROM People_data AS result",
        "DELETE FROM People_data",
        "SELECT 1; SELECT 2",
        "SELECT",
        "no SQL at all \u{0} '",
        "",
        &deep,
        &long,
        &comments,
    ] {
        let start: String = sql.chars().take(80).collect();
        assert_eq!(sources(sql, "result"), UNREAD, "{start}");
    }
}

#[test]
fn what_is_long_and_still_read_needs_no_stack_to_speak_of() {
    let long = format!("SELECT id, {}amount AS result FROM Sales_data", "1+".repeat(950));
    assert_eq!(sources(&long, "result"), known(&["Sales.amount"]));
}

#[test]
fn a_name_of_two_columns_is_neither() {
    let graphs = graphs_of(
        "SELECT id, name AS result FROM People_data",
        "id Integer key, name VarChar(20), NAME VarChar(20)",
    );
    let queries = Queries::new(&graphs);
    let column = |name: &str| queries.direct_input_columns(&ColumnKey::new("Made/data", name));
    assert_eq!(column("result"), UNREAD);
    assert_eq!(column("id"), known(&["People.id"]));
}

#[test]
fn what_nobody_needs_is_not_taken_for_captured() {
    let graphs = graphs("SELECT id, name AS result FROM People_data");
    let idle = ColumnKey::new("Idle/data", "id");
    let not_made = ColumnSources::Unknown(UnknownReason::NotMade);
    let queries = Queries::new(&graphs);
    assert_eq!(queries.direct_input_columns(&idle), not_made);
    assert_eq!(queries.upstream_columns(&idle), not_made);
}

#[test]
fn what_is_captured_is_made_of_nothing() {
    let graphs = graphs("SELECT id, name AS result FROM People_data");
    let queries = Queries::new(&graphs);
    assert_eq!(queries.direct_input_columns(&ColumnKey::new("People/data", "name")), known(&[]));
}

#[test]
fn what_is_not_in_the_model_is_not_taken_for_captured() {
    let graphs = graphs("SELECT id, name AS result, 1 AS gone FROM People_data");
    let queries = Queries::new(&graphs);
    for (dataset, column) in
        [("People/data", "gone"), ("People/gone", "name"), ("Gone/data", "name"), ("Made/data", "gone")]
    {
        let sources = queries.direct_input_columns(&ColumnKey::new(dataset, column));
        assert_eq!(sources, ColumnSources::Unknown(UnknownReason::NotThere), "{dataset}/{column}");
    }
}

/// A statement that was read for one column is not read again for another, and that makes no difference.
#[test]
fn whoever_asks_for_all_columns_is_told_what_one_is_told_alone() {
    let graphs =
        graphs("SELECT s.id, p.name AS result FROM Sales_data AS s JOIN People_data AS p ON s.buyer = p.id");
    let queries = Queries::new(&graphs);
    let columns = ["result", "id", "gone", "result"].map(|column| ColumnKey::new("Made/data", column));
    let others = ["Idle/data", "Sales/data"].map(|dataset| ColumnKey::new(dataset, "id"));
    for column in columns.iter().chain(&others) {
        let alone = Queries::new(&graphs);
        assert_eq!(queries.direct_input_columns(column), alone.direct_input_columns(column));
        assert_eq!(queries.upstream_columns(column), alone.upstream_columns(column));
    }
    assert_eq!(queries.upstream_columns(&columns[0]), known(&["People.name"]));
}
