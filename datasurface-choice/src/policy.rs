//! What zones say of a platform that has to do with their data: whether it may, and whether it keeps the data where and how
//! they permit it. Policies of both zones hold together.

use crate::{
    Choice,
    codes::{DEPRECATED, PRODUCTION, PRODUCTION_MIX, code_of},
    lack::Lack,
};
use datasurface_model::{
    CloudVendor, DatasetKey, Diagnostic, Entity, GroupName, InfrastructureVendor, Located, ModelPath,
    NaiveDate, Named, Place, PlatformDeclaration, PlatformName, Policy, PolicyName, ProductionStatus, Set,
    VendorName, Workspace, ZoneName,
    governance::{Denial, DenialContext, PolicySubject, UNKNOWN_PLACE, doubt, evaluate},
    segment,
};
use std::collections::{BTreeMap, BTreeSet};

/// What a platform would have to do, and the zones that have a say about that. What concerns a zone most is to be told first.
#[derive(Debug)]
pub(crate) struct GovernedTask<'a> {
    question: &'a Choice<'a>,
    /// What is to be done: "serve the group `W/g`".
    action: String,
    /// Where that is said.
    path: ModelPath,
    /// Whether the business depends on it.
    status: ProductionStatus,
    /// The zones for which it is done, or from whose data that with which it is done derives.
    concerned_zones: BTreeMap<&'a ZoneName, ConcernedZone<'a>>,
    /// The zones whose workspaces receive what the platform keeps. What a zone freed from a policy is under that again where it comes back.
    receiving_zones: BTreeMap<&'a ZoneName, ConcernedZone<'a>>,
}

/// What concerns a zone; the wider concern comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum ConcernKind {
    /// The platform is at work for it, or with its data.
    Everything,
    /// The data derives from its data: the platform runs a transformer that reads it, or keeps what was made of it, or captured from
    /// one of its containers. The model knows nothing of that where something is pinned.
    Input,
    /// One of its workspaces receives what the platform keeps: it has a say about where that is.
    Places,
}

/// A zone that has a say.
#[derive(Debug)]
struct ConcernedZone<'a> {
    zone: &'a ZoneName,
    policies: &'a Named<Policy>,
    /// Policies from which all that concerns it was freed.
    freed: BTreeSet<PolicyName>,
    concern: ConcernKind,
    /// The first of the data that it speaks for, or the first sink that receives it.
    data: Option<ModelPath>,
    /// What to take away, so that the sink does not receive it: nothing, if its group is about nothing else.
    remedy: Option<ModelPath>,
    /// The storage policies that data of the zone asks for by name.
    asked_for: BTreeSet<&'a PolicyName>,
    /// The statuses of what is the zone's: of that for which it is done, and of the data with which it is done.
    statuses: Set<ProductionStatus>,
    /// The statuses of data of the zone that a transformer reads which is run for it.
    of_inputs: Set<ProductionStatus>,
}

/// A pin to a platform.
#[derive(Clone, Copy)]
pub(crate) struct Pin<'a> {
    /// Where it names the platform.
    pub(crate) at: &'a ModelPath,
    /// What to take away, so that it does not: nothing, if nobody could do it then.
    pub(crate) remedy: &'a dyn Fn() -> Option<ModelPath>,
}

/// Somebody who reads a dataset.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DatasetReader<'a> {
    pub(crate) workspace: &'a Located<Workspace>,
    pub(crate) group: &'a GroupName,
    pub(crate) dataset: &'a DatasetKey,
}

/// Where a platform keeps data.
enum PlaceOfPlatform {
    Known(Set<Place>),
    Unknown,
}

impl PlaceOfPlatform {
    fn subject(&self) -> PolicySubject<'_> {
        match self {
            Self::Known(places) => PolicySubject::Places(places),
            Self::Unknown => PolicySubject::UnknownPlace,
        }
    }
}

impl<'a> GovernedTask<'a> {
    /// Something to be done that nobody has a say about yet.
    pub(crate) fn new(
        question: &'a Choice<'a>,
        action: String,
        path: ModelPath,
        status: ProductionStatus,
    ) -> Self {
        Self {
            question,
            action,
            path,
            status,
            concerned_zones: BTreeMap::new(),
            receiving_zones: BTreeMap::new(),
        }
    }

    /// It is done for this zone.
    pub(crate) fn add_zone(&mut self, zone: &'a ZoneName) {
        let status = self.status;
        if let Some(concerned) = self.concerned_zone(zone, ConcernKind::Everything) {
            concerned.freed.clear();
            concerned.statuses.insert(status);
        }
    }

