//! Where findings are written. No entity knows where it comes from: places are looked up, by the paths of the findings,
//! in the trees of the documents, when somebody asks.
//!
//! A document says the same as the model in nearly the same shape; what differs (definitions, kinds, schemas as text)
//! is looked through. What is not found, for it is not there, is placed where it should be: at what is around it.

mod within;

use super::{
    documents::{Document, Documents},
    head::{self, Head},
    identity::{self, Tree},
    lines::Lines,
    tree::{self, Extent, Member, Node, Value},
};
use datasurface_model::{Diagnostic, Findings, ModelPath, Position, written_columns};
use std::ops::Range;
use within::Words;

/// How many places are told of what is written in several.
const TOLD: usize = 8;

impl Documents {
    /// The same findings, with the places where they are written, as far as they are in these documents.
    #[must_use]
    pub fn located(&self, findings: Findings) -> Findings {
        let mut findings: Vec<Diagnostic> = findings.into_iter().collect();
        let places = self.places(wanted(&findings));
        for finding in &mut findings {
            places.add_to(finding);
        }
        findings.into_iter().collect()
    }

    fn places(&self, wanted: Vec<ModelPath>) -> Places {
        let mut places = Places { best: wanted.iter().map(|_| Best::default()).collect(), wanted };
        if !places.wanted.is_empty() {
            for (name, document) in self.iter() {
                places.look_into(name, document);
            }
        }
        places
    }
}

/// The collection of the documents themselves.
const DOCUMENTS: &str = "documents";

/// What a path into a document, or into the model, begins with. What is about anything else, such as a lock, is written nowhere here.
pub(super) const OUTERMOST: [&str; 12] = [
    DOCUMENTS,
    "name",
    "owner",
    "live",
    "vendors",
    "platforms",
    "zones",
    "group_pins",
    "primary_pins",
    "waivers",
    "documentation",
    "renamed_from",
];

/// The paths of which it is not known where they are written, in order.
fn wanted(findings: &[Diagnostic]) -> Vec<ModelPath> {
    let mut wanted = Vec::new();
    for finding in findings {
        if finding.position().is_none() {
            wanted.push(finding.path().clone());
        }
        let related = finding.related_places().iter().filter(|related| related.position.is_none());
        wanted.extend(related.map(|related| related.path.clone()));
    }
    wanted.retain(|path| path.segments().next().is_none_or(|first| OUTERMOST.contains(&first)));
    wanted.sort();
    wanted.dedup();
    wanted
}

/// Paths, in order, and what was found of each.
struct Places {
    wanted: Vec<ModelPath>,
    best: Vec<Best>,
}

/// The places that are nearest to what a path means.
#[derive(Default)]
struct Best {
    /// How many segments of the path lead there.
    depth: usize,
    /// Whether it is only said there which part a document is about.
    is_head: bool,
    positions: Vec<Position>,
}

/// One document that is searched.
struct Search<'s> {
    places: &'s mut Places,
    lines: Lines<'s>,
    text: &'s str,
}

/// Paths that lead through one place: a range of those that are wanted.
type Paths = Range<usize>;

impl Places {
    /// The places of one path; several only if each is exactly what is meant.
    fn of(&self, path: &ModelPath) -> &[Position] {
        let Ok(at) = self.wanted.binary_search(path) else { return &[] };
        match self.best.get(at) {
            Some(best) if best.depth == path.segments().len() => &best.positions,
            Some(best) => best.positions.get(..1).unwrap_or_default(),
            None => &[],
        }
    }

    fn add_to(&self, finding: &mut Diagnostic) {
        let path = finding.path().clone();
        let mut is_said_first = false;
        for related in finding.related_places_mut() {
            if related.position.is_none() {
                related.position = self.of(&related.path).first().cloned();
                is_said_first |= related.path == path;
            }
        }
        if finding.position().is_none() {
            // Where the first of several is a related place, it is the others that the finding is about.
            let positions = match self.of(&path) {
                [_, others @ ..] if is_said_first && !others.is_empty() => others,
                positions => positions,
            };
            *finding = finding.clone().written_at(positions.iter().cloned());
        }
    }

