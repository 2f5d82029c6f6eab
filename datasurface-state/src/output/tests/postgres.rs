//! A real PostgreSQL server, which is thrown away, and what becomes of writes when it goes.
//!
//! A shell holds a pipe from this process. When that closes, however this process ended, the shell stops the server and removes its files.

use super::{
    Place, Store, in_store, killed,
    processes::order,
    stores::{TestCredentials, move_to},
};
use crate::output::state::StatePlace;
use datasurface_model::CredentialKey;
use datasurface_platform::{CredentialError, CredentialSource, Secret};
use std::{
    env, fs,
    io::Write as _,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

pub(super) const PASSWORD: &str = "hunter2:correct horse";

/// Arguments: the folder, the programs, the port, the password. Each line of the input stops the server as a power cut would, and starts it again.
const SCRIPT: &str = r#"
set -e
mkdir -m 700 "$1"
trap 'rm -rf "$1"' EXIT
printf '%s\n' "$4" > "$1/password"
"$2/initdb" -D "$1/data" -U ops -N -E UTF8 --locale=C --pwfile="$1/password" -A scram-sha-256 > "$1/log" 2>&1
start() {
  "$2/postgres" -D "$1/data" -p "$3" -k "$1" -h 127.0.0.1 -c fsync=off -c max_connections=90 >> "$1/log" 2>&1 < /dev/null &
  server=$!
}
stop() {
  kill -QUIT "$server" || true
  wait "$server" || true
}
start "$@"
while read -r line; do
  stop
  start "$@"
done
stop
"#;

#[derive(Debug)]
pub(super) struct Server {
    shell: Child,
    programs: PathBuf,
    port: u16,
}

impl Server {
    /// The server of this process; none where PostgreSQL is not installed.
    pub(super) fn shared() -> Option<&'static Self> {
        static SERVER: OnceLock<Option<Server>> = OnceLock::new();
        SERVER.get_or_init(Self::start).as_ref()
    }

    fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            assert!(env::var_os("DATASURFACE_TEST_REQUIRE").is_none(), "PostgreSQL is not installed");
            return None;
        };
        (0..3).find_map(|_| Self::try_start(&programs)).or_else(|| panic!("PostgreSQL does not start"))
    }

    fn try_start(programs: &Path) -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() { memory.to_owned() } else { env::temp_dir() };
        let folder = parent.join(format!("datasurface-state-{}-{number}", std::process::id()));
        // Somebody else may take the port before the server has it.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let is_root = Command::new("id").arg("-u").output().is_ok_and(|said| said.stdout == b"0\n");
        let mut shell = Command::new(if is_root { "runuser" } else { "sh" });
        if is_root {
            // PostgreSQL refuses to run as root.
            shell.args(["-u", "postgres", "--", "sh"]);
        }
        let shell = shell.args(["-c", SCRIPT, "sh"]).arg(&folder).arg(programs);
        let shell = shell.args([&port.to_string(), PASSWORD]).current_dir("/").stdin(Stdio::piped());
        let shell = shell.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut server = Self { shell, programs: programs.to_owned(), port };
        let until = Instant::now() + Duration::from_secs(90);
        while Instant::now() < until && server.shell.try_wait().unwrap().is_none() {
            if server.says("SELECT 1") {
                return Some(server);
            }
            thread::sleep(Duration::from_millis(50));
        }
        None
    }

    /// Whether the server does this.
    fn says(&self, sql: &str) -> bool {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args([
            "-qAt",
            "-h",
            "127.0.0.1",
            "-p",
            &self.port.to_string(),
            "-U",
            "ops",
            "-d",
            "postgres",
            "-c",
            sql,
        ]);
        let said = psql.env("PGPASSWORD", PASSWORD).output().unwrap();
        said.status.success()
    }

    fn crash(&mut self) {
        self.shell.stdin.as_mut().unwrap().write_all(b"crash\n").unwrap();
    }

    pub(super) fn place(&self, name: String) -> StatePlace {
        StatePlace::Postgres {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            database: "postgres".to_owned(),
            user: "ops".to_owned(),
            credential: "EU/Ops/state".to_owned(),
            name,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

/// Where the programs of PostgreSQL are, the newest first.
fn programs() -> Option<PathBuf> {
    let path = env::var_os("PATH").map(|path| env::split_paths(&path).collect::<Vec<_>>());
    let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut installed: Vec<PathBuf> = installed.map(|version| version.path().join("bin")).collect();
    installed.sort();
    let folders = path.unwrap_or_default().into_iter().chain(installed.into_iter().rev());
    let mut folders =
        folders.filter_map(|folder| Some(folder.join("initdb").canonicalize().ok()?.parent()?.to_owned()));
    folders.find(|folder| folder.join("postgres").is_file() && folder.join("psql").is_file())
}

/// Lets a process write without end while something is done to its server, and looks at what it leaves.
fn endured(mut disturb: impl FnMut(&mut Server)) {
    let Some(mut server) = Server::start() else { return };
    let place = Place::new();
    let name = place.folder.path().display().to_string();
    move_to(&place, &server.place(name)).unwrap();
    place.write(&killed::old()).unwrap();
    let mut child = order(&place, "endure");
    for _ in 0..40 {
        thread::sleep(Duration::from_millis(60));
        disturb(&mut server);
        assert!(child.try_wait().unwrap().is_none(), "it found something that it should not");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let until = Instant::now() + Duration::from_secs(60);
    while !server.says("SELECT 1") {
        assert!(Instant::now() < until, "PostgreSQL does not recover");
        thread::sleep(Duration::from_millis(50));
    }
    let mut target = place.open();
    target.finish(Some(&place.lock())).unwrap();
    let target = place.open();
    assert!(target.inspect().unwrap().is_empty());
    let is_new = target.manifest() == Some(&killed::new().manifest());
    let now = if is_new { killed::new() } else { killed::old() };
    assert_eq!(target.manifest(), Some(&now.manifest()));
    assert_eq!(fs::read_to_string(place.lock()).unwrap(), now.lock);
    let counts = fs::read_to_string(place.folder.path().join("counts")).unwrap();
    let counts: Vec<u32> = counts.split_whitespace().map(|count| count.parse().unwrap()).collect();
    assert!(counts.iter().all(|count| *count > 5), "writes that were done, and that were not: {counts:?}");
}

#[test]
fn connections_that_are_lost_at_any_moment_lose_nothing() {
    endured(|server| {
        let all =
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'datasurface'";
        assert!(server.says(all));
    });
}

#[test]
fn a_server_that_crashes_loses_nothing() {
    let mut round = 0;
    endured(|server| {
        round += 1;
        if round % 8 == 0 {
            server.crash();
        }
    });
}

#[test]
fn a_server_elsewhere_speaks_tls_or_is_refused() {
    let Some(server) = Server::shared() else { return };
    // Another name of this machine, which is not known to be one.
    let StatePlace::Postgres { port, database, user, credential, name, .. } = server.place("any".to_owned())
    else {
        panic!("another place");
    };
    let host = "LOCALHOST".to_owned();
    let elsewhere = StatePlace::Postgres { host, port, database, user, credential, name };
    #[derive(Debug)]
    struct Anywhere;
    impl CredentialSource for Anywhere {
        fn secret(&self, _: &CredentialKey, _: &str) -> Result<Secret, CredentialError> {
            Ok(Secret::new(PASSWORD))
        }
    }
    let place = Place::new();
    let error = place.open().move_state(Some(&elsewhere), &Anywhere).unwrap_err();
    assert_eq!(error.diagnostic().code(), "target/state-unreachable");
    assert!(error.to_string().contains("TLS") || error.to_string().contains("authority"), "{error}");
    assert_eq!(place.open().state_place(), None);
}

#[test]
fn a_password_that_is_wrong_or_missing_is_in_no_message() {
    #[derive(Debug)]
    struct Wrong;
    impl CredentialSource for Wrong {
        fn secret(&self, _: &CredentialKey, _: &str) -> Result<Secret, CredentialError> {
            Ok(Secret::new("opensesame"))
        }
    }
    if Server::shared().is_none() {
        return;
    }
    in_store(Store::Postgres, || {
        let place = Place::new();
        place.write(&killed::old()).unwrap();
        let wrong = crate::output::Target::open_with_credentials(place.root(), &Wrong).unwrap_err();
        let missing = crate::output::Target::open(place.root()).unwrap_err();
        for error in [&wrong, &missing] {
            assert_eq!(error.diagnostic().code(), "target/state-unreachable");
            assert!(!format!("{error:?}").contains("opensesame") && !format!("{error:?}").contains(PASSWORD));
        }
        assert!(wrong.to_string().contains("password authentication failed"), "{wrong}");
        assert!(missing.to_string().contains("EU/Ops/state"), "{missing}");
        assert!(crate::output::Target::open_with_credentials(place.root(), &TestCredentials).is_ok());
    });
}