    /// It is done with this data.
    pub(crate) fn add_data(&mut self, key: &'a DatasetKey) {
        self.add_concern(key, ConcernKind::Everything);
    }

    /// A transformer that reads this data is run for it.
    pub(crate) fn add_input(&mut self, key: &'a DatasetKey) {
        self.add_concern(key, ConcernKind::Input);
    }

    fn add_concern(&mut self, key: &'a DatasetKey, concern: ConcernKind) {
        self.add_origins(key);
        let Some(store) = self.question.ecosystem.datastore(&key.datastore) else { return };
        let data = || store.path().child(segment::DATASETS, &key.dataset);
        let status = store.entity.production_status();
        if let Some(concerned) = self.concerned_zone(&store.team.zone, concern) {
            concerned.freed.clear();
            concerned.data.get_or_insert_with(data);
            let statuses = if concern == ConcernKind::Input {
                &mut concerned.of_inputs
            } else {
                &mut concerned.statuses
            };
            statuses.insert(status);
            if let Some(dataset) = store.entity.datasets().get(&key.dataset) {
                concerned.asked_for.extend(dataset.storage_policies());
            }
        }
        let source = store.entity.capture().map(|capture| &capture.container().zone);
        if let Some(source) = source.filter(|source| **source != store.team.zone)
            && let Some(concerned) = self.concerned_zone(source, ConcernKind::Input)
        {
            concerned.freed.clear();
            concerned.data.get_or_insert_with(data);
            concerned.of_inputs.insert(status);
        }
    }

    /// The zones that the data derives from.
    fn add_origins(&mut self, key: &'a DatasetKey) {
        let ecosystem = self.question.ecosystem;
        let (Some(store), Some(origins)) = (ecosystem.datastore(&key.datastore), ecosystem.origins(key))
        else {
            return;
        };
        for (zone, freed) in origins.zones.iter().filter(|(zone, _)| **zone != store.team.zone) {
            let is_new = !self.concerned_zones.contains_key(zone);
            if let Some(concerned) = self.concerned_zone(zone, ConcernKind::Input) {
                match is_new {
                    true => concerned.freed.clone_from(freed),
                    false => concerned.freed.retain(|policy| freed.contains(policy)),
                }
                concerned.data.get_or_insert_with(|| store.path().child(segment::DATASETS, &key.dataset));
            }
        }
        for asked in &origins.storage {
            if let Some(concerned) = self.concerned_zone(&asked.zone, ConcernKind::Input) {
                concerned.asked_for.insert(&asked.policy);
            }
        }
    }

    /// Somebody reads what is kept.
    pub(crate) fn add_reader(&mut self, reading: &DatasetReader<'a>) {
        if let Some(concerned) = self.concerned_zone(&reading.workspace.team.zone, ConcernKind::Places)
            && concerned.data.is_none()
        {
            let group = reading.workspace.path().child(segment::GROUPS, reading.group);
            let sink = group.child(segment::SINKS, reading.dataset.to_string());
            let group = reading.workspace.entity.groups().get(reading.group);
            let is_alone = group.is_some_and(|group| group.sinks().len() == 1);
            concerned.remedy = (!is_alone).then(|| sink.clone());
            concerned.data = Some(sink);
        }
    }

    /// Why zones do not let a platform be chosen. What those say who only receive what it keeps is about the sinks.
    pub(crate) fn obstacles(&self, platform: &PlatformName) -> Vec<Lack> {
        let mut lacks = Vec::new();
        self.judge(platform, false, |concerned, policy, denial| {
            if concerned.concern != ConcernKind::Places {
                let (zone, policy) = (concerned.zone.clone(), policy.name().clone());
                lacks.push(Lack::Policy { zone, policy, reason: denial.reason });
            }
        });
        lacks.extend(self.last_day_over(platform).map(Lack::Sunset));
        lacks
    }

    /// Whether somebody who only receives what the platform keeps does not permit where it keeps that.
    pub(crate) fn is_denied_by_readers(&self, platform: &PlatformName) -> bool {
        let mut is_denied = false;
        self.judge(platform, false, |concerned, _, _| is_denied |= concerned.concern == ConcernKind::Places);
        is_denied
    }

    /// Whether a platform is on its way out. From when on makes no difference: up to its last day, the same model leads to the
    /// same choice.
    pub(crate) fn is_deprecated(&self, platform: &PlatformName) -> bool {
        self.declared(platform).is_some_and(|declared| declared.deprecation().is_some())
    }

    /// Whether a platform is of another production status.
    pub(crate) fn is_mixed(&self, platform: &PlatformName) -> bool {
        self.declared(platform).is_some_and(|declared| declared.production_status() != self.status)
    }

