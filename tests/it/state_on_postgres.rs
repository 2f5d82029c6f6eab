//! The command whose state is on a PostgreSQL server: every verb, and a server that is lost in the middle.

use crate::{
    laws::by_connectors,
    support::{
        example,
        postgres::{PASSWORD, Server, WRITER},
    },
};
use datasurface::model::Ecosystem;
use datasurface_test_support::certificates::Authority;
use datasurface_testkit::{
    northwind,
    strategies::{Adjustment, AdjustmentKind},
};
use postgres::Client;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;

/// A folder in which the command works: the model is `model.yaml`, the target `out`.
struct Site {
    program: PathBuf,
    folder: TempDir,
    password: &'static str,
    authorities: Option<PathBuf>,
}

/// What the command said.
#[derive(Debug)]
struct Said {
    code: Option<i32>,
    text: String,
}

const RENDER: &str = "render model.yaml --target out --on 2026-11-21";
const PLAN: &str = "plan model.yaml --target out --on 2026-11-21 --detailed-exitcode";
const UNREACHABLE: &str = "error[target/state-unreachable]";

impl Site {
    /// A site without a target; nothing if the command was not built.
    fn new() -> Option<Self> {
        let program = example("custom_platform")?;
        let folder = tempfile::tempdir().unwrap();
        let site = Self { program, folder, password: PASSWORD, authorities: None };
        site.model(&northwind());
        Some(site)
    }

    /// A site whose target begins in a database of this name, which is made anew.
    fn on(server: &Server, database: &str) -> Option<Self> {
        let site = Self::new()?;
        server.renew(database, "template1");
        site.run(&move_to("127.0.0.1", server, database)).good();
        Some(site)
    }

    fn model(&self, ecosystem: &Ecosystem) {
        let text = datasurface::document::to_yaml(&by_connectors(ecosystem));
        fs::write(self.folder.path().join("model.yaml"), text).unwrap();
    }

    fn run(&self, arguments: &str) -> Said {
        let mut command = Command::new(&self.program);
        command.args(arguments.split_whitespace()).current_dir(&self.folder);
        command.env("DATASURFACE_CREDENTIAL_EU__Ops__state", self.password);
        if let Some(authorities) = &self.authorities {
            command.env("SSL_CERT_FILE", authorities);
        }
        let output = command.output().unwrap();
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        assert!(!text.contains(self.password) && !text.contains("panicked"), "{text}");
        Said { code: output.status.code(), text }
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }
}

impl Said {
    #[track_caller]
    fn good(self) -> String {
        assert_eq!(self.code, Some(0), "{}", self.text);
        self.text
    }

    #[track_caller]
    fn fails(self, with: &str) -> String {
        assert!(self.code == Some(1) && self.text.contains(with), "{self:?}");
        self.text
    }
}

fn move_to(host: &str, server: &Server, database: &str) -> String {
    let place = format!("postgres://{WRITER}@{host}:{}/{database}?credential=EU/Ops/state", server.port);
    format!("state move --target out --to {place}")
}

/// Ends a session in place of this change of a state, from now on.
fn end_at(owner: &mut Client, change: &str) {
    let when = match change {
        "decide" => "NEW.leads_to IS NOT NULL",
        _ => "NEW.leads_to IS NULL AND OLD.leads_to IS NOT NULL",
    };
    let sql = format!(
        "CREATE OR REPLACE FUNCTION lost() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
           AS 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END';
         CREATE TRIGGER lost BEFORE UPDATE ON datasurface_state FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION lost()"
    );
    owner.batch_execute(&sql).unwrap();
}

fn end_no_more(owner: &mut Client) {
    owner.batch_execute("DROP TRIGGER lost ON datasurface_state").unwrap();
}

/// NorthWind with a column more.
fn changed() -> Ecosystem {
    Adjustment::new(AdjustmentKind::NewColumn, 0, 1).apply(northwind())
}

/// Copies a folder with everything inside.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

