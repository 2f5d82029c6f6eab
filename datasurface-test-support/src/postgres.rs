//! A PostgreSQL server that is thrown away.
//!
//! A shell holds a pipe from this process and the server; when the pipe closes, because the server is dropped here or
//! because this process ended, however it ended, the shell stops the server and removes its files. Nothing is left.

use crate::certificates::{Authority, Certified};
use postgres::{Client, Config, NoTls};
use std::{
    fmt,
    io::Write as _,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

/// A user who may read everything, and write nothing.
pub const USER: &str = "capturer";
/// The user who may write into databases of consumers.
pub const WRITER: &str = "writer";
/// The password of every user, with a colon, which a password may have.
pub const PASSWORD: &str = "hunter2:correct horse";

/// A server, until it is dropped or this process ends. Nothing of it survives.
pub struct Server {
    shell: Child,
    folder: PathBuf,
    administrator: Mutex<Option<Client>>,
    /// The port at 127.0.0.1.
    pub port: u16,
}

/// Arguments: the folder, the programs, the port, the password.
const SCRIPT: &str = r#"
set -e
mkdir -m 700 "$1"
trap 'rm -rf "$1"' EXIT
printf '%s\n' "$4" > "$1/password"
"$2/initdb" -D "$1/data" -U postgres -N -E UTF8 --locale=C --pwfile="$1/password" \
  --auth-host=scram-sha-256 --auth-local=trust > "$1/log" 2>&1
start() {
  "$2/postgres" -D "$1/data" -p "$3" -k "$1" -h 127.0.0.1 -c fsync=off -c max_connections=100 -c wal_level=logical \
    >> "$1/log" 2>&1 < /dev/null &
  server=$!
}
stop() {
  kill -QUIT "$server" || true
  wait "$server" || true
}
start "$@"
while read -r order; do
  case $order in
    stop) stop ;;
    start) start "$@" ;;
  esac
done
stop
"#;

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("port", &self.port).finish_non_exhaustive()
    }
}

