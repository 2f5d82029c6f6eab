//! Loading as far as documents can be read: what is wrong in one object hides nothing of the others.

mod certainty;
mod sound;
mod validation;

pub use sound::SoundPart;
pub use validation::PartialValidation;

use super::{
    aliases::HeaderAliases,
    assemble::assemble,
    codes::INCOMPLETE,
    definitions::Defined,
    documents::{Document, Documents, diagnosed},
    header::{self, DocumentHeader, FORMAT_MEMBER},
    part::DocumentPart,
    shape::{Inner, Shape, inside},
    tree::{self, Extent, Node, ReadError, Unread},
    undeclared::Elsewhere,
    v1::{self, Schemas},
};
use datasurface_model::{
    Diagnostic, Ecosystem, EcosystemPart, Findings, ModelPath, Validation, ZoneName, segment,
};

/// The part of a model that could be read, and the places of the rest.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PartialModel {
    /// The ecosystem, without what could not be read. Its name and its repositories are empty if nobody says them.
    pub ecosystem: Ecosystem,
    /// The findings about the form of documents; no errors if all of them could be read.
    pub findings: Findings,
    /// The places of the parts that are not in the ecosystem, or lack something. An empty path says that anything may be missing, and one to the
    /// documentation of a thing that a single value of it is not known, on which nothing else depends.
    pub unread: Vec<ModelPath>,
}

impl Documents {
    /// Loads the model as far as it can be read. An object with a member that is not known is read without that member; one
    /// that cannot be read is left out of the list around it.
    #[must_use]
    pub fn load_partly(&self) -> PartialModel {
        let mut schemas = Schemas::default();
        let (mut parts, mut found, mut unread) = (Vec::new(), Vec::new(), Vec::new());
        let mut without_content = Vec::new();
        for (name, document) in self.iter() {
            let read = read(document, &mut schemas);
            found.extend(diagnosed(name, &document.text, &read.errors));
            match read.part {
                Some(part) => {
                    document.header.get_or_init(|| part.header());
                    parts.push((name, part));
                }
                None => without_content.extend(read.unread.iter().cloned()),
            }
            unread.extend(read.unread.into_iter().map(|path| (name, path)));
        }
        let elsewhere = PartlyRead::new(self, &unread);
        let mut assembled = Vec::new();
        let parts = parts.iter().map(|(name, part)| (*name, part));
        let Defined { ecosystem, misspelled, left_out } = assemble(parts, &elsewhere, &mut assembled);
        let lacks_heading = unread_parts(unread.iter().map(|(_, path)| path))
            .any(|part| matches!(part, EcosystemPart::Whole | EcosystemPart::Heading));
        let aliases = self.aliases.get_or_init(|| HeaderAliases::read(&ecosystem, misspelled));
        let mut unread: Vec<ModelPath> = unread.iter().map(|(_, path)| aliases.followed_path(path)).collect();
        unread.extend(left_out);
        if !without_content.iter().all(|path| is_declared(&ecosystem, &aliases.followed_path(path))) {
            unread.push(ModelPath::root());
        }
        for finding in assembled {
            let is_incomplete = finding.code() == INCOMPLETE.code;
            if is_incomplete {
                unread.push(finding.path().clone());
            }
            if !is_incomplete || !lacks_heading {
                found.push(finding);
            }
        }
        found.extend(self.outdated_headers());
        unread.sort();
        unread.dedup();
        PartialModel { ecosystem, findings: self.located(found.into_iter().collect()), unread }
    }
}

/// Whether a path leads into a zone or a team that is declared, or into none: else what is not known may be about any of them.
fn is_declared(ecosystem: &Ecosystem, path: &ModelPath) -> bool {
    let segments: Vec<&str> = path.segments().take(4).collect();
    let [segment::ZONES, zone, inside @ ..] = segments.as_slice() else { return true };
    let Some(zone) = ecosystem.zones().get(*zone) else { return zone.is_empty() };
    let [segment::TEAMS, team] = inside else { return true };
    zone.definition().is_none_or(|zone| zone.teams().get(*team).is_some())
}

/// Documents, of which some could not be read as a whole.
struct PartlyRead<'d> {
    documents: &'d Documents,
    /// The parts that are not known and may declare something, each with the document that does not say it.
    declaring: Vec<(&'d str, EcosystemPart)>,
}

impl<'d> PartlyRead<'d> {
    fn new(documents: &'d Documents, unread: &[(&'d str, ModelPath)]) -> Self {
        let parts =
            unread.iter().flat_map(|(name, path)| unread_parts([path]).map(move |part| (*name, part)));
        let may_declare = |(_, part): &(&str, EcosystemPart)| {
            use EcosystemPart::{Team, TeamOwner, Whole, Zone, ZoneOwner};
            matches!(part, Whole | Zone(_) | ZoneOwner(_) | Team(_) | TeamOwner(_))
        };
        Self { documents, declaring: parts.filter(may_declare).collect() }
    }
}

impl Elsewhere for PartlyRead<'_> {
    fn may_be_declared(&self, document: &str, header: &DocumentHeader) -> bool {
        self.declaring.iter().any(|(name, part)| *name != document && may_declare(part, header))
    }

    fn is_used(&self, name: &str) -> bool {
        let within = format!("{name}/");
        self.documents.iter().any(|(_, document)| document.text.contains(&within))
    }
}

