//! Secrets in addresses, as in `https://user:password@host`: a model has no place for them, and a report must not repeat
//! them.

use std::ops::Range;

/// How tokens of well-known services begin.
const TOKENS: [&str; 16] = [
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "gldt-",
    "glptt-",
    "npm_",
    "pypi-",
    "xoxb-",
    "xoxp-",
    "ATATT3",
    "ATBB",
    "dapi",
];

/// The fewest letters of a token behind its beginning.
const SHORTEST_REST: usize = 16;

/// The fewest letters of a token of which nobody knows how it begins. Users have shorter names.
const SHORTEST_TOKEN: usize = 20;

/// The names of parameters whose values are secrets, and how others end.
const PARAMETERS: [&str; 9] =
    ["password", "passwd", "pwd", "secret", "token", "apikey", "api_key", "access_key", "sharedaccesskey"];

/// What a text without a scheme may begin with before a `:`, and is no user.
const NO_USERS: [&str; 4] = ["git", "github", "gitlab", "mailto"];

/// Replaces each password, token and query in an address by an ellipsis. Returns none if the text has none of these.
#[must_use]
pub fn redact_passwords(text: &str) -> Option<String> {
    let mut secrets = secrets(text);
    secrets.sort_by_key(|secret| (secret.start, secret.end));
    let mut hidden = String::with_capacity(text.len());
    let mut end = 0;
    for secret in &secrets {
        if secret.start >= end {
            hidden.push_str(text.get(end..secret.start)?);
            hidden.push('…');
        }
        end = end.max(secret.end);
    }
    hidden.push_str(text.get(end..)?);
    (!secrets.is_empty()).then_some(hidden)
}

/// Returns the places of all secrets. They may overlap.
fn secrets(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for word in text.split_inclusive(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`')) {
        let at = |range: Range<usize>| start + range.start..start + range.end;
        let written = word.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`'));
        let mut has_scheme = false;
        for (index, scheme) in written.match_indices("://") {
            has_scheme = true;
            let first = index + scheme.len();
            let is_of_web = written.get(..index).is_some_and(|scheme| {
                ends_with_ignoring_case(scheme, "http") || ends_with_ignoring_case(scheme, "https")
            });
            let Some(address) = written.get(first..) else { continue };
            let user = in_authority(address, is_of_web);
            found.extend(
                user.into_iter()
                    .chain(query(address))
                    .map(|range| at(first + range.start..first + range.end)),
            );
        }
        if !has_scheme {
            found.extend(without_scheme(written).map(at));
        }
        found.extend(parameters(written).map(at));
        found.extend(tokens(written).map(at));
        start += word.len();
    }
    found
}

fn ends_with_ignoring_case(text: &str, end: &str) -> bool {
    let start = text.len().checked_sub(end.len());
    start.and_then(|start| text.get(start..)).is_some_and(|last| last.eq_ignore_ascii_case(end))
}

/// A password before a host, or a token in the place of a user.
fn in_authority(address: &str, is_of_web: bool) -> Option<Range<usize>> {
    let is_user = |user: &str| !user.contains(['/', '?', '#', '@', '[']);
    if let Some((user, rest)) = address.split_once(':').filter(|(user, _)| is_user(user)) {
        let start = user.len() + ':'.len_utf8();
        return password_length(rest).map(|length| start..start + length);
    }
    let (user, _) = address.split_once('@').filter(|(user, _)| is_user(user))?;
    // Who comes with a key has a user as well, which may be long.
    (is_of_web && is_token(user)).then_some(0..user.len())
}

/// Whether a text looks as if a machine had made it to be kept secret.
fn is_token(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    text.len() >= SHORTEST_TOKEN
        && text.chars().all(is_plain)
        && text.contains(|c: char| c.is_ascii_digit())
        && text.contains(|c: char| c.is_ascii_alphabetic())
}

/// Returns the length of the password in an address that goes on with `rest` after `user:`; none if that was a host,
/// and `rest` begins with its port.
fn password_length(rest: &str) -> Option<usize> {
    let authority = rest.split('/').next().unwrap_or(rest);
    let is_port = authority.chars().all(|c| c.is_ascii_digit());
    let end = authority.rfind('@');
    // A `/` in a password ought to be encoded, and is not by everybody.
    let end = end.or_else(|| rest.find('@').filter(|_| !is_port));
    end.filter(|length| *length > 0)
}

/// Everything behind a question mark: nothing is found by it that could not be found without.
fn query(address: &str) -> Option<Range<usize>> {
    let start = address.find('?')? + '?'.len_utf8();
    (start < address.len()).then_some(start..address.len())
}

