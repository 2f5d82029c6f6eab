//! Inputs by names that they had before.

use datasurface_schema::{DatasetKey, Schema};
use datasurface_sql::{Compilation, FormerInput, Inputs, SqlProblem, compile};
use std::collections::{BTreeMap, BTreeSet};

/// What a statement calls by former names, each with the dataset, and what is wrong in it. Of the inputs, `Shop/orders` was `Store/sales`,
/// `Hub/people` was `Shop/people`, and both `A/x` and `B/x` say that they were `Old/x`.
fn judged(sql: &str) -> (Vec<String>, Vec<SqlProblem>) {
    let table = || Schema::from("id Integer key, city VarChar(20)");
    let keys = ["Shop/orders", "Hub/people", "A/x", "B/x"].map(DatasetKey::from);
    let schemas: BTreeMap<DatasetKey, Schema> = keys.into_iter().map(|key| (key, table())).collect();
    let former = |key: &DatasetKey| match key.to_string().as_str() {
        "Shop/orders" => vec!["Shop/sales".into(), "Store/orders".into(), "Store/sales".into()],
        "Hub/people" => vec!["Shop/people".into(), "A/x".into()],
        "A/x" | "B/x" => vec!["Old/x".into()],
        _ => Vec::new(),
    };
    let inputs = Inputs::new(schemas.keys(), |key| schemas.get(key)).formerly(former);
    let compilation = compile(sql, &inputs);
    let found: BTreeSet<FormerInput> = inputs.former_in(sql, &compilation);
    let found = found.iter().map(|input| format!("{} is {}", input.spelled, input.meant)).collect();
    let problems = compilation.select().map(|output| output.problems.clone());
    (found, problems.unwrap_or_default())
}

fn former(sql: &str) -> Vec<String> {
    judged(sql).0
}

#[test]
fn a_former_name_means_the_same_table() {
    let sql =
        "SELECT store_sales.id, p.city FROM STORE_SALES JOIN \"Shop_people\" p ON p.id = store_sales.id";
    let (found, problems) = judged(sql);
    assert_eq!(found, ["Shop/people is Hub/people", "Store/sales is Shop/orders"]);
    assert_eq!(problems, []);
    // Of two renames, one may be followed already.
    assert_eq!(former("SELECT id FROM Shop_sales"), ["Shop/sales is Shop/orders"]);
    assert_eq!(former("SELECT id FROM Shop_orders"), [""; 0]);
    let (_, problems) = judged("SELECT Store_sales.name FROM Store_sales");
    assert!(matches!(&problems[..], [SqlProblem::UnknownColumn { .. }]), "{problems:?}");
}

#[test]
fn a_former_name_hides_nothing_that_has_it_now() {
    assert_eq!(judged("SELECT id FROM A_x"), (Vec::new(), Vec::new()));
    // A table of the statement, too, and an alias.
    assert_eq!(
        former("WITH Store_sales AS (SELECT id FROM Shop_orders) SELECT id FROM Store_sales s"),
        [""; 0]
    );
    assert_eq!(former("SELECT Store_sales.id FROM Shop_orders AS Store_sales"), [""; 0]);
    // Of two that had it, nobody could tell which one is meant.
    let (found, problems) = judged("SELECT id FROM Old_x");
    assert_eq!(found, [""; 0]);
    assert!(matches!(&problems[..], [SqlProblem::UnknownTable { .. }]), "{problems:?}");
}

#[test]
fn a_text_that_cannot_be_read_may_call_what_it_names() {
    let sql = "SELECT id FROM Store_sales TABLESAMPLE (x y z) !! Shop_people_2";
    let inputs = Inputs::new([], |_| None);
    assert!(matches!(compile(sql, &inputs), Compilation::Unread(_)));
    assert_eq!(former(sql), ["Store/sales is Shop/orders"]);
    assert_eq!(former("DELETE FROM Store_sales"), [""; 0]);
}
