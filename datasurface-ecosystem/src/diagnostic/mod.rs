//! Findings: problems and remarks about a model, with the place and the help. A finding is a value; how it is shown
//! is decided at the edge.

mod abridged;
mod code;
mod path;
mod position;
mod printable;
mod suggestion;

pub use abridged::shortened;
pub use code::{CodeClashError, CodeInfo, CodeRegistry, Protects};
pub use path::ModelPath;
pub use position::Position;
pub use printable::Printable;
pub use suggestion::{Patch, Suggestion};

use crate::{ecosystem::Repository, ownership::OwnedPart};
use datasurface_schema::{PolicyKey, Text, ZoneName, segment};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The severity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// A problem that must be resolved: no later step accepts the model with it.
    Error,
    /// A problem that people should look at, and that stops nothing.
    Warning,
    /// A remark that asks for no action.
    Note,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        })
    }
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Diagnostic {
    path: ModelPath,
    code: Text,
    severity: Severity,
    message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    suggestion: Option<Box<Suggestion>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    related: Vec<Related>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    position: Option<Box<Position>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    addressee: Option<Box<Repository>>,
    /// Known as long as it is not read back: waivers are applied before that.
    #[serde(skip)]
    protects: Protects,
    /// Known as long, too.
    #[serde(skip)]
    gives_reasons: bool,
}

/// A related place of a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Related {
    /// The place.
    pub path: ModelPath,
    /// The relation to the finding, in a few words.
    pub message: String,
    /// The position in a document, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Box<Position>>,
}

impl Diagnostic {
    /// Creates a finding of this kind, at this place. `message` names the offending thing in backticks, begins in
    /// lower case and has no full stop.
    pub fn new(code: &CodeInfo, path: ModelPath, message: impl Into<String>) -> Self {
        let code_text = Text::from_static(code.code);
        let finding = Self::with_code(code_text, code.severity, path, message);
        Self { protects: code.protects, gives_reasons: code.gives_reasons, ..finding }
    }

    /// Creates a finding whose kind this program does not know, only its code: that of a platform in another program.
    pub fn with_code(
        code: impl Into<Text>,
        severity: Severity,
        path: ModelPath,
        message: impl Into<String>,
    ) -> Self {
        Self {
            path,
            code: code.into(),
            severity,
            message: message.into(),
            help: None,
            suggestion: None,
            related: Vec::new(),
            position: None,
            addressee: None,
            protects: Protects::default(),
            gives_reasons: false,
        }
    }

    /// Sets the help: the action that resolves the finding.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Sets the help to "did you mean …?"; without a nearest name, the help is not changed.
    #[must_use]
    pub fn did_you_mean(self, nearest: Option<&str>) -> Self {
        match nearest {
            Some(nearest) => self.with_help(format!("did you mean `{nearest}`?")),
            None => self,
        }
    }

    /// Sets the suggestion: a change of the model that resolves the finding. None leaves the present one.
    #[must_use]
    pub fn with_suggestion(mut self, suggestion: impl Into<Option<Suggestion>>) -> Self {
        self.suggestion = suggestion.into().map(Box::new).or(self.suggestion);
        self
    }

    /// Sets the path of the place.
    #[must_use]
    pub fn with_path(mut self, path: ModelPath) -> Self {
        self.path = path;
        self
    }

    /// Adds a related place.
    #[must_use]
    pub fn related_place(mut self, path: ModelPath, message: impl Into<String>) -> Self {
        self.related.push(Related { path, message: message.into(), position: None });
        self
    }

    /// Says that the finding is about data of a zone, which is named where it is not that of the first datastore.
    #[must_use]
    pub fn about_data_of(self, zone: &ZoneName) -> Self {
        match self.guardian() {
            OwnedPart::Zone(guardian) if guardian == *zone => self,
            _ => self.related_place(ModelPath::root().child(segment::ZONES, zone), "has data in it"),
        }
    }

    /// Sets the position. A finding about several positions gets the first one; the others become related places.
    #[must_use]
    pub fn with_positions(mut self, positions: impl IntoIterator<Item = Position>) -> Self {
        let mut positions = positions.into_iter();
        self.position = positions.next().map(Box::new);
        for position in positions {
            let (path, message) = (self.path.clone(), "written here, too".to_owned());
            self.related.push(Related { path, message, position: Some(position.into()) });
        }
        self
    }

