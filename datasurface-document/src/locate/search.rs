//! One document is searched for the places of many paths at once: they are in order, so that those which lead through a place
//! are a range of them.

use super::{MAX_POSITIONS, Near, Places, Way, within::Words};
use crate::{
    aliases::HeaderAliases,
    documents::Document,
    header::{self, DocumentHeader},
    lines::Lines,
    shape::{At, Inner, Shape, Tree, inside},
    tree::{self, Extent, Node, Value},
    v1,
};
use datasurface_model::{ColumnSpan, ModelPath, column_spans, segment};
use rustc_hash::FxHashMap;
use std::{cmp::Ordering, ops::Range};

/// A range of the paths that are wanted.
type Paths = Range<usize>;

/// A value that is to be looked into.
struct Open<'n, 't> {
    value: &'n Node<'t>,
    shape: Shape,
    /// The place that is told of it.
    place: Extent,
    /// The paths that lead through it, by so many segments.
    paths: Paths,
    depth: usize,
}

struct Search<'s> {
    places: &'s mut Places,
    lines: Lines<'s>,
    text: &'s str,
}

/// Records the places of a document to which paths lead.
pub(super) fn look_into(name: &str, document: &Document, aliases: &HeaderAliases, places: &mut Places) {
    // Reading it again would take most of the time, where there are many documents.
    if document.header.get().is_some_and(|header| !places.may_be_in(name, &aliases.followed(header))) {
        return;
    }
    let Ok(mut tree) = tree::parse(&document.text, document.syntax) else { return };
    let all = 0..places.wanted.len();
    let mut search = Search { places, lines: Lines::new(name, &document.text), text: &document.text };
    let place = tree.root.extent;
    let paths = search.places.under(all.clone(), &[segment::DOCUMENTS, name]);
    search.record(paths.clone(), 2, Way::Called, Extent { end: place.start, ..place });
    search.visit(Open { value: &tree.root, shape: Shape::Free, place, paths, depth: 2 });

    let about = [segment::ZONE, segment::TEAM].into_iter().find_map(|about| tree.root.member(about));
    let about = about.map_or(Extent { end: place.start, ..place }, |about| about.value.extent);
    let Ok(head) = header::take(&mut tree.root, &mut Vec::new()) else { return };
    let (paths, depth) = match &head {
        DocumentHeader::Ecosystem => {
            let name = tree.root.member(segment::NAME).map_or(about, |name| name.value.extent);
            // What is about a document is in no other one.
            let about_documents = search.places.under(all.clone(), &[segment::DOCUMENTS]);
            search.record(all.start..about_documents.start, 0, Way::Called, name);
            search.record(about_documents.end..all.end, 0, Way::Called, name);
            (all, 0)
        }
        DocumentHeader::Zone(_) | DocumentHeader::Team(_) => {
            let followed = aliases.followed(&head);
            let subject = followed.subject();
            let (paths, depth) = (search.places.under(all, &subject), subject.len());
            search.record(paths.clone(), depth, Way::Head, about);
            (paths, depth)
        }
    };
    search.visit(Open { value: &tree.root, shape: v1::shape(&head), place: about, paths, depth });
}

impl Places {
    /// Whether a document of this name, about this, can have places that are wanted.
    fn may_be_in(&self, name: &str, header: &DocumentHeader) -> bool {
        let all = || 0..self.wanted.len();
        let about_itself = self.under(all(), &[segment::DOCUMENTS, name]);
        !about_itself.is_empty() || !self.under(all(), &header.subject()).is_empty()
    }

    /// The paths among these that go on with these segments from the outermost on.
    fn under(&self, paths: Paths, segments: &[&str]) -> Paths {
        let enumerated = segments.iter().enumerate();
        enumerated.fold(paths, |paths, (depth, segment)| self.through(paths, depth, segment))
    }

    /// The paths among these, which agree up to here, that go on with this segment.
    fn through(&self, paths: Paths, depth: usize, segment: &str) -> Paths {
        let wanted = self.wanted.get(paths.clone()).unwrap_or_default();
        let at = |path: &ModelPath| path.segments().nth(depth).map(|found| found.cmp(segment));
        let start = wanted.partition_point(|path| at(path).is_none_or(Ordering::is_lt));
        let end = wanted.partition_point(|path| at(path).is_none_or(Ordering::is_le));
        paths.start + start..paths.start + end
    }
}

