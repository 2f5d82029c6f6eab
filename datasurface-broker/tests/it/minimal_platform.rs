//! A platform that keeps each dataset on a minimal_platform: the least that holds data and shows it.

use datasurface_platform::{ApplyReport, RunReport, RunRequest, RuntimeContext, Status, prelude::*};

#[derive(Debug)]
pub(crate) struct MinimalPlatform {
    descriptor: PlatformDescriptor,
    config: Config,
    pub(crate) name: PlatformName,
}

/// How a minimal_platform can be made to misbehave.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// What is held is not rendered.
    forgets: bool,
    /// A transition file of this name is beside the files of each scope that changes.
    beside: Option<String>,
    /// Transition files of this name are withdrawn.
    withdraws: Option<String>,
    /// Nothing that goes is looked at.
    throws_away: bool,
    /// Shelves whose columns differ are replaced, and this carries the data: `nothing`, `file`, `frame`, `other_file` or `other_frame`.
    replaces_by: Option<String>,
    /// Where that file is, if not in the folder of a scope.
    copies_to: Option<String>,
    /// The kind of shelves, as this version calls them; the former version called it `shelf`.
    called: Option<String>,
    /// A change of a shelf is refused, unless somebody waives that.
    refuses: bool,
    /// A dataset for which there is no shelf.
    dislikes: Option<DatasetName>,
    /// Where shelves are: each occupies a place there.
    room: Option<String>,
    /// Most shelves in a shard.
    limit: Option<u64>,
    /// How much an ingest weighs, beside its datasets.
    weight_of_ingest: u64,
    /// How much an export weighs.
    weight_of_export: u64,
    /// How much more a dataset weighs of which history is kept.
    weight_of_history: u64,
    /// Shows live data only.
    live_only: bool,
    /// Shows what people know of a shelf, on the shelf.
    labels: bool,
    /// The format of what is offered, where it is not the one that is read.
    offers_as: Option<String>,
    /// More formats that are read, with blanks between them.
    reads: Option<String>,
    /// The formats that are offered to other platforms, with blanks between them.
    offered: Option<String>,
    /// Keeps datasets without a key.
    keyless: bool,
    /// Offers nothing.
    silent: bool,
    /// Where the shelves are.
    at: Option<String>,
    /// Can show what others capture, and nothing else.
    captures_nothing: bool,
    /// Keeps nothing itself, so that no policy of storage is about it.
    hands_on: bool,
    /// The best latency, in seconds.
    best_latency: Option<u64>,
    /// The longest retention, in days.
    longest_retention: Option<u32>,
    /// What a dataset costs in a month.
    cost: Option<u64>,
    /// Carries every type, runs every check, sets rows aside, and grants to everybody.
    thorough: bool,
    /// Starts nothing by a timetable.
    untimed: bool,
    /// Runs by itself, and says so to the observer.
    runs: bool,
    /// A technology of containers that cannot have floating point numbers.
    no_floats_in: Option<String>,
}

impl PlatformPlugin for MinimalPlatform {
    type Config = Config;
    const KIND: &'static str = "shelf";

    fn version() -> Version {
        Version::new(1, 0, 0)
    }

    fn configure(instance: &PlatformInstance, config: Config) -> Result<Self, PlatformError> {
        let mut descriptor = PlatformDescriptor::new(Self::KIND, Self::version())
            .with_captures(
                ["sql_snapshot"].into_iter().filter(|_| !config.captures_nothing),
                ["sqlite", "postgres"],
            )
            .with_consistencies([Consistency::MultiDataset, Consistency::SingleDataset])
            .with_export_targets(["sqlite", "postgres", "platform_managed"])
            .with_milestonings([Milestoning::Live])
            .with_artifacts(["sql"])
            .with_formats(["shelf"])
            .with_offered_formats(config.offered.as_deref().unwrap_or("shelf").split_whitespace());
        if let Some(formats) = &config.reads {
            descriptor = descriptor.with_formats(formats.split_whitespace());
        }
        if !config.live_only {
            descriptor = descriptor.with_milestonings([Milestoning::Forensic, Milestoning::LiveAndForensic]);
        }
        if config.thorough {
            descriptor = descriptor
                .with_types(TypeKind::ALL)
                .with_quality_checks(CheckKind::ALL)
                .with_rows_set_aside()
                .with_grants(["sqlite", "postgres", "platform_managed"], PrincipalKind::ALL);
        }
        if config.untimed {
            descriptor = descriptor.without_triggers([TriggerKind::Cron]);
        }
        if let Some(container) = config.no_floats_in.as_deref() {
            descriptor = descriptor.without_types_in(container, [TypeKind::Float]);
        }
        if config.keyless {
            descriptor = descriptor.with_keyless();
        }
        if let Some(place) = &config.at {
            descriptor = descriptor.data_place(place.as_str());
        }
        if !config.hands_on {
            descriptor = descriptor.data_technology("shelf", None);
        }
        if let Some(seconds) = config.best_latency {
            descriptor = descriptor.with_best_latency(Latency::seconds(seconds));
        }
        if let Some(days) = config.longest_retention {
            descriptor = descriptor.with_longest_retention(Retention::days(days));
        }
        if let Some(cost) = config.cost {
            descriptor = descriptor.with_monthly_cost(cost);
        }
        if let Some(limit) = config.limit {
            descriptor = descriptor.limit("shelves", limit);
        }
        Ok(Self { descriptor, config, name: instance.name.clone() })
    }
}

