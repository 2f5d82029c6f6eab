//! Running both platforms, also in a process that is aborted.

use super::model::{TABLES, VAULT};
use datasurface_kafka::KafkaPlatform;
use datasurface_local::{LocalPlatform, testing::Breakpoint};
use datasurface_platform::{EnvironmentCredentials, RunReport, RunRequest, prelude::*};
use datasurface_testkit::Deployment;
use std::{
    collections::BTreeMap,
    env, fs,
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::SystemTime,
};

const FOLDER: &str = "DATASURFACE_TWO_PLATFORMS_FOLDER";
const STOP_AT: &str = "DATASURFACE_TWO_PLATFORMS_STOP_AT";

/// Makes local platforms that tell what they are about to do.
#[derive(Debug)]
struct Told {
    typed: TypedFactory<LocalPlatform>,
    breakpoint: Breakpoint,
}

impl PlatformFactory for Told {
    fn kind(&self) -> &PlatformKind {
        self.typed.kind()
    }

    fn version(&self) -> &Version {
        self.typed.version()
    }

    fn config_schema(&self) -> Json {
        self.typed.config_schema()
    }

    fn create(&self, instance: &PlatformInstance) -> Result<Box<dyn DataPlatform>, PlatformError> {
        let config = serde_json::from_str(instance.config.as_str()).unwrap();
        Ok(Box::new(LocalPlatform::configure(instance, config)?.with_breakpoint(self.breakpoint.clone())))
    }
}

pub(crate) fn deployment(folder: &Path) -> Deployment {
    telling(folder, Breakpoint::default())
}

fn telling(folder: &Path, breakpoint: Breakpoint) -> Deployment {
    let told = Told { typed: TypedFactory::new(), breakpoint };
    let registry = Registry::new().with_plugin::<KafkaPlatform>().with_factory(told);
    let mut deployment = Deployment::new(registry, folder, "2026-11-25".parse().unwrap());
    deployment.set_now(SystemTime::now().into());
    deployment
}

/// What a run of both does, whether it went well or not.
pub(super) fn run(folder: &Path) -> BTreeMap<PlatformName, RunReport> {
    deployment(folder).run(&EnvironmentCredentials, &RunRequest::until_idle()).unwrap()
}

/// Runs both until nothing moves. Returns the last batch of each table.
#[track_caller]
pub(super) fn batches(folder: &Path) -> BTreeMap<String, u64> {
    let reports = run(folder);
    for (platform, report) in &reports {
        assert_eq!(report.failures, [], "{platform}");
    }
    let datasets = &reports[&PlatformName::from(VAULT)].datasets;
    assert_eq!(datasets.len(), TABLES.len());
    datasets.iter().map(|run| (run.dataset.dataset.to_string(), run.batch)).collect()
}

/// Reads on in topics, without waiting for them. Returns what was done, step by step.
pub(super) fn read_on(folder: &Path) -> Vec<String> {
    let steps = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&steps);
    let breakpoint = Breakpoint::new(move |step| told.lock().unwrap().push(step.to_owned()));
    let reports = telling(folder, breakpoint).run(&EnvironmentCredentials, &RunRequest::default()).unwrap();
    assert_eq!(reports[&PlatformName::from(VAULT)].failures, []);
    let steps = steps.lock().unwrap();
    steps.clone()
}

/// Not a test of its own: reads on in a process that is aborted before a step.
#[test]
fn child() {
    let Ok(folder) = env::var(FOLDER) else { return };
    let stop_at: usize = env::var(STOP_AT).unwrap().parse().unwrap();
    let count = AtomicUsize::new(0);
    let stop = Breakpoint::new(move |_| {
        if count.fetch_add(1, Ordering::SeqCst) == stop_at {
            std::process::abort();
        }
    });
    telling(Path::new(&folder), stop).run(&EnvironmentCredentials, &RunRequest::default()).unwrap();
}

/// Reads on in topics, and is aborted before the step of this number.
pub(super) fn read_until_aborted(folder: &Path, stop_at: usize) {
    let status = Command::new(env::current_exe().unwrap())
        .args(["two_platforms::running::child", "--exact"])
        .env(FOLDER, folder)
        .env(STOP_AT, stop_at.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert_eq!(status.code(), None, "it is aborted before the step {stop_at}");
}

/// Copies all that a local platform has in a folder to another one, in place of what is there.
pub(super) fn copy_vault(from: &Path, to: &Path) {
    let entries = |folder: &Path| -> Vec<_> {
        let all = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        all.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("vault.db")).collect()
    };
    for path in entries(to) {
        if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
    }
    for path in entries(from) {
        let target = to.join(path.file_name().unwrap());
        if !path.is_dir() {
            fs::copy(&path, target).unwrap();
            continue;
        }
        fs::create_dir(&target).unwrap();
        for file in fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()) {
            fs::copy(&file, target.join(file.file_name().unwrap())).unwrap();
        }
    }
}