impl Search<'_> {
    fn record(&mut self, paths: Paths, depth: usize, way: Way, extent: Extent) {
        if !paths.is_empty() {
            self.places.record(paths, Near { depth, way }, &self.lines.position(extent));
        }
    }

    /// Follows paths, all of which lead to this value, further inwards. Not by recursion: names of locations can make a
    /// path longer than a tree is deep.
    fn visit(&mut self, outermost: Open<'_, '_>) {
        let mut rest = vec![outermost];
        while let Some(open) = rest.pop() {
            if open.paths.is_empty() {
                continue;
            }
            match open.shape {
                Shape::Schema(_) => self.visit_schema(&open),
                Shape::Locations(_) => self.visit_locations(&open),
                _ => {}
            }
            inside(open.shape, open.value, &mut |inner| self.visit_inner(&open, inner, &mut rest));
        }
    }

    fn visit_inner<'n, 't>(
        &mut self,
        around: &Open<'n, 't>,
        inner: Inner<'n, Node<'t>>,
        rest: &mut Vec<Open<'n, 't>>,
    ) {
        let Inner { value, shape, .. } = inner;
        if let (Shape::Locations(_), Value::Text(_)) = (around.shape, &value.value) {
            return;
        }
        if let Some(name) = &inner.name {
            let (paths, depth) =
                (self.places.through(around.paths.clone(), around.depth, name), around.depth + 1);
            if !paths.is_empty() {
                let place = place(&inner);
                self.record(paths.clone(), depth, Way::Called, place);
                rest.push(Open { value, shape, place, paths, depth });
            }
        }
        if inner.is_transparent {
            let (place, paths, depth) = (place(&inner), around.paths.clone(), around.depth);
            rest.push(Open { value, shape, place, paths, depth });
        }
    }

    /// Locations in texts, which name some inside each other: `Europe/Berlin`.
    fn visit_locations(&mut self, open: &Open<'_, '_>) {
        let Value::List(locations) = &open.value.value else { return };
        let mut seen: FxHashMap<&str, usize> = FxHashMap::default();
        for (text, extent) in locations.iter().filter_map(|one| Some((Tree::text(one)?, one.extent))) {
            let (mut paths, mut depth, mut end) = (open.paths.clone(), open.depth, 0);
            for (number, name) in text.split('/').enumerate() {
                if number > 0 {
                    paths = self.places.through(paths, depth, segment::LOCATIONS);
                    depth += 1;
                    end += 1;
                }
                paths = self.places.through(paths, depth, name.trim());
                depth += 1;
                end += name.len();
                // Thousands of texts can begin in the same way, and thousands of paths go on from there.
                let seen = seen.entry(text.get(..end).unwrap_or_default()).or_default();
                *seen += 1;
                if *seen <= MAX_POSITIONS {
                    self.record(paths.clone(), depth, Way::Called, extent);
                }
            }
        }
    }

    /// The columns of a schema that is a text, or a list of texts. In a schema that is an object, they are members.
    fn visit_schema(&mut self, open: &Open<'_, '_>) {
        let texts = match &open.value.value {
            Value::List(texts) => texts.as_slice(),
            Value::Text(_) => std::slice::from_ref(open.value),
            _ => &[],
        };
        for list in [segment::COLUMNS, segment::KEY, segment::PARTITION] {
            let paths = self.places.through(open.paths.clone(), open.depth, list);
            self.record(paths.clone(), open.depth, Way::Within, open.place);
            if paths.is_empty() {
                continue;
            }
            let mut is_said = false;
            for (node, text) in texts.iter().filter_map(|node| Some((node, node.text()?))) {
                let words = Words::new(self.text, node.extent, text);
                for column in column_spans(text).filter(|column| says(column, list)) {
                    is_said = true;
                    let named =
                        column.name().map(|name| self.places.through(paths.clone(), open.depth + 1, &name));
                    let Some(paths) = named.filter(|paths| !paths.is_empty()) else { continue };
                    let extent = words.extent(column.start..column.start + column.text.len());
                    self.record(paths, open.depth + 2, Way::Called, extent);
                }
            }
            if is_said {
                self.record(paths, open.depth + 1, Way::Called, open.place);
            }
        }
    }
}

/// Whether a column that is text says that it is in this list: `id Integer key`.
fn says(column: &ColumnSpan<'_>, list: &str) -> bool {
    list == segment::COLUMNS || column.text.split_whitespace().skip(1).any(|word| word == list)
}

/// The place for something inside of a value: the name of a member with a long value, what tells an element from the others,
/// otherwise the value.
fn place(inner: &Inner<'_, Node<'_>>) -> Extent {
    let Node { extent, value } = inner.value;
    let member = |name: &str| inner.value.member(name).map(|member| member.value.extent);
    let named = match (inner.at, value) {
        (At::Member(_, extent), Value::List(_) | Value::Object(_)) => extent,
        (At::Element(_), Value::Object(members)) => match (inner.shape, inner.shape.object()) {
            (_, Some(object)) => object.identified_by.iter().find_map(|name| member(name)),
            (Shape::Free, _) => member(segment::NAME),
            (Shape::Choice(_), _) => members.first().map(|kind| kind.extent),
            _ => None,
        },
        _ => None,
    };
    named.unwrap_or(*extent)
}
