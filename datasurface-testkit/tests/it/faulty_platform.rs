//! A platform that keeps each dataset in a drawer, and that can be told to break one law.

use datasurface_platform::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};

#[derive(Debug)]
pub(crate) struct FaultyPlatform {
    descriptor: PlatformDescriptor,
    defect: Defect,
    /// How often something was asked: what a pure platform could not know.
    asked: AtomicUsize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(crate = "self::serde", rename_all = "snake_case")]
pub(crate) enum Defect {
    #[default]
    None,
    /// Every other lint of a node warns.
    MoodyLint,
    /// Lint depends on what was asked before.
    OrderedLint,
    /// Exports cannot be rendered, without a word before.
    SurprisedRender,
    /// Files count how often they were rendered.
    CountingRender,
    /// Files are in the order of a hash map.
    HashedRender,
    /// Offers count how often they were asked for.
    CountingOffer,
    /// Everything that is rendered is updated, whether it changed or not.
    RestlessDiff,
    /// A file for the transition where there is none.
    ChattyDiff,
    /// No job is ever retired.
    ForgetfulDiff,
    /// No drawer is ever retired, though nothing that was in it is owed any more.
    ClingingDiff,
    /// No job is ever updated.
    LazyDiff,
    /// Fails as soon as something has to go.
    FailingDiff,
    /// What is to be held is retired.
    Destroyer,
    /// What is held is not rendered.
    Forgetter,
    /// Exports are rendered in the first shard alone.
    Dropper,
    /// What is in another shard is not offered.
    Namer,
    /// Every shard has a drawer of the same address.
    Doubler,
    /// Does not say that it keeps data.
    Secretive,
    /// Panics at exports.
    PanickingRender,
    PanickingLint,
    PanickingOffer,
    PanickingDiff,
    /// A file is called as a folder.
    FileAsFolder,
    /// Two transition files differ in case.
    CaseClash,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(crate = "self::serde", deny_unknown_fields, default)]
pub(crate) struct Settings {
    defect: Defect,
}

impl PlatformPlugin for FaultyPlatform {
    type Config = Settings;
    const KIND: &'static str = "cupboard";

    fn version() -> Version {
        Version::new(1, 0, 0)
    }

    fn configure(_: &PlatformInstance, settings: Settings) -> Result<Self, PlatformError> {
        let descriptor = PlatformDescriptor::for_plugin::<Self>()
            .with_captures(["sql_snapshot"], ["sqlite", "postgres"])
            .with_consistencies([Consistency::MultiDataset, Consistency::SingleDataset])
            .with_export_targets(["sqlite", "postgres"])
            .with_milestonings([Milestoning::Live, Milestoning::Forensic, Milestoning::LiveAndForensic])
            .with_artifacts(["sql"])
            .with_formats(["drawer"]);
        let descriptor = match settings.defect {
            Defect::Secretive => descriptor,
            _ => descriptor.data_technology("drawer", None),
        };
        Ok(Self { descriptor, defect: settings.defect, asked: AtomicUsize::new(0) })
    }
}

static MOOD: CodeInfo = CodeInfo::warning("cupboard/mood", "a mood", "It comes and goes.");

impl FaultyPlatform {
    fn count(&self) -> usize {
        self.asked.fetch_add(1, Ordering::Relaxed)
    }

    fn has(&self, defect: Defect) -> bool {
        self.defect == defect
    }

    fn drawers(&self, scope: &ScopeView, rendering: &mut Rendering) -> Result<(), PlatformError> {
        let held = scope.held().iter().map(|held| &held.holds);
        let held: Vec<&DatasetKey> = held.map(|data| &data.dataset).collect();
        for (node, dataset) in scope.stored_datasets() {
            if self.has(Defect::Forgetter) && held.contains(&&dataset.key) {
                continue;
            }
            let drawer = Resource::for_dataset("drawer", node, &dataset.key)
                .attribute("schema", &dataset.schema)
                .attribute("history", dataset.custody.history)
                .with_held_data(dataset);
            let path = format!("drawers/{}.txt", node.dataset_slug(&dataset.key));
            rendering.add(File::new(&path, "text/plain", self.text())?, [drawer])?;
        }
        Ok(())
    }