    fn look_into(&mut self, name: &str, document: &Document) {
        let Ok(mut tree) = tree::parse(&document.text, document.syntax) else { return };
        let mut search =
            Search { places: self, lines: Lines::of(name, &document.text), text: &document.text };
        let all = 0..search.places.wanted.len();
        let at = tree.root.extent;
        let about_it = search.under(all.clone(), &[DOCUMENTS, name]);
        search.record(about_it.clone(), 2, Extent { end: at.start, ..at }, false);
        search.visit(&tree.root, about_it, 2);

        let about = ["zone", "team"].into_iter().find_map(|about| tree.root.member(about));
        let about = about.map_or(Extent { start: at.start, end: at.start }, |about| about.value.extent);
        match head::take(&mut tree.root) {
            Ok(Head::Ecosystem) => {
                let name = tree.root.member("name").map_or(about, |name| name.value.extent);
                // What is about a document is in no other one.
                let about_documents = search.under(all.clone(), &[DOCUMENTS]);
                search.record(all.start..about_documents.start, 0, name, false);
                search.record(about_documents.end..all.end, 0, name, false);
                search.visit(&tree.root, all, 0);
            }
            Ok(Head::Zone(zone)) => {
                let paths = search.under(all, &["zones", zone.as_str()]);
                search.record(paths.clone(), 2, about, true);
                search.visit(&tree.root, paths, 2);
            }
            Ok(Head::Team(team)) => {
                let paths = search.under(all, &["zones", team.zone.as_str(), "teams", team.team.as_str()]);
                search.record(paths.clone(), 4, about, true);
                search.visit(&tree.root, paths, 4);
            }
            Err(_) => {}
        }
    }
}

impl Search<'_> {
    /// The segment of a path, if it is that long.
    fn segment(&self, path: usize, depth: usize) -> Option<&str> {
        self.places.wanted.get(path)?.segments().nth(depth)
    }

    /// Those of the paths that go on with these segments from the outermost on.
    fn under(&self, paths: Paths, segments: &[&str]) -> Paths {
        let enumerated = segments.iter().enumerate();
        enumerated.fold(paths, |paths, (depth, segment)| self.through(paths, depth, segment))
    }

    /// Those of the paths, which agree up to here, that go on with this segment.
    fn through(&self, paths: Paths, depth: usize, segment: &str) -> Paths {
        let wanted = self.places.wanted.get(paths.clone()).unwrap_or_default();
        let at = |path: &ModelPath| path.segments().nth(depth).map(|found| found.cmp(segment));
        let start = wanted.partition_point(|path| at(path).is_none_or(std::cmp::Ordering::is_lt));
        let end = wanted.partition_point(|path| at(path).is_none_or(std::cmp::Ordering::is_le));
        paths.start + start..paths.start + end
    }

    fn record(&mut self, paths: Paths, depth: usize, extent: Extent, is_head: bool) {
        if paths.is_empty() {
            return;
        }
        let position = self.lines.position(extent);
        for best in self.places.best.get_mut(paths).unwrap_or_default() {
            let is_better =
                best.depth < depth || best.positions.is_empty() || best.depth == depth && best.is_head;
            if is_better && !(is_head && best.depth == depth && !best.positions.is_empty()) {
                *best = Best { depth, is_head, positions: vec![position.clone()] };
            } else if best.depth == depth
                && !is_head
                && best.positions.len() < TOLD
                && !best.positions.contains(&position)
            {
                best.positions.push(position.clone());
            }
        }
    }

    /// Follows paths, all of which lead to this node, further inwards. Not by recursion: names of locations can make a
    /// path longer than a tree is deep.
    fn visit(&mut self, node: &Node<'_>, paths: Paths, depth: usize) {
        let mut rest = vec![(node, paths, depth)];
        while let Some((node, paths, depth)) = rest.pop() {
            if paths.is_empty() {
                continue;
            }
            match &node.value {
                Value::Object(_) => self.visit_object(node, paths, depth, &mut rest),
                Value::List(nodes) => {
                    for element in nodes {
                        let (name, paths) = self.element(element, paths.clone(), depth);
                        self.record(paths.clone(), depth + 1, name, false);
                        rest.push((element, paths, depth + 1));
                    }
                }
                Value::Text(text) => {
                    for path in paths {
                        let Some(segments) = self.places.wanted.get(path) else { continue };
                        let length = within::locations(text, segments.segments().skip(depth));
                        if length > 0 {
                            self.record(path..path + 1, depth + length, node.extent, false);
                        }
                    }
                }
                Value::Null | Value::Bool(_) | Value::Number(_) => {}
            }
        }
    }

    fn visit_object<'n, 't>(
        &mut self,
        node: &'n Node<'t>,
        mut paths: Paths,
        depth: usize,
        rest: &mut Vec<(&'n Node<'t>, Paths, usize)>,
    ) {
        while let Some(first) = paths.next() {
            let Some(segment) = self.segment(first, depth).map(str::to_owned) else { continue };
            let through = self.through(first..paths.end, depth, &segment);
            paths.start = through.end.max(paths.start);
            let Some(member) = member(node, &segment) else { continue };
            let extent = match member.value.value {
                Value::List(_) | Value::Object(_) => member.extent,
                _ => member.value.extent,
            };
            self.record(through.clone(), depth + 1, extent, false);
            if is_schema_in_words(member) {
                self.visit_columns(&member.value, &through, depth + 1);
            } else {
                rest.push((&member.value, through, depth + 1));
            }
        }
    }

    /// Columns of a schema that is a text, or a list of texts.
    fn visit_columns(&mut self, schema: &Node<'_>, paths: &Paths, depth: usize) {
        let texts = match &schema.value {
            Value::List(texts) => texts.as_slice(),
            _ => std::slice::from_ref(schema),
        };
        for (node, text) in texts.iter().filter_map(|node| Some((node, node.text()?))) {
            let words = Words::of(self.text, node.extent, text);
            for column in written_columns(text) {
                let named = column.name().map(|name| self.through(paths.clone(), depth, &name));
                let Some(paths) = named.filter(|paths| !paths.is_empty()) else { continue };
                let extent = words.extent(column.start..column.start + column.text.len());
                self.record(paths, depth + 1, extent, false);
            }
        }
    }

    /// What an element is called, and the paths that go on with it.
    fn element(&self, element: &Node<'_>, paths: Paths, depth: usize) -> (Extent, Paths) {
        let list =
            depth.checked_sub(1).and_then(|around| self.segment(paths.start, around)).unwrap_or_default();
        let named = identity::members(list).first().and_then(|name| element.member(name));
        let (extent, names) = match (named, identity::name(list, element), element.text()) {
            (Some(member), Some(name), _) => (member.value.extent, vec![unspaced(&name), name]),
            (None, _, Some(text)) => {
                // A path begins with the outermost location.
                let outermost = text.split('/').next().unwrap_or(text);
                (element.extent, vec![text.to_owned(), unspaced(text), outermost.to_owned()])
            }
            // One of several choices, such as a check of quality.
            (_, name, _) => match element.members() {
                [choice] => (choice.extent, vec![name.unwrap_or_else(|| choice.name.to_string())]),
                _ => (element.extent, Vec::new()),
            },
        };
        let found = names.iter().map(|name| self.through(paths.clone(), depth, name));
        (extent, found.into_iter().find(|paths| !paths.is_empty()).unwrap_or(0..0))
    }
}