fn minimal_platform(dataset: &DatasetFacts, node: &NodeView, config: &Config) -> Resource {
    let place = config.room.iter().map(|room| format!("{room}/{}", dataset.key));
    let former = format!("shelf.{}", &dataset.key);
    let shelf = match &config.called {
        // A bug: every shelf says that it was the one of `a`.
        Some(called) if called == "all-from-a" => {
            Resource::new(format!("{called}.{}", &dataset.key), "shelf").formerly("shelf.S/a")
        }
        // Another one: a shelf that was there takes over one that is still there.
        Some(called) if called == "plain-b" => Resource::new(former, "shelf"),
        Some(called) if called == "b-from-a" && dataset.key.dataset.as_str() == "b" => {
            Resource::new(former, "shelf").formerly("shelf.S/a")
        }
        Some(called) if called == "b-from-a" => Resource::new("rack", "shelf"),
        Some(called) => Resource::new(format!("{called}.{}", &dataset.key), "shelf").formerly(former),
        None => Resource::new(former, "shelf"),
    };
    let shelf = shelf
        .attribute("columns", &dataset.schema)
        .attribute("history", dataset.custody.history)
        .origin(&node.facts().key_now())
        .with_held_data(HeldData::new(&dataset.key, dataset.custody));
    let labels = config.labels.then(|| node.metadata());
    let shelf = labels.into_iter().fold(shelf, |shelf, metadata| shelf.attribute("label", metadata));
    place.fold(shelf, Resource::occupying)
}

static REFUSED: CodeInfo = CodeInfo::error(
    "shelf/refused",
    "the columns of a shelf differ",
    "Shelves are made again only where somebody wants that.",
);

/// `copy` is the transition file that carries data over.
fn replaced_by(carrier: &str, copy: &str) -> Judgement {
    let replace = Judgement::replace(Effect::InPlace, "a new shelf");
    match carrier {
        "file" => replace.carried_by(Carrier::TransitionFile(copy.parse().unwrap())),
        "other_file" => replace.carried_by(Carrier::TransitionFile("other.json".parse().unwrap())),
        "frame" => replace.carried_by(Carrier::Resource("frame".into())),
        "other_frame" => replace.carried_by(Carrier::Resource("other_frame".into())),
        _ => replace,
    }
}

impl DataPlatform for MinimalPlatform {
    fn descriptor(&self) -> &PlatformDescriptor {
        &self.descriptor
    }

    fn weigh(&self, node: &NodeFacts) -> Weights {
        let whole = match &node.detail {
            NodeDetail::Ingest(_) => self.config.weight_of_ingest,
            NodeDetail::Export(_) => self.config.weight_of_export,
            _ => 0,
        };
        let history = node.datasets().iter().any(|dataset| dataset.custody.history);
        let per_dataset = if history { 1 + self.config.weight_of_history } else { 1 };
        Weights::new().with_weight("shelves", Weight { whole, per_dataset })
    }

    fn offer(&self, node: &NodeFacts) -> Vec<Offer> {
        let offer = |dataset: &DatasetFacts| {
            let format = self.config.offers_as.as_deref().unwrap_or("shelf");
            Offer::new(&dataset.key, format!("shelf.{}", dataset.storage_key()), format)
                .with_custody(dataset.custody)
        };
        match &node.detail {
            _ if self.config.silent => Vec::new(),
            NodeDetail::Ingest(ingest) => ingest.datasets.iter().map(offer).collect(),
            NodeDetail::Export(export) => vec![offer(&export.dataset)],
            NodeDetail::Transform(transform) => transform.outputs.iter().map(offer).collect(),
            NodeDetail::Trigger(_) => Vec::new(),
        }
    }

