//! Places in a document, and what they are called in the model.

use datasurface_document::{expand_locations, expand_schema};
use datasurface_model::{ModelPath, TeamKey, Text, ZoneName, ownership::OwnedPart, segment};
use serde_json::Value;
use std::borrow::Cow;

/// A step into a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Step {
    /// A member of an object.
    Member(Text),
    /// An element of a list, by its name.
    Element(Text),
}

/// A place in a document, from its root. Unlike a [`ModelPath`], it says everything that is needed to go there.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct DocumentPath(Vec<Step>);

impl DocumentPath {
    pub(super) fn member(&self, name: &str) -> Self {
        self.followed_by(Step::Member(name.into()))
    }

    pub(super) fn element(&self, name: &str) -> Self {
        self.followed_by(Step::Element(name.into()))
    }

    pub(super) fn steps(&self) -> &[Step] {
        &self.0
    }

    /// The place around it, and the last step.
    pub(super) fn split_last(&self) -> Option<(Self, &Step)> {
        let (last, before) = self.0.split_last()?;
        Some((Self(before.to_vec()), last))
    }

    /// The same element by another name; none if this is no element.
    pub(super) fn renamed(&self, name: &str) -> Option<Self> {
        match self.split_last() {
            Some((around, Step::Element(_))) => Some(around.element(name)),
            _ => None,
        }
    }

    /// Returns the path in the model: that of a definition is that of the part itself, that of a schema is its
    /// dataset's.
    pub(super) fn path(&self) -> ModelPath {
        let mut segments = Vec::with_capacity(self.0.len());
        let mut steps = self.0.iter().enumerate().peekable();
        while let Some((position, step)) = steps.next() {
            match step {
                Step::Member(name) if name == segment::DEFINITION && self.is_owned_level(position) => {}
                Step::Member(name) if name == segment::SCHEMA && steps.peek().is_some() => {}
                Step::Member(name) | Step::Element(name) => segments.push(name.clone()),
            }
        }
        ModelPath::from_segments(segments)
    }

    /// The owned part that what is at this place belongs to. What declares a zone belongs to the ecosystem, what
    /// declares a team to its zone.
    pub(super) fn part(&self) -> OwnedPart {
        self.owned().0
    }

    /// The zone or team whose declaration is here.
    pub(super) fn declares(&self) -> Option<OwnedPart> {
        let (_, declared) = self.owned();
        declared.filter(|(_, inside)| inside.is_empty()).map(|(part, _)| part)
    }

    /// Whether all of what declares a zone or team is here, or all of what defines it.
    pub(super) fn is_declaration_or_definition(&self) -> bool {
        let is_definition = self.0.len().checked_sub(1).is_some_and(|last| {
            self.is_owned_level(last)
                && matches!(self.0.last(), Some(Step::Member(name)) if name == segment::DEFINITION)
        });
        is_definition || self.declares().is_some()
    }

    /// The zone or team whose owner is named here.
    pub(super) fn names_owner_of(&self) -> Option<OwnedPart> {
        let is_owner =
            |steps: &[Step]| matches!(steps, [Step::Member(attribute), ..] if attribute == segment::OWNER);
        let (_, declared) = self.owned();
        declared.filter(|(_, inside)| is_owner(inside)).map(|(part, _)| part)
    }

    /// The owned part, and if this is in a declaration, what that declares, and the steps inside of it.
    fn owned(&self) -> (OwnedPart, Option<(OwnedPart, &[Step])>) {
        let Some((zone, inside)) = element(&self.0, segment::ZONES) else {
            return (OwnedPart::Ecosystem, None);
        };
        let zone = ZoneName::from(zone.as_str());
        let Some(definition) = definition(inside) else {
            return (OwnedPart::Ecosystem, Some((OwnedPart::Zone(zone), inside)));
        };
        let Some((team, inside)) = element(definition, segment::TEAMS) else {
            return (OwnedPart::Zone(zone), None);
        };
        let team = OwnedPart::Team(TeamKey::new(&zone, team.as_str()));
        match self::definition(inside) {
            Some(_) => (team, None),
            None => (OwnedPart::Zone(zone), Some((team, inside))),
        }
    }

    /// Whether it is in this member of the document, or is it.
    pub(super) fn is_within(&self, member: &str) -> bool {
        matches!(self.0.first(), Some(Step::Member(first)) if first == member)
    }

    /// Whether all zones, or all teams of a zone, are here.
    pub(super) fn is_list_of_declarations(&self) -> bool {
        match self.0.as_slice() {
            [Step::Member(_)] => self.is_within(segment::ZONES),
            [_, _, Step::Member(_), Step::Member(teams)] => {
                self.is_within(segment::ZONES) && teams == segment::TEAMS
            }
            _ => false,
        }
    }

    /// A list in the form in which each of its elements, or each of its columns, is a place: most often it is written shorter.
    pub(super) fn expanded<'v>(&self, value: &'v Value) -> Cow<'v, Value> {
        if self.is_schema() {
            expand_schema(value)
        } else if self.is_locations() {
            expand_locations(value)
        } else {
            Cow::Borrowed(value)
        }
    }

    /// Whether the locations of a vendor are here, or those inside of another one.
    fn is_locations(&self) -> bool {
        let is_inside = |steps: &[Step]| matches!(steps, [Step::Element(_), Step::Member(attribute)] if attribute == segment::LOCATIONS);
        match self.0.split_first() {
            Some((Step::Member(first), inside)) if first == segment::VENDORS => {
                !inside.is_empty() && inside.chunks(2).all(is_inside)
            }
            _ => false,
        }
    }

    /// Whether the dataset's schema is here.
    fn is_schema(&self) -> bool {
        let [.., Step::Member(collection), Step::Element(_), Step::Member(attribute)] = self.0.as_slice()
        else {
            return false;
        };
        collection == segment::DATASETS && attribute == segment::SCHEMA
    }

    /// Whether `definition` at this position is that of a zone or of a team.
    fn is_owned_level(&self, position: usize) -> bool {
        matches!(position, 2 | 5) && self.is_within(segment::ZONES)
    }

    fn followed_by(&self, step: Step) -> Self {
        let mut steps = Vec::with_capacity(self.0.len() + 1);
        steps.extend_from_slice(&self.0);
        steps.push(step);
        Self(steps)
    }
}

/// The name of an element of this collection, and the steps inside of it.
fn element<'s>(steps: &'s [Step], collection: &str) -> Option<(&'s Text, &'s [Step])> {
    match steps {
        [Step::Member(first), Step::Element(name), inside @ ..] if first == collection => {
            Some((name, inside))
        }
        _ => None,
    }
}

/// The steps inside a definition.
fn definition(steps: &[Step]) -> Option<&[Step]> {
    match steps {
        [Step::Member(attribute), inside @ ..] if attribute == segment::DEFINITION => Some(inside),
        _ => None,
    }
}