    /// What is in every file.
    fn text(&self) -> String {
        match self.defect {
            Defect::CountingRender => format!("{}\n", self.count()),
            Defect::HashedRender => {
                let words: std::collections::HashMap<usize, ()> = (0..20).map(|word| (word, ())).collect();
                format!("{:?}\n", words.keys())
            }
            _ => "a drawer\n".to_owned(),
        }
    }

    fn job(&self, scope: &ScopeView, node: &NodeView) -> Result<Option<(File, Resource)>, PlatformError> {
        let is_export = matches!(node.detail(), NodeDetail::Export(_));
        let is_first = scope.shards().first().map(ShardName::as_str) == Some(shard(scope));
        match self.defect {
            Defect::PanickingRender if is_export => panic!("an export"),
            Defect::SurprisedRender if is_export => {
                let what = "exports were not expected";
                return Err(PlatformError::new(PlatformErrorKind::Rendering, what));
            }
            Defect::Dropper if is_export && !is_first => return Ok(None),
            _ => {}
        }
        let reads: Vec<_> = node.inputs().iter().map(|input| &input.offer).collect();
        let job = Resource::new(format!("job.{}", node.key()), "job")
            .origin(node.key())
            .attribute("reads", reads)
            .attribute("datasets", node.facts().datasets())
            .attribute("priority", node.obligation().priority());
        let path = format!("jobs/{}/{}.json", node.key().kind(), node.slug());
        Ok(Some((File::json(&path, job.attributes())?, job)))
    }
}

/// Everything is to be had in drawers: what was captured, what was exported, what was made.
fn offers(node: &NodeFacts, kind: &str) -> Vec<Offer> {
    let datasets = match &node.detail {
        NodeDetail::Ingest(ingest) => &ingest.datasets,
        NodeDetail::Export(export) => std::slice::from_ref(&export.dataset),
        NodeDetail::Transform(transform) => &transform.outputs,
        NodeDetail::Trigger(_) => &[],
    };
    let offer = |dataset: &DatasetFacts| {
        let address = format!("{kind}.{}", dataset_slug(&dataset.key));
        Offer::new(&dataset.key, address, "drawer").with_custody(dataset.custody)
    };
    datasets.iter().map(offer).collect()
}

fn shard(scope: &ScopeView) -> &str {
    match scope.scope() {
        Scope::Shard(shard) => shard.as_str(),
        Scope::Foundation => "",
    }
}

impl DataPlatform for FaultyPlatform {
    fn descriptor(&self) -> &PlatformDescriptor {
        &self.descriptor
    }

    fn weigh(&self, _: &NodeFacts) -> Weights {
        Weights::new()
    }

    fn offer(&self, node: &NodeFacts) -> Vec<Offer> {
        match self.defect {
            Defect::PanickingOffer => panic!("an offer"),
            Defect::CountingOffer => offers(node, &format!("drawer-{}", self.count())),
            Defect::Namer if node.key.kind() == NodeKind::Ingest => Vec::new(),
            _ => offers(node, "drawer"),
        }
    }

    fn lint(&self, what: LintView<'_>, found: &mut Reporter<'_>) {
        let LintView::Node(node) = what else {
            return;
        };
        let count = self.count();
        match self.defect {
            Defect::PanickingLint => panic!("a node"),
            Defect::MoodyLint if count.is_multiple_of(2) => found.report(&MOOD, "bad mood", "wait"),
            // Node keys are asked in order: only another order shows this.
            Defect::OrderedLint => {
                let now = node.key().to_string().len() * 1000
                    + node.key().to_string().bytes().map(usize::from).sum::<usize>();
                if self.asked.swap(now, Ordering::Relaxed) > now {
                    found.report(&MOOD, "a longer key came before", "wait");
                }
            }
            _ => found.report_unclaimed(&self.descriptor, what),
        }
    }