#[test]
fn every_verb_finds_the_state_on_a_server() {
    let Some(server) = Server::shared() else { return };
    let Some(mut site) = Site::on(server, "state_verbs") else { return };
    let shown = site.run("state show --target out").good();
    assert!(shown.contains(&format!("{WRITER}@127.0.0.1:{}/state_verbs", server.port)), "{shown}");
    assert_eq!(site.run(PLAN).code, Some(2));
    site.run(RENDER).good();
    assert_eq!(site.run(PLAN).code, Some(0));
    site.run("applied --target out").good();
    site.model(&changed());
    assert_eq!(site.run(PLAN).code, Some(2));
    site.run("revisions model.yaml --target out --on 2026-11-21").good();
    site.run("advance model.yaml --target out --on 2026-11-21").good();
    assert_eq!(site.run(PLAN).code, Some(0));
    site.run("state abandon --target out").fails("was interrupted");

    site.password = "opensesame";
    for verb in [PLAN, RENDER, "state show --target out", "state move --target out --to files"] {
        site.run(verb).fails(UNREACHABLE);
    }
    site.password = PASSWORD;
    site.run("state move --target out --to files").good();
    assert_eq!(site.run(PLAN).code, Some(0));
    let left = server.owner("state_verbs").query_one("SELECT count(*) FROM datasurface_state", &[]);
    assert_eq!(left.unwrap().get::<_, i64>(0), 0, "what was moved away is not there any more");
}

#[test]
fn a_server_that_is_lost_before_a_write_is_decided_changes_nothing() {
    let Some(server) = Server::shared() else { return };
    let Some(site) = Site::on(server, "state_undecided") else { return };
    site.run(RENDER).good();
    let mut owner = server.owner("state_undecided");
    end_at(&mut owner, "decide");
    site.model(&changed());
    site.run(RENDER).fails("error[target/");
    end_no_more(&mut owner);
    assert_eq!(site.run(PLAN).code, Some(2), "all of it is still to be done");
    site.model(&northwind());
    assert_eq!(site.run(PLAN).code, Some(0), "what was there is there");
    site.run("state abandon --target out").fails("was interrupted");
}

#[test]
fn a_server_that_is_lost_after_a_write_was_decided_is_asked_again() {
    let Some(server) = Server::shared() else { return };
    let Some(site) = Site::on(server, "state_decided") else { return };
    site.run(RENDER).good();
    let other = Site::new().unwrap();
    copy(&site.out(), &other.out());
    let mut owner = server.owner("state_decided");
    let interrupted = |owner: &mut Client| {
        end_at(owner, "complete");
        site.model(&changed());
        site.run(RENDER).fails("error[target/");
        end_no_more(owner);
    };

    // Nobody else writes meanwhile, and where it was interrupted it is finished.
    interrupted(&mut owner);
    other.run(RENDER).fails("error[target/other-state]");
    site.run(RENDER).good();
    assert_eq!(site.run(PLAN).code, Some(0));
    // A copy of before is found out.
    other.run(PLAN).fails("error[target/other-state]");

    // Where the folder is lost that it was interrupted in, it is taken back in another one.
    fs::remove_dir_all(other.out()).unwrap();
    site.model(&northwind());
    site.run(RENDER).good();
    copy(&site.out(), &other.out());
    interrupted(&mut owner);
    other.run(PLAN).fails("error[target/other-state]");
    other.run("state abandon --target out").good();
    let lock = "datasurface.lock";
    fs::copy(site.folder.path().join(lock), other.folder.path().join(lock)).unwrap();
    site.run(PLAN).fails("error[target/other-state]");
}

#[test]
fn a_server_elsewhere_proves_who_it_is_by_a_certificate() {
    let Some(server) = Server::start() else { return };
    let Some(mut site) = Site::new() else { return };
    server.renew("state_tls", "template1");
    let authority = Authority::new("an authority");
    let pem = |name: &str, authority: &Authority| {
        let file = site.folder.path().join(name);
        fs::write(&file, authority.pem()).unwrap();
        Some(file)
    };
    let (known, another) = (pem("known.pem", &authority), pem("another.pem", &Authority::new("another")));
    // Who writes is let in with TLS alone.
    let rules = format!(
        "host all postgres 127.0.0.1/32 scram-sha-256\nhostssl all {WRITER} 127.0.0.1/32 scram-sha-256\n"
    );
    server.speak_tls(&authority, &authority.server(&["db.example"]), &rules);
    // Another name of this machine, which is not known to be one.
    let there = move_to("LOCALHOST", &server, "state_tls");
    site.authorities = known.clone();
    site.run(&there).fails(UNREACHABLE);
    server.speak_tls(&authority, &authority.server(&["localhost"]), &rules);
    for authorities in [None, another] {
        site.authorities = authorities;
        site.run(&there).fails(UNREACHABLE);
    }
    assert!(!site.out().join(".datasurface/state.json").exists());

    site.authorities = known;
    site.run(&there).good();
    site.run(RENDER).good();
    assert_eq!(site.run(PLAN).code, Some(0));
    site.authorities = None;
    site.run(PLAN).fails(UNREACHABLE);
    // Without TLS, nobody is let in: so it was spoken.
    site.run(&move_to("127.0.0.1", &server, "state_tls")).fails(UNREACHABLE);
}