/// Whether what a document is about may be declared in a part that is not known.
fn may_declare(part: &EcosystemPart, header: &DocumentHeader) -> bool {
    let is_zone = |zone: &ZoneName| match header {
        DocumentHeader::Ecosystem => false,
        DocumentHeader::Zone(about) => zone == about,
        DocumentHeader::Team(team) => *zone == team.zone,
    };
    match part {
        EcosystemPart::Whole => true,
        EcosystemPart::Zone(zone) | EcosystemPart::ZoneOwner(zone) => {
            zone.as_str().is_empty() || is_zone(zone)
        }
        EcosystemPart::Team(team) | EcosystemPart::TeamOwner(team) => match header {
            DocumentHeader::Team(about) if team.team.as_str().is_empty() => team.zone == about.zone,
            DocumentHeader::Team(about) => team == about,
            DocumentHeader::Ecosystem | DocumentHeader::Zone(_) => false,
        },
        _ => false,
    }
}

impl PartialModel {
    /// Validates what is known, and returns its findings together with those about the form of documents. None of them is a consequence of
    /// what could not be read.
    #[must_use]
    pub fn validate(&self, with: &Validation<'_>) -> PartialValidation {
        let mut outcome = PartialValidation::new(self.ecosystem.clone(), with, &self.unread);
        let found: Vec<Diagnostic> = self.findings.iter().cloned().collect();
        outcome.findings = outcome.findings.with_addressees(&self.ecosystem);
        outcome.findings.extend(found);
        outcome
    }
}

/// The segments of the path of the innermost part: a dataset, or a group.
const MOST_SEGMENTS: usize = 8;

/// Members on which no finding depends.
const IS_NOT_JUDGED: [&str; 2] = [FORMAT_MEMBER, segment::DOCUMENTATION];

/// A member on which nothing outside of its object depends: paths to it say that a value is not known there.
const UNKNOWN_VALUE: &str = segment::DOCUMENTATION;

/// The parts that are not known as a whole: all that depends on these is not known, either.
fn unread_parts<'p>(unread: impl IntoIterator<Item = &'p ModelPath>) -> impl Iterator<Item = EcosystemPart> {
    let is_part = |path: &&ModelPath| path.segments().last() != Some(UNKNOWN_VALUE);
    unread.into_iter().filter(is_part).map(EcosystemPart::of_unread)
}

struct PartialRead {
    part: Option<DocumentPart>,
    errors: Vec<ReadError>,
    unread: Vec<ModelPath>,
}

impl PartialRead {
    /// A document of which nothing is known but what it is about, if its first lines say that.
    fn nothing(errors: Vec<ReadError>, text: &str) -> Self {
        let subject = header::of_first_lines(text).map_or(ModelPath::root(), |header| header.path());
        Self { part: None, errors, unread: vec![subject] }
    }
}

fn read(document: &Document, schemas: &mut Schemas) -> PartialRead {
    let mut tree = match tree::parse(&document.text, document.syntax) {
        Ok(tree) => tree,
        Err(error) => return PartialRead::nothing(vec![error], &document.text),
    };
    let head = match header::take(&mut tree.root, &mut tree.errors) {
        Ok(head) => head,
        Err(error) => {
            tree.errors.push(error);
            return PartialRead::nothing(tree.errors, &document.text);
        }
    };
    let (path, shape) = (head.path(), v1::shape(&head));
    let (part, errors) = v1::read_partly(head, &tree.root, schemas);
    tree.errors.extend(errors);
    let mut unread: Vec<ModelPath> = Vec::new();
    for error in &tree.errors {
        let (extent, members) = match error.unread() {
            Unread::Nothing => continue,
            Unread::Around => (error.extent(), None),
            Unread::Object(object) => (Some(*object), None),
            Unread::Value(object) => {
                let places = places(&path, shape, &tree.root, *object);
                unread.extend(places.into_iter().map(|place| place.entry(UNKNOWN_VALUE)));
                continue;
            }
            Unread::Members(object, members) => (Some(*object), Some(members)),
        };
        let Some(extent) = extent else {
            unread.push(path.clone());
            continue;
        };
        for place in places(&path, shape, &tree.root, extent) {
            match members.filter(|members| !members.is_empty()) {
                None => unread.push(place),
                Some(members) => {
                    let members = members.iter().filter(|member| !IS_NOT_JUDGED.contains(&member.as_str()));
                    unread.extend(members.map(|member| place.entry(member)));
                }
            }
        }
    }
    PartialRead { part, errors: tree.errors, unread }
}

/// The paths of the innermost part in which something is written: by its names, and by those that it says it had before. Not by recursion: see
/// how findings are located.
fn places(path: &ModelPath, shape: Shape, root: &Node<'_>, extent: Extent) -> Vec<ModelPath> {
    let (mut paths, mut shape, mut value) = (vec![path.clone()], shape, root);
    let mut depth = path.segments().len();
    loop {
        let mut next = None;
        inside(shape, value, &mut |inner| {
            let around = inner.value.extent;
            if next.is_none() && around.start <= extent.start && extent.end <= around.end {
                next = Some(inner);
            }
        });
        // What has no name that can be read may be any of its kind.
        let Some(Inner { name: Some(name), is_transparent, shape: inner_shape, value: inner, .. }) = next
        else {
            return paths;
        };
        if !is_transparent {
            // Further in there are no parts, and settings of platforms may have members of any name.
            let is_part = depth < MOST_SEGMENTS;
            let former = inner.member(segment::RENAMED_FROM).filter(|_| is_part);
            let former = former.and_then(|member| member.value.text());
            depth += 1;
            let names = [&*name].into_iter().chain(former);
            paths = names.flat_map(|name| paths.iter().map(move |path| path.entry(name))).collect();
        }
        (shape, value) = (inner_shape, inner);
    }
}
