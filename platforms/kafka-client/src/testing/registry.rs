//! A registry of schemas.

use super::{Engines, TestingError, folder::Folder, free_ports, java::Program, no_port};

/// A registry of schemas that keeps them in memory.
#[derive(Debug)]
pub struct Registry {
    program: Program,
    port: u16,
    /// Dropped last, when nobody writes there any more.
    _folder: Folder,
}

impl Registry {
    /// Starts a registry, and waits until it listens.
    ///
    /// # Errors
    ///
    /// If there is none, Java does not run, or the registry does not start.
    pub fn start(engines: &Engines) -> Result<Self, TestingError> {
        // Somebody else may take the port before the registry has it.
        Self::try_start(engines).or_else(|_| Self::try_start(engines))
    }

    fn try_start(engines: &Engines) -> Result<Self, TestingError> {
        let folder = Folder::new()?;
        let [port] = free_ports(1)?[..] else { return Err(no_port()) };
        let mut program = Program::start_jar(
            folder.path(),
            "the registry of schemas",
            &[
                // Without these, it listens to the whole network.
                "-Dquarkus.http.host=127.0.0.1".to_owned(),
                format!("-Dquarkus.http.port={port}"),
                "-Dquarkus.log.level=WARN".to_owned(),
            ],
            &engines.registry().map_err(|why| TestingError::Ended {
                program: "the registry of schemas".to_owned(),
                log: why,
            })?,
        )?;
        program.wait_for(port)?;
        Ok(Self { program, port, _folder: folder })
    }

    /// The address of its server.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The last lines of its log.
    #[must_use]
    pub fn log_end(&self) -> String {
        self.program.log_end()
    }
}
