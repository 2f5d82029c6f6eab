//! Names of any text do not break the language that a picture is written in: read back by the rules of each language.

use datasurface::{
    graph::{
        Assignments, IntentionGraphs, Stage,
        picture::{Dot, GraphMl, Mermaid, Picture},
    },
    model::{
        Capture, ContainerKey, DataContainer, Dataset, DatasetGroup, Datastore, Ecosystem, GovernanceZone,
        PlatformDeclaration, Team, Valid, Workspace, is_visible,
    },
};
use proptest::{collection::vec, prelude::*, sample::select};

/// What means something to one of the languages, or did in some version of its readers.
const WORDS: [&str; 26] = [
    "%%{init: {\"theme\": \"dark\"}}%%",
    "%%",
    "\"",
    "'",
    "`",
    "#quot;",
    "#35;",
    "&amp;",
    "&#x22;",
    "end",
    "subgraph",
    "click n0",
    "<script>",
    "</data>",
    "<!--",
    "]]>",
    "\\",
    "\\n",
    "\\N",
    "style x:#a;",
    "linkStyle 0 ",
    "- ",
    "1. ",
    "__b__",
    "ﬂ°°34¶ß",
    "$$x$$",
];

fn names() -> impl Strategy<Value = String> {
    let character = any::<char>().prop_map(String::from);
    let ascii = proptest::char::range(' ', '~').prop_map(String::from);
    let piece = prop_oneof![select(&WORDS[..]).prop_map(str::to_owned), ascii, character];
    vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}

/// Two platforms of which the second takes its data from the first, so that all that has a label is there.
fn graphs(container: &str, platform: &str) -> IntentionGraphs {
    let key = ContainerKey::new("USA", "Team", container);
    let store = Datastore::new("Raw").dataset(Dataset::new("data", "id Integer key"));
    let group = DatasetGroup::new("group").sink("Raw/data");
    let team = Team::new()
        .container(DataContainer::sqlite(container, "lake.db"))
        .datastore(store.captured(Capture::sql_snapshot(key.clone())))
        .workspace(Workspace::new("Reader").with_container(key).group(group));
    let zone = GovernanceZone::new().team("Team", "github:example/team@main", team);
    let ecosystem = Ecosystem::new("Odd", "github:example/eco@main", "github:example/live@main")
        .platform(PlatformDeclaration::new("Plain", "local"))
        .platform(PlatformDeclaration::new(platform, "local"))
        .zone("USA", "github:example/usa@main", zone);
    let assignments = Assignments::default()
        .with_group(platform, "Reader/group", Stage::Provisioned)
        .with_primary("Plain", "Raw", Stage::Provisioned);
    IntentionGraphs::build(&Valid::assume_valid(ecosystem), &assignments).expect("it has a primary")
}

/// The labels of a Mermaid chart. <https://mermaid.js.org/syntax/flowchart.html>, read as narrowly as can be: a label is
/// letters, digits and what may stand between them, entities, and line breaks.
fn mermaid(chart: &str) -> Vec<String> {
    let mut lines = chart.lines();
    assert_eq!(lines.next(), Some("flowchart LR"));
    let lines = lines.map(str::trim).filter(|line| *line != "end");
    let labels = lines.filter_map(|line| {
        let Some((before, rest)) = line.split_once('"') else {
            let words: Vec<&str> = line.split(' ').collect();
            let is_arrow = matches!(words[..], [from, "-->" | "-.->", to] if is_box(from) && is_box(to));
            let is_style = matches!(words[..], ["style", of, "stroke-dasharray:4"] if is_box(of));
            assert!(is_arrow || is_style, "{line}");
            return None;
        };
        let (label, after) = rest.split_once('"').expect("it is closed");
        let opened = before.trim_start_matches(|one: char| one == 'n' || one.is_ascii_digit());
        let is_closed = matches!((opened, after), ("[", "]") | ("[(", ")]") | ("{{", "}}") | ("([", "])"));
        let is_frame = opened.starts_with("subgraph p") && opened.ends_with(" [") && after == "]";
        assert!(is_closed || is_frame, "{line}");
        Some(from_mermaid(label))
    });
    labels.collect()
}

