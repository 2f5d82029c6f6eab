//! Secrets from the environment.

use datasurface_platform::{CredentialSource as _, EnvironmentCredentials};
use std::{fs, process::Command};

const FILE: &str = "DATASURFACE_CREDENTIAL_OF_A_TEST_FILE";

/// A process cannot safely change its own environment, so this test runs itself once more for each text of a file.
#[test]
fn a_file_has_the_secret_in_its_first_line() {
    if std::env::var_os(FILE).is_some() {
        let secret = EnvironmentCredentials.secret(&"of_a_test".into()).unwrap();
        assert_eq!(secret.reveal(), "user: a password ");
        return;
    }
    let path = std::env::temp_dir().join(format!("datasurface-credential-{}", std::process::id()));
    for text in
        ["user: a password ", "user: a password \n", "user: a password \r\n", "user: a password \nsecond\n\n"]
    {
        fs::write(&path, text).unwrap();
        let mut again = Command::new(std::env::current_exe().unwrap());
        again.args(["--exact", "credential::a_file_has_the_secret_in_its_first_line"]).env(FILE, &path);
        let ran = again.output().unwrap();
        assert!(ran.status.success(), "{text:?}: {}", String::from_utf8_lossy(&ran.stdout));
        assert!(String::from_utf8_lossy(&ran.stdout).contains("1 passed"), "{text:?}");
    }
    fs::remove_file(path).unwrap();
}
