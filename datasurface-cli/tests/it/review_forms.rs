//! The forms of a review, read by others: JSON by its JSON Schema, JUnit and SARIF by the readers of Python.

use crate::{
    models,
    review::sides,
    run::{Fixture, Said},
};
use datasurface_model::{Dataset, Datastore, Deprecation, Ecosystem};
use datasurface_review::ReviewReport;
use datasurface_test_support::skipped;
use serde_json::Value;
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

const OWNER: &str = "github:northwind/team@main";
const STRANGER: &str = "github:northwind/other@main";
const ECOSYSTEM: &str = "github:northwind/ecosystem@main";

/// Changes, each with its source and more arguments.
fn changes() -> Vec<(Ecosystem, Ecosystem, &'static str, &'static str)> {
    let store = |edit: fn(Datastore) -> Datastore| {
        models::first().edit_team("USA", "NorthWind", |team| {
            let store = Datastore::clone(team.datastores().get("NW_Data").unwrap());
            team.without_datastore(&"NW_Data".into()).datastore(edit(store))
        })
    };
    let grown =
        || store(|store| store.dataset(Dataset::new("orders", "id Integer key").classified("Public")));
    let closed = store(Datastore::restricted);
    let deprecation = || {
        Deprecation::new("2026-03-01".parse().unwrap(), "old\n::error::x\u{202e}\u{85}\u{2028}")
            .with_sunset("2026-06-30".parse().unwrap())
    };
    let retiring = models::first().edit_team("USA", "NorthWind", |team| {
        let store = Datastore::clone(team.datastores().get("NW_Data").unwrap());
        team.without_datastore(&"NW_Data".into()).datastore(store.deprecated(deprecation()))
    });
    let narrowed = store(|store| {
        let products = Dataset::new("products", "id Integer key, name VarChar(4)").classified("Public");
        store.edit_dataset(&"products".into(), |_| products)
    });
    vec![
        (models::first(), models::first(), STRANGER, ""),
        (models::first(), grown(), OWNER, ""),
        (models::first(), grown(), STRANGER, "--approved-by github:northwind/team@main=0"),
        (grown(), models::first(), OWNER, "--strict"),
        (models::first(), narrowed, OWNER, "--tip 3f9c"),
        (models::first(), models::strange(), ECOSYSTEM, ""),
        (models::strange(), models::strange().documented("<&\"'\u{1}\u{7}]]>"), ECOSYSTEM, ""),
        (closed, models::first(), OWNER, ""),
        (models::first(), retiring, OWNER, ""),
        (models::first(), models::second(), STRANGER, ""),
        (models::first(), models::first(), STRANGER, "--first"),
    ]
}

fn review(fixture: &Fixture, source: &str, more: &str, format: &str) -> Said {
    let said =
        fixture.run(&format!("review old new --on 2026-02-01 --source {source} {more} --format {format}"));
    assert!(said.code < 2, "{said:?}");
    said
}

fn schema_text() -> String {
    serde_json::to_string_pretty(&ReviewReport::json_schema()).unwrap() + "\n"
}

#[test]
fn the_schema_is_up_to_date() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/review.schema.json");
    if std::env::var_os("DATASURFACE_UPDATE").is_some() {
        fs::write(&file, schema_text()).unwrap();
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    assert!(written == schema_text(), "`docs/review.schema.json` is stale; DATASURFACE_UPDATE=1 writes it");
}

/// The schema, so that members that it does not know are refused.
fn closed(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if object.contains_key("properties") {
                object.insert("additionalProperties".to_owned(), false.into());
            }
            object.values_mut().for_each(closed);
        }
        Value::Array(values) => values.iter_mut().for_each(closed),
        _ => {}
    }
}

#[test]
fn reports_have_the_members_that_the_schema_lists_and_no_others() {
    let mut schema = ReviewReport::json_schema();
    let open = jsonschema::validator_for(&schema).unwrap();
    closed(&mut schema);
    let strict = jsonschema::validator_for(&schema).unwrap();
    for (old, new, source, more) in changes() {
        let fixture = sides(&old, &new);
        let report = review(&fixture, source, more, "json").json();
        for validator in [&open, &strict] {
            let errors: Vec<String> = validator
                .iter_errors(&report)
                .map(|error| format!("{error} at {}", error.instance_path()))
                .collect();
            assert!(errors.is_empty(), "{errors:#?}\n{report:#}");
        }
        let mut without = report.clone();
        without.as_object_mut().unwrap().remove("verdict");
        assert!(!open.is_valid(&without));
        let mut more = report;
        more["later"] = 1.into();
        assert!(open.is_valid(&more) && !strict.is_valid(&more));
    }
}

