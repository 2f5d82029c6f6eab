//! The statements of transformers that lint accepts, and those that it refuses: Spark itself is asked whether that is right.

use crate::{engine::Spark, shop::Shop, site::deployment};
use datasurface_platform::prelude::*;
use std::{env, fs, path::Path};

/// Statements that Spark takes, and that lint accepts.
const TAKEN: &str = "taken.sql";
/// Statements that Spark does not take.
const REFUSED: &str = "refused.sql";
/// Statements that Spark takes and reads in a way of its own, or whose forms differ from function to function. Lint refuses these, too.
const OTHERWISE: &str = "otherwise.sql";

fn file(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/spark/statements").join(name)
}

fn statements(name: &str) -> Vec<String> {
    fs::read_to_string(file(name)).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn lint_accepts_some_and_refuses_others() {
    let refusals =
        |statement: &String| sql::not_spark(statement).iter().map(ToString::to_string).collect::<Vec<_>>();
    let refused = statements(TAKEN).iter().map(refusals).collect::<Vec<_>>().concat();
    assert_eq!(refused, [] as [String; 0]);
    let accepted =
        [REFUSED, OTHERWISE].into_iter().flat_map(statements).filter(|one| refusals(one).is_empty());
    assert_eq!(accepted.collect::<Vec<_>>(), [] as [String; 0]);
}

#[test]
fn spark_takes_what_lint_accepts_and_not_what_it_refuses() {
    let Some(spark) = Spark::find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let deployment = deployment(folder.path());
    deployment.render(&Shop::new("states").ecosystem()).unwrap();
    let (rendered, found) = (deployment.root().join("Lake"), folder.path().join("functions.txt"));
    let [taken, refused, otherwise] = [TAKEN, REFUSED, OTHERWISE].map(file);
    let paths = [&rendered, &found, &taken, &refused, &otherwise].map(|path| path.to_str().unwrap());
    let [rendered, functions, statements @ ..] = paths;
    let printed =
        spark.run("check_statements.py", &[&[rendered, &spark.jars(), functions], &statements[..]].concat());
    assert!(printed.contains("statements asked"), "{printed}");
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../datasurface-sql/src/spark/functions.txt");
    if env::var_os("DATASURFACE_UPDATE").is_some() {
        fs::copy(&found, &list).unwrap();
    }
    assert_eq!(fs::read_to_string(found).unwrap(), fs::read_to_string(list).unwrap());
}