/// A password before a host, as in `user:password@host`; of a repository, its query.
fn without_scheme(word: &str) -> Option<Range<usize>> {
    let first = word.find(|c: char| !matches!(c, '[' | '{' | '(' | ',' | '-'))?;
    let (user, rest) = word.get(first..)?.split_once(':')?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-');
    let is_user = !user.is_empty() && user.chars().all(is_plain);
    let kind = user.split('+').next().unwrap_or(user);
    let is_other = NO_USERS.iter().any(|known| known.eq_ignore_ascii_case(kind));
    if kind.eq_ignore_ascii_case("git")
        && let Some(query) = query(rest)
    {
        let start = first + user.len() + ':'.len_utf8();
        return Some(start + query.start..start + query.end);
    }
    let (password, host) = rest.rsplit_once('@')?;
    let is_password = !password.is_empty() && !password.starts_with(['/', '\\']);
    let is_host = host.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[');
    let start = first + user.len() + ':'.len_utf8();
    (is_user && !is_other && is_password && is_host).then_some(start..start + password.len())
}

/// The values of parameters such as `password=`.
fn parameters(word: &str) -> impl Iterator<Item = Range<usize>> {
    word.match_indices('=').filter_map(|(index, _)| {
        let name = word.get(..index)?.to_ascii_lowercase();
        let start = index + '='.len_utf8();
        let value = word.get(start..)?.split(['&', ';', ',', '}', ')']).next()?;
        let is_secret = PARAMETERS.iter().any(|known| name.ends_with(known)) && !value.is_empty();
        is_secret.then_some(start..start + value.len())
    })
}

/// Words that begin as tokens of well-known services do.
fn tokens(word: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    let runs = word.split_inclusive(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')));
    runs.filter_map(move |run| {
        let first = start;
        start += run.len();
        let token = run.trim_end_matches(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')));
        let rest = TOKENS.iter().find_map(|known| token.strip_prefix(known))?;
        (rest.len() >= SHORTEST_REST).then_some(first..first + token.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_hidden_wherever_they_are() {
        for (text, expected) in [
            ("git:https://joe:secret@git.example/x.git@main", "git:https://joe:…@git.example/x.git@main"),
            ("git:https://joe:secret@git.example/x.git", "git:https://joe:…@git.example/x.git"),
            (
                "- owner: \"ssh://joe:se@cret@git.example/x@main\"",
                "- owner: \"ssh://joe:…@git.example/x@main\"",
            ),
            ("http://:secret@a https://joe:secret@b", "http://:…@a https://joe:…@b"),
            ("https://joe:sec/ret@git.example/x", "https://joe:…@git.example/x"),
            ("host: joe:secret@db.example", "host: joe:…@db.example"),
            ("brokers: [\"joe:se:cret@b.example:9092\"]", "brokers: [\"joe:…@b.example:9092\"]"),
        ] {
            assert_eq!(redact_passwords(text).as_deref(), Some(expected));
        }
    }

    #[test]
    fn tokens_and_parameters_are_hidden_wherever_they_are() {
        let token = "ghp_0123456789012345678901234567890123456789";
        for (text, expected) in [
            (format!("git:https://{token}@git.example/x.git@main"), "git:https://…@git.example/x.git@main"),
            (format!("git:https://git.example/{token}/x"), "git:https://git.example/…/x"),
            ("https://q3x7a9m2k5w8e1r4t6y0z@git.example/x".to_owned(), "https://…@git.example/x"),
            ("git:https://h/x.git?token=secret@main".to_owned(), "git:https://h/x.git?…"),
            ("https://h/x?secret".to_owned(), "https://h/x?…"),
            ("- git:git@h:x.git?secret@main".to_owned(), "- git:git@h:x.git?…"),
            ("host=db;Password=secret;x=y".to_owned(), "host=db;Password=…;x=y"),
        ] {
            assert_eq!(redact_passwords(&text).as_deref(), Some(expected));
        }
    }

    #[test]
    fn what_is_no_password_stays() {
        for text in [
            "git:git@git.example:x.git@main",
            "git:https://joe@git.example/x.git@main",
            "git:https://git.example:8443/x.git@main",
            "git:ssh://git@git.example:22/x.git@main",
            "git:ssh://APKAEIBAERJR2EXAMPLE@git.example/x.git@main",
            "git:https://joe.of.the.longest.department2@git.example/x.git@main",
            "git:https://[::1]:8443/x.git@main",
            "git:file:///C:/x@main",
            "file: C:/x@y/a.db",
            "https://joe:@git.example/x",
            "github:nw/model@main",
            "gitlab+git.example:nw/model@main",
            "mail to mailto:joe@nw.example",
            "SELECT token = 'x', password FROM t",
            "{\"owner\":\"https://git.example/x\",\"live\":\"git@git.example\"}",
        ] {
            assert_eq!(redact_passwords(text), None, "{text}");
        }
    }
}
