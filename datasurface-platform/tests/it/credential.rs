//! Secrets from the environment.

use datasurface_model::CredentialKey;
use datasurface_platform::{CredentialSource as _, EnvironmentCredentials, credential_variable};
use proptest::prelude::*;
use std::{ffi::OsStr, fs, process::Command};

const KEY: &str = "EU/R & D/of_a_test";
const HOST: &str = "db.example.org";
const ASKED: &str = "DATASURFACE_TEST_ASKS";

/// A process cannot safely change its own environment, so this test runs itself once more for each environment, and says what it
/// was given.
#[test]
fn what_is_asked_in_an_environment() {
    if std::env::var_os(ASKED).is_some() {
        match EnvironmentCredentials.secret(&KEY.into(), HOST) {
            Ok(secret) => println!("[secret {:?}]", secret.reveal()),
            Err(error) => println!("[{error}]"),
        }
    }
}

fn asked<V: AsRef<OsStr>>(environment: &[(&str, V)]) -> String {
    let variable = credential_variable(&KEY.into());
    let mut again = Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", "credential::what_is_asked_in_an_environment", "--nocapture"]).env(ASKED, "1");
    again.envs(environment.iter().map(|(suffix, value)| (format!("{variable}{suffix}"), value)));
    let said = String::from_utf8(again.output().unwrap().stdout).unwrap();
    let (_, said) = said.split_once('[').unwrap();
    said.rsplit_once(']').unwrap().0.replace(&variable, "VARIABLE")
}

#[test]
fn a_file_has_the_secret_in_its_first_line() {
    let path = std::env::temp_dir().join(format!("datasurface-credential-{}", std::process::id()));
    let with = |text: &str| {
        fs::write(&path, text).unwrap();
        asked(&[("_FILE", &path)])
    };
    for text in
        ["user: a password ", "user: a password \n", "user: a password \r\n", "user: a password \nsecond\n\n"]
    {
        assert_eq!(with(text), "secret \"user: a password \"", "{text:?}");
    }
    let nothing = "there is no value for the credential `EU/R & D/of_a_test`; the first line of the file that VARIABLE_FILE \
        names is empty";
    assert_eq!(with(""), nothing);
    assert_eq!(with("\nuser:password"), nothing);
    fs::remove_file(path).unwrap();
}

#[test]
fn a_secret_is_for_the_host_that_is_set() {
    assert_eq!(asked(&[("", "u:p")]), "secret \"u:p\"");
    for same in [HOST, "DB.example.org."] {
        assert_eq!(asked(&[("", "u:p"), ("_HOST", same)]), "secret \"u:p\"");
    }
    let other = asked(&[("", "u:hunter2"), ("_HOST", "db.example.com")]);
    assert_eq!(
        other,
        "there is no value for the credential `EU/R & D/of_a_test`; VARIABLE_HOST keeps it for the host \
         `db.example.com`, and this is `db.example.org`"
    );
}

#[test]
fn what_is_no_secret_is_told_by_its_variable() {
    let nothing: [(&str, &str); 0] = [];
    assert!(asked(&nothing).ends_with("; set VARIABLE or VARIABLE_FILE"));
    assert!(asked(&[("", "")]).ends_with("; VARIABLE is empty"));
    assert!(asked(&[("_FILE", "")]).ends_with("; VARIABLE_FILE is empty"));
    assert!(asked(&[("", "u:p"), ("_HOST", "")]).ends_with("; VARIABLE_HOST is empty"));
    assert!(
        asked(&[("_FILE", "/no/such/file")]).ends_with("; the file that VARIABLE_FILE names cannot be read")
    );
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        let garbage = OsStr::from_bytes(b"u:\xff");
        assert!(asked(&[("", garbage)]).ends_with("; VARIABLE is no Unicode text"));
        assert!(
            asked(&[("", OsStr::new("u:p")), ("_HOST", garbage)])
                .ends_with("; VARIABLE_HOST is no Unicode text")
        );
    }
}

/// Names that a sloppy encoding would confuse.
fn keys() -> impl Strategy<Value = CredentialKey> {
    let part = || {
        let piece = prop::sample::select(vec![
            "a", "A", "Z", "ZZ", "z", "_", "__", "x", "20", "Z20Z", " ", "ä", "-", "FILE", "_FILE", "HOST",
            "_HOST",
        ]);
        prop_oneof![prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat()), any::<String>(),]
    };
    (part(), part(), part()).prop_map(|(zone, team, name)| CredentialKey::new(zone, team, name))
}

/// Reads a variable back.
fn decoded(variable: &str) -> CredentialKey {
    let parts = variable.strip_prefix("DATASURFACE_CREDENTIAL_").unwrap().split("__").map(|part| {
        let mut read = String::new();
        let mut rest = part;
        while let Some(letter) = rest.chars().next() {
            rest = &rest[1..];
            if letter != 'Z' {
                read.push(letter);
                continue;
            }
            let (code, after) = rest.split_once('Z').unwrap();
            rest = after;
            match code {
                "" => read.push('Z'),
                "x" => {}
                code => read.push(char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap()),
            }
        }
        read
    });
    let parts: Vec<String> = parts.collect();
    let [zone, team, name] = parts.try_into().unwrap();
    CredentialKey::new(zone, team, name)
}

proptest! {
    /// A variable can be read back, so no two credentials have the same one.
    #[test]
    fn a_variable_is_of_one_credential(key in keys()) {
        let variable = credential_variable(&key);
        prop_assert!(variable.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_'), "{variable}");
        // No variable ends with `_`.
        let main = ["_FILE", "_HOST"].into_iter().find_map(|suffix| variable.strip_suffix(suffix));
        prop_assert!(main.is_none_or(|main| main.ends_with('_')) && !variable.ends_with('_'), "{variable}");
        prop_assert_eq!(decoded(&variable), key);
    }
}
