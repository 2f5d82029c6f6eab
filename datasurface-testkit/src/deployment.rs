//! Deployments: the files that a host writes for an ecosystem, revision by revision, so that a test can give it to a real tool.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use datasurface_broker::{
    Base, Broker, Lock, OperationContext, OperationReport, Proposal, RenderingId, Target,
};
use datasurface_graph::NodeKey;
use datasurface_model::{Ecosystem, Findings, PlatformName, Severity, ShardName, Validate, Validation};
use datasurface_platform::{
    ApplyReport, CredentialSource, NoObserver, OperatorConfirmations, Plan, Registry, Resource,
    ResourceAddress, Revision, RunObserver, RunReport, RunRequest, Scope, Status,
};
use std::{
    collections::BTreeMap,
    error::Error,
    fmt::{Debug, Display},
    fs,
    path::{Path, PathBuf},
};

/// A folder with a target and its lock, to which a broker writes as it does in earnest.
#[derive(Debug)]
pub struct Deployment {
    broker: Broker,
    folder: PathBuf,
    on: NaiveDate,
    now: DateTime<Utc>,
    observer: &'static dyn RunObserver,
    confirmed: OperatorConfirmations,
}

/// A failure of a deployment: what was being done, and every finding.
pub type DeploymentError = Box<dyn Error + Send + Sync>;

/// A revision that was written, and the plans that led to it.
#[derive(Clone, Debug)]
pub struct DeployedRevision {
    /// The revision.
    pub revision: Revision,
    /// The ID of the rendering, under which it is recorded as applied.
    pub rendering: RenderingId,
    /// The plan of each platform, from the revision before.
    pub plans: BTreeMap<PlatformName, Plan>,
    /// The findings, of which none is an error.
    pub findings: Findings,
}

/// A scope of a platform in the target.
#[derive(Clone, Debug)]
pub struct DeployedScope {
    /// The scope.
    pub scope: Scope,
    /// The folder of the scope.
    pub folder: PathBuf,
    /// The resources of the scope, by address.
    pub resources: BTreeMap<ResourceAddress, Resource>,
}

impl Deployment {
    /// Deploys to a folder that is empty, or was deployed to before, as of a date.
    pub fn new(registry: Registry, folder: impl Into<PathBuf>, on: NaiveDate) -> Self {
        let now = on.and_time(NaiveTime::MIN).and_utc();
        let confirmed = OperatorConfirmations::default();
        Self {
            broker: Broker::new(registry),
            folder: folder.into(),
            on,
            now,
            observer: &NoObserver,
            confirmed,
        }
    }

    /// Reports the progress of what is applied and run to this observer.
    #[must_use]
    pub fn with_observer(mut self, observer: &'static dyn RunObserver) -> Self {
        self.observer = observer;
        self
    }

    /// Confirms what a platform refuses unless its operator confirms it.
    #[must_use]
    pub fn with_confirmations(mut self, confirmed: OperatorConfirmations) -> Self {
        self.confirmed = confirmed;
        self
    }

    /// The time at which it is applied and run.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Sets the time at which it is applied and run from now on: without it, that is the beginning of the date.
    pub fn set_now(&mut self, now: DateTime<Utc>) {
        self.now = now;
    }

    /// Renders an ecosystem into the target, from whatever was rendered there before.
    ///
    /// # Errors
    ///
    /// If the ecosystem is not valid, cannot be placed or proposed, or the target cannot be written.
    pub fn render(&self, ecosystem: &Ecosystem) -> Result<DeployedRevision, DeploymentError> {
        let checked = ecosystem.clone().validate(&Validation::on(self.on)).map_err(refused)?;
        let placed = self.broker.place(checked.ecosystem(), &self.lock()?).map_err(refused)?;
        let mut target = self.target()?;
        let proposal =
            self.broker.propose(&placed, Base::Target(target.manifest()), self.on).map_err(refused)?;
        proposal.write(&mut target, &self.lock_path())?;
        Ok(deployed(&proposal))
    }

    /// Places nodes, with all of their datasets, in these shards from the next rendering on.
    ///
    /// # Errors
    ///
    /// If the lock cannot be read or written.
    pub fn place(
        &self,
        platform: &PlatformName,
        nodes: impl IntoIterator<Item = (NodeKey, ShardName)>,
    ) -> Result<(), DeploymentError> {
        let mut lock = self.lock()?;
        let placement = lock.placement_mut(platform.clone());
        for (node, shard) in nodes {
            placement.place(node, shard);
        }
        Ok(fs::write(self.lock_path(), lock.to_text())?)
    }