impl Server {
    /// Returns the server of this process; none, with a line that says so, if PostgreSQL is not installed. Each test has databases of its own in it.
    pub fn shared() -> Option<&'static Self> {
        static SERVER: OnceLock<Option<Server>> = OnceLock::new();
        SERVER.get_or_init(Self::start).as_ref()
    }

    /// Starts another server, for a test that crashes it or changes its settings.
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            crate::skipped("PostgreSQL is not installed: no `initdb` in PATH or /usr/lib/postgresql/*/bin");
            return None;
        };
        // Somebody else may take the port before the server has it.
        (0..3).find_map(|_| Self::try_start(&programs)).or_else(|| panic!("PostgreSQL does not start"))
    }

    fn try_start(programs: &Path) -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        // Nothing here has to survive.
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let folder = parent.join(format!("datasurface-postgres-{}-{number}", std::process::id()));
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let shell = shell()
            .args(["-c", SCRIPT, "sh"])
            .arg(&folder)
            .arg(programs)
            .args([&port.to_string(), PASSWORD])
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut server = Self { shell, folder, administrator: Mutex::default(), port };
        let until = Instant::now() + Duration::from_secs(90);
        while Instant::now() < until && server.shell.try_wait().unwrap().is_none() {
            if let Ok(mut client) = server.config("postgres", "postgres").connect(NoTls) {
                let create = format!(
                    "CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}' IN ROLE pg_read_all_data;
                     CREATE ROLE {WRITER} LOGIN PASSWORD '{PASSWORD}'"
                );
                client.batch_execute(&create).unwrap();
                return Some(server);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        None
    }

    fn config(&self, user: &str, database: &str) -> Config {
        let mut config = Config::new();
        config.host("127.0.0.1").port(self.port).user(user).password(PASSWORD).dbname(database);
        config
    }

    /// Returns the folder of its socket, where every user is trusted.
    pub fn socket(&self) -> String {
        self.folder.to_str().unwrap().to_owned()
    }

    /// Connects as the owner of the server to a database, which is made if it is not there.
    pub fn owner(&self, database: &str) -> Client {
        self.administer(|client| {
            let there = client.query("SELECT 1 FROM pg_database WHERE datname = $1", &[&database])?;
            if there.is_empty() {
                client.batch_execute(&format!("CREATE DATABASE \"{database}\""))
            } else {
                Ok(())
            }
        });
        self.config("postgres", database).connect(NoTls).unwrap()
    }

    /// Makes a database of a consumer anew: an empty one, or a copy of another one.
    pub fn renew(&self, database: &str, like: &str) {
        self.administer(|client| {
            client.batch_execute(&format!("DROP DATABASE IF EXISTS \"{database}\" WITH (FORCE)"))?;
            client
                .batch_execute(&format!("CREATE DATABASE \"{database}\" OWNER {WRITER} TEMPLATE \"{like}\""))
        });
    }

    /// Does something on a connection that is kept: making one costs as much as most of what is done.
    fn administer(&self, work: impl Fn(&mut Client) -> Result<(), postgres::Error>) {
        // Another test may have failed with it.
        let mut kept = self.administrator.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.as_ref().is_none_or(Client::is_closed) {
            *kept = Some(self.config("postgres", "postgres").connect(NoTls).unwrap());
        }
        let client = kept.as_mut().unwrap();
        match work(client) {
            Err(_) if client.is_closed() => {
                // The server was stopped meanwhile.
                *client = self.config("postgres", "postgres").connect(NoTls).unwrap();
                work(client).unwrap();
            }
            done => done.unwrap(),
        }
    }

    /// Writes a file into the folder of its data, which only its own user may read.
    pub fn write_file(&self, file: &str, text: &str) {
        let sql = format!(
            "COPY (SELECT replace(encode(convert_to('{text}', 'UTF8'), 'base64'), E'\\n', ''))
             TO PROGRAM 'umask 077; base64 -d > {file}'"
        );
        self.owner("postgres").batch_execute(&sql).unwrap();
    }

    /// Speaks TLS with this certificate from now on, and lets in those whom these lines of `pg_hba.conf` let in. Users show certificates of the authority.
    pub fn speak_tls(&self, authority: &Authority, certified: &Certified, rules: &str) {
        self.write_file("pg_hba.conf", rules);
        self.write_file("authority.pem", &authority.pem());
        self.write_file("server.pem", &certified.certificate);
        self.write_file("server.key", &certified.key);
        let mut owner = self.owner("postgres");
        for setting in [
            "ssl_ca_file = 'authority.pem'",
            "ssl_cert_file = 'server.pem'",
            "ssl_key_file = 'server.key'",
            "ssl = on",
        ] {
            owner.batch_execute(&format!("ALTER SYSTEM SET {setting}")).unwrap();
        }
        let loaded = || -> String {
            let sql = "SELECT pg_conf_load_time()::text";
            self.owner("postgres").query_one(sql, &[]).unwrap().get(0)
        };
        let before = loaded();
        owner.batch_execute("SELECT pg_reload_conf()").unwrap();
        let until = Instant::now() + Duration::from_secs(20);
        while loaded() == before {
            assert!(Instant::now() < until, "the server does not read its settings again");
        }
    }

    /// Stops it as a power cut would, and leaves its files as they are.
    pub fn crash(&mut self) {
        self.order("stop");
        while self.config("postgres", "postgres").connect(NoTls).is_ok() {
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Starts it again after a crash, and waits until it is ready.
    pub fn recover(&mut self) {
        self.order("start");
        let until = Instant::now() + Duration::from_secs(90);
        while self.config("postgres", "postgres").connect(NoTls).is_err() {
            assert!(Instant::now() < until, "PostgreSQL does not recover");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn order(&mut self, order: &str) {
        let orders = self.shell.stdin.as_mut().unwrap();
        orders.write_all(format!("{order}\n").as_bytes()).unwrap();
    }

    /// Stops it as a power cut would.
    pub fn kill(&mut self) {
        drop(self.shell.stdin.take());
        self.shell.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// PostgreSQL refuses to run as root.
fn shell() -> Command {
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    if !root {
        return Command::new("sh");
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--", "sh"]);
    command
}

/// Where `initdb` and `postgres` are, the newest first.
fn programs() -> Option<PathBuf> {
    let in_path = std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut installed: Vec<PathBuf> = installed.map(|version| version.path().join("bin")).collect();
    installed.sort();
    let folders = in_path.unwrap_or_default().into_iter().chain(installed.into_iter().rev());
    folders
        .filter_map(|folder| folder.join("initdb").canonicalize().ok())
        .filter_map(|initdb| initdb.parent().map(Path::to_owned))
        .find(|folder| folder.join("postgres").is_file())
}
