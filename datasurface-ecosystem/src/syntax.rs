//! Names of things that others define: whether a text can be one.

use crate::ecosystem::redact_passwords;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether a text is a host: a name as the domain name system has it, with the `_` that container networks put into theirs; or an
/// address, with or without brackets.
#[must_use]
pub fn is_host(text: &str) -> bool {
    let inside = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    if let Some(address) = inside {
        return address.parse::<Ipv6Addr>().is_ok();
    }
    let is_plausible = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(is_plausible)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let name = text.strip_suffix('.').unwrap_or(text);
    text.parse::<IpAddr>().is_ok()
        || text.len() <= 253
            && name.split('.').all(is_label)
            && !name.rsplit('.').next().is_some_and(is_number)
}

/// Whether the last part of a host makes the whole an address in numbers: no domain ends so, and some programs would read `1.2.3`
/// as `1.2.0.3`.
fn is_number(label: &str) -> bool {
    let hexadecimal = label.strip_prefix("0x").or_else(|| label.strip_prefix("0X"));
    hexadecimal.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
        || label.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text is a port, of digits alone, on which something can listen.
#[must_use]
pub fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok_and(|port| port > 0)
}

/// Whether a text is the address of a service: a host, perhaps with a scheme, a port and a path.
#[must_use]
pub fn is_endpoint(text: &str) -> bool {
    let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
    let authority = rest.split('/').next().unwrap_or(rest);
    let is_scheme = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let is_of_ipv6 = authority.ends_with(']');
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !is_of_ipv6 => (host, Some(port)),
        _ => (authority, None),
    };
    is_scheme && is_host(host) && port.is_none_or(is_port) && !rest.contains(['?', '#'])
}

/// Whether a text is the name of a bucket, as S3 has it, and everybody else.
#[must_use]
pub fn is_bucket(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    (3..=63).contains(&text.len())
        && text.chars().all(|c| is_plain(c) || matches!(c, '.' | '-' | '_'))
        && text.starts_with(is_plain)
        && text.ends_with(is_plain)
        && !text.contains("..")
        && text.parse::<Ipv4Addr>().is_err()
}

/// Whether a text is the name of a topic, as Kafka has it.
#[must_use]
pub fn is_topic(name: &str) -> bool {
    let is_plausible = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    (1..=249).contains(&name.len()) && name.chars().all(is_plausible) && !matches!(name, "." | "..")
}

/// Whether a text is the name of a package of Python, as PEP 508 has it.
#[must_use]
pub fn is_package(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric();
    name.starts_with(is_plain)
        && name.ends_with(is_plain)
        && name.chars().all(|c| is_plain(c) || matches!(c, '.' | '_' | '-'))
}

/// Whether a text is an entry point of a package, `module:function`: both sides may have dots.
#[must_use]
pub fn is_entry_point(text: &str) -> bool {
    let is_identifier = |word: &str| {
        word.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && word.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    let is_path = |text: &str| text.split('.').all(is_identifier);
    text.split_once(':').is_some_and(|(module, function)| is_path(module) && is_path(function))
}

/// A reference to an image.
struct Image<'t> {
    name: &'t str,
    tag: Option<&'t str>,
    digest: Option<&'t str>,
}

impl<'t> Image<'t> {
    fn parse(text: &'t str) -> Self {
        let (named, digest) = match text.split_once('@') {
            Some((named, digest)) => (named, Some(digest)),
            None => (text, None),
        };
        // A colon before the path is that of a port.
        match named.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => Self { name, tag: Some(tag), digest },
            _ => Self { name: named, tag: None, digest },
        }
    }
}

/// Whether the name of an image says which version it is, by a tag or a digest.
#[must_use]
pub fn is_pinned_image(text: &str) -> bool {
    let Image { tag, digest, .. } = Image::parse(text);
    tag.is_some() || digest.is_some()
}

/// Whether the name of an image has a digest: no other image has it.
#[must_use]
pub fn has_digest(text: &str) -> bool {
    Image::parse(text).digest.is_some()
}

/// Whether a text is the name of an image, as the specification of distributing images (OCI) has it: with a registry in front, a tag and
/// a digest, if there are any.
#[must_use]
pub fn is_image(text: &str) -> bool {
    let Image { name, tag, digest } = Image::parse(text);
    is_image_name(name) && tag.is_none_or(is_tag) && digest.is_none_or(is_digest)
}