    /// The code, which is the kind of the finding: `area/slug`.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The severity.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// The path of the place in the model.
    #[must_use]
    pub fn path(&self) -> &ModelPath {
        &self.path
    }

    /// The message, in one line.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The help: the action that resolves the finding, if there is one.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// The suggestion: a change of the model that resolves the finding, if one is known.
    #[must_use]
    pub fn suggestion(&self) -> Option<&Suggestion> {
        self.suggestion.as_deref()
    }

    /// The position in a document, if that is known.
    #[must_use]
    pub fn position(&self) -> Option<&Position> {
        self.position.as_deref()
    }

    /// The repository that owns the place, after [`Findings::with_addressees`].
    #[must_use]
    pub fn addressee(&self) -> Option<&Repository> {
        self.addressee.as_deref()
    }

    /// Whether the message gives reasons, which depend on what else there is: with other reasons the finding is the same.
    #[must_use]
    pub fn gives_reasons(&self) -> bool {
        self.gives_reasons
    }

    /// The policy of a denial, if the finding is one: the first related place that is a policy.
    #[must_use]
    pub fn policy(&self) -> Option<PolicyKey> {
        self.related.iter().find_map(|related| {
            let segments: Vec<&str> = related.path.segments().take(5).collect();
            match segments[..] {
                [segment::ZONES, zone, segment::POLICIES, policy] => Some(PolicyKey::new(zone, policy)),
                _ => None,
            }
        })
    }

    /// The owner whom the finding protects, who alone may waive it: the ecosystem, the zone of the policy that denies, the
    /// team whose datastore or container is meant. Where a finding of such a code names no other place, the owner of its own.
    #[must_use]
    pub fn guardian(&self) -> OwnedPart {
        let place = match self.protects {
            Protects::Ecosystem => return OwnedPart::Ecosystem,
            Protects::PolicyZone => {
                return match self.policy() {
                    Some(policy) => OwnedPart::Zone(policy.zone),
                    None => OwnedPart::from_path(&self.path),
                };
            }
            Protects::WorkspaceTeam => None,
            Protects::InputZone | Protects::DatasetOwner => self.related_in(segment::DATASTORES),
            Protects::ContainerTeam => self.related_in(segment::CONTAINERS),
        };
        if let Some(zone) = self.zone_of_data().filter(|_| self.protects == Protects::InputZone) {
            return OwnedPart::Zone(zone);
        }
        match (OwnedPart::from_path(place.unwrap_or(&self.path)), self.protects) {
            (OwnedPart::Team(team), Protects::InputZone) => OwnedPart::Zone(team.zone),
            (part, _) => part,
        }
    }

    /// The zone that is named because its data is meant.
    fn zone_of_data(&self) -> Option<ZoneName> {
        self.related.iter().find_map(|related| match related.path.segments().collect::<Vec<_>>()[..] {
            [segment::ZONES, zone] => Some(zone.into()),
            _ => None,
        })
    }

    /// The first related place in this collection of a team.
    fn related_in(&self, collection: &str) -> Option<&ModelPath> {
        let mut places = self.related.iter().map(|related| &related.path);
        places.find(|place| place.segments().nth(4) == Some(collection))
    }

    /// Sets the addressees: the owners of the place and of that of the suggestion. Where somebody else is protected, the help says
    /// who that belongs to: whoever owns the place cannot resolve it alone.
    pub(crate) fn addressed(
        mut self,
        owner: impl Fn(&ModelPath) -> Option<Repository>,
        owner_of: impl Fn(&OwnedPart) -> Option<Repository>,
    ) -> Self {
        self.addressee = owner(&self.path).map(Box::new);
        if let Some(suggestion) = &mut self.suggestion {
            suggestion.addressee = owner(&suggestion.path);
        }
        let guardian = self.guardian();
        let is_another = guardian != OwnedPart::Ecosystem && guardian != OwnedPart::from_path(&self.path);
        let other = if is_another { owner_of(&guardian) } else { None };
        if let (Some(other), Some(help)) = (other, &mut self.help) {
            let belongs = format!("; {guardian} belongs to {other}");
            if !help.ends_with(&belongs) {
                *help = format!("{help}{belongs}");
            }
        }
        self
    }