    /// Records a rendering as applied by another tool.
    ///
    /// # Errors
    ///
    /// If the target does not know the rendering, or cannot be written.
    pub fn record_applied(&self, rendering: RenderingId) -> Result<(), DeploymentError> {
        self.broker.record_applied(&mut self.target()?, Some(&rendering.to_string()))?;
        Ok(())
    }

    /// Applies what is rendered, by the runtimes of its platforms.
    ///
    /// # Errors
    ///
    /// If the target cannot be read or written, or a platform fails.
    pub fn apply(
        &self,
        credentials: &dyn CredentialSource,
    ) -> Result<BTreeMap<PlatformName, ApplyReport>, DeploymentError> {
        done(self.broker.apply(&mut self.target()?, &self.context(credentials))?)
    }

    /// Runs the jobs of what is applied.
    ///
    /// # Errors
    ///
    /// If the target cannot be read, or a platform fails. The failure of a job is in the report.
    pub fn run(
        &self,
        credentials: &dyn CredentialSource,
        request: &RunRequest,
    ) -> Result<BTreeMap<PlatformName, RunReport>, DeploymentError> {
        done(self.broker.run(&self.target()?, &self.context(credentials), request))
    }

    /// Returns the status of what is applied.
    ///
    /// # Errors
    ///
    /// If the target cannot be read, or a platform fails.
    pub fn status(
        &self,
        credentials: &dyn CredentialSource,
    ) -> Result<BTreeMap<PlatformName, Status>, DeploymentError> {
        done(self.broker.status(&self.target()?, &self.context(credentials)))
    }

    /// Returns the time at which the next job of each platform is due; nothing of one without a timetable.
    ///
    /// # Errors
    ///
    /// If the target cannot be read, or a platform fails.
    pub fn next_due(
        &self,
        credentials: &dyn CredentialSource,
    ) -> Result<BTreeMap<PlatformName, DateTime<Utc>>, DeploymentError> {
        done(self.broker.next_due(&self.target()?, &self.context(credentials)))
    }

    fn context<'a>(&'a self, credentials: &'a dyn CredentialSource) -> OperationContext<'a> {
        OperationContext {
            root: &self.folder,
            credentials,
            now: self.now,
            watcher: self.observer,
            confirmed: self.confirmed,
        }
    }

    /// Returns the scopes of a platform in the target, in order.
    ///
    /// # Errors
    ///
    /// If the target cannot be read.
    pub fn scopes(&self, platform: &PlatformName) -> Result<Vec<DeployedScope>, DeploymentError> {
        let target = self.target()?;
        let record = target.manifest().and_then(|manifest| manifest.platform(platform));
        let scopes = record.into_iter().flat_map(|record| {
            record.scopes.iter().map(|entry| DeployedScope {
                scope: entry.scope.clone(),
                folder: target.root().join(entry.folder.joined_to(&record.folder).as_str()),
                resources: entry.record.resources.clone(),
            })
        });
        Ok(scopes.collect())
    }

    /// The folder of the target.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        self.folder.join("target")
    }

    fn lock(&self) -> Result<Lock, DeploymentError> {
        match Path::exists(&self.lock_path()) {
            true => Ok(Lock::from_text(&fs::read_to_string(self.lock_path())?)?),
            false => Ok(Lock::default()),
        }
    }

    fn lock_path(&self) -> PathBuf {
        self.folder.join(datasurface_broker::LOCK_FILE_NAME)
    }

    fn target(&self) -> Result<Target, DeploymentError> {
        Ok(Target::open(self.root())?)
    }
}

/// What every platform did, or what one of them did not. A note tells of how it was done.
fn done<T>(report: OperationReport<T>) -> Result<BTreeMap<PlatformName, T>, DeploymentError> {
    match report.findings.iter().all(|finding| finding.severity() == Severity::Note) {
        true => Ok(report.done),
        false => Err(report.findings.to_string().into()),
    }
}

fn deployed(proposal: &Proposal) -> DeployedRevision {
    let plans = proposal.plans().map(|(name, plan)| (name.clone(), plan.clone()));
    DeployedRevision {
        revision: proposal.revision().clone(),
        rendering: proposal.manifest().rendering(),
        plans: plans.collect(),
        findings: proposal.findings().clone(),
    }
}

/// A refusal, with every finding: that is what its debugging text has.
fn refused(error: impl Debug + Display) -> DeploymentError {
    format!("{error}\n{error:?}").into()
}
