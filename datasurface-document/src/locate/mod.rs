//! The positions of findings in documents. No entity stores its position: the paths of findings are resolved in the
//! trees of the documents, on demand. A part that is written nowhere gets the position of the part around it.
//!
//! That place is marked as inexact. Of a path that is written in many places, a few are kept while documents are searched.

mod search;
mod within;

use super::{aliases::HeaderAliases, documents::Documents, v1};
use datasurface_model::{Diagnostic, Findings, ModelPath, Position, segment};
use std::ops::Range;

/// The greatest count of positions that a finding has.
const MAX_POSITIONS: usize = 8;

impl Documents {
    /// Adds the positions that these documents have of findings. A finding that has a position keeps it.
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
        let mut places = Places { best: wanted.iter().map(|_| NearestPlaces::default()).collect(), wanted };
        if !places.wanted.is_empty() {
            let unknown = HeaderAliases::default();
            let aliases = self.aliases.get().unwrap_or(&unknown);
            for (name, document) in self.iter() {
                search::look_into(name, document, aliases, &mut places);
            }
        }
        places
    }
}

/// Whether a path leads to settings, whose meaning plug-ins alone know: what one of them refuses may be a secret.
fn is_of_others(path: &ModelPath) -> bool {
    matches!(path.segments().last(), Some(segment::CONFIG | segment::PROPERTIES))
}

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
    // What is about anything else, such as a lock, is written nowhere here.
    let is_written = |first: &str| first == segment::DOCUMENTS || v1::is_outermost(first);
    wanted.retain(|path| path.segments().next().is_none_or(is_written));
    wanted.sort();
    wanted.dedup();
    wanted
}

/// Paths, in order, and what was found of each.
struct Places {
    wanted: Vec<ModelPath>,
    best: Vec<NearestPlaces>,
}

/// The places that are nearest to what a path means.
#[derive(Default)]
struct NearestPlaces {
    near: Near,
    positions: Vec<Position>,
}

/// The distance of a place from the part that a path names.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Near {
    /// The count of segments of the path that lead to the place.
    depth: usize,
    way: Way,
}

/// Of places to which equally many segments lead, the last one is the nearest.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    /// The head of a document, which says what it is about.
    #[default]
    Head,
    /// The part of that name.
    Called,
    /// The part of that in which the next segment would be written.
    Within,
}

impl Places {
    /// The places of one path: all that are exactly what is meant, or one that is around it.
    fn positions(&self, path: &ModelPath) -> Vec<Position> {
        let best = self.wanted.binary_search(path).ok().and_then(|at| self.best.get(at));
        match best {
            Some(best) if best.near.depth == path.segments().len() => best.positions.clone(),
            Some(best) => {
                let around = best.positions.first().cloned();
                around.map(|position| Position { is_inexact: true, ..position }).into_iter().collect()
            }
            None => Vec::new(),
        }
    }

    fn add_to(&self, finding: &mut Diagnostic) {
        let path = finding.path().clone();
        let mut is_said_first = false;
        for related in finding.related_places_mut() {
            if related.position.is_none() {
                related.position = self.positions(&related.path).into_iter().next().map(Box::new);
                is_said_first |= related.path == path;
            }
        }
        if finding.position().is_none() {
            let mut positions = self.positions(&path);
            // Where the first of several is a related place, it is the others that the finding is about.
            if is_said_first && positions.len() > 1 {
                positions.remove(0);
            }
            if is_of_others(&path) {
                positions.iter_mut().for_each(|position| position.text = None);
            }
            *finding = finding.clone().with_positions(positions);
        }
    }

    /// Notes how near this place is to what paths of this range mean.
    fn record(&mut self, paths: Range<usize>, near: Near, position: &Position) {
        for best in self.best.get_mut(paths).unwrap_or_default() {
            if best.positions.is_empty() || near > best.near {
                *best = NearestPlaces { near, positions: vec![position.clone()] };
            } else if near == best.near
                && near.way != Way::Head
                && best.positions.len() < MAX_POSITIONS
                && !best.positions.contains(position)
            {
                best.positions.push(position.clone());
            }
        }
    }
}
