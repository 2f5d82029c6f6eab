//! Programs in Java that end with this process.

use super::{Engines, TestingError, failed};
use std::{
    fs,
    net::{Ipv4Addr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// A program that runs until it is killed, this value is dropped, or this process ends.
#[derive(Debug)]
pub(super) struct Program {
    shell: Child,
    name: &'static str,
    log: PathBuf,
}

/// Arguments: the log, the command. The shell ends with the command; when the pipe from this process closes, the command is killed.
const SCRIPT: &str = r#"
log=$1
shift
exec 3<&0
"$@" > "$log" 2>&1 < /dev/null 3<&- &
command=$!
{ cat <&3 > /dev/null; kill -KILL "$command"; } 2> /dev/null &
watcher=$!
wait "$command"
kill "$watcher"
"#;

/// Little memory and a quick start: these programs live for seconds.
const OPTIONS: [&str; 4] =
    ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true"];

const LOGGING: &str = "\
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n
";

/// What Flink says again and again.
const QUIET: &str = "\
logger.workflow.name = org.apache.flink.table.factories
logger.workflow.level = error
logger.metrics.name = org.apache.flink.metrics
logger.metrics.level = error
";

const STARTING: Duration = Duration::from_secs(120);

fn command(engines: &Engines, folder: &Path, main: &str) -> Result<Vec<String>, TestingError> {
    let logging = folder.join("log4j2.properties");
    fs::write(&logging, LOGGING).map_err(failed("writing a configuration"))?;
    let mut command = vec!["java".to_owned()];
    command.extend(OPTIONS.map(str::to_owned));
    command.push(format!("-Dlog4j2.configurationFile={}", logging.display()));
    command.extend(["-cp".to_owned(), engines.class_path(), main.to_owned()]);
    Ok(command)
}

/// Runs a program to its end. Returns what it said.
pub(super) fn run(
    engines: &Engines,
    folder: &Path,
    main: &str,
    arguments: &[&str],
) -> Result<String, TestingError> {
    let command = command(engines, folder, main)?;
    let (java, options) = command.split_first().map_or(("java", &[][..]), |(java, rest)| (java, rest));
    let output = Command::new(java).args(options).args(arguments).output().map_err(failed("running Java"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let log = text(&output.stdout) + &text(&output.stderr);
    match output.status.success() {
        true => Ok(log),
        false => Err(TestingError::Ended { program: main.to_owned(), log }),
    }
}

impl Program {
    pub(super) fn start(
        engines: &Engines,
        folder: &Path,
        name: &'static str,
        main: &str,
        configuration: &Path,
    ) -> Result<Self, TestingError> {
        let mut command = command(engines, folder, main)?;
        command.push(configuration.display().to_string());
        Self::spawn(folder, name, &command)
    }

    /// Starts a program that is a jar, with these options beside the usual ones.
    pub(super) fn start_jar(
        folder: &Path,
        name: &'static str,
        options: &[String],
        jar: &Path,
    ) -> Result<Self, TestingError> {
        let mut command = vec!["java".to_owned()];
        command.extend(OPTIONS.map(str::to_owned));
        command.extend_from_slice(options);
        command.extend(["-jar".to_owned(), jar.display().to_string()]);
        Self::spawn(folder, name, &command)
    }

    /// Starts a class of a class path, with these variables of the environment and options beside the usual ones.
    pub(super) fn start_class(
        folder: &Path,
        name: &'static str,
        environment: &[String],
        options: &[String],
        class: [&str; 2],
        arguments: &[String],
    ) -> Result<Self, TestingError> {
        let logging = folder.join("log4j2.properties");
        fs::write(&logging, format!("{LOGGING}{QUIET}")).map_err(failed("writing a configuration"))?;
        let mut command = vec!["env".to_owned()];
        command.extend_from_slice(environment);
        command.push("java".to_owned());
        command.extend(OPTIONS.map(str::to_owned));
        command.push(format!("-Dlog4j2.configurationFile={}", logging.display()));
        command.extend_from_slice(options);
        let [class_path, main] = class;
        command.extend(["-cp", class_path, main].map(str::to_owned));
        command.extend_from_slice(arguments);
        Self::spawn(folder, name, &command)
    }

    fn spawn(folder: &Path, name: &'static str, command: &[String]) -> Result<Self, TestingError> {
        let log = folder.join("log");
        let shell = Command::new("sh")
            .args(["-c", SCRIPT, "sh"])
            .arg(&log)
            .args(command)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(failed("running Java"))?;
        Ok(Self { shell, name, log })
    }

    /// Waits until something listens at a port.
    pub(super) fn wait_for(&mut self, port: u16) -> Result<(), TestingError> {
        let until = Instant::now() + STARTING;
        while Instant::now() < until && self.is_running() {
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Err(TestingError::Ended { program: self.name.to_owned(), log: self.log_end() })
    }

    fn is_running(&mut self) -> bool {
        self.shell.try_wait().is_ok_and(|status| status.is_none())
    }

    /// The last lines of the log.
    pub(super) fn log_end(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let skipped = lines.len().saturating_sub(40);
        lines.into_iter().skip(skipped).collect::<Vec<_>>().join("\n")
    }

    /// Kills it, as `kill -9` would.
    pub(super) fn kill(&mut self) {
        drop(self.shell.stdin.take());
        // Whether it could be waited for makes no difference any more.
        let _ = self.shell.wait();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}
