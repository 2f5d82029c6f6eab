//! Places of findings, and patches, where a document writes things in another way than the model calls them.

use datasurface_document::{Documents, apply_suggestion};
use datasurface_model::{
    CodeInfo, DatasetGroup, DatasetSink, Diagnostic, Ecosystem, GovernanceZone, InfrastructureLocation,
    InfrastructureVendor, ModelPath, Place, PlatformDeclaration, Suggestion, Team, Workspace,
};

static CODE: CodeInfo = CodeInfo::warning("test/place", "a test is about it", "Leave it alone.");

const FRAME: &str = "format: datasurface/1
name: N
owner: github:o/model@main
live: github:o/live@main
";

fn path(segments: &[&str]) -> ModelPath {
    ModelPath::from_segments(segments)
}

/// The text that the place of a path shows, and whether it is exactly what is meant.
fn place(document: &str, segments: &[&str]) -> (String, bool) {
    let text = format!("{FRAME}{document}");
    let finding = Diagnostic::new(&CODE, path(segments), "is here");
    let placed =
        Documents::new().document("model.yaml", text.as_str()).located([finding].into_iter().collect());
    let position = placed.iter().next().unwrap().position().unwrap();
    let line = text.lines().nth(position.line - 1).unwrap();
    let shown = line.chars().skip(position.column - 1).take(position.length).collect();
    (shown, !position.is_inexact)
}

fn exactly(text: &str) -> (String, bool) {
    (text.to_owned(), true)
}

fn near(text: &str) -> (String, bool) {
    (text.to_owned(), false)
}

/// A document whose only team has this, as YAML in one line.
fn team(definition: &str) -> String {
    let team = format!("{{name: T, owner: 'github:o/t@main', definition: {definition}}}");
    format!("zones: [{{name: Z, owner: 'github:o/z@main', definition: {{teams: [{team}]}}}}]\n")
}

/// A document whose only workspace has a group with these sinks, as YAML in one line.
fn sinks(list: &str) -> String {
    team(&format!("{{workspaces: [{{name: W, groups: [{{name: G, sinks: {list}}}]}}]}}"))
}

const GROUP: [&str; 8] = ["zones", "Z", "teams", "T", "workspaces", "W", "groups", "G"];

fn sink(name: &str) -> Vec<&str> {
    GROUP.into_iter().chain(["sinks", name]).collect()
}

#[test]
fn keys_are_found_however_they_are_written() {
    for (written, shown) in [
        ("[S / d]", "S / d"),
        ("[S/d/]", "S/d/"),
        ("[{dataset: S / d}]", "S / d"),
        ("[{dataset: {datastore: S, dataset: d}}]", "dataset"),
    ] {
        let name = if written.contains("d/") { "S/d/" } else { "S/d" };
        let name = datasurface_model::DatasetKey::from(name).to_string();
        let (found, is_exact) = place(&sinks(written), &sink(&name));
        assert!(is_exact, "{written}: {found}");
        assert!(found == shown || shown == "dataset", "{written}: {found}");
    }
}

/// A platform with these locations, as YAML in one line.
fn located(list: &str) -> String {
    format!("platforms:\n- name: P\n  kind: local\n  locations: {list}\n")
}

#[test]
fn places_are_found_as_the_model_calls_them() {
    for written in ["Azure/", "Azure / Europe", "Azure", "Azure/N / M"] {
        let called = datasurface_model::Place::from(written).to_string();
        let found = place(&located(&format!("[{written}]")), &["platforms", "P", "locations", &called]);
        assert_eq!(found, exactly(written));
    }
}

const VENDOR: &str = "vendors:
- name: Azure
  locations: [Europe/Berlin, Europe/Paris, Asia, {name: Africa, locations: [Cairo]}]
";