fn is_box(word: &str) -> bool {
    word.strip_prefix('n').is_some_and(|number| number.parse::<usize>().is_ok())
}

fn from_mermaid(label: &str) -> String {
    let mut text = String::new();
    let mut rest = label;
    while let Some(first) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("<br>") {
            text.push('\n');
            rest = after;
        } else if let Some(entity) = rest.strip_prefix('#') {
            let (number, after) = entity.split_once(';').expect("an entity ends");
            let character = number.parse().ok().and_then(char::from_u32).expect("a character");
            // A name has no word joiner that is not written out: this one keeps dollars apart.
            text.extend(Some(character).filter(|character| *character != '\u{2060}'));
            rest = after;
        } else {
            assert!(first.is_alphanumeric() || " _-/".contains(first), "{label}");
            text.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    text
}

/// The labels of a DOT graph. <https://graphviz.org/doc/info/lang.html>: in a quoted string, only `\"` is an escape; what
/// else a backslash does is up to labels, in which entities of HTML are replaced, too.
fn dot(graph: &str) -> Vec<String> {
    let labels = graph.lines().filter_map(|line| {
        let (_, rest) = line.split_once("label=\"")?;
        let mut text = String::new();
        let mut characters = rest.chars();
        loop {
            match characters.next().expect("it is closed") {
                '"' => break,
                '\\' => text.push(match characters.next() {
                    Some('n') => '\n',
                    Some(escaped @ ('"' | '\\')) => escaped,
                    other => panic!("an escape that is not meant: {other:?}"),
                }),
                plain => text.push(plain),
            }
        }
        assert!(matches!(characters.as_str(), "];" | ";"), "{line}");
        Some(text.replace("&amp;", "&"))
    });
    labels.collect()
}

/// The labels of a GraphML document: <https://www.w3.org/TR/xml/#syntax>.
fn graphml(document: &str) -> Vec<String> {
    let is_allowed =
        |one: char| matches!(one, '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(document.chars().all(is_allowed), "{document:?}");
    let labels = document.split("<data key=\"label\">").skip(1).map(|rest| {
        let (label, _) = rest.split_once("</data>").expect("it is closed");
        assert!(!label.contains('<') && !label.contains("]]>"), "{label}");
        let mut parts = label.split('&');
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| {
            let (entity, after) = part.split_once(';').expect("an entity ends");
            let character = match entity {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                other => panic!("no entity of XML: {other}"),
            };
            format!("{text}{character}{after}")
        })
    });
    labels.collect()
}

proptest! {
    #[test]
    fn any_name_can_be_shown(container in names(), platform in names()) {
        let graphs = graphs(&container, &platform);
        let both = Picture::new(graphs.iter());
        let alone = Picture::new(graphs.iter().take(1));
        let seen = |name: &str| -> String {
            let is_seen = |one: &char| is_visible(*one) && !matches!(*one, '\u{fffe}' | '\u{ffff}');
            let shown = |one: char| if is_seen(&one) || one == '\n' { one.to_string() } else { one.escape_default().to_string() };
            name.chars().map(shown).collect()
        };
        let (brought, there) = (format!("Raw/data\nin {}", seen(&format!("USA/Team/{container}"))), seen(&platform));
        // Of two, the one that comes first is shown alone.
        let other = if platform.as_str() < "Plain" { "Plain" } else { there.as_str() };
        let elsewhere = format!("Raw\non {other}");
        for (picture, is_whole) in [(&both, true), (&alone, false)] {
            for labels in [mermaid(&Mermaid(picture).to_string()), dot(&Dot(picture).to_string())] {
                let has = |label: &str| labels.iter().any(|one| one == label);
                prop_assert_eq!(has(&elsewhere), !is_whole, "{:?}", labels);
                prop_assert!(!is_whole || has("Plain") && has(&there) && has(&brought), "{:?}", labels);
            }
            let labels = graphml(&GraphMl(picture).to_string());
            prop_assert!(!is_whole || labels.contains(&brought.replace('\n', " ")), "{:?}", labels);
        }
    }
}
