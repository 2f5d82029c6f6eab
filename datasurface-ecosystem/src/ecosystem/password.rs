//! Secrets in addresses, as in `https://user:password@host`: a model has no place for them, and a report must not repeat
//! them.

use super::token;
use datasurface_schema::{Json, Value, segment};
use std::ops::Range;

/// The names of parameters and members whose values are secrets, and how others end; without `_` and `-`.
const PARAMETERS: [&str; 15] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "secretkey",
    "token",
    "apikey",
    "accesskey",
    "accountkey",
    "signature",
    "sig",
    "privatekey",
    "masterkey",
    "passcode",
];

/// The names of parameters behind a question mark whose values are secrets, too: some databases take their keys so.
const QUERY_PARAMETERS: [&str; 8] =
    ["key", "hexkey", "textkey", "pass", "pw", "auth", "login", "credentials"];

/// The names of settings whose values are secrets, although nothing else that ends so need be one.
const SETTINGS: [&str; 5] = ["pass", "pw", "bearer", "jwt", "pem"];

/// What stands around the names and values of members, in JSON or YAML.
const QUOTES_AND_BLANKS: [char; 3] = ['"', '\'', ' '];

/// What stands around a password, and how that is encoded in an address, or in a text of JSON or YAML: a program that decodes it reads a password.
const ENCODED: [(&str, char); 12] = [
    ("%40", '@'),
    ("%3A", ':'),
    ("%3a", ':'),
    ("\\x40", '@'),
    ("\\x3A", ':'),
    ("\\x3a", ':'),
    ("\\u0040", '@'),
    ("\\u003A", ':'),
    ("\\u003a", ':'),
    ("\\U00000040", '@'),
    ("\\U0000003A", ':'),
    ("\\U0000003a", ':'),
];

/// The schemes of addresses whose user may be a token.
const WEB: [&str; 6] = ["http", "https", "ftp", "ftps", "ws", "wss"];

/// What a text without a scheme may begin with before a `:`, and is no user.
const NO_USERS: [&str; 4] = ["git", "github", "gitlab", "mailto"];