fn is_tag(tag: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    tag.len() <= 128
        && tag.starts_with(is_plain)
        && tag.chars().all(|c| is_plain(c) || matches!(c, '.' | '-'))
}

fn is_digest(digest: &str) -> bool {
    let is_hash = |hash: &str, length: usize| {
        hash.len() == length && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    match digest.split_once(':') {
        Some(("sha256", hash)) => is_hash(hash, 64),
        Some(("sha512", hash)) => is_hash(hash, 128),
        _ => false,
    }
}

fn is_image_name(text: &str) -> bool {
    let is_registry = |first: &str| first.contains(['.', ':']) || first == "localhost";
    let (registry, path) = match text.split_once('/') {
        Some((first, rest)) if is_registry(first) => (Some(first), rest),
        _ => (None, text),
    };
    text.len() <= 255 && registry.is_none_or(is_served) && path.split('/').all(is_image_part)
}

/// A host, perhaps with a port.
fn is_served(registry: &str) -> bool {
    match registry.rsplit_once(':') {
        Some((host, port)) => is_host(host) && is_port(port),
        None => is_host(registry),
    }
}

/// Lower case letters and digits, with separators between them: `.`, one or two `_`, or any number of `-`.
fn is_image_part(part: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let is_separator = |text: &str| matches!(text, "" | "." | "_" | "__") || text.chars().all(|c| c == '-');
    part.starts_with(is_plain) && part.ends_with(is_plain) && part.split(is_plain).all(is_separator)
}

/// Whether a text is the place of a module of WebAssembly: a file or an address, without a password.
#[must_use]
pub fn is_module(text: &str) -> bool {
    let is_bad = |c: char| c.is_whitespace() || c.is_control();
    !text.is_empty() && !text.chars().any(is_bad) && redact_passwords(text).is_none()
}

/// Whether a text is the name of a project of dbt.
#[must_use]
pub fn is_project(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Returns what is wrong with the path of a database file, and what helps. Programs that open it take some names for something else, and
/// what is written there may be in no file at all; others are of files that tools and people read for something else.
#[must_use]
pub fn database_file_error(file: &str) -> Option<(&'static str, &'static str)> {
    // A drive has one letter before its colon.
    let is_scheme =
        |word: &str| word.len() > 1 && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    let is_uri = file.contains("://") || file.split_once(':').is_some_and(|(word, _)| is_scheme(word));
    let mut parts = file.split(['/', '\\']);
    let last = parts.clone().next_back().unwrap_or_default();
    if file.starts_with(':') {
        Some(("is a database in memory, which ends with the program", "give the path of a file"))
    } else if is_uri || file.contains('?') {
        Some(("is a URI, or has parameters", "give the path of the file alone"))
    } else if !file.trim().is_empty() && matches!(last, "" | "." | "..") {
        Some(("is that of a folder", "give the name of a file in it, such as `data/warehouse.db`"))
    } else if parts.any(is_of_tools) {
        Some(("is one that tools read for something else", "give another one, such as `data/warehouse.db`"))
    } else {
        None
    }
}

/// Whether the keys of objects can begin so. Where objects are read like files, what has `.` or `..` as a part leads to other keys, several slashes are one,
/// and signs such as `*` stand for others.
#[must_use]
pub fn is_key_prefix(prefix: &str) -> bool {
    let parts = prefix.strip_suffix('/').unwrap_or(prefix).split(['/', '\\']);
    let is_plain = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(['*', '?', '[', '{']);
    !prefix.chars().any(char::is_control) && (prefix.is_empty() || parts.into_iter().all(is_plain))
}

/// Whether a part of a path is of version control, of who owns what, or of this project's own state.
fn is_of_tools(part: &str) -> bool {
    // What a name ends with is left out by some systems.
    let part = part.trim_end_matches(['.', ' ']).to_lowercase();
    part.starts_with(".git")
        || matches!(
            &*part,
            ".hg" | ".svn" | ".datasurface" | "datasurface.lock" | "datasurface.toml" | "codeowners"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(is_good: fn(&str) -> bool, good: &[&str], bad: &[&str]) {
        good.iter().for_each(|text| assert!(is_good(text), "{text}"));
        bad.iter().for_each(|text| assert!(!is_good(text), "{text}"));
    }

    #[test]
    fn hosts_are_names_or_addresses() {
        for good in [
            "db",
            "db.nw.example",
            "DB-1.example.",
            "my_db",
            "10.0.0.1",
            "::1",
            "[fe80::1]",
            "xn--bcher-kva.example",
        ] {
            assert!(is_host(good), "{good}");
        }
        for bad in [
            "",
            ".",
            "a..b",
            "http://x/y",
            "db:5432",
            "x/y",
            "-db",
            "db-",
            "[db]",
            "a b",
            "\\\\db",
            &"a".repeat(64),
            "256.1.1.1",
            "1.2.3",
            "1.2.3.",
            "db.0x1f",
            "42",
        ] {
            assert!(!is_host(bad), "{bad}");
        }
        for near in ["1.2.3.example", "3com.example", "db.1a", "0xy"] {
            assert!(is_host(near), "{near}");
        }
    }

    #[test]
    fn endpoints_are_hosts_with_what_may_be_around_them() {
        for good in [
            "https://files.example",
            "http://localhost:9000/s3",
            "files.example:9000",
            "https://[::1]:8443",
            "https://[::1]",
        ] {
            assert!(is_endpoint(good), "{good}");
        }
        for bad in
            ["https://", "https:///x", "ftp://x", "https://a:b", "https://a:0", "a?b=c", "https://1.2.3"]
        {
            assert!(!is_endpoint(bad), "{bad}");
        }
    }

    #[test]
    fn buckets_are_named_as_services_name_them() {
        for good in ["nw-lake", "a.b", "0_1", &"a".repeat(63)] {
            assert!(is_bucket(good), "{good}");
        }
        for bad in ["", "ab", "NW", "-lake", "lake.", "a..b", "10.0.0.1", "a b", &"a".repeat(64)] {
            assert!(!is_bucket(bad), "{bad}");
        }
    }

    #[test]
    fn database_files_are_files_of_their_own() {
        for good in [
            "a.db",
            "/var/data/a.db",
            "a b:c.db",
            "x/a:b.db",
            "./x",
            "..\\git\\a",
            "C:/x/.local/a.sqlite",
            "",
        ] {
            assert_eq!(database_file_error(good), None, "{good}");
        }
        for bad in [
            ":memory:",
            "file:a.db",
            "sqlite://a",
            "md:shop",
            "MotherDuck:shop",
            "a.db?mode=ro",
            "a/",
            "a/..",
            ".git/config",
            "x/.GitHub/workflows/a.yml",
            ".gitattributes",
            "docs\\CODEOWNERS",
            ".datasurface/a",
            "datasurface.lock",
            "CODEOWNERS. ",
        ] {
            assert!(database_file_error(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn prefixes_of_keys_lead_nowhere_else() {
        check(
            is_key_prefix,
            &["", "a/b/", "a..b", "...", "ü b"],
            &[
                "..", "../a", "a/../b", "./a", "a/.", "a\u{7}", "/a", "a//b", "a//", "/", "a*", "a/?",
                "{a,b}", "[a]",
            ],
        );
    }

    #[test]
    fn packages_are_named_as_an_index_names_them() {
        check(
            is_package,
            &["a", "nw-masking", "zope.interface", "A_1"],
            &["", "-a", "a.", "../../etc/passwd;rm", "a b", "ä"],
        );
    }

    #[test]
    fn entry_points_are_a_module_and_a_function() {
        let bad = ["main", "a:b:c", ":main", "run:", "a..b:main", "a:1st", "a b:c"];
        check(is_entry_point, &["run:main", "nw.run:Job.main", "_a:müll"], &bad);
    }

    #[test]
    fn images_are_named_as_registries_name_them() {
        let digest = format!("nw/maker@sha256:{}", "0a".repeat(32));
        let good = [
            &digest,
            "host:5000/a:1.2.3-rc_1",
            "img:latest",
            "maker",
            "nw/maker",
            "localhost/a",
            "registry.example:5000/nw/a__b-c.d--e",
            "a/b/c",
        ];
        let bad = [
            "",
            "img:",
            "img:.x",
            "img:latest:x",
            "a@sha256:",
            "a@md5:0",
            "a@sha256:0",
            "Maker",
            "a//b",
            "a..b",
            "a___b",
            "host:0/a",
            "host:x/a",
            "-a",
        ];
        check(is_image, &good, &bad);
    }

    #[test]
    fn modules_and_projects_have_names() {
        check(
            is_module,
            &["lib/a.wasm", "https://files.example/a.wasm"],
            &["", "a b", "https://joe:secret@files.example/a"],
        );
        check(is_project, &["nw_marts", "_1"], &["", "1st", "nw-marts", "a b"]);
    }
}