    fn lint(&self, view: LintView<'_>, found: &mut Reporter<'_>) {
        if let LintView::Node(node) = view
            && !self.descriptor.unclaimed(node).is_empty()
        {
            found.report(&REFUSED, "it was asked about what it does not claim", "this is a bug of the host");
        }
        if let (LintView::Node(node), Some(disliked)) = (view, &self.config.dislikes)
            && node.facts().datasets().iter().any(|dataset| dataset.key.dataset == *disliked)
        {
            found.report(&REFUSED, "there is no shelf for it", "choose another name");
        }
    }

    fn render(&self, scope: &ScopeView) -> Result<Rendering, PlatformError> {
        let scope = &scope.in_storage_names();
        let mut rendering = Rendering::new();
        if *scope.scope() == Scope::Foundation {
            let frame = Resource::new("frame", "frame").attribute("shards", scope.shards());
            rendering.add(File::json("frame.json", &scope.shards())?, [frame])?;
        }
        for node in scope.nodes() {
            for dataset in node.datasets() {
                let path = format!("shelves/{}.json", node.view().dataset_slug(&dataset.key));
                rendering.add(
                    File::json(&path, dataset)?,
                    [minimal_platform(dataset, node.view(), &self.config)],
                )?;
            }
            if node.is_whole() {
                let key = node.view().key();
                let names: Vec<_> =
                    node.view().facts().datasets().iter().map(|dataset| &dataset.key).collect();
                let job = Resource::new(format!("job.{key}"), "job")
                    .attribute("datasets", names)
                    .attribute("priority", node.view().obligation().priority())
                    .attribute("reads", node.view().inputs())
                    .origin(&node.view().facts().key_now());
                rendering.add(
                    File::json(&format!("jobs/{}/{}.json", key.kind(), node.view().slug()), &job)?,
                    [job],
                )?;
            }
        }
        for held in scope.held().iter().filter(|_| !self.config.forgets) {
            for dataset in held.node.facts().datasets() {
                let kept =
                    minimal_platform(dataset, &held.node, &self.config).with_held_data(held.holds.clone());
                let path = format!("held/{}.json", held.node.dataset_slug(&dataset.key));
                rendering.add(File::json(&path, dataset)?, [kept])?;
            }
        }
        Ok(rendering)
    }

    fn diff(&self, change: &RenderingChange<'_>) -> Result<Plan, PlatformError> {
        let copy = match &self.config.copies_to {
            Some(path) => path.clone(),
            None => format!("{}/copy.json", change.transition_folder(&Scope::Foundation)?),
        };
        let plan = change.structural(|changed| match &self.config.replaces_by {
            _ if self.config.refuses && changed.after.kind() == "shelf" => {
                let help = "leave the columns as they are";
                Judgement::refuse(&REFUSED, "columns of a shelf differ", help)
                    .or(Judgement::update(Effect::Rebuild, "made again"))
            }
            Some(carrier) if changed.after.kind() == "shelf" => replaced_by(carrier, &copy),
            _ => Judgement::update(Effect::InPlace, ""),
        })?;
        if let Some(name) = self.config.beside.as_ref().filter(|_| change.from().is_some()) {
            let is_withdrawn = |path: &SafePath| path.parts().last() == self.config.withdraws.as_deref();
            let pending = change.pending_transitions().into_iter();
            let plan = pending.filter(is_withdrawn).fold(plan, Plan::withdrawing);
            return change.scopes().try_fold(plan, |plan, scope| {
                let path = format!("{}/{name}", scope?.scope.folder());
                Ok(plan.transition_file(File::json(&path, &0)?))
            });
        }
        if self.config.replaces_by.is_some() && !plan.is_empty() && change.from().is_some() {
            return Ok(plan.transition_file(File::json(&copy, &0)?));
        }
        if !self.config.throws_away {
            return Ok(plan);
        }
        Ok(Plan::new(plan.steps().iter().cloned().map(|mut step| {
            step.action = if step.action == Action::Hold { Action::Retire } else { step.action };
            step
        })))
    }

    fn runtime(&self) -> Option<&dyn Runtime> {
        self.config.runs.then_some(self)
    }
}

impl Runtime for MinimalPlatform {
    fn apply(&self, _: &RuntimeContext<'_>, _: &Plan) -> Result<ApplyReport, PlatformError> {
        Ok(ApplyReport::default())
    }

    fn run(&self, site: &RuntimeContext<'_>, _: &RunRequest) -> Result<RunReport, PlatformError> {
        site.watcher.job_started(self.name.as_str());
        Ok(RunReport::default())
    }

    fn status(&self, _: &RuntimeContext<'_>) -> Result<Status, PlatformError> {
        Ok(Status::default())
    }
}
