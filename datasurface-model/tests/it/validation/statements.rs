//! An edit of one statement compiles and judges what the edit can change, whatever else there is.

use crate::base::{deriving, edited, output, today};
use datasurface_model::{
    Checked, Column, DataTransformer, DataType, Dataset, Datastore, Ecosystem, Invalid, TableSchema, Team,
    Validate, Validation,
};

const LENGTH: usize = 500;

/// A chain of transformers: each reads what the one before it makes.
fn chain() -> Ecosystem {
    edited(|team| {
        let team = (0..LENGTH).fold(team, |team, number| team.datastore(output(&format!("S{number:03}"))));
        (0..LENGTH).fold(team, |team, number| {
            let (sink, input) = match number.checked_sub(1) {
                None => ("NW_Data/orders".to_owned(), "SELECT order_id AS id FROM NW_Data_orders".to_owned()),
                Some(before) => (format!("S{before:03}/d"), format!("SELECT id FROM S{before:03}_d")),
            };
            let transformer = DataTransformer::sql(format!("S{number:03}")).select("d", input);
            team.workspace(deriving(&format!("W{number:03}"), &sink, transformer))
        })
    })
}

/// The units that are judged again after an edit of the team, each by its last segment.
fn judged(before: &Checked, edit: impl FnOnce(Team) -> Team) -> (Vec<String>, Result<Checked, Invalid>) {
    let after = before.ecosystem().clone().into_inner().edit_team("USA", "NorthWind", edit);
    let outcome = after.validate(&Validation::on(today()).since(before));
    let stats = match &outcome {
        Ok(checked) => checked.stats(),
        Err(invalid) => invalid.stats(),
    };
    let names = stats.checked().iter().map(|path| path.segments().last().unwrap_or("").to_owned());
    (names.collect(), outcome)
}

fn with_statement(number: usize, sql: &str) -> impl FnOnce(Team) -> Team {
    move |team: Team| {
        let name = format!("W{number:03}");
        team.edit_workspace(&name.as_str().into(), |workspace| {
            let transformer = DataTransformer::sql(format!("S{number:03}")).select("d", sql);
            workspace.with_transformer(transformer)
        })
    }
}

#[test]
fn another_statement_judges_its_own_workspace_again() {
    let before = chain().validate(&Validation::on(today())).unwrap();
    let (names, outcome) = judged(&before, with_statement(250, "SELECT id + 1 AS id FROM S249_d"));
    assert_eq!(names, ["W250"]);
    assert!(outcome.is_ok());
    // One that is wrong is found, and the next one that is right again judges as little.
    let (names, outcome) = judged(&before, with_statement(250, "SELECT nothing AS id FROM S249_d"));
    assert_eq!(names, ["W250"]);
    let refused = outcome.unwrap_err();
    assert_eq!(refused.findings().codes().collect::<Vec<_>>(), ["transformer/unknown-column"]);
}

#[test]
fn another_input_judges_who_reads_it_and_nobody_behind() {
    let before = chain().validate(&Validation::on(today())).unwrap();
    let wider = |team: Team| {
        let columns = [Column::new("id", DataType::Integer).not_null(), Column::new("text", DataType::Date)];
        let dataset = Dataset::new("d", TableSchema::new(columns).keyed(["id"]));
        team.edit_datastore(&"S249".into(), |_| Datastore::new("S249").dataset(dataset))
    };
    let (mut names, outcome) = judged(&before, wider);
    names.sort();
    assert_eq!(names, ["S249", "W249", "W250"]);
    // The column that nobody returns yet is missed where the dataset is made, and nowhere else.
    let refused = outcome.unwrap_err();
    assert_eq!(refused.findings().codes().collect::<Vec<_>>(), ["transformer/missing-column"]);
}