#[test]
fn locations_are_found_in_texts_and_in_objects() {
    let inside = |rest: &[&str]| {
        let segments: Vec<&str> =
            ["vendors", "Azure", "locations"].into_iter().chain(rest.iter().copied()).collect();
        place(VENDOR, &segments)
    };
    assert_eq!(inside(&["Europe", "locations", "Paris"]), exactly("Europe/Paris"));
    assert_eq!(inside(&["Europe"]), exactly("Europe/Berlin"));
    assert_eq!(inside(&["Asia"]), exactly("Asia"));
    assert_eq!(inside(&["Asia", "locations", "Tokio"]), near("Asia"));
    assert_eq!(inside(&["Africa", "locations", "Cairo"]), exactly("Cairo"));
}

fn vendor(locations: impl IntoIterator<Item = InfrastructureLocation>) -> Ecosystem {
    let vendor = InfrastructureVendor::new("Azure");
    let vendor = locations.into_iter().fold(vendor, InfrastructureVendor::location);
    Ecosystem::new("N", "github:o/model@main", "github:o/live@main").vendor(vendor)
}

/// A location with these inside.
fn location(name: &str, inside: &[&str]) -> InfrastructureLocation {
    inside.iter().fold(InfrastructureLocation::new(name), |location, name| location.location(*name))
}

#[test]
fn a_patch_of_a_location_keeps_what_is_inside() {
    let before = vendor([location("Europe", &["Berlin", "Paris"]), location("Asia", &[])]);
    let europe = path(&["vendors", "Azure", "locations", "Europe"]);
    let renamed = apply_suggestion(&Suggestion::rename(europe.clone(), "Europa"), &before).unwrap();
    assert_eq!(renamed, vendor([location("Europa", &["Berlin", "Paris"]), location("Asia", &[])]));
    let removed = apply_suggestion(&Suggestion::remove(europe.clone()), &before).unwrap();
    assert_eq!(removed, vendor([location("Asia", &[])]));
    let paris = europe.child("locations", "Paris");
    let without = apply_suggestion(&Suggestion::remove(paris.clone()), &before).unwrap();
    assert_eq!(without, vendor([location("Europe", &["Berlin"]), location("Asia", &[])]));
    let called = apply_suggestion(&Suggestion::rename(paris, "Lyon"), &before).unwrap();
    assert_eq!(called, vendor([location("Europe", &["Berlin", "Lyon"]), location("Asia", &[])]));
}

#[test]
fn a_sink_that_is_called_otherwise_keeps_what_it_says() {
    let ecosystem = |dataset: &str| {
        let last = "2027-01-31".parse().unwrap();
        let sink = DatasetSink::new(dataset).with_consent_until(last);
        let workspace = Workspace::new("W").group(DatasetGroup::new("G").sink(sink));
        let team = Team::new().workspace(workspace);
        let zone = GovernanceZone::new().team("T", "github:o/t@main", team);
        Ecosystem::new("N", "github:o/model@main", "github:o/live@main").zone("Z", "github:o/z@main", zone)
    };
    let renamed =
        apply_suggestion(&Suggestion::rename(path(&sink("S/d")), "S/e"), &ecosystem("S/d")).unwrap();
    assert_eq!(renamed, ecosystem("S/e"));
}

#[test]
fn a_place_that_only_an_object_says_can_be_called_otherwise() {
    let platform = |place: Place| {
        Ecosystem::new("N", "github:o/model@main", "github:o/live@main")
            .platform(PlatformDeclaration::new("P", "local").located(place))
    };
    let odd = Place::new("Azure", ["Europe "]);
    let at = path(&["platforms", "P", "locations", &odd.to_string()]);
    let renamed = apply_suggestion(&Suggestion::rename(at, "Azure/Europe"), &platform(odd)).unwrap();
    assert_eq!(renamed, platform("Azure/Europe".into()));
}

/// A document whose only dataset, `d`, has this schema.
fn schema(schema: &str) -> String {
    team(&format!("{{datastores: [{{name: S, datasets: [{{name: d, schema: {schema}}}]}}]}}"))
}

