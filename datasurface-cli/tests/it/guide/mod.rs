//! `docs/writing-a-platform.md` is followed literally, in an empty folder: its files, its commands, their output.

#[path = "../../../../tests/it/support/instructions.rs"]
mod markdown;
mod session;

use crate::programs::python_program;
use datasurface_platform::remote::request_schema;
use datasurface_test_support::skipped;
use markdown::{Instruction, instructions};
use serde_json::Value;
use session::Session;
use std::{env, fs, path::Path, process::Command};

/// The folder that has dbt, unless it is where programs are looked for anyhow.
const DBT_FOLDER: &str = "DATASURFACE_DBT";

#[test]
fn the_guide_to_platforms_can_be_followed() {
    if python_program().is_none() {
        return;
    }
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap();
    let guide = fs::read_to_string(repository.join("docs/writing-a-platform.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut session = Session::new(folder.path(), &repository, env::var_os(DBT_FOLDER).as_deref());
    let has_dbt = has_dbt(&mut session);
    for instruction in instructions(&guide) {
        match instruction {
            Instruction::Write { file, text } => fs::write(session.path(&file), text).unwrap(),
            Instruction::Change { file, hunks } => {
                let path = session.path(&file);
                let mut text = fs::read_to_string(&path).unwrap();
                for hunk in hunks {
                    let places = text.matches(&hunk.before).count();
                    assert_eq!(places, 1, "`{file}` has {places} places of\n{}", hunk.before);
                    text = text.replacen(&hunk.before, &hunk.after, 1);
                }
                fs::write(path, text).unwrap();
            }
            Instruction::Run(commands) => {
                let needs_dbt = commands.iter().any(|command| command.line.starts_with("dbt "));
                if has_dbt || !needs_dbt {
                    commands.iter().for_each(|command| session.follow(command));
                }
            }
        }
    }
}

/// Whether dbt 1.10 and DuckDB for it are there.
fn has_dbt(session: &mut Session) -> bool {
    let (said, _) = session.run("dbt --version && python3 -c 'import duckdb'");
    let is_there = said.contains("installed: 1.10.") && said.contains("duckdb: ") && !said.contains("Error");
    if !is_there {
        skipped(
            "dbt-core 1.10 with dbt-duckdb is not there, in the folder that DATASURFACE_DBT names or elsewhere: the \
             commands of the guide that begin with `dbt` are not run",
        );
    }
    is_there
}

/// The words are those of the protocol's schema, so that what is added to the contract needs its place in the guide.
#[test]
fn the_guide_explains_each_kind_of_node_and_scope_each_effect_and_each_meaning() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/writing-a-platform.md");
    let guide = fs::read_to_string(guide).unwrap();
    let schema = request_schema().value();
    let words = |of: &str| {
        let variants = schema["$defs"][of]["oneOf"].as_array().unwrap().iter();
        let word = |variant: &Value| {
            let word = variant.get("const").unwrap_or(&variant["required"][0]);
            word.as_str().unwrap().replace('_', " ")
        };
        variants.map(word).collect::<Vec<_>>()
    };
    let has_row = |word: &String| guide.lines().any(|line| line.starts_with(&format!("| {word} |")));
    for of in ["NodeDetail", "Scope"] {
        let missing: Vec<String> = words(of).into_iter().filter(|word| !has_row(word)).collect();
        assert_eq!(missing, [] as [&str; 0], "no table of the guide has these of `{of}`");
    }
    let (_, last) = guide.split_once("### Meanings, transitions, versions\n").unwrap();
    let (last, _) = last.split_once("\n## ").unwrap();
    for of in ["Effect", "Meaning"] {
        let missing: Vec<String> = words(of).into_iter().filter(|word| !last.contains(word)).collect();
        assert_eq!(missing, [] as [&str; 0], "the guide does not explain these of `{of}`");
    }
}

/// A test of the test: a guide that lies is found out.
#[test]
fn output_that_is_not_shown_is_no_match() {
    let shown = ["a\n…\nc", "a…\nb\nc", "…", "a\nb\nc\n…"];
    assert!(shown.iter().all(|pattern| markdown::matches(pattern, "a\nb\nc")));
    let other = ["a\nc", "b\n…", "", "a\nb\nc…d", "a\n…\nb"];
    assert!(!other.iter().any(|pattern| markdown::matches(pattern, "a\nb\nc")));
    assert!(markdown::matches("", ""));
}

/// Every file of the guide that is written in Rust is compiled: there is no other block of Rust.
#[test]
fn every_block_of_the_guide_is_an_instruction() {
    let blocks = "text\n\n```rust\nfn main() {}\n```\n";
    let refused = std::panic::catch_unwind(|| instructions(blocks));
    assert!(refused.is_err(), "a block without a file");
    let program = Command::new("bash").arg("--version").output();
    assert!(program.is_ok(), "the guide is for a shell");
}