    fn render(&self, scope: &ScopeView) -> Result<Rendering, PlatformError> {
        let mut rendering = Rendering::new();
        if scope.is_foundation() {
            let frame = Resource::new("frame", "frame").attribute("shards", scope.shards());
            rendering.add(File::json("frame.json", frame.attributes())?, [frame])?;
        }
        self.drawers(scope, &mut rendering)?;
        for node in scope.whole_nodes() {
            if let Some((file, job)) = self.job(scope, node)? {
                rendering.add(file, [job])?;
            }
        }
        if self.has(Defect::Doubler) && !scope.is_foundation() {
            rendering.add_json(Resource::new("lamp", "lamp"))?;
        }
        if self.has(Defect::FileAsFolder) && !scope.is_foundation() {
            let label = Resource::new(format!("label.{}", shard(scope)), "label");
            rendering.add(File::new("jobs", "text/plain", "jobs are here\n")?, [label])?;
        }
        Ok(rendering)
    }

    fn diff(&self, change: &RenderingChange<'_>) -> Result<Plan, PlatformError> {
        let plan = change.structural(|_| Judgement::update(Effect::InPlace, ""))?;
        let is_job = |step: &Step| step.kind == "job";
        let steps = plan.steps().iter().cloned();
        match self.defect {
            Defect::PanickingDiff => panic!("a diff"),
            Defect::RestlessDiff => self.restless(change, plan),
            Defect::ChattyDiff => Ok(plan.transition_file(File::new("note.txt", "text/plain", "nothing\n")?)),
            Defect::ForgetfulDiff => {
                let stays = |step: &Step| !(is_job(step) && step.action == Action::Retire);
                Ok(Plan::new(steps.filter(stays)))
            }
            Defect::ClingingDiff => {
                let stays = |step: &Step| is_job(step) || step.action != Action::Retire;
                Ok(Plan::new(steps.filter(stays)))
            }
            Defect::LazyDiff => {
                let stays = |step: &Step| !(is_job(step) && step.action == Action::Update);
                Ok(Plan::new(steps.filter(stays)))
            }
            Defect::FailingDiff if plan.steps().iter().any(|step| step.action == Action::Retire) => {
                let what = "nothing may go";
                Err(PlatformError::new(PlatformErrorKind::Rendering, what))
            }
            Defect::Destroyer => Ok(Plan::new(steps.map(|mut step| {
                if step.action == Action::Hold {
                    step.action = Action::Retire;
                }
                step
            }))),
            Defect::CaseClash if !plan.is_empty() => Ok(plan
                .transition_file(File::sql("Alter.sql", "")?)
                .transition_file(File::sql("alter.sql", "")?)),
            _ => Ok(plan),
        }
    }
}

impl FaultyPlatform {
    fn restless(&self, change: &RenderingChange<'_>, plan: Plan) -> Result<Plan, PlatformError> {
        let mut steps = plan.steps().to_vec();
        for one in change.scopes() {
            let one = one?;
            for (address, resource) in one.new.resources {
                if one.old.resources.contains_key(&address)
                    && steps.iter().all(|step| step.resource != address)
                {
                    steps.push(Step {
                        action: Action::Update,
                        meaning: Meaning::Metadata,
                        effect: Effect::None,
                        resource: address,
                        kind: resource.kind().to_owned(),
                        scope: one.scope.clone(),
                        moved_from: None,
                        reason: "to be sure".to_owned(),
                        cause: Default::default(),
                        owed_until: None,
                        carried_by: None,
                        differences: Vec::new(),
                        refused: None,
                        renamed_from: None,
                        depends_on: Default::default(),
                    });
                }
            }
        }
        Ok(Plan::new(steps))
    }
}