    /// Returns the related places, to add their positions.
    pub fn related_places_mut(&mut self) -> &mut [Related] {
        &mut self.related
    }

    /// The related places.
    #[must_use]
    pub fn related_places(&self) -> &[Related] {
        &self.related
    }
}

impl fmt::Display for Diagnostic {
    /// Prints one line for each part. Texts of the model add no lines, and nothing that a terminal obeys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = Place { path: &self.path, position: self.position.as_deref() };
        let (code, message) = (Printable(&self.code), Printable(&self.message));
        write!(f, "{}[{code}]: {message}\n  at {}", self.severity, Printable(place))?;
        if let Some(excerpt) = self.position.as_deref().and_then(Position::excerpt) {
            write!(f, "\n{excerpt}")?;
        }
        for related in &self.related {
            let place = Place { path: &related.path, position: related.position.as_deref() };
            write!(f, "\n  see {}: {}", Printable(place), Printable(&related.message))?;
        }
        if let Some(help) = &self.help {
            write!(f, "\n  help: {}", Printable(help))?;
        }
        Ok(())
    }
}

/// A place for people: where it is written, if that is known, and its path.
struct Place<'a> {
    path: &'a ModelPath,
    position: Option<&'a Position>,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            // The path of a document is its name.
            Some(position) if self.path.segments().next() == Some(segment::DOCUMENTS) => {
                write!(f, "{position}")
            }
            Some(position) => write!(f, "{position} ({})", self.path),
            None => write!(f, "{}", self.path),
        }
    }
}

/// Findings in canonical order, each once.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Findings(Vec<Diagnostic>);

impl Findings {
    /// Whether one of them is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|finding| finding.severity == Severity::Error)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The count of findings.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the counts by severity: `1 error, 2 warnings`, or `nothing to report`.
    #[must_use]
    pub fn summary(&self) -> String {
        let count = |severity: Severity| {
            let number = self.iter().filter(|finding| finding.severity() == severity).count();
            let plural = if number == 1 { "" } else { "s" };
            (number > 0).then(|| format!("{number} {severity}{plural}"))
        };
        let counts = [Severity::Error, Severity::Warning, Severity::Note].into_iter().filter_map(count);
        let counts: Vec<String> = counts.collect();
        if counts.is_empty() { "nothing to report".to_owned() } else { counts.join(", ") }
    }

    /// Keeps so many findings at most, errors before warnings, and warnings before notes. Returns them with the count of the others.
    #[must_use]
    pub fn gravest(self, most: usize) -> (Self, usize) {
        let omitted = self.0.len().saturating_sub(most);
        if omitted == 0 {
            return (self, 0);
        }
        let mut room = most;
        let mut rooms = [Severity::Error, Severity::Warning, Severity::Note].map(|severity| {
            let count = self.0.iter().filter(|finding| finding.severity == severity).count().min(room);
            room -= count;
            (severity, count)
        });
        let mut has_room = |finding: &Diagnostic| {
            let room = rooms.iter_mut().find(|(severity, count)| *severity == finding.severity && *count > 0);
            room.map(|(_, count)| *count -= 1).is_some()
        };
        (Self(self.0.into_iter().filter(|finding| has_room(finding)).collect()), omitted)
    }

    /// The findings, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// The codes, in order of the findings.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(Diagnostic::code)
    }
}

impl FromIterator<Diagnostic> for Findings {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(findings: I) -> Self {
        let mut findings: Vec<_> = findings.into_iter().collect();
        findings.sort();
        findings.dedup();
        Self(findings)
    }
}

impl Extend<Diagnostic> for Findings {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, findings: I) {
        self.0.extend(findings);
        self.0.sort();
        self.0.dedup();
    }
}

impl IntoIterator for Findings {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Findings {
    /// The report, one paragraph for each finding.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, finding) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str("\n\n")?;
            }
            write!(f, "{finding}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
