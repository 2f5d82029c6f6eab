//! Documents that cannot be read as a whole: what can be is judged, and nothing is reported that follows from what cannot.

use super::form::NORTHWIND;
use chrono::NaiveDate;
use datasurface_document::{Documents, PartialValidation};
use datasurface_model::Validation;
use serde_json::{Map, Value, json};

pub(crate) fn judged(documents: &Documents) -> PartialValidation {
    documents.load_partly().validate(&Validation::on(NaiveDate::from_ymd_opt(2026, 6, 30).unwrap()))
}

pub(crate) fn codes(outcome: &PartialValidation) -> Vec<&str> {
    outcome.findings.codes().collect()
}

/// The document, changed in one object at a time: by each of the changes that `change` makes of one.
fn each_object(change: impl Fn(&Map<String, Value>) -> Vec<Value>) -> Vec<String> {
    each_object_of(&serde_json::from_str(NORTHWIND).unwrap(), change)
}

pub(crate) fn each_object_of(
    document: &Value,
    change: impl Fn(&Map<String, Value>) -> Vec<Value>,
) -> Vec<String> {
    fn go(value: &Value, change: &dyn Fn(&Map<String, Value>) -> Vec<Value>) -> Vec<Value> {
        match value {
            Value::Array(elements) => {
                let mut all = Vec::new();
                for (index, element) in elements.iter().enumerate() {
                    for changed in go(element, change) {
                        let mut elements = elements.clone();
                        *elements.get_mut(index).unwrap() = changed;
                        all.push(Value::Array(elements));
                    }
                }
                all
            }
            Value::Object(members) => {
                let mut all = change(members);
                for (name, member) in members {
                    for changed in go(member, change) {
                        let mut members = members.clone();
                        members.insert(name.clone(), changed);
                        all.push(Value::Object(members));
                    }
                }
                all
            }
            _ => Vec::new(),
        }
    }
    go(document, &change).iter().map(Value::to_string).collect()
}

/// Nothing but the form of documents, and what was found before.
fn assert_no_consequence(text: &str) {
    let before = judged(&Documents::new().document("model.json", NORTHWIND));
    let known: Vec<&str> = codes(&before);
    let outcome = judged(&Documents::new().document("model.json", text));
    if !codes(&outcome).iter().any(|code| code.starts_with("document/")) {
        return; // A name in a map, or a value that means something else.
    }
    for code in codes(&outcome) {
        assert!(code.starts_with("document/") || known.contains(&code), "{code} follows in {text}");
    }
}

#[test]
fn a_misspelt_member_brings_about_one_finding_and_no_consequence() {
    let misspelt = each_object(|members| {
        let rename = |name: &String| {
            let mut members = members.clone();
            let value = members.remove(name).unwrap();
            members.insert(format!("{name}zz"), value);
            Value::Object(members)
        };
        members.keys().map(rename).collect()
    });
    assert!(misspelt.len() > 50);
    misspelt.iter().for_each(|text| assert_no_consequence(text));
}

#[test]
fn a_value_of_another_type_brings_about_one_finding_and_no_consequence() {
    let mistaken = each_object(|members| {
        let replace = |name: &String| {
            let mut members = members.clone();
            members.insert(name.clone(), json!([[false]]));
            Value::Object(members)
        };
        members.keys().map(replace).collect()
    });
    assert!(mistaken.len() > 50);
    mistaken.iter().for_each(|text| assert_no_consequence(text));
}

const COMPANY: &str = "
format: datasurface/1
name: Shop
owner: github:shop/model@main
live: github:shop/live@main
zones:
- name: EU
  owner: github:shop/eu@main
- name: US
  owner: github:shop/us@main
";

const SALES: &str = "
format: datasurface/1
zone: EU
teams:
- name: Sales
  owner: github:shop/sales@main
  definition:
    datastores:
    - name: Orders
      datasets:
      - {name: orders, schema: id Integer key}
    workspaces:
    - name: Early
      groups: [{name: g, sinks: [Orders/nothing]}]
