//! Tokens and keys, which are secrets wherever they are: they are known by how they look.

use super::password::ends_with_ignoring_case;
use std::ops::Range;

/// How tokens of well-known services begin.
const TOKENS: [&str; 33] = [
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
    "AIza",
    "AKIA",
    "ASIA",
    "GOCSPX-",
    "dckr_pat_",
    "dop_v1_",
    "glsa_",
    "hf_",
    "rk_live_",
    "rk_test_",
    "shpat_",
    "sk_live_",
    "sk_test_",
    "whsec_",
    "xapp-",
    "xoxa-",
    "xoxr-",
];

/// The fewest letters of a token behind its beginning.
const SHORTEST_REST: usize = 16;

/// What a private key begins with, and where it ends.
const PRIVATE_KEY: [&str; 3] = ["-----BEGIN ", "PRIVATE KEY-----", "-----END "];

/// The header of HTTP whose value is a secret, however short.
const HEADER: &str = "authorization";

/// What stands around names and values.
const AROUND: [char; 3] = [' ', '"', '\''];

/// How the values of headers begin that have a token.
const SCHEMES: [&str; 2] = ["bearer ", "basic "];

/// Returns the places of those that have blanks in or before them.
pub(super) fn in_text(text: &str) -> impl Iterator<Item = Range<usize>> {
    headers(text).chain(private_keys(text))
}

/// Returns the places of those that are in one word.
pub(super) fn in_word(word: &str) -> impl Iterator<Item = Range<usize>> {
    tokens(word).chain(mail_keys(word)).chain(web_tokens(word))
}

/// The tokens of headers, as in `Bearer 2YotnFZFEjr1zCsicMWpAA`: what is long, and no word.
fn headers(text: &str) -> impl Iterator<Item = Range<usize>> {
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || "-._~+/=".contains(c);
    let lower = text.to_ascii_lowercase();
    let starts: Vec<usize> = SCHEMES
        .iter()
        .flat_map(|scheme| lower.match_indices(scheme).map(|(index, scheme)| index + scheme.len()))
        .collect();
    starts.into_iter().filter_map(move |start| {
        let token = text.get(start..)?.split(|c| !is_of_token(c)).next()?;
        let before = text.get(..start)?.trim_end().trim_end_matches(char::is_alphabetic);
        let name = before.trim_end_matches(AROUND).trim_end_matches([':', '=']).trim_end_matches(AROUND);
        let is_of_header = name.len() < before.len() && ends_with_ignoring_case(name, HEADER);
        (is_random(token) || is_of_header && !token.is_empty()).then_some(start..start + token.len())
    })
}

/// Private keys in the Privacy-Enhanced Mail format (RFC 7468), as far as they go.
fn private_keys(text: &str) -> impl Iterator<Item = Range<usize>> {
    let [begin, label, end] = PRIVATE_KEY;
    text.match_indices(begin).filter_map(move |(start, _)| {
        let rest = text.get(start..)?;
        let first =
            rest.find(label).filter(|at| !rest.get(begin.len()..*at).unwrap_or_default().contains('-'))?;
        let length = rest.get(first..)?.find(end).map_or(rest.len(), |length| first + length);
        Some(start..start + length)
    })
}

/// Whether a text is long and has digits, as random ones do.
fn is_random(text: &str) -> bool {
    text.len() >= SHORTEST_REST && text.contains(|c: char| c.is_ascii_digit())
}

/// JSON Web Tokens (RFC 7519): three parts, of which the first two are encoded objects.
fn web_tokens(word: &str) -> impl Iterator<Item = Range<usize>> {
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let mut known_to = 0;
    word.match_indices("eyJ").filter_map(move |(start, _)| {
        let token = word.get(start..).filter(|_| start >= known_to)?.split(|c| !is_of_token(c)).next()?;
        known_to = start + token.len();
        let mut parts = token.split('.');
        let (header, claims, signature) = (parts.next()?, parts.next()?, parts.next()?);
        let is_token = claims.starts_with("eyJ") && header.len() + signature.len() >= SHORTEST_REST;
        is_token.then_some(start..start + token.len())
    })
}

