//! What a script does outside of itself, read off its text: the functions that it calls, also those of the module that it shares with others.

use std::collections::{BTreeMap, BTreeSet};

/// What a script calls.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Calls {
    /// Calls of services of AWS, by the names of their actions: `secretsmanager:GetSecretValue`.
    pub(crate) actions: BTreeSet<String>,
    /// Whether it changes tables.
    pub(crate) writes_tables: bool,
    /// Whether it lists files and reads them, besides definitions.
    pub(crate) reads_files: bool,
    /// Whether it reads tables of other lakes.
    pub(crate) reads_sources: bool,
}

/// What stands for reaching outside, in each form that the scripts have. Whoever adds another form adds it here.
const KNOWN: [&str; 3] = [".getFileSystem(", ".read.parquet(", "boto3.client("];

/// Reads a script, and what it takes from a library.
pub(crate) fn calls(script: &str, library: &str) -> Calls {
    let functions = functions(library);
    let mut waiting: Vec<&str> = functions.keys().copied().filter(|name| imports(script, name)).collect();
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    let mut text = script.to_owned();
    while let Some(name) = waiting.pop() {
        if reached.insert(name) {
            let body = functions[name];
            text.push_str(body);
            waiting.extend(functions.keys().copied().filter(|other| is_called(body, other)));
        }
    }
    let reaches = |line: &&str| [".read.", "boto3.", "FileSystem"].iter().any(|word| line.contains(word));
    for line in text.lines().filter(reaches) {
        assert!(KNOWN.iter().any(|known| line.contains(known)), "nobody knows what this needs: {line}");
    }
    let clients = text.match_indices("boto3.client(\"").map(|(at, found)| &text[at + found.len()..]);
    let actions = clients.map(|rest| {
        let (service, rest) = rest.split_once("\").").unwrap();
        let (method, _) = rest.split_once('(').unwrap();
        format!("{service}:{}", in_camel_case(method))
    });
    Calls {
        actions: actions.collect(),
        writes_tables: statements(&text).any(changes_a_table),
        reads_files: text.contains(".read.parquet("),
        reads_sources: text.contains("[\"source\"]"),
    }
}

/// Whether a function is called in a text: by its name alone, and not as a method.
fn is_called(text: &str, function: &str) -> bool {
    let call = format!("{function}(");
    text.match_indices(&call).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        !before.is_some_and(|character| character.is_alphanumeric() || "._".contains(character))
    })
}

/// The statements that Spark is given, each from its first word on. Those of PostgreSQL are not among them.
fn statements(text: &str) -> impl Iterator<Item = &str> {
    text.split("spark.sql(").skip(1).map(|rest| rest.trim_start_matches(['f', '"', '\n', ' ']))
}

fn changes_a_table(statement: &str) -> bool {
    ["MERGE", "ALTER", "CALL", "INSERT", "UPDATE", "DELETE", "CREATE TABLE"]
        .iter()
        .any(|word| statement.starts_with(word))
}

/// The functions of a module, each with its text.
fn functions(module: &str) -> BTreeMap<&str, &str> {
    module
        .split("\ndef ")
        .skip(1)
        .map(|text| (text.split('(').next().unwrap(), text.split("\n\n\n").next().unwrap()))
        .collect()
}

fn imports(script: &str, name: &str) -> bool {
    let (_, rest) = script.split_once("from versions import ").unwrap();
    let list = match rest.strip_prefix('(') {
        Some(list) => list.split(')').next().unwrap(),
        None => rest.lines().next().unwrap(),
    };
    list.split(',').any(|one| one.trim() == name)
}

fn in_camel_case(method: &str) -> String {
    let words = method.split('_').map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    });
    words.collect()
}

#[test]
fn calls_are_read_through_functions() {
    let library = "X = 1\n\n\ndef get(a):\n    return put(a)\n\n\ndef put(a):\n    spark.sql(f\"MERGE INTO\")\n\n\ndef other(a):\n    spark.read.parquet(a)\n";
    let reads = calls("from versions import get\n\nboto3.client(\"a\").do_it(1)\n", library);
    assert_eq!(reads.actions, BTreeSet::from(["a:DoIt".to_owned()]));
    assert!(reads.writes_tables && !reads.reads_files);
    assert!(!calls("from versions import other\n", library).writes_tables);
}
