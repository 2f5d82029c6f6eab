//! The tree of a JSON text. Whether the text is JSON is judged by its usual reader.

use super::{
    Building, Node, Problem, Tree, Value,
    scan::{Scanner, Token},
};
use crate::translate;
use serde::de::IgnoredAny;

pub(super) fn parse(text: &str) -> Result<Tree<'_>, Problem> {
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        return Err(translate::syntax(text, &error));
    }
    let scanner = Scanner::new(text);
    let mut building = Building::default();
    while let Some((extent, token)) = scanner.next()? {
        match token {
            Token::Object => building.open_object(extent)?,
            Token::List => building.open_list(extent)?,
            Token::End => building.close(extent.end),
            Token::Text(name) if building.wants_name() => building.name(name, extent),
            Token::Text(text) => building.add(Node { extent, value: Value::Text(text) }),
            Token::Number(spelling) => building.add(Node { extent, value: Value::Number(spelling.into()) }),
            Token::Bool(value) => building.add(Node { extent, value: Value::Bool(value) }),
            Token::Between => {}
            Token::Null => building.add(Node { extent, value: Value::Null }),
        }
    }
    building.finish()
}
