//! Where code ends, and where quotes and comments begin, in SQL.

/// Goes through SQL one character after the other, and knows what each of them is a part of.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Scanner(State);

/// What was begun and is not closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unclosed {
    /// A quote that ends with this character.
    Quote(char),
    /// A comment that ends with `*/`.
    Comment,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Code,
    /// Inside quotes that end with this character; doubled ones end and begin again, which comes to the same.
    Quoted(char),
    LineComment,
    BlockComment,
    /// The second character of what begins or ends a comment.
    Skip(After),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    Line,
    Block,
    Code,
}

impl Scanner {
    /// Takes a character, and says whether it is code: what begins a quote is, and what is in it is not.
    pub(crate) fn is_code(&mut self, character: char, next: Option<char>) -> bool {
        let (state, is_code) = match (self.0, character, next) {
            (State::Skip(After::Line), ..) => (State::LineComment, false),
            (State::Skip(After::Block), ..) => (State::BlockComment, false),
            (State::Skip(After::Code), ..) => (State::Code, false),
            (State::Quoted(end), ..) if character == end => (State::Code, false),
            (State::LineComment, '\n', _) => (State::Code, false),
            (State::BlockComment, '*', Some('/')) => (State::Skip(After::Code), false),
            (State::Code, '-', Some('-')) => (State::Skip(After::Line), false),
            (State::Code, '/', Some('*')) => (State::Skip(After::Block), false),
            (State::Code, '\'' | '"' | '`', _) => (State::Quoted(character), true),
            (State::Code, '[', _) => (State::Quoted(']'), true),
            (State::Code, ..) => (State::Code, true),
            (inside, ..) => (inside, false),
        };
        self.0 = state;
        is_code
    }

    /// What is open here, if there were nothing more.
    pub(crate) fn unclosed(self) -> Option<Unclosed> {
        match self.0 {
            State::Quoted(end) => Some(Unclosed::Quote(end)),
            State::BlockComment => Some(Unclosed::Comment),
            _ => None,
        }
    }
}
