//! Shapes, the types that have them, the words of paths and what is found are of one mind.

use super::{Shape, inside};
use crate::{
    DocumentError, Documents, Loaded, header::DocumentHeader, json_schema, to_json, to_value, to_yaml, v1,
};
use datasurface_model::{CODES, Diagnostic, Ecosystem, ModelPath, TeamKey, Validation, ZoneName, segment};
use serde_json::Value;
use std::{collections::BTreeSet, fs, path::Path};

/// The shapes of the three kinds of documents, with where the JSON Schema describes them.
fn documents() -> [(Shape, &'static str); 3] {
    [
        (v1::shape(&DocumentHeader::Ecosystem), "/else/else"),
        (v1::shape(&DocumentHeader::Zone(ZoneName::from("Z"))), "/else/then"),
        (v1::shape(&DocumentHeader::Team(TeamKey::new("Z", "T"))), "/then"),
    ]
}

fn names(members: &'static [(&'static str, Shape)]) -> BTreeSet<&'static str> {
    members.iter().map(|(name, _)| *name).collect()
}

/// What a JSON Schema describes, compared with shapes.
struct Described<'s> {
    whole: &'s Value,
}

impl<'s> Described<'s> {
    /// Everything that may stand there.
    fn alternatives(&self, schema: &'s Value) -> Vec<&'s Value> {
        if let Some(reference) = schema["$ref"].as_str() {
            return self.alternatives(self.whole.pointer(reference.trim_start_matches('#')).unwrap());
        }
        match schema.get("anyOf").or_else(|| schema.get("oneOf")) {
            Some(several) => {
                several.as_array().unwrap().iter().flat_map(|one| self.alternatives(one)).collect()
            }
            None => vec![schema],
        }
    }

    fn is_of(&self, shape: Shape, schema: &'s Value, at: &str) {
        let alternatives = self.alternatives(schema);
        let object = || alternatives.iter().find_map(|one| one["properties"].as_object());
        let elements = || alternatives.iter().find_map(|one| one.get("items"));
        match shape {
            Shape::Transparent(shape) | Shape::Schema(shape) => self.is_of(*shape, schema, at),
            Shape::Short(short) => {
                let is_text = alternatives.iter().any(|one| one["type"] == "string");
                assert!(is_text, "no text at {at}");
                self.is_of(short.object, schema, at);
            }
            Shape::Object(shape) => {
                let properties = object().unwrap_or_else(|| panic!("no object at {at}"));
                // The head is taken off before shapes are followed.
                let is_head = |name: &str| at.is_empty() && ["format", "zone", "team"].contains(&name);
                let described = properties.keys().map(String::as_str).filter(|name| !is_head(name));
                let known = shape.members.iter().filter(|(name, _)| !is_head(name));
                assert_eq!(
                    described.collect::<BTreeSet<_>>(),
                    known.map(|(name, _)| *name).collect(),
                    "{at}"
                );
                assert!(
                    names(shape.members).is_superset(&shape.identified_by.iter().copied().collect()),
                    "{at}"
                );
                for (name, shape) in shape.members.iter().filter(|(name, _)| !is_head(name)) {
                    self.is_of(*shape, &properties[*name], &format!("{at}/{name}"));
                }
            }
            Shape::Choice(kinds) => {
                let mut described = BTreeSet::new();
                for one in &alternatives {
                    for word in one["enum"].as_array().into_iter().flatten().chain(one.get("const")) {
                        described.insert(word.as_str().unwrap());
                    }
                    for (name, about) in one["properties"].as_object().into_iter().flatten() {
                        described.insert(name.as_str());
                        let (_, shape) = kinds.iter().find(|(kind, _)| kind == name).unwrap();
                        self.is_of(*shape, about, &format!("{at}/{name}"));
                    }
                }
                assert_eq!(described, names(kinds), "{at}");
            }
            Shape::List(shape) => {
                let is_told = shape.object().is_none_or(|object| !object.identified_by.is_empty());
                assert!(is_told, "nothing tells the elements apart at {at}");
                self.is_of(*shape, elements().unwrap_or_else(|| panic!("no list at {at}")), at);
            }
            Shape::Locations(shape) => {
                // They are in each other without an end.
                if at.matches("locations").count() < 3 {
                    self.is_of(shape(), elements().unwrap_or_else(|| panic!("{at}")), at);
                }
            }
            Shape::Leaf | Shape::Free | Shape::Avro => assert!(object().is_none(), "an object at {at}"),
        }
        if let Shape::Leaf = shape {
            assert!(elements().is_none(), "a list at {at}");
        }
    }
}

#[test]
fn shapes_have_the_members_that_the_types_have() {
    let schema = json_schema();
    for (shape, at) in documents() {
        Described { whole: &schema }.is_of(shape, schema.pointer(at).unwrap(), "");
    }
}

/// Every name of a member, of kinds too if these are asked for, in what has this shape.
fn words(shape: Shape, depth: usize, kinds_too: bool, found: &mut BTreeSet<&'static str>) {
    match shape {
        Shape::Transparent(shape) | Shape::Schema(shape) | Shape::List(shape) => {
            words(*shape, depth, kinds_too, found);
        }
        Shape::Short(short) => words(short.object, depth, kinds_too, found),
        Shape::Locations(shape) if depth < 10 => words(shape(), depth + 1, kinds_too, found),
        Shape::Object(object) => {
            for (name, shape) in object.members {
                found.insert(name);
                words(*shape, depth + 1, kinds_too, found);
            }
        }
        Shape::Choice(kinds) => {
            for (name, shape) in kinds {
                if kinds_too {
                    found.insert(name);
                }
                words(*shape, depth + 1, kinds_too, found);
            }
        }
        Shape::Leaf | Shape::Free | Shape::Avro | Shape::Locations(_) => {}
    }
}

#[test]
fn segments_are_the_words_of_documents() {
    let segments: BTreeSet<&str> = segment::ALL.iter().copied().collect();
    assert_eq!(segments.len(), segment::ALL.len());
    // What Avro calls the former names of a column is no word of ours, and no member of a type.
    let mut in_shapes = BTreeSet::from([segment::ALIASES]);
    let mut kinds_too = in_shapes.clone();
    for (shape, _) in documents() {
        words(shape, 0, false, &mut in_shapes);
        words(shape, 0, true, &mut kinds_too);
    }
    let without_segment: Vec<_> = in_shapes.difference(&segments).collect();
    assert_eq!(without_segment, [] as [&&str; 0], "give these a constant in `datasurface_model::segment`");
    let without_member: Vec<_> = segments.difference(&kinds_too).collect();
    assert_eq!(without_member, [] as [&&str; 0], "no document has these");
}

/// The members that paths can name in what has this shape. Of kinds there is one at a time: a name that several have is one.
fn reachable(shape: Shape, found: &mut Vec<&'static str>) {
    let inner = |members: &'static [(&'static str, Shape)], are_kinds: bool, found: &mut Vec<_>| {
        for (name, shape) in members {
            found.push(*name);
            if shape.may_be_left_out(are_kinds) {
                reachable(*shape, found);
            }
        }
    };
    match shape {
        Shape::Object(object) => inner(object.members, false, found),
        Shape::Choice(kinds) => {
            let mut of_kinds = Vec::new();
            inner(kinds, true, &mut of_kinds);
            of_kinds.sort_unstable();
            of_kinds.dedup();
            found.extend(of_kinds);
        }
        Shape::Transparent(shape) | Shape::Schema(shape) => reachable(*shape, found),
        Shape::Short(short) => reachable(short.object, found),
        Shape::Leaf | Shape::Free | Shape::Avro | Shape::List(_) | Shape::Locations(_) => {}
    }
}

