//! Requirements on versions of Python packages, as PEP 440 has them: `~=1.2`, `==1.*`, `>=1.2, !=1.5, <2`, or one version, `1!2.0`.

use super::VersionRequirement;

impl VersionRequirement {
    /// Returns the reason why PEP 440, which versions of Python packages follow, does not have this requirement; none if it has.
    #[must_use]
    pub fn pep_440_error(&self) -> Option<String> {
        check(&self.to_string()).err()
    }
}

/// Whether a requirement asks for one version, and no other will do.
pub(super) fn is_one_version(text: &str) -> bool {
    let clause = text.trim();
    let version = clause.strip_prefix("===").or_else(|| clause.strip_prefix("==")).unwrap_or(clause);
    Version::parse(version.trim()).is_some()
}

/// Says what is wrong with a list of clauses, if anything is.
fn check(text: &str) -> Result<(), String> {
    if Version::parse(text.trim()).is_some() {
        return Ok(());
    }
    text.split(',').map(str::trim).try_for_each(clause)
}

/// Operators, longer ones first: each is the beginning of others.
const OPERATORS: [&str; 8] = ["===", "~=", "==", "!=", "<=", ">=", "<", ">"];

fn clause(text: &str) -> Result<(), String> {
    let operator = OPERATORS.into_iter().find(|operator| text.starts_with(operator));
    let Some(operator) = operator else {
        return Err(format!("`{text}` does not begin with an operator such as `~=`, `==` or `>=`"));
    };
    let version = text.get(operator.len()..).unwrap_or_default().trim();
    let error = |reason: &str| Err(format!("`{version}` after `{operator}` {reason}"));
    if operator == "===" {
        // Compared as a text: it may be no version.
        return if version.is_empty() || version.contains(char::is_whitespace) {
            error("is no version")
        } else {
            Ok(())
        };
    }
    let (plain, is_prefix) = match version.strip_suffix(".*") {
        Some(plain) => (plain, true),
        None => (version, false),
    };
    let Some(parsed) = Version::parse(plain) else {
        return error("is no version");
    };
    match operator {
        "==" | "!=" if is_prefix && (parsed.is_dev || parsed.is_local) => error("says too much before `.*`"),
        "==" | "!=" => Ok(()),
        _ if is_prefix => error("ends in `.*`, which goes with `==` and `!=` alone"),
        _ if parsed.is_local => error("has a local part, which goes with `==` and `!=` alone"),
        "~=" if parsed.numbers < 2 => error("has one number, and needs two: the last one may grow"),
        _ => Ok(()),
    }
}

/// The parts of a version that a clause asks for.
struct Version {
    /// How many numbers its release has.
    numbers: usize,
    is_dev: bool,
    is_local: bool,
}

impl Version {
    /// Reads `[N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local]`, in any of the usual spellings.
    fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let text = text.strip_prefix('v').unwrap_or(&text);
        let (public, local) = match text.split_once('+') {
            Some((public, local)) => (public, Some(local)),
            None => (text, None),
        };
        let is_plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if local.is_some_and(|local| !local.split(['.', '-', '_']).all(is_plain)) {
            return None;
        }
        let release = match public.split_once('!') {
            Some((epoch, release)) if is_number(epoch) => release,
            Some(_) => return None,
            None => public,
        };
        let end = release.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(release.len());
        let (numbers, rest) = release.split_at_checked(end)?;
        // The point before a word is no part of the numbers.
        let (numbers, rest) = match numbers.strip_suffix('.') {
            Some(shorter) if !rest.is_empty() => (shorter, rest),
            _ => (numbers, rest),
        };
        if !numbers.split('.').all(is_number) {
            return None;
        }
        let rest = suffix(rest, &["alpha", "beta", "preview", "pre", "rc", "a", "b", "c"]);
        let rest = match suffix(rest, &["post", "rev", "r"]) {
            same if same == rest => implicit_post(rest),
            shorter => shorter,
        };
        let end = suffix(rest, &["dev"]);
        let numbers = numbers.split('.').count();
        end.is_empty().then_some(Self { numbers, is_dev: end != rest, is_local: local.is_some() })
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What comes after one of some words and its number, each with a separator before it, if that is how a text begins.
fn suffix<'t>(text: &'t str, words: &[&str]) -> &'t str {
    let separated = text.strip_prefix(['.', '-', '_']).unwrap_or(text);
    let Some(rest) = words.iter().find_map(|word| separated.strip_prefix(word)) else {
        return text;
    };
    let number = rest.strip_prefix(['.', '-', '_']).unwrap_or(rest);
    let after = number.trim_start_matches(|c: char| c.is_ascii_digit());
    // A separator without a number belongs to what comes next.
    if after.len() == number.len() { rest } else { after }
}

/// What comes after `-N`, another spelling of `.postN`.
fn implicit_post(text: &str) -> &str {
    let Some(number) = text.strip_prefix('-') else { return text };
    let after = number.trim_start_matches(|c: char| c.is_ascii_digit());
    if after.len() == number.len() { text } else { after }
}

#[cfg(test)]
mod tests {
    use super::{super::VersionRequirement, check};

    #[test]
    fn one_version_is_told_from_several() {
        for exact in ["=1.2.3", "==1.2", "== 1.2.post1", "===1.2", "1!2.0"] {
            assert!(VersionRequirement::from(exact).is_exact(), "{exact}");
        }
        for several in
            ["*", "1.2.3", "^1.2.3", "=1.2", "==1.*", "~=1.2", ">=1.2, <1.3", "==1.2, !=1.3", "", "x"]
        {
            assert!(!VersionRequirement::from(several).is_exact(), "{several}");
        }
    }

    #[test]
    fn what_pep_440_allows_is_read() {
        for text in [
            "~=1.2",
            "~= 2.2.post3",
            "==1.*",
            "!= 1.5.*",
            "==1.0a1.*",
            ">=1.2, !=1.5, <2",
            ">1",
            "<=v1.0-1",
            "==1!2.0+cpu.1",
            "==1.0.0-RC.1",
            "==1.0alpha",
            ">=2.0.dev1",
            ">=1.0_rev4",
            "===any.thing",
            "==2013.10",
            "1!2.0",
            "1.0rc1",
            "2013.10",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_pep_440_does_not_allow_is_refused() {
        for text in [
            "",
            "1!",
            "!2.0",
            "1.2, 1.3",
            "=1.2",
            "~1.2",
            "~=1",
            "~=1.*",
            ">=1.*",
            "==1.0.dev1.*",
            "==1.0+cpu.*",
            ">=1.0+cpu",
            "==1..2",
            "==1.",
            "==.1",
            "==a",
            "==1.0x",
            "==1.0 2",
            "==x!1",
            "===",
            "=== a b",
            ">=1,",
            "==1+",
            "==1+a..b",
            "==",
        ] {
            assert!(check(text).is_err(), "{text}");
        }
    }
}
