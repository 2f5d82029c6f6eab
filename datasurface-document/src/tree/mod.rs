//! A document as a tree of values that know where they stand. Both syntaxes make the same tree: it is what problems are
//! found in, all in one go, and what the places of findings are looked up in.

mod json;
mod number;
mod problem;
mod read;
#[cfg(feature = "yaml")]
mod yaml;

pub(super) use problem::Problem;
pub(super) use read::read;

use super::syntax::Syntax;
use std::borrow::Cow;

/// The deepest nesting of lists and objects that is read: what is deeper was not written by people, and trees are
/// walked by recursion.
const DEEPEST: usize = 128;

/// A part of a text, in bytes, from the first one to before the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Extent {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A value, and where it is written.
#[derive(Debug)]
pub(super) struct Node<'t> {
    pub(super) extent: Extent,
    pub(super) value: Value<'t>,
}

#[derive(Debug)]
pub(super) enum Value<'t> {
    Null,
    Bool(bool),
    /// As it is spelled.
    Number(Cow<'t, str>),
    Text(Cow<'t, str>),
    List(Vec<Node<'t>>),
    /// In the order of the document, each name once.
    Object(Vec<Member<'t>>),
}

#[derive(Debug)]
pub(super) struct Member<'t> {
    pub(super) name: Cow<'t, str>,
    /// Where the name is written.
    pub(super) extent: Extent,
    pub(super) value: Node<'t>,
}

/// A tree, and what is wrong with it although it could be made.
#[derive(Debug)]
pub(super) struct Tree<'t> {
    pub(super) root: Node<'t>,
    pub(super) problems: Vec<Problem>,
}

/// Makes the tree of a text. What has no tree has one problem.
pub(super) fn parse(text: &str, syntax: Syntax) -> Result<Tree<'_>, Problem> {
    match syntax {
        Syntax::Json => json::parse(text),
        #[cfg(feature = "yaml")]
        Syntax::Yaml => yaml::parse(text),
        #[cfg(not(feature = "yaml"))]
        Syntax::Yaml => Err(Problem::unreadable("this build of DataSurface does not read YAML")
            .help("write the document as JSON, or build with the feature `yaml`")),
    }
}

impl<'t> Node<'t> {
    /// The member of this name, if it is an object that has one.
    pub(super) fn member(&self, name: &str) -> Option<&Member<'t>> {
        self.members().iter().find(|member| member.name == name)
    }

    /// The members, if it is an object.
    pub(super) fn members(&self) -> &[Member<'t>] {
        match &self.value {
            Value::Object(members) => members,
            _ => &[],
        }
    }

    /// The text, if it is one.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) | Value::Number(text) => Some(text),
            _ => None,
        }
    }
}

/// Lists and objects that are not closed yet, while a tree is made from the outside in, without recursion. What is in
/// them waits on one pile, so that each gets exactly the memory that it needs when it is closed.
#[derive(Default)]
struct Building<'t> {
    open: Vec<Open<'t>>,
    nodes: Vec<Node<'t>>,
    members: Vec<Member<'t>>,
    root: Option<Node<'t>>,
    problems: Vec<Problem>,
}

/// Where something begins in the text, and its content on the pile.
enum Open<'t> {
    List { start: usize, first: usize },
    Object { start: usize, first: usize, name: Option<(Cow<'t, str>, Extent)> },
}

impl<'t> Building<'t> {
    fn open(&mut self, open: Open<'t>, at: Extent) -> Result<(), Problem> {
        if self.open.len() >= DEEPEST {
            return Err(Problem::too_deep().at(at));
        }
        self.open.push(open);
        Ok(())
    }

    fn open_list(&mut self, at: Extent) -> Result<(), Problem> {
        self.open(Open::List { start: at.start, first: self.nodes.len() }, at)
    }

    fn open_object(&mut self, at: Extent) -> Result<(), Problem> {
        self.open(Open::Object { start: at.start, first: self.members.len(), name: None }, at)
    }

    /// Ends the innermost list or object.
    fn close(&mut self, end: usize) {
        match self.open.pop() {
            Some(Open::List { start, first }) => {
                let nodes = self.nodes.split_off(first);
                self.add(Node { extent: Extent { start, end }, value: Value::List(nodes) });
            }
            Some(Open::Object { start, first, .. }) => {
                let members = without_twins(self.members.split_off(first), &mut self.problems);
                self.add(Node { extent: Extent { start, end }, value: Value::Object(members) });
            }
            None => {}
        }
    }

    /// Whether the next scalar is the name of a member.
    fn wants_name(&self) -> bool {
        matches!(self.open.last(), Some(Open::Object { name: None, .. }))
    }

    fn name(&mut self, text: Cow<'t, str>, at: Extent) {
        if let Some(Open::Object { name, .. }) = self.open.last_mut() {
            *name = Some((text, at));
        }
    }

    fn add(&mut self, node: Node<'t>) {
        match self.open.last_mut() {
            Some(Open::List { .. }) => self.nodes.push(node),
            Some(Open::Object { name, .. }) => {
                if let Some((name, extent)) = name.take() {
                    self.members.push(Member { name, extent, value: node });
                }
            }
            None => self.root = self.root.take().or(Some(node)),
        }
    }

    fn finish(self) -> Result<Tree<'t>, Problem> {
        match self.root {
            Some(root) => Ok(Tree { root, problems: self.problems }),
            None => Err(Problem::unreadable("the document is empty").at(Extent { start: 0, end: 0 })),
        }
    }
}

/// Members of one object, of which only the first of several with one name stays: the others are problems.
fn without_twins<'t>(mut members: Vec<Member<'t>>, problems: &mut Vec<Problem>) -> Vec<Member<'t>> {
    // Nearly every object is small, and has none.
    let has_twin = |(at, member): (usize, &Member<'_>)| {
        members.iter().take(at).any(|earlier| earlier.name == member.name)
    };
    if members.len() <= 16 && !members.iter().enumerate().any(has_twin) {
        return members;
    }
    let mut seen = rustc_hash::FxHashMap::default();
    members.retain(|member| match seen.get(&member.name) {
        None => {
            seen.insert(member.name.clone(), member.extent);
            true
        }
        Some(first) => {
            let message = format!("`{}` is given twice", member.name);
            problems.push(
                Problem::unreadable(message)
                    .at(member.extent)
                    .related(*first, "given here first")
                    .help("keep one of the two"),
            );
            false
        }
    });
    members
}