/// The same key, without blanks around the slashes, and without slashes at the end: a document may have them.
fn unspaced(key: &str) -> String {
    let unspaced = key.split('/').map(str::trim).collect::<Vec<_>>().join("/");
    unspaced.trim_end_matches('/').to_owned()
}

impl Tree for Node<'_> {
    fn members(&self) -> impl Iterator<Item = (&str, &Self)> {
        self.members().iter().map(|member| (member.name.as_ref(), &member.value))
    }

    fn is_object(&self) -> bool {
        matches!(self.value, Value::Object(_))
    }

    fn text(&self) -> Option<&str> {
        self.text()
    }

    fn elements(&self) -> impl Iterator<Item = &Self> {
        match &self.value {
            Value::List(elements) => elements.iter(),
            _ => [].iter(),
        }
    }
}

/// The member that a segment means.
fn member<'n, 't>(node: &'n Node<'t>, segment: &str) -> Option<&'n Member<'t>> {
    let meant = identity::meant(node, segment).and_then(|meant| meant.around.member(meant.name));
    // Columns and keys can be part of the schema's words.
    let is_in_words = matches!(segment, "columns" | "key" | "partition");
    meant.or_else(|| is_in_words.then(|| node.member("schema")).flatten())
}

/// Whether this is a schema whose columns stand in texts.
fn is_schema_in_words(member: &Member<'_>) -> bool {
    member.name == "schema" && !matches!(member.value.value, Value::Object(_))
}