fn each_object(shape: Shape, depth: usize, judge: &mut dyn FnMut(Shape)) {
    judge(shape);
    let mut each = |members: &'static [(&'static str, Shape)]| {
        members.iter().for_each(|(_, shape)| each_object(*shape, depth + 1, judge));
    };
    match shape {
        Shape::Object(object) => each(object.members),
        Shape::Choice(kinds) => each(kinds),
        Shape::Short(short) => each_object(short.object, depth, judge),
        Shape::Transparent(shape) | Shape::Schema(shape) | Shape::List(shape) => {
            each_object(*shape, depth, judge);
        }
        Shape::Locations(shape) if depth < 10 => each_object(shape(), depth + 1, judge),
        Shape::Leaf | Shape::Free | Shape::Avro | Shape::Locations(_) => {}
    }
}

#[test]
fn no_member_hides_another_one_that_paths_can_name() {
    for (shape, _) in documents() {
        each_object(shape, 0, &mut |shape| {
            let mut names = Vec::new();
            reachable(shape, &mut names);
            let different: BTreeSet<_> = names.iter().collect();
            assert_eq!(different.len(), names.len(), "{names:?}");
        });
    }
}

/// Whether some document could have something at this path.
fn follows(shape: Shape, path: &[&str]) -> bool {
    let [segment, rest @ ..] = path else { return true };
    let through = |members: &'static [(&'static str, Shape)], are_kinds: bool| {
        members.iter().any(|(name, shape)| {
            let is_transparent = shape.may_be_left_out(are_kinds);
            name == segment && follows(*shape, rest) || is_transparent && follows(*shape, path)
        })
    };
    match shape {
        Shape::Leaf => false,
        Shape::Free | Shape::Avro => true,
        Shape::Object(object) => through(object.members, false),
        Shape::Choice(kinds) => through(kinds, true),
        Shape::Transparent(shape) | Shape::Schema(shape) => follows(*shape, path),
        Shape::Short(short) => follows(short.object, path),
        Shape::List(shape) => follows(*shape, rest),
        Shape::Locations(shape) => follows(shape(), rest),
    }
}

