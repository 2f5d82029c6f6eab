//! From text to one query.

use crate::{
    input::is,
    lexical,
    output::{NotOneSelect, UnreadSql},
};
use sqlparser::{
    ast::{Query, Statement},
    dialect::{Dialect, GenericDialect, PostgreSqlDialect, SQLiteDialect},
    parser::{Parser, ParserError},
    tokenizer::{Token, Tokenizer},
};

/// How many words and signs a text may have that is parsed: a tree is as deep as half of them, and it is dropped by recursion.
const MOST_TOKENS: usize = 2_000;
/// How deep parentheses may be: the parser recurses on them, and so does whatever follows the parser's tree down queries.
const DEPTH: usize = 24;
/// How a statement may begin that returns rows, in any dialect.
const BEGINNINGS: [&str; 8] = ["SELECT", "WITH", "FROM", "VALUES", "TABLE", "PIVOT", "UNPIVOT", "SEL"];

pub(crate) enum Text {
    Query(Box<Query>),
    NotOneSelect(NotOneSelect),
    Unread(UnreadSql),
}

impl Text {
    /// Reads a text. The dialect that understands nearly everything comes first, then those of engines that transformers run on.
    pub(crate) fn read(sql: &str) -> Self {
        if let Some((form, line)) = lexical::ambiguity(sql) {
            return Self::Unread(UnreadSql {
                reason: format!("dialects differ on {} (line {line})", form.characters),
                instead: Some(form.instead),
            });
        }
        let mut reason = None;
        for dialect in [&GenericDialect {} as &dyn Dialect, &SQLiteDialect {}, &PostgreSqlDialect {}] {
            match Self::read_as(sql, dialect) {
                Ok(text) => return text,
                Err(error) => {
                    reason.get_or_insert(error);
                }
            }
        }
        Self::Unread(UnreadSql::from(reason.unwrap_or_default()))
    }

    pub(crate) fn read_as(sql: &str, dialect: &dyn Dialect) -> Result<Self, String> {
        let tokens = Tokenizer::new(dialect, sql).tokenize().map_err(|error| error.message)?;
        if let Some(problem) = no_select(&tokens) {
            return Ok(Self::NotOneSelect(problem));
        }
        if tokens.iter().filter(|token| is_word(token)).count() > MOST_TOKENS {
            let reason = format!("it has more than {MOST_TOKENS} words and signs");
            return Ok(Self::Unread(UnreadSql::from(reason)));
        }
        let mut parser = Parser::new(dialect).with_recursion_limit(DEPTH).with_tokens(tokens);
        let statements = parser.parse_statements().map_err(|error| match error {
            ParserError::TokenizerError(message) | ParserError::ParserError(message) => message,
            ParserError::RecursionLimitExceeded => "it is nested too deeply".to_owned(),
        })?;
        let mut statements = statements.into_iter();
        Ok(match (statements.next(), statements.next()) {
            (Some(Statement::Query(query)), None) => Self::Query(query),
            (None, _) => Self::NotOneSelect(NotOneSelect::Empty),
            (Some(_), Some(_)) => Self::NotOneSelect(NotOneSelect::Several),
            (Some(_), None) => Self::Unread(UnreadSql::from("it is no query".to_owned())),
        })
    }
}

/// Judged by words alone, so that it holds for what no parser understands.
fn no_select(tokens: &[Token]) -> Option<NotOneSelect> {
    let mut words = tokens.iter().filter(|token| is_word(token)).skip_while(is_end);
    let Some(first) = words.find(|token| **token != Token::LParen) else {
        return Some(NotOneSelect::Empty);
    };
    match first {
        Token::Word(word) if BEGINNINGS.iter().any(|beginning| is(beginning, &word.value)) => {}
        other => return Some(NotOneSelect::Begins(other.to_string())),
    }
    let mut rest = words.skip_while(|token| !is_end(token)).skip_while(is_end);
    rest.next().map(|_| NotOneSelect::Several)
}

fn is_word(token: &Token) -> bool {
    !matches!(token, Token::Whitespace(_) | Token::EOF)
}

fn is_end(token: &&Token) -> bool {
    **token == Token::SemiColon
}
