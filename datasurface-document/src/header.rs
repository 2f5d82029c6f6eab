//! The head of a document: which format it has, and what it is about. It is asked for before anything else, for nothing
//! else can be judged without it.

use super::{
    codes::FORMAT,
    json_errors::shortened,
    tree::{Extent, Member, Node, ReadError, Unread, Value},
    v1,
};
use datasurface_model::{ModelPath, TeamKey, ZoneName, nearest, segment};

/// The formats that can be read.
pub(super) const SUPPORTED: &[&str] = &[v1::FORMAT];

/// The members of the head.
pub(super) const FORMAT_MEMBER: &str = "format";
const MEMBERS: [&str; 3] = [FORMAT_MEMBER, segment::ZONE, segment::TEAM];

/// The subject of a document.
#[derive(Clone, Debug)]
pub(super) enum DocumentHeader {
    Ecosystem,
    Zone(ZoneName),
    Team(TeamKey),
}

impl DocumentHeader {
    /// The segments that lead to the subject.
    pub(super) fn subject(&self) -> Vec<&str> {
        match self {
            Self::Ecosystem => Vec::new(),
            Self::Zone(zone) => vec![segment::ZONES, zone.as_str()],
            Self::Team(team) => vec![segment::ZONES, team.zone.as_str(), segment::TEAMS, team.team.as_str()],
        }
    }

    /// The path of the subject.
    pub(super) fn path(&self) -> ModelPath {
        ModelPath::from_segments(self.subject())
    }
}

/// The subject of a document that has no tree, or is of another format, as far as its first lines say it: what is wrong behind them is about nothing
/// else.
pub(super) fn of_first_lines(text: &str) -> Option<DocumentHeader> {
    let said = |line: &str, name: &str| {
        let value = line.strip_prefix(name)?.strip_prefix(':')?;
        let value = value.split(" #").next().unwrap_or_default().trim().trim_matches(['"', '\'']);
        (!value.is_empty()).then(|| value.to_owned())
    };
    for line in
        text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#') && *line != "---")
    {
        if let Some(zone) = said(line, segment::ZONE) {
            return Some(DocumentHeader::Zone(zone.into()));
        }
        if let Some(team) = said(line, segment::TEAM) {
            return Some(DocumentHeader::Team(team.into()));
        }
        said(line, FORMAT_MEMBER)?;
    }
    None
}

/// Takes the head off a document. A slip in it is an error, and is read as what was meant.
pub(super) fn take(root: &mut Node<'_>, slips: &mut Vec<ReadError>) -> Result<DocumentHeader, ReadError> {
    let at = root.extent;
    let Value::Object(members) = &mut root.value else {
        return Err(
            ReadError::unreadable("expected an ecosystem, a zone or a team, as an object").with_extent(at)
        );
    };
    match take_member(members, FORMAT_MEMBER, slips).map(said).transpose()? {
        Some((format, _)) if SUPPORTED.contains(&format.as_str()) => {}
        Some((format, extent)) => return Err(unsupported(&format).with_extent(extent)),
        None => return Err(unsaid().with_extent(Extent { end: at.start, ..at })),
    }
    let mut take =
        |name| take_member(members, name, slips).map(|member| said_or_meant(member, slips)).transpose();
    match (take(segment::ZONE)?, take(segment::TEAM)?) {
        (None, None) => Ok(DocumentHeader::Ecosystem),
        (Some((zone, _)), None) => Ok(DocumentHeader::Zone(zone.into())),
        (None, Some((team, _))) => Ok(DocumentHeader::Team(team.into())),
        (Some((zone, _)), Some((team, extent))) => {
            let slip = ReadError::unreadable("a document is about a zone, or about a team");
            let slip = slip.with_unread(Unread::Nothing).help("say `team: zone/team` alone");
            slips.push(slip.with_extent(extent));
            let is_whole = team.contains('/');
            Ok(DocumentHeader::Team(if is_whole {
                team.into()
            } else {
                TeamKey::new(zone.as_str(), team.as_str())
            }))
        }
    }
}

/// Takes a member of the head, or the one that was meant as it.
fn take_member<'t>(
    members: &mut Vec<Member<'t>>,
    name: &str,
    slips: &mut Vec<ReadError>,
) -> Option<Member<'t>> {
    // A list is one of zones, or of teams.
    let is_list = |member: &Member<'_>| matches!(member.value.value, Value::List(_) | Value::Object(_));
    let is_said = |member: &Member<'_>| member.name == name && (name == FORMAT_MEMBER || !is_list(member));
    let is_meant = |member: &Member<'_>| {
        let is_of_another_kind = [segment::ZONES, segment::TEAMS].contains(&&*member.name);
        let is_text = matches!(member.value.value, Value::Text(_)) && !is_of_another_kind;
        is_text && nearest(&member.name, MEMBERS) == Some(name)
    };
    let position = members.iter().position(is_said);
    let position = position.or_else(|| {
        let position = members.iter().position(is_meant)?;
        let member = members.get(position)?;
        let slip = ReadError::unknown_member(&member.name, &[name]).with_unread(Unread::Nothing);
        slips.push(slip.with_extent(member.extent));
        Some(position)
    });
    position.map(|position| members.remove(position))
}

fn said(member: Member<'_>) -> Result<(String, Extent), ReadError> {
    let at = member.value.extent;
    match member.value.value {
        Value::Text(text) => Ok((text.into_owned(), at)),
        _ => Err(ReadError::unreadable(format!("`{}` must be text", member.name)).with_extent(at)),
    }
}

/// A name in digits without quotes is an error, and is read as that name.
fn said_or_meant(member: Member<'_>, slips: &mut Vec<ReadError>) -> Result<(String, Extent), ReadError> {
    let at = member.value.extent;
    let Value::Number(spelling) = &member.value.value else { return said(member) };
    let slip = ReadError::unreadable(format!("`{}` must be text", member.name));
    let slip = slip.with_unread(Unread::Nothing).help(format!("write `{}: \"{spelling}\"`", member.name));
    slips.push(slip.with_extent(at));
    Ok((spelling.to_string(), at))
}

fn unsaid() -> ReadError {
    ReadError::new(&FORMAT, "the document does not say its `format`")
        .help(format!("begin with `format: {}`", SUPPORTED.join("` or `")))
}

fn unsupported(format: &str) -> ReadError {
    ReadError::new(&FORMAT, format!("the format `{}` is not supported", shortened(format)))
        .help(format!("supported: `{}`", SUPPORTED.join("`, `")))
}
