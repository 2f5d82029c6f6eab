//! Spark with Iceberg, where tests find it.

use super::{SPARK_PROGRAMS, skipped};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// A Python with PySpark of the version that the rendered version of Glue has, and the jar of Iceberg.
pub(crate) struct Spark {
    python: PathBuf,
    jars: Vec<PathBuf>,
}

const ICEBERG: &str = "iceberg-spark-runtime-3.5_2.12-";
const POSTGRES: &str = "postgresql-";

impl Spark {
    /// The engine in the folder that `DATASURFACE_SPARK` names, or in the cache of the user. Without one, the test is skipped.
    pub(crate) fn find() -> Option<Self> {
        Self::find_with(&[ICEBERG])
    }

    /// The same engine, with a driver for PostgreSQL.
    pub(crate) fn find_with_postgres() -> Option<Self> {
        Self::find_with(&[ICEBERG, POSTGRES])
    }

    fn find_with(wanted: &[&str]) -> Option<Self> {
        let named = env::var_os("DATASURFACE_SPARK").map(PathBuf::from);
        let home = env::var_os("HOME").map(|home| Path::new(&home).join(".cache/datasurface"));
        let folder = named.or(home)?;
        let python = folder.join("spark/bin/python");
        let there = fs::read_dir(folder.join("jars")).into_iter().flatten().flatten();
        let there: Vec<PathBuf> = there.map(|entry| entry.path()).collect();
        let is_jar = |path: &Path, name: &str| {
            path.file_name().and_then(|file| file.to_str()).is_some_and(|file| file.starts_with(name))
        };
        let find = |name: &&str| there.iter().find(|path| is_jar(path, name)).cloned();
        let jars: Option<Vec<PathBuf>> = wanted.iter().map(find).collect();
        match jars.filter(|_| python.exists()) {
            Some(jars) => Some(Self { python, jars }),
            None => {
                skipped(&format!("there is no Spark with {} in {}", wanted.join(" and "), folder.display()));
                None
            }
        }
    }

    /// The jars, as Spark takes a list of them.
    pub(crate) fn jars(&self) -> String {
        let jars: Vec<&str> = self.jars.iter().map(|path| path.to_str().unwrap()).collect();
        jars.join(",")
    }

    /// Runs a program of the folder with those of tests, and returns what it printed.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> String {
        let output = self.command(program, arguments).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(output.status.success(), "{}\n{}", text(&output.stdout), text(&output.stderr));
        text(&output.stdout)
    }

    /// Starts a program of that folder, whose input and output are pipes.
    pub(crate) fn start(&self, program: &str, arguments: &[&str]) -> Child {
        let mut command = self.command(program, arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(SPARK_PROGRAMS);
        let mut command = Command::new(&self.python);
        command
            .arg(folder.join(program))
            .args(arguments)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("PYSPARK_PYTHON", &self.python)
            // Python shows moments in the time zone of the machine.
            .env("TZ", "UTC")
            .env("SPARK_LOCAL_IP", "127.0.0.1")
            // It runs for a minute: the best of all machine code would come too late.
            .env("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
            .env_remove("SPARK_HOME");
        command
    }
}