/// Every finding of every fixture of the model, with what it was found in.
fn reported() -> Vec<(String, Diagnostic)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../datasurface-model/tests/fixtures");
    let base = fs::read_to_string(folder.join("base.yaml")).unwrap();
    let mut reported = Vec::new();
    for file in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        if file.is_dir() || name.ends_with(".txt") || name == "base.yaml" {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let alone = text.starts_with("# alone\n");
        let documents = Documents::new().document(&name, text);
        let documents = if alone { documents } else { documents.document("base.yaml", base.as_str()) };
        let findings = match documents.load().map_err(DocumentError::into_findings) {
            Ok(ecosystem) => {
                let loaded = Loaded { ecosystem, sources: documents };
                loaded.check(&Validation::on("2027-01-31".parse().unwrap())).findings
            }
            Err(findings) => findings,
        };
        reported.extend(findings.into_iter().map(|finding| (name.clone(), finding)));
    }
    reported
}

#[test]
fn what_is_reported_is_at_a_place_that_a_document_can_have() {
    let reported = reported();
    let whole = v1::shape(&DocumentHeader::Ecosystem);
    let codes: BTreeSet<&str> = reported.iter().map(|(_, finding)| finding.code()).collect();
    assert!(CODES.iter().filter(|code| !codes.contains(code.code)).count() < 3, "{codes:?}");
    for (fixture, finding) in &reported {
        let paths = [finding.path()].into_iter().chain(finding.related_places().iter().map(|one| &one.path));
        for path in paths.chain(finding.suggestion().map(|suggestion| &suggestion.path)) {
            let segments: Vec<&str> = path.segments().collect();
            let is_of_document = segments.first() == Some(&segment::DOCUMENTS);
            assert!(is_of_document || follows(whole, &segments), "{fixture}: {path}");
        }
    }
}