    /// What is to be said of a platform that is chosen now.
    pub(crate) fn findings_of_choice(&self, platform: &PlatformName) -> Vec<Diagnostic> {
        let today = self.question.ecosystem.validated_on();
        let deprecation = self.declared(platform).and_then(|declared| declared.deprecation());
        let deprecation =
            deprecation.filter(|deprecation| today.is_none_or(|today| deprecation.since() <= today));
        let deprecated = deprecation.map(|deprecation| {
            let (action, since) = (&self.action, deprecation.since());
            let message = format!("`{platform}` is to {action}, and is deprecated since {since}");
            let help = "declare another platform that can";
            let declared = ModelPath::root().child(segment::PLATFORMS, platform);
            Diagnostic::new(&DEPRECATED, self.path.clone(), message)
                .with_help(help)
                .related_place(declared, format!("is deprecated: {}", deprecation.reason()))
        });
        deprecated.into_iter().chain(self.findings(platform, None)).collect()
    }

    /// What is to be said of a platform that does it: because the lock says so, or a pin that is there. A pin was judged with
    /// the model, as far as that knows of platforms: what is left is where and how they keep data.
    pub(crate) fn findings(&self, platform: &PlatformName, pin: Option<Pin<'_>>) -> Vec<Diagnostic> {
        let sentence = || format!("`{platform}` may not {}", self.action);
        let path = || pin.map_or(&self.path, |pin| pin.at).clone();
        let keeper = || ModelPath::root().child(segment::PLATFORMS, platform);
        let mut findings = Vec::new();
        self.judge(platform, pin.is_some(), |concerned, policy, denial| {
            let data = || concerned.data.clone().unwrap_or_default();
            let left_out = || concerned.remedy.clone().unwrap_or_default();
            let remedy = pin.and_then(|pin| (pin.remedy)());
            let unpinned = || remedy.clone().unwrap_or_default();
            let context = DenialContext {
                action: &sentence,
                path: &path,
                dataset: concerned.data.is_some().then_some(&data),
                storage_path: Some(&keeper),
                removal_path: remedy.is_some().then_some(&unpinned),
                help: "let another platform do it, or ask the zone to change its policy",
            };
            let context = match concerned.concern {
                ConcernKind::Everything | ConcernKind::Input => context,
                ConcernKind::Places => DenialContext {
                    path: &data,
                    dataset: None,
                    removal_path: concerned.remedy.is_some().then_some(&left_out),
                    help: "leave the dataset out, let another platform do it, or ask the zone to change its policy",
                    ..context
                },
            };
            findings.push(denial.to_diagnostic(code_of(policy.rule()), concerned.zone, policy, &context));
        });
        findings.extend(self.doubts(platform, &path()));
        let is_said = findings.iter().any(|finding| finding.code() == PRODUCTION.code);
        if pin.is_none() && !is_said {
            findings.extend(self.mixed(platform));
        }
        findings
    }

    /// The warnings that nobody can tell whether a platform keeps data where a policy denies it.
    fn doubts(&self, platform: &PlatformName, path: &ModelPath) -> Vec<Diagnostic> {
        let Some(place) = self.place_of(platform) else { return Vec::new() };
        let sentence = || format!("`{platform}` is to {}", self.action);
        let keeper = || ModelPath::root().child(segment::PLATFORMS, platform);
        let mut findings = Vec::new();
        for concerned in self.all_zones() {
            let data = || concerned.data.clone().unwrap_or_default();
            let context = DenialContext {
                action: &sentence,
                path: &|| path.clone(),
                dataset: concerned.data.is_some().then_some(&data),
                storage_path: Some(&keeper),
                removal_path: None,
                help: "say in the declaration of the platform, or in its settings, where it keeps data",
            };
            for policy in self.policies_of(concerned) {
                if let Some(doubt) = doubt(policy, &place.subject(), |vendor| self.cloud(vendor)) {
                    findings.push(doubt.to_diagnostic(&UNKNOWN_PLACE, concerned.zone, policy, &context));
                }
            }
        }
        findings
    }

    /// Where a platform keeps data; none if it is not configured.
    fn place_of(&self, platform: &PlatformName) -> Option<PlaceOfPlatform> {
        let (declared, descriptor) = (self.declared(platform)?, self.question.platforms.get(platform)?);
        let places = descriptor.places(declared);
        let keeps_data = !descriptor.data_technologies().is_empty();
        Some(if places.is_empty() && keeps_data {
            PlaceOfPlatform::Unknown
        } else {
            PlaceOfPlatform::Known(places)
        })
    }