";

#[test]
fn the_errors_that_are_kept_of_a_document_are_bounded() {
    let members: Vec<String> = (0..50_000).map(|number| format!("\"x{number}\": 1")).collect();
    let text = NORTHWIND.replacen('{', &format!("{{{},", members.join(",")), 1);
    let loaded = Documents::new().document("model.json", text).load_partly();
    assert_eq!(loaded.findings.len(), 1001);
    let last = "the document has more errors, which are not shown";
    assert!(loaded.findings.iter().any(|finding| finding.message() == last));
    assert!(loaded.unread.iter().any(|path| path.segments().len() == 0), "{:?}", loaded.unread);
}

#[test]
#[cfg(feature = "yaml")]
fn a_tab_is_told_where_it_is() {
    for (text, line, column) in [
        ("format: datasurface/1\nzones:\n- name: A\n\towner: b\n", 4, 1),
        ("format: datasurface/1\nzones:\n\t- name: A\n", 3, 1),
    ] {
        let loaded = Documents::new().document("model.yaml", text).load_partly();
        let finding = loaded.findings.iter().next().unwrap();
        let position = finding.position().unwrap();
        assert_eq!((position.line, position.column), (line, column), "{finding}");
        assert_eq!(finding.help(), Some("indent with blanks: YAML takes no tabs there"));
    }
}