/// Keys of a service that sends mail: two random parts.
fn mail_keys(word: &str) -> impl Iterator<Item = Range<usize>> {
    const START: &str = "SG.";
    let is_of_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    word.match_indices(START).filter_map(move |(start, _)| {
        let (first, rest) = word.get(start + START.len()..)?.split_once('.')?;
        let second = rest.split(|c| !is_of_part(c)).next()?;
        let is_key = first.chars().all(is_of_part) && is_random(first) && is_random(second);
        is_key.then_some(start..start + START.len() + first.len() + 1 + second.len())
    })
}

/// Words that begin as tokens of well-known services do. In the place of a user, none is too short.
fn tokens(word: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    let runs = word.split_inclusive(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')));
    runs.filter_map(move |run| {
        let first = start;
        start += run.len();
        let token = run.trim_end_matches(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')));
        let (known, rest) =
            TOKENS.iter().find_map(|known| token.strip_prefix(known).map(|rest| (known, rest)))?;
        let is_user = run.ends_with('@') && known.ends_with(['_', '-']) && !rest.is_empty();
        // Underscores part the words of a name, and in some tokens what is random.
        let is_token = if known.ends_with('_') { rest.split('_').any(is_random) } else { is_random(rest) };
        (is_user || is_token).then_some(first..first + token.len())
    })
}

#[cfg(test)]
mod tests {
    use super::super::password::{holds_secret, redact_passwords};
    use datasurface_schema::Json;

    #[test]
    fn keys_and_tokens_are_hidden_by_how_they_look() {
        let claims = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        for (text, expected) in [
            ("Authorization: Bearer 2YotnFZFEjr1zCsicMWpAA".to_owned(), "Authorization: Bearer …"),
            ("{\"authorization\": \"bearer s3cret\"}".to_owned(), "{\"authorization\": \"bearer …\"}"),
            ("basic am9lOnMzY3JldDEyMw==, x".to_owned(), "basic …, x"),
            (format!("header={claims};x"), "header=…;x"),
            (
                "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----".to_owned(),
                "…-----END PRIVATE KEY-----",
            ),
            ("k: -----BEGIN RSA PRIVATE KEY----- MIIB".to_owned(), "k: …"),
        ] {
            assert_eq!(redact_passwords(&text).as_deref(), Some(expected));
        }
        for token in [
            "AIzaSyD4x1234567890abcdef",
            "AKIAIOSFODNN7EXAMPLE",
            "hf_abcdefgh1234567890",
            "sk_live_51H8abcdefghijkl",
            "ASIAIOSFODNN7EXAMPLE",
            "GOCSPX-a1b2c3d4e5f6g7h8",
            "glsa_a1b2c3d4e5f6g7h8_0123abcd",
            "github_pat_11ABCDE_a1b2c3d4e5f6g7h8i9",
            "SG.a1b2c3d4e5f6g7h8.i9j0k1l2m3n4o5p6",
        ] {
            assert_eq!(redact_passwords(token).as_deref(), Some("…"), "{token}");
        }
        for plain in [
            "AKIARA",
            "SG.a1b2.c3d4",
            "hf_customers_of_2024_by_country",
            "basic classification_of_customers",
            "the bearer of news",
            "-----BEGIN CERTIFICATE----- MIIB",
            "npm_downloads_2024_by_country",
            "dapibus_and_the_like_of_it",
            "eyJ is how they begin",
            "eyJhbGciOiJIUzI1NiJ9.b.c",
        ] {
            assert_eq!(redact_passwords(plain), None, "{plain}");
        }
    }

    #[test]
    fn some_settings_are_secrets_by_their_names() {
        for (settings, expected) in [
            (r#"{"pass": "x"}"#, true),
            (r#"{"a": {"PW": 1}}"#, true),
            (r#"{"authorization": "Bearer 2YotnFZFEjr1zCsicMWpAA"}"#, true),
            (r#"{"bypass": "x", "authorization": "acl", "compass": 3}"#, false),
        ] {
            let settings: Json = serde_json::from_str(settings).unwrap();
            assert_eq!(holds_secret(&settings), expected, "{settings:?}");
        }
    }
}