/// Replaces each password, token and query in an address by an ellipsis, and each user of an address of the web. Returns none if the text has none of these.
#[must_use]
pub fn redact_passwords(text: &str) -> Option<String> {
    let mut secrets = secrets(text);
    secrets.extend(encoded_secrets(text));
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

/// Whether a value in settings is a password or a token: by the name of its member, or by itself. A name that has one in it is one, too. Other than in addresses, a query is none as
/// such: settings may hold any address.
#[must_use]
pub fn holds_secret(settings: &Json) -> bool {
    // Of several passwords, each has a name of anybody's choice.
    let mut open = vec![(String::new(), false, settings.value())];
    while let Some((name, is_of_several, value)) = open.pop() {
        let are_several = || is_of_several || names_secrets(&name);
        match value {
            Value::Object(members) => {
                if members.keys().any(|name| is_secret_text(name)) {
                    return true;
                }
                let are_several = are_several();
                open.extend(members.into_iter().map(|(name, member)| (name, are_several, member)));
            }
            Value::Array(elements) => {
                let are_several = are_several();
                open.extend(elements.into_iter().map(|element| (name.clone(), are_several, element)));
            }
            Value::String(text) if is_of_several && !text.is_empty() => return true,
            Value::String(_) | Value::Number(_) => {
                let is_secret = SETTINGS.iter().any(|known| name.eq_ignore_ascii_case(known));
                let member = Json::object().with_member(&name, value);
                if is_secret || is_secret_text(member.as_str()) {
                    return true;
                }
            }
            Value::Bool(_) | Value::Null => {}
        }
    }
    false
}

/// Whether a text of settings has a secret in it. Neither a query nor a fragment is one as such; a password may have the mark of a fragment as a
/// letter.
fn is_secret_text(text: &str) -> bool {
    text.replace('#', "x").split('?').any(|part| redact_passwords(part).is_some())
}

/// Returns the places of secrets in what is encoded.
fn encoded_secrets(text: &str) -> Vec<Range<usize>> {
    if !text.contains(['%', '\\']) {
        return Vec::new();
    }
    let (mut decoded, mut rest, mut shortened) = (String::with_capacity(text.len()), text, Vec::new());
    while let Some(letter) = rest.chars().next() {
        let encoded = ENCODED.iter().find(|(encoded, _)| rest.starts_with(encoded));
        let (length, letter) = match encoded {
            Some((encoded, letter)) => {
                shortened.push((decoded.len(), encoded.len() - letter.len_utf8()));
                (encoded.len(), *letter)
            }
            None => (letter.len_utf8(), letter),
        };
        decoded.push(letter);
        rest = rest.get(length..).unwrap_or_default();
    }
    if shortened.is_empty() {
        return Vec::new();
    }
    let written = |at: usize| {
        let before = shortened.iter().take_while(|(shortened, _)| *shortened < at);
        at + before.map(|(_, missing)| missing).sum::<usize>()
    };
    secrets(&decoded).into_iter().map(|secret| written(secret.start)..written(secret.end)).collect()
}

/// Returns the places of all secrets. They may overlap.
fn secrets(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<_> = members(text).chain(spaced_parameters(text)).chain(users(text)).collect();
    found.extend(logins(text, ACCOUNT).chain(in_place_of_names(text)).chain(token::in_text(text)));
    let mut start = 0;
    for word in text.split_inclusive(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`')) {
        let at = |range: Range<usize>| start + range.start..start + range.end;
        let written = word.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`'));
        let mut has_scheme = false;
        for (index, colon) in written.match_indices(':') {
            let (scheme, rest) = written.split_at(index);
            let is_of_web = WEB.iter().any(|known| ends_with_ignoring_case(scheme, known));
            let rest = rest.get(colon.len()..).unwrap_or_default();
            let slashes = if is_of_web { slashes_of_web(rest) } else { "//" };
            if slashes.is_empty() || !rest.starts_with(slashes) {
                continue;
            }
            has_scheme = true;
            let first = index + colon.len() + slashes.len();
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
            found.extend(before_port(written).map(at));
        }
        found.extend(of_repository(written).map(at));
        found.extend(parameters(written).map(at));
        found.extend(token::in_word(written).map(at));
        start += word.len();
    }
    found
}

/// What stands before the host of an address of the web: browsers, and programs that read addresses as these do, take any number of
/// slashes, and backslashes as well.
fn slashes_of_web(rest: &str) -> &str {
    let end = rest.find(|c: char| !matches!(c, '/' | '\\')).unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default()
}

pub(super) fn ends_with_ignoring_case(text: &str, end: &str) -> bool {
    let start = text.len().checked_sub(end.len());
    start.and_then(|start| text.get(start..)).is_some_and(|last| last.eq_ignore_ascii_case(end))
}

/// A password before a host; in an address of the web, the user as well: it may be a token, and none is too short to be one.
fn in_authority(address: &str, is_of_web: bool) -> Option<Range<usize>> {
    let is_user = |user: &str| !user.contains(['/', '?', '#', '@', '[']);
    // Nobody's secret: what servers call the user that all share.
    let is_secret_user = |user: &str| is_of_web && !user.is_empty() && user != "git";
    if let Some((user, rest)) = address.split_once(':').filter(|(user, _)| is_user(user)) {
        let start = user.len() + ':'.len_utf8();
        let hidden = if is_secret_user(user) { 0 } else { start };
        return match password_length(rest) {
            Some(length) => Some(hidden..start + length),
            None => (rest.starts_with('@') && is_secret_user(user)).then_some(0..user.len()),
        };
    }
    let (user, _) = address.split_once('@').filter(|(user, _)| is_user(user))?;
    // Who comes with a key has a user as well.
    is_secret_user(user).then_some(0..user.len())
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

/// Everything behind a question mark: nothing is found by it that could not be found without. A fragment with a value is no place in a
/// document, but a parameter, and one behind `.git` is no part of a name; a folder may be called `C#`.
fn query(address: &str) -> Option<Range<usize>> {
    let behind = |at: &usize| address.get(at + 1..).unwrap_or_default();
    let fragment = address.find('#').filter(|at| behind(at).contains('='));
    let fragment = fragment.or_else(|| Some(address.find(".git#")? + ".git".len()));
    let mark = [address.find('?'), fragment].into_iter().flatten().min()?;
    let start = mark + '?'.len_utf8();
    (start < address.len()).then_some(start..address.len())
}

/// A password before a host, as in `user:password@host`; of a repository, its query.
fn without_scheme(word: &str) -> Option<Range<usize>> {
    let first = word.find(|c: char| !matches!(c, '[' | '{' | '(' | ',' | '-'))?;
    let (before, rest) = word.get(first..)?.split_once(':')?;
    // Names are parts of paths, too.
    let user = before.rsplit('/').next().unwrap_or(before);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-');
    let is_user = !user.is_empty() && user.chars().all(is_plain);
    let kind = user.split('+').next().unwrap_or(user);
    let is_other = NO_USERS.iter().any(|known| known.eq_ignore_ascii_case(kind));
    if kind.eq_ignore_ascii_case("git")
        && let Some(query) = query(rest)
    {
        let start = first + before.len() + ':'.len_utf8();
        return Some(start + query.start..start + query.end);
    }
    let (password, host) = rest.rsplit_once('@')?;
    let is_password = !password.is_empty() && !password.starts_with(['/', '\\']);
    let is_host = host.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[');
    let start = first + before.len() + ':'.len_utf8();
    (is_user && !is_other && is_password && is_host).then_some(start..start + password.len())
}

/// Who stands before the repository at a host that is known, as in `github:user@owner/name@main`, or before its address; and a password
/// in the address of another one, as in `git:user:password@host:path@main`.
fn of_repository(word: &str) -> Option<Range<usize>> {
    let first = word.find(|c: char| !matches!(c, '[' | '{' | '(' | ',' | '-'))?;
    let end = first + word.get(first..)?.find([':', '+'])?;
    let (kind, start) = (word.get(first..end)?, end + ':'.len_utf8());
    let rest = word.get(start..)?;
    let (user, after) = rest.split_once('@')?;
    let is = |known: &str| kind.eq_ignore_ascii_case(known);
    let is_password = is("git") && user.contains(':') && (after.contains('@') || is_login(user, after));
    // Of `github:owner@main`, the name of the repository is missing.
    let is_user = (is("github") || is("gitlab")) && (after.contains(['/', '@']) || user.contains(':'));
    let is_secret = (is_user || is_password) && !user.is_empty() && !user.contains('/');
    is_secret.then_some(start..start + user.len())
}

/// Whether what looks like a repository and its branch is a user with a password, and a host, as in `git:user:password@git.example`: the branch is
/// missing.
fn is_login(user: &str, after: &str) -> bool {
    let host = after.split([':', '/']).next().unwrap_or(after);
    let is_host = host
        .rsplit_once('.')
        .is_some_and(|(_, last)| last.len() > 1 && last.bytes().all(|byte| byte.is_ascii_alphabetic()));
    let is_repository =
        user.ends_with(".git") || user.split(':').next().is_some_and(|host| host.contains('.'));
    is_host && !is_repository && !user.contains(['/', '\\'])
}

/// Who stands before a host with a port, as in `user@host:9092`. Nobody needs to, and it may be a token.
fn before_port(word: &str) -> Option<Range<usize>> {
    let (user, server) = word.rsplit_once('@')?;
    // It may be a part of a path, or the name of a member.
    let server = server.split('/').next()?.trim_end_matches([']', '}', ',', ')', ':', ';', '.']);
    let (_, port) = server.rsplit_once(':')?;
    let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let start = user.rfind('/').map_or(0, |slash| slash + 1);
    let first = start + user.get(start..)?.find(|c: char| !matches!(c, '[' | '{' | '(' | ','))?;
    is_port.then_some(first..user.len())
}

/// Who stands before an `@` in members such as `host`; and before that of a database, if a password is behind the user: `scott/tiger@orcl`.
fn users(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    text.split_inclusive(QUOTES_AND_BLANKS).filter_map(move |word| {
        let first = start;
        start += word.len();
        let end = first + word.rfind('@')?;
        let value = text.get(first..end)?.trim_start_matches(['[', '{']);
        let name = text.get(..first)?.trim_end_matches(QUOTES_AND_BLANKS).strip_suffix(':')?;
        let name = name.trim_end_matches(QUOTES_AND_BLANKS);
        let is_address =
            ["host", "endpoint", "brokers"].iter().any(|known| ends_with_ignoring_case(name, known));
        let is_login = ends_with_ignoring_case(name, "database") && value.contains('/');
        ((is_address || is_login) && !value.is_empty()).then_some(end - value.len()..end)
    })
}

/// Members that name what has no colon: no account of a service has one, and no credential.
const ACCOUNT: &str = "account";
const CREDENTIAL: &str = "credential";

/// What stands before the colon in a value that says where a secret is.
const STORES: [&str; 6] = ["arn", "env", "file", "secret", "ssm", "vault"];

/// The values of members of a name that are a user with a password.
fn logins<'t>(text: &'t str, member: &'static str) -> impl Iterator<Item = Range<usize>> + 't {
    text.match_indices(member).filter_map(|(index, name)| {
        let is_whole = !text.get(..index)?.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_'));
        let rest = text.get(index + name.len()..)?;
        let value = rest.trim_start_matches(['"', '\'']).trim_start().strip_prefix(':')?;
        let value = value.trim_start_matches(QUOTES_AND_BLANKS);
        let start = text.len() - value.len();
        let value = value.split(|c: char| c.is_whitespace() || "\"',}".contains(c)).next()?;
        let (user, password) = value.split_once(':')?;
        let is_user = !user.is_empty() && !user.starts_with(['{', '[']) && !STORES.contains(&user);
        let is_login = is_user && !password.is_empty() && !password.starts_with("//");
        (is_whole && is_login).then_some(start..start + value.len())
    })
}

/// What stands where a credential is named and is no name: most likely, the secret itself.
fn in_place_of_names(text: &str) -> impl Iterator<Item = Range<usize>> {
    // With what ends the name, which may be the text itself.
    const NAMED: [(&str, &[char]); 2] =
        [(" has no credential `", &['`']), ("/credentials/", &[' ', '\n', '`', '"', '\'', ',', ')'])];
    const REFUSED: &str = "` is not a name for a credential";
    let named = NAMED.iter().flat_map(|(before, ends)| {
        text.match_indices(before).filter_map(|(index, before)| {
            let start = index + before.len();
            let name = text.get(start..)?.split(*ends).next()?;
            Some(start..start + name.len())
        })
    });
    let refused =
        text.match_indices(REFUSED).filter_map(|(end, _)| Some(text.get(..end)?.rfind('`')? + 1..end));
    let named = named.chain(refused);
    named
        .filter(|range| text.get(range.clone()).is_some_and(is_no_name_of_credential))
        .chain(logins(text, CREDENTIAL))
}

/// Whether a text is none of the names that credentials have, and may be a user with a password.
pub(crate) fn is_no_name_of_credential(text: &str) -> bool {
    // Behind the name in a path, there is more.
    let may_be_path = text.split('/').skip(1).any(|segment| segment == segment::OPENS);
    text.contains([':', '@']) || text.contains('/') && !may_be_path
}

/// The values of parameters such as `password=`.
fn parameters(word: &str) -> impl Iterator<Item = Range<usize>> {
    let query = word.find('?').unwrap_or(word.len());
    let mut known_to = 0;
    word.match_indices('=').filter_map(move |(index, _)| {
        let name = word.get(known_to..index)?;
        let is_secret = names_secret(name) || query < index && names_key(name);
        if !is_secret {
            return None;
        }
        let start = index + '='.len_utf8();
        let value = word.get(start..)?.split(['&', ';', ',', '}', ')']).next()?;
        known_to = start + value.len();
        (!value.is_empty()).then_some(start..known_to)
    })
}

/// Whether a query ends with the name of a parameter that is to be kept secret, as that of `shop.db?key`.
fn names_key(query: &str) -> bool {
    QUERY_PARAMETERS.iter().any(|known| {
        let before = query.len().checked_sub(known.len()).and_then(|start| query.get(..start));
        ends_with_ignoring_case(query, known)
            && before.is_some_and(|before| before.is_empty() || before.ends_with(['&', ';', '?']))
    })
}

/// The values of parameters that are written with blanks, as in `Password = secret`. What is in quotes is compared in SQL.
fn spaced_parameters(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.match_indices('=').filter_map(|(index, equals)| {
        let (name, rest) = (text.get(..index)?.trim_end(), text.get(index + equals.len()..)?);
        let value = rest.trim_start();
        let start = text.len() - value.len();
        let is_spaced = name.len() < index || value.len() < rest.len();
        if !is_spaced || !names_secret(name) {
            return None;
        }
        let value = value.split(|c: char| c.is_whitespace() || "&;,})\"'`".contains(c)).next()?;
        (!value.is_empty()).then_some(start..start + value.len())
    })
}

/// The texts and numbers that members such as `password` of an object have, in JSON or YAML.
fn members(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut known_to = 0;
    text.match_indices(':').filter_map(move |(index, colon)| {
        let name = text.get(known_to..index)?.trim_end_matches(QUOTES_AND_BLANKS);
        let rest = text.get(index + colon.len()..)?;
        let value = rest.trim_start_matches(QUOTES_AND_BLANKS);
        // In YAML, a colon without a blank is a part of a text.
        let is_member = value.len() < rest.len() || known_to + name.len() < index;
        if !is_member || value.starts_with(['|', '>']) {
            return None;
        }
        let letters = last_letters(name);
        let are_several = letters.strip_suffix('s').is_some_and(is_secret_name);
        if !are_several && !is_secret_name(&letters) && !SETTINGS.contains(&letters.as_str()) {
            return None;
        }
        if value.starts_with('[') || are_several && value.starts_with('{') {
            let start = text.len() - value.len() + 1;
            known_to = start + value.len() - 1;
            known_to = text.get(start..)?.find([']', '}']).map_or(known_to, |length| start + length);
            return (start < known_to).then_some(start..known_to);
        }
        if are_several || value.starts_with('{') {
            return None;
        }
        let value = value.split(['"', '\'', ',', '}', '\n']).next()?.trim_end();
        let start = text.len() - rest.trim_start_matches(QUOTES_AND_BLANKS).len();
        known_to = start + value.len();
        (!matches!(value, "" | "true" | "false" | "null")).then_some(start..known_to)
    })
}

/// Whether a text ends with the name of what is to be kept secret.
fn names_secret(text: &str) -> bool {
    is_secret_name(&last_letters(text))
}

/// Whether a text ends with a name for several of these, as `passwords` does.
fn names_secrets(text: &str) -> bool {
    last_letters(text).strip_suffix('s').is_some_and(is_secret_name)
}

fn is_secret_name(letters: &str) -> bool {
    PARAMETERS.iter().any(|known| letters.ends_with(known))
}

/// The letters of the name that a text ends with, in lower case.
fn last_letters(text: &str) -> String {
    let last = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    let name = text.rsplit(last).next().unwrap_or(text);
    name.replace(['-', '_'], "").to_ascii_lowercase()
}

/// Whether a text ends with the name of a member that has a secret, or several, as `db_password` and `tokens` do.
#[must_use]
pub fn names_secret_member(text: &str) -> bool {
    let text = text.trim_end_matches(['"', '\'']);
    names_secret(text) || names_secrets(text)
}

#[cfg(test)]
mod tests;
