//! What was wrong before a rename is not new after it: whoever renames something does not answer for what is wrong with it.

use super::{fixture::*, folder::TODAY};
use datasurface_change::new_findings;
use datasurface_document::Documents;
use datasurface_model::*;
use serde_json::Value;
use std::{fs, path::Path};

/// The ecosystems of the fixtures of the model that can be read, each with the name of its document: without those about names, and those with
/// waivers, which follow no rename.
fn ecosystems() -> Vec<(String, Ecosystem)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../datasurface-model/tests/fixtures");
    let base = fs::read_to_string(folder.join("base.yaml")).unwrap();
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let fixtures = files.filter(|file| file.extension().is_some_and(|extension| extension == "yaml"));
    let read = |file: std::path::PathBuf| {
        let (name, text) = (file.file_name()?.to_str()?.to_owned(), fs::read_to_string(&file).ok()?);
        let base = (!text.starts_with("# alone\n")).then_some(("base.yaml", base.as_str()));
        let documents = base.into_iter().fold(Documents::new(), |all, (name, text)| all.document(name, text));
        // A release of what is not made names a zone, which is nowhere else in the finding.
        let others = ["name_", "rename_", "transformer_unknown-release"];
        let is_about_names = others.iter().any(|area| name.starts_with(area));
        let is_wanted = !is_about_names && !text.contains("waivers:");
        Some((name.clone(), documents.document(name, text).load().ok().filter(|_| is_wanted)?))
    };
    fixtures.filter_map(read).collect()
}

/// The ecosystem with each thing in these collections renamed, one after the other.
fn renamed(ecosystem: &Ecosystem, collections: &[&str]) -> Vec<Ecosystem> {
    let document: Value = serde_json::from_str(&datasurface_document::to_json(ecosystem)).unwrap();
    let mut places = Vec::new();
    find(&document, String::new(), collections, &mut places);
    let rename = |place: String| {
        let mut document = document.clone();
        let thing = document.pointer_mut(&place)?.as_object_mut()?;
        let former = thing.get("name")?.clone();
        thing.insert("name".to_owned(), format!("{}Anew", former.as_str()?).into());
        if thing.insert("renamed_from".to_owned(), former).is_some() {
            return None;
        }
        datasurface_document::from_json(&document.to_string()).ok()
    };
    places.into_iter().filter_map(rename).collect()
}

/// Finds what is in these collections, as JSON pointers.
fn find(value: &Value, place: String, collections: &[&str], places: &mut Vec<String>) {
    let Value::Object(members) = value else { return };
    for (member, value) in members {
        let place = format!("{place}/{member}");
        for (index, element) in value.as_array().into_iter().flatten().enumerate() {
            let place = format!("{place}/{index}");
            find(element, place.clone(), collections, places);
            if collections.contains(&member.as_str()) {
                places.push(place);
            }
        }
        find(value, place, collections, places);
    }
}

fn findings(ecosystem: &Ecosystem) -> Findings {
    match ecosystem.clone().validate(&Validation::on(day(TODAY))) {
        Ok(checked) => checked.findings().clone(),
        Err(invalid) => invalid.findings().clone(),
    }
}

fn new_errors(old: &Ecosystem, new: &Ecosystem) -> Vec<String> {
    let ecosystems = [old, new].map(|ecosystem| Valid::assume_valid(ecosystem.clone()));
    let [before, after] = &ecosystems;
    let found = new_findings(&findings(old), &findings(new), [before, after]);
    let errors = found.iter().filter(|finding| finding.severity() == Severity::Error);
    errors.map(ToString::to_string).collect()
}

#[test]
fn what_was_wrong_in_what_is_renamed_is_not_new() {
    let (mut wrong, mut renames) = (Vec::new(), 0);
    for (name, old) in ecosystems() {
        for new in renamed(&old, &["zones", "teams"]) {
            renames += 1;
            wrong.extend(new_errors(&old, &new).into_iter().map(|error| format!("{name}: {error}")));
        }
    }
    assert_eq!(wrong.join("\n"), "");
    assert!(renames > 1_000, "{renames} renames were tried");
}

/// Whoever renames data does not answer for those who have it against a policy.
#[test]
fn what_policies_deny_is_not_new_where_the_data_is_renamed() {
    let (mut wrong, mut renames) = (Vec::new(), 0);
    for (name, old) in ecosystems() {
        for new in renamed(&old, &["datastores", "datasets"]) {
            renames += 1;
            let of_policies = |error: &String| error.contains("[governance/") || error.contains("[access/");
            let errors = new_errors(&old, &new).into_iter().filter(of_policies);
            wrong.extend(errors.map(|error| format!("{name}: {error}")));
        }
    }
    assert_eq!(wrong.join("\n"), "");
    assert!(renames > 500, "{renames} renames were tried");
}

#[test]
fn what_is_wrong_beside_it_is_new() {
    let wanting = |sinks: &[&'static str], zone: &str| {
        let group = DatasetGroup::new("all").with_sinks(sinks.iter().copied());
        let workspace =
            Workspace::new("Analysis").with_container(format!("{zone}/Stock/Lake").as_str()).group(group);
        let stock = edit_stock(|team| team.without_workspace(&"Analysis".into()).workspace(workspace));
        let definition = stock.zones().get("USA").and_then(ZoneDeclaration::definition).unwrap().clone();
        let declaration = ZoneDeclaration::new(zone, USA).defined(definition);
        let declaration = if zone == "USA" { declaration } else { declaration.renamed_from("USA") };
        stock.without_zone(&"USA".into()).zone_declaration(declaration)
    };
    let old = wanting(&["Store/gone"], "USA");
    assert_eq!(new_errors(&old, &wanting(&["Store/gone"], "America")), [] as [&str; 0]);
    let more = new_errors(&old, &wanting(&["Store/gone", "Store/went"], "America"));
    assert!(matches!(&more[..], [one] if one.contains("went")), "{more:?}");
    let other = new_errors(&old, &wanting(&["Store/went"], "America"));
    assert!(matches!(&other[..], [one] if one.contains("went")), "{other:?}");
}

/// Names are those of things: another thing that is called otherwise now makes no error known that is about somebody else's.
#[test]
fn what_else_was_renamed_makes_nothing_known() {
    let wanting = |sink: &'static str, decoy: DataContainer| {
        let group = DatasetGroup::new("all").sink(sink);
        let workspace = Workspace::new("Analysis").with_container("USA/Stock/Lake").group(group);
        edit_stock(|team| team.without_workspace(&"Analysis".into()).workspace(workspace).container(decoy))
    };
    let decoy = |name: &str| DataContainer::sqlite(name, "decoy.db").located("Office/Ground");
    let old = wanting("Store/gone", decoy("gone"));
    let plain = new_errors(&old, &wanting("Store/went", decoy("gone")));
    assert_eq!(plain.len(), 1, "{plain:?}");
    assert_eq!(new_errors(&old, &wanting("Store/went", decoy("went").renamed_from("gone"))), plain);
    assert_eq!(new_errors(&old, &wanting("Store/gone", decoy("went").renamed_from("gone"))), [] as [&str; 0]);
}