/// Whether a value, and everything inside, is as its shape says.
fn is_as_said(shape: Shape, value: &Value) -> bool {
    let is_simple = !value.is_object() && !value.is_array();
    let each = |members: &[(&'static str, Shape)]| {
        value.as_object().unwrap().iter().all(|(name, value)| {
            members.iter().any(|(known, shape)| known == name && is_as_said(*shape, value))
        })
    };
    match shape {
        Shape::Leaf => is_simple,
        Shape::Free | Shape::Avro => true,
        Shape::Object(object) => value.is_object() && each(object.members),
        Shape::Short(short) => value.is_string() || is_as_said(short.object, value),
        Shape::Choice(kinds) => match value.as_str() {
            Some(word) => kinds.iter().any(|(kind, _)| *kind == word),
            None => value.is_object() && each(kinds),
        },
        Shape::Schema(shape) => value.is_string() || value.is_array() || is_as_said(*shape, value),
        Shape::Transparent(shape) => is_as_said(*shape, value),
        Shape::List(shape) => {
            value.as_array().is_some_and(|list| list.iter().all(|value| is_as_said(*shape, value)))
        }
        Shape::Locations(shape) => value
            .as_array()
            .is_some_and(|list| list.iter().all(|one| one.is_string() || is_as_said(shape(), one))),
    }
}

/// The path of everything that a document says.
fn paths(shape: Shape, value: &Value, around: &[String], found: &mut Vec<Vec<String>>) {
    inside(shape, value, &mut |inner| {
        let Some(name) = &inner.name else { return };
        let path: Vec<String> = around.iter().cloned().chain([name.to_string()]).collect();
        paths(inner.shape, inner.value, &path, found);
        found.push(path);
        if inner.is_transparent {
            paths(inner.shape, inner.value, around, found);
        }
    });
}

/// Ecosystems in which nothing is wrong. Together, they say everything that can be said.
fn sound() -> Vec<Ecosystem> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../datasurface-model/tests/fixtures");
    let base = fs::read_to_string(folder.join("base.yaml")).unwrap();
    let files = fs::read_dir(folder.join("ok")).unwrap().map(|entry| entry.unwrap().path());
    let sound = files.filter_map(|file| {
        let documents = Documents::new().document("fixture.yaml", fs::read_to_string(file).unwrap());
        documents.load().or_else(|_| documents.document("base.yaml", base.as_str()).load()).ok()
    });
    sound.collect()
}

#[test]
fn documents_are_as_their_shapes_say() {
    let sound = sound();
    assert!(sound.len() > 200);
    for document in sound.iter().map(to_value) {
        assert!(is_as_said(v1::shape(&DocumentHeader::Ecosystem), &document), "{document:#}");
    }
}

#[test]
fn whatever_a_document_says_has_a_place() {
    let mut places = 0;
    // Most of them say the same beside what they are about.
    for ecosystem in sound().iter().step_by(10) {
        let mut said = Vec::new();
        paths(v1::shape(&DocumentHeader::Ecosystem), &to_value(ecosystem), &[], &mut said);
        // The head is a part of its document, not of the model.
        said.retain(|segments| segments[0] != segment::FORMAT);
        places += said.len();
        let path = |segments: &Vec<String>| ModelPath::from_segments(segments.clone());
        let findings = || said.iter().map(|segments| Diagnostic::new(CODES[0], path(segments), "is here"));
        for (name, text) in [("model.json", to_json(ecosystem)), ("model.yaml", to_yaml(ecosystem))] {
            for finding in Documents::new().document(name, text.as_str()).located(findings().collect()) {
                let position = finding.position().unwrap();
                assert!(!position.is_inexact, "{finding}");
                let line = text.lines().nth(position.line - 1).unwrap();
                assert!(position.column + position.length <= line.chars().count() + 1, "{finding}");
            }
        }
    }
    assert!(places > 1000, "{places}");
}