#[test]
fn an_error_in_a_team_hides_nothing_in_another_zone() {
    let slip = "
format: datasurface/1
zone: US
teams:
- {name: Law, owner: \"github:shop/law@main\", defintion: red}
- name: \"a/b\"
  owner: github:shop/slash@main
";
    let documents = Documents::new().document("company.yaml", COMPANY).document("eu.yaml", SALES);
    let alone = judged(&documents);
    assert!(codes(&alone).contains(&"reference/unknown-dataset"), "{}", alone.findings);
    let outcome = judged(&documents.document("us.yaml", slip));
    for code in ["document/unknown-field", "name/syntax", "workspace/no-container"] {
        assert!(codes(&outcome).contains(&code), "{code}: {}", outcome.findings);
    }
    // What another team may have is in none of these stores.
    assert!(codes(&outcome).contains(&"reference/unknown-dataset"), "{}", outcome.findings);
}

/// A member whose name is near to one that is not said is read as that one; any other one may be meant for what is not said, and hides that alone.
#[test]
fn a_slip_hides_nothing_of_what_was_meant() {
    let slips = [
        ("  definition:\n", "  defintion:\n"),
        ("datastores:", "datastors:"),
        ("datasets:", "dataset:"),
        ("definition:\n", "definition:\n    documentatoin: x\n"),
        ("definition:\n", "definition:\n    colour: red\n"),
        ("definition:\n", "definition:\n    colour: []\n"),
        ("definition:\n", "definition:\n    datastors: []\n"),
        ("zone: EU", "zon: EU"),
        ("format:", "fromat:"),
    ];
    for (text, slip) in slips {
        let slipped = SALES.replacen(text, slip, 1);
        assert_ne!(slipped, SALES);
        let outcome =
            judged(&Documents::new().document("company.yaml", COMPANY).document("eu.yaml", slipped));
        let found = codes(&outcome);
        assert!(found.contains(&"document/unknown-field"), "{}", outcome.findings);
        assert!(found.contains(&"reference/unknown-dataset"), "{slip}: {}", outcome.findings);
        assert_eq!(found.iter().filter(|code| code.starts_with("document/")).count(), 1, "{slip}");
    }
}

/// Each former name is one more path by which something may be called: not where anybody may write what he likes.
#[test]
fn former_names_in_settings_are_none() {
    let nested =
        (0..60).fold("{a: 1, a: 2}".to_owned(), |inside, _| format!("{{renamed_from: b, a: {inside}}}"));
    let platforms = format!("platforms:\n- {{name: P, kind: k, config: {nested}}}\n");
    let loaded = Documents::new().document("model.yaml", format!("{COMPANY}{platforms}")).load_partly();
    assert!(
        loaded.findings.iter().any(|finding| finding.code() == "document/unreadable"),
        "{}",
        loaded.findings
    );
    assert!(loaded.unread.len() < 100, "{}", loaded.unread.len());
}

/// What cannot be read of one dataset hides nothing of its neighbours, nor a reference that leads to neither.
#[test]
fn a_dataset_that_cannot_be_read_hides_what_depends_on_it_alone() {
    let two = "      - {name: orders, schema: id Integer key}\n      - {name: a b/c, schema: id Integer}\n";
    let text = SALES.replace("      - {name: orders, schema: id Integer key}\n", two).replace(
        "sinks: [Orders/nothing]}",
        "sinks: [Orders/orders]}, {name: h, sinks: [Orders/nothing, Orders/broken]}",
    );
    let broken = "      - {name: broken, schema: 5}\n";
    let text = text.replacen("    workspaces:", &format!("{broken}    workspaces:"), 1);
    let outcome = judged(&Documents::new().document("company.yaml", COMPANY).document("eu.yaml", text));
    let found = codes(&outcome);
    assert_eq!(
        found.iter().filter(|code| **code == "document/unreadable").count(),
        1,
        "{}",
        outcome.findings
    );
    assert!(found.contains(&"name/syntax"), "{}", outcome.findings);
    let missing = outcome.findings.iter().filter(|finding| finding.code() == "reference/unknown-dataset");
    let missing: Vec<&str> = missing.map(|finding| finding.message()).collect();
    assert_eq!(missing, ["the datastore `Orders` has no dataset `nothing`"], "{}", outcome.findings);
    let sound = outcome.sound.unwrap();
    let groups = sound.ecosystem().workspace(&"Early".into()).map(|early| early.entity.groups().len());
    assert_eq!((groups, sound.ecosystem().datastore(&"Orders".into()).is_some()), (None, false));
}

#[test]
fn a_document_without_form_leaves_what_is_written_in_the_others() {
    let documents = Documents::new()
        .document("company.yaml", COMPANY.replace("name: EU", "name: E/U"))
        .document("eu.yaml", "format: [");
    let outcome = judged(&documents);
    assert_eq!(codes(&outcome), ["document/unreadable", "name/syntax"], "{}", outcome.findings);
    assert!(outcome.sound.is_none());
}

/// What a group asks for decides nothing about who may read.
#[test]
fn a_latency_that_cannot_be_read_hides_nothing_else_of_its_group() {
    let sales = SALES.replace("    - name: Orders\n", "    - name: Orders\n      approved: []\n");
    let sales = sales.replace("[Orders/nothing]", "[Orders/orders], latency: 1 parsec");
    let outcome = judged(&Documents::new().document("company.yaml", COMPANY).document("eu.yaml", sales));
    for code in ["document/unreadable", "access/not-approved"] {
        assert!(codes(&outcome).contains(&code), "{code}: {}", outcome.findings);
    }
    // No platform is chosen for what nobody knows.
    assert!(
        outcome
            .sound
            .unwrap()
            .ecosystem()
            .workspace(&"Early".into())
            .is_none_or(|early| early.entity.groups().is_empty())
    );
}

#[test]
#[cfg(feature = "yaml")]
fn a_small_text_does_not_become_a_huge_one() {
    let mut text = "format: datasurface/1\na: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (before, after) in "abcdefghijklmnop".chars().zip("bcdefghijklmnopq".chars()) {
        let nine = vec![format!("*{before}"); 9].join(", ");
        text += &format!("{after}: &{after} [{nine}]\n");
    }
    let outcome = judged(&Documents::new().document("model.yaml", text));
    assert_eq!(codes(&outcome), ["document/unreadable"], "{}", outcome.findings);
    assert!(outcome.sound.is_none());
}