fn in_dataset(document: &str, rest: &[&str]) -> (String, bool) {
    let dataset = ["zones", "Z", "teams", "T", "datastores", "S", "datasets", "d"];
    let segments: Vec<&str> = dataset.into_iter().chain(rest.iter().copied()).collect();
    place(document, &segments)
}

#[test]
fn columns_and_keys_are_found_where_a_text_says_them() {
    let keyed = schema("'id Integer key, city VarChar(15)'");
    assert_eq!(in_dataset(&keyed, &["columns", "city"]), exactly("city VarChar(15)"));
    assert_eq!(in_dataset(&keyed, &["key"]), exactly("'id Integer key, city VarChar(15)'"));
    assert_eq!(in_dataset(&keyed, &["key", "id"]), exactly("id Integer key"));
    assert_eq!(in_dataset(&keyed, &["key", "city"]), near("'id Integer key, city VarChar(15)'"));
    assert_eq!(in_dataset(&schema("id Integer"), &["key"]), near("id Integer"));
    assert_eq!(in_dataset(&schema("{columns: []}"), &["key"]), near("schema"));
}

#[test]
fn members_of_an_avro_record_are_none_of_the_dataset() {
    let avro = schema(
        "{avro: {type: record, name: r, key: [id], classifications: [x], fields: [{name: id, type: int}]}}",
    );
    assert_eq!(in_dataset(&avro, &["columns", "id"]), exactly("id"));
    assert_eq!(in_dataset(&avro, &["key"]), near("schema"));
    assert_eq!(in_dataset(&avro, &["classifications"]), near("d"));
}

#[test]
fn what_a_hint_is_about_has_one_place() {
    let hint = "platforms:
- name: P
  kind: local
  hints: [{about: {dataset: {datastore: S, dataset: d}}, settings: {}}]
";
    let about = ["platforms", "P", "hints", "dataset S/d", "about", "dataset"];
    let finding = Diagnostic::new(&CODE, path(&about), "is here");
    let placed = Documents::new()
        .document("model.yaml", format!("{FRAME}{hint}"))
        .located([finding].into_iter().collect());
    let finding = placed.iter().next().unwrap();
    assert!(!finding.position().unwrap().is_inexact && finding.related_places().is_empty(), "{finding}");
}

#[test]
fn documents_that_were_loaded_have_the_same_places() {
    let documents = || {
        let team = "team: Z/T\nformat: datasurface/1\ndatastores: [{name: S, documentation: text}]\n";
        Documents::new()
            .document("model.yaml", format!("{FRAME}zones: [{{name: Z, owner: 'github:o/z@main'}}]\n"))
            .document(
                "z.yaml",
                "zone: Z\nformat: datasurface/1\nteams: [{name: T, owner: 'github:o/t@main'}]\n",
            )
            .document("t.yaml", team)
            .document("more.yaml", team.replace("name: S", "name: R"))
    };
    let loaded = documents();
    loaded.load().unwrap();
    let team = ["zones", "Z", "teams", "T"];
    let store = |name: &'static str| team.into_iter().chain(["datastores", name]).collect::<Vec<_>>();
    let unwritten: Vec<_> = store("S").into_iter().chain(["datasets", "none"]).collect();
    for (segments, written_in) in [
        (&["name"] as &[&str], "model.yaml"),
        (&["zones", "Z"], "model.yaml"),
        (&team, "z.yaml"),
        (&store("S"), "t.yaml"),
        (&store("R"), "more.yaml"),
        (&unwritten, "t.yaml"),
        (&["documents", "more.yaml"], "more.yaml"),
    ] {
        let places = |documents: &Documents| {
            let finding = Diagnostic::new(&CODE, path(segments), "is here");
            let placed = documents.located([finding].into_iter().collect());
            placed.iter().next().unwrap().position().cloned()
        };
        let found = places(&loaded);
        assert_eq!(found, places(&documents()), "{segments:?}");
        assert!(
            found.as_ref().is_some_and(|position| *position.document == *written_in),
            "{segments:?}: {found:?}"
        );
    }
}