/// Prints what Python reads of both forms.
const READER: &str = r#"
import json, sys, xml.etree.ElementTree as tree
junit, sarif = sys.stdin.read().split("\n=====\n")
suites = tree.fromstring(junit.encode())
suite = suites.find("testsuite")
cases = suite.findall("testcase")
run = json.loads(sarif)["runs"][0]
rules = run["tool"]["driver"]["rules"]
files = [r["locations"][0].get("physicalLocation", {}).get("artifactLocation", {}).get("uri") for r in run["results"]]
print(json.dumps({
    "tests": int(suites.get("tests")), "failures": int(suites.get("failures")),
    "same": suite.get("tests") == suites.get("tests") and suite.get("failures") == suites.get("failures"),
    "cases": [c.get("classname") for c in cases],
    "failed": [c.get("classname") for c in cases if c.find("failure") is not None],
    "codes": [r["ruleId"] for r in run["results"]], "levels": [r["level"] for r in run["results"]],
    "rules": all(rules[r["ruleIndex"]]["id"] == r["ruleId"] for r in run["results"] if "ruleIndex" in r),
    "described": {r["ruleId"] for r in run["results"]} <= {r["id"] for r in rules},
    "files": files, "verdict": run["properties"]["verdict"],
    "in_one_line": all(t.isprintable() for t in [c.get("name") for c in cases] + [f.get("message") for f in suite.iter("failure")]
        + [r["message"]["text"] for r in run["results"]]),
}))
"#;

#[test]
fn junit_and_sarif_say_what_json_says() {
    if Command::new("python3").arg("--version").output().is_err() {
        return skipped("python3 reads JUnit and SARIF");
    }
    for (old, new, source, more) in changes() {
        let fixture = sides(&old, &new);
        let json = review(&fixture, source, more, "json");
        let report = json.json();
        let forms = ["junit", "sarif"].map(|format| review(&fixture, source, more, format));
        assert!(forms.iter().all(|said| said.code == json.code));
        let mut python = Command::new("python3");
        python.args(["-c", READER]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = python.spawn().unwrap();
        let input = forms.map(|said| said.out).join("\n=====\n");
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{input}");
        let read: Value = serde_json::from_slice(&output.stdout).unwrap();

        let findings = report["findings"].as_array().unwrap();
        let of = |member: &str| findings.iter().map(|finding| finding[member].clone()).collect::<Vec<_>>();
        let errors = findings.iter().filter(|finding| finding["severity"] == "error").count();
        let is_refused = report["verdict"] == "refused";
        assert_eq!(json.code, i32::from(is_refused));
        assert_eq!(read["tests"], findings.len() + 1, "{read:#}");
        assert_eq!(read["failures"], errors + usize::from(is_refused), "{read:#}");
        assert_eq!(read["failed"].as_array().unwrap().len(), errors + usize::from(is_refused));
        assert!(read["same"] == true && read["rules"] == true && read["described"] == true, "{read:#}");
        assert_eq!(read["codes"], Value::from(of("code")));
        let dotted = of("code").into_iter().map(|code| code.as_str().unwrap().replace('/', "."));
        let cases: Vec<String> = ["datasurface".to_owned()].into_iter().chain(dotted).collect();
        assert_eq!(read["cases"], Value::from(cases));
        let levels = of("severity").into_iter().map(|severity| severity.as_str().unwrap().to_owned());
        assert_eq!(read["levels"], Value::from(levels.collect::<Vec<_>>()));
        let files: Vec<Value> =
            of("position").into_iter().map(|position| position["document"].clone()).collect();
        assert_eq!(read["files"], Value::from(files));
        assert_eq!(read["verdict"], report["verdict"]);
        assert_eq!(read["in_one_line"], true, "{input}");

        // A comment names every approval that is missing, and every team to tell.
        let comment = review(&fixture, source, more, "markdown").out;
        for missing in report["missing_approvals"].as_array().unwrap() {
            assert!(
                comment.contains(&format!("- ` {} `: ", missing["repository"].as_str().unwrap())),
                "{comment}"
            );
        }
        for notice in report["change"]["notify"].as_array().into_iter().flatten() {
            assert!(
                comment.contains(&format!("- ` {} ` (` ", notice["team"].as_str().unwrap())),
                "{comment}"
            );
        }
        assert_eq!(
            comment.contains("### Missing approvals"),
            !report["missing_approvals"].as_array().unwrap().is_empty()
        );
        assert!(!comment.contains("\n::"), "{comment}");
    }
}