    fn cloud(&self, vendor: &VendorName) -> Option<CloudVendor> {
        self.question.ecosystem.vendors().get(vendor).and_then(InfrastructureVendor::cloud)
    }

    /// The warning that a platform is of another status, if it is.
    fn mixed(&self, platform: &PlatformName) -> Option<Diagnostic> {
        let theirs = self.declared(platform)?.production_status();
        let Self { action, status, .. } = self;
        let message = format!("`{platform}` is {theirs}, and is to {action}, which is {status}");
        self.is_mixed(platform).then(|| {
            Diagnostic::new(&PRODUCTION_MIX, self.path.clone(), message)
                .with_help("let both be production, or neither")
                .related_place(
                    ModelPath::root().child(segment::PLATFORMS, platform),
                    "is of the other status",
                )
        })
    }

    /// The last day of a platform, if it is over.
    fn last_day_over(&self, platform: &PlatformName) -> Option<NaiveDate> {
        let today = self.question.ecosystem.validated_on()?;
        self.declared(platform)?.deprecation()?.sunset().filter(|last| *last < today)
    }

    fn declared(&self, platform: &PlatformName) -> Option<&'a PlatformDeclaration> {
        self.question.ecosystem.platforms().get(platform)
    }

    /// The voice of a zone, if it has policies: for this concern, or for a wider one that it has already.
    fn concerned_zone(&mut self, zone: &'a ZoneName, concern: ConcernKind) -> Option<&mut ConcernedZone<'a>> {
        let policies = self.question.policies.get(zone)?;
        let concerned = || ConcernedZone {
            zone,
            policies,
            freed: BTreeSet::new(),
            concern,
            data: None,
            remedy: None,
            asked_for: BTreeSet::new(),
            statuses: Set::new(),
            of_inputs: Set::new(),
        };
        let zones = match concern {
            ConcernKind::Everything | ConcernKind::Input => &mut self.concerned_zones,
            ConcernKind::Places => &mut self.receiving_zones,
        };
        let concerned = zones.entry(zone).or_insert_with(concerned);
        concerned.concern = concerned.concern.min(concern);
        Some(concerned)
    }

    fn all_zones(&self) -> impl Iterator<Item = &ConcernedZone<'a>> {
        self.concerned_zones.values().chain(self.receiving_zones.values())
    }

    /// The policies of a zone that are asked for its concern, each for the widest one alone.
    fn policies_of(&self, concerned: &ConcernedZone<'a>) -> impl Iterator<Item = &'a Policy> {
        let wider =
            self.concerned_zones.get(concerned.zone).filter(|_| concerned.concern == ConcernKind::Places);
        concerned.policies.iter().filter(move |policy| match wider {
            Some(wider) => wider.freed.contains(policy.name()),
            None => !concerned.freed.contains(policy.name()),
        })
    }

    /// Tells of each policy that does not permit what a platform would have to do.
    fn judge(
        &self,
        platform: &PlatformName,
        is_pinned: bool,
        mut tell: impl FnMut(&ConcernedZone<'a>, &'a Policy, Denial),
    ) {
        let question = self.question;
        let (Some(declared), Some(descriptor)) = (self.declared(platform), question.platforms.get(platform))
        else {
            return;
        };
        let cloud = |vendor: &_| self.cloud(vendor);
        let Some(place) = self.place_of(platform) else { return };
        let place = place.subject();
        for concerned in self.all_zones() {
            for policy in self.policies_of(concerned) {
                let mut tell = |subject: &PolicySubject<'_>| {
                    if let Some(denial) = evaluate(policy, subject, cloud) {
                        tell(concerned, policy, denial);
                    }
                };
                tell(&place);
                if concerned.concern == ConcernKind::Places {
                    continue;
                }
                let is_asked_for = concerned.asked_for.contains(policy.name());
                for (technology, encryption) in descriptor.data_technologies() {
                    let technology = technology.into();
                    tell(&PolicySubject::Storage { technology, encryption: *encryption, is_asked_for });
                }
                // A pin was judged with the model, but for what a transformer reads.
                let is_judged = is_pinned && concerned.concern != ConcernKind::Input;
                if !is_judged {
                    tell(&PolicySubject::Platform(platform));
                }
                let theirs = declared.production_status();
                let own = PolicySubject::status(&concerned.statuses, theirs);
                let is_denied = evaluate(policy, &own, cloud).is_some();
                if !is_denied {
                    tell(&PolicySubject::status(&concerned.of_inputs, theirs));
                } else if !is_judged {
                    tell(&own);
                }
            }
        }
    }
}
