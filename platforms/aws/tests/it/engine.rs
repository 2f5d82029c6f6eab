//! Spark with Iceberg, where tests find it.

use crate::skipped::skipped;
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A Python with PySpark of the version that the rendered version of Glue has, and the jar of Iceberg.
pub(crate) struct Spark {
    python: PathBuf,
    pub(crate) jar: PathBuf,
}

impl Spark {
    /// The engine in the folder that `DATASURFACE_SPARK` names, or in the cache of the user. Without one, the test is skipped.
    pub(crate) fn find() -> Option<Self> {
        let named = env::var_os("DATASURFACE_SPARK").map(PathBuf::from);
        let home = env::var_os("HOME").map(|home| Path::new(&home).join(".cache/datasurface"));
        let folder = named.or(home)?;
        let python = folder.join("spark/bin/python");
        let jar = fs::read_dir(folder.join("jars")).into_iter().flatten().find_map(|entry| {
            let path = entry.ok()?.path();
            let name = path.file_name()?.to_str()?;
            name.starts_with("iceberg-spark-runtime-3.5_2.12-").then_some(path.clone())
        });
        match jar.filter(|_| python.exists()) {
            Some(jar) => Some(Self { python, jar }),
            None => {
                skipped(&format!("there is no Spark with Iceberg in {}", folder.display()));
                None
            }
        }
    }

    /// Runs a program of `tests/spark`, and returns what it printed.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> String {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/spark");
        let output = Command::new(&self.python)
            .arg(folder.join(program))
            .args(arguments)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("PYSPARK_PYTHON", &self.python)
            .env("SPARK_LOCAL_IP", "127.0.0.1")
            .env_remove("SPARK_HOME")
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(output.status.success(), "{}\n{}", text(&output.stdout), text(&output.stderr));
        text(&output.stdout)
    }
}
