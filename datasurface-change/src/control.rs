//! Judging a change: the one way in.

use super::{
    approval::{ApprovalClaim, Approvals, MissingApproval, RequiredApproval, TrustedClaim},
    authorization::{Evaluation, Owners},
    changed_datastores::{self, Change, LocatedStore, RetirementDates, StoreChange},
    changed_model::ChangedModel,
    codes,
    compatibility::{BreakingChange, CompatibilityChecker},
    diff::{ModelDiff, Pruned},
    files::PartFiles,
    former_names::FormerNames,
    former_places::FormerPlaces,
    new_findings::new_findings,
    owner_notice::{self, OwnerNotice},
    reach::ReachedConsumers,
    rename,
    report::{ChangeReport, ReportParts},
    required,
    retirement::{Retirement, RetirementStage},
    source::{Actor, Actors, ChangeSource, OwnerPaths},
    touched::{self, TouchedPart},
    uses::{self, DatasetUses},
    waived_ends::WaivedFindings,
};
use chrono::NaiveDate;
use datasurface_document::Documents;
use datasurface_model::{
    CodeInfo, Dataset, DatasetKey, Diagnostic, Ecosystem, Entity, Findings, Severity, Text, Valid,
};
use std::collections::{BTreeMap, BTreeSet};

/// The check of changes from one source, as of one day, strict or not.
///
/// ```
/// use datasurface_model::{Ecosystem, InfrastructureVendor, Valid};
/// use datasurface_change::{ChangeControl, ChangeSource};
///
/// let old = Ecosystem::new("NorthWind", "github:nw/model@main", "github:nw/live@main");
/// let new = old.clone().vendor(InfrastructureVendor::new("Azure"));
/// let (old, new) = (Valid::assume_valid(old), Valid::assume_valid(new));
/// let on = chrono::NaiveDate::MIN;
///
/// let by_owner = ChangeControl::new(ChangeSource::new("github:nw/model@main"), on);
/// assert!(by_owner.judge(&old, &new).is_allowed());
/// let by_stranger = ChangeControl::new(ChangeSource::new("github:else/where@main"), on);
/// assert!(!by_stranger.judge(&old, &new).is_allowed());
/// ```
#[derive(Clone, Debug)]
pub struct ChangeControl {
    source: ChangeSource,
    on: NaiveDate,
    is_strict: bool,
    claims: BTreeSet<ApprovalClaim>,
    /// What is proposed beside the model.
    beside: Option<Text>,
    /// The findings of both sides, where the caller validated them.
    findings: [Findings; 2],
    /// The findings of both sides, whoever reports them.
    found: [Findings; 2],
    waived: WaivedFindings,
    documents: Option<[Documents; 2]>,
    /// The approvals that the caller knows to be needed.
    requirements: Vec<RequiredApproval>,
}

impl ChangeControl {
    /// Creates a check of changes from this source as of a day: the library reads no clock.
    #[must_use]
    pub fn new(source: ChangeSource, on: NaiveDate) -> Self {
        Self {
            source,
            on,
            is_strict: false,
            claims: BTreeSet::new(),
            beside: None,
            findings: Default::default(),
            found: Default::default(),
            waived: WaivedFindings::default(),
            documents: None,
            requirements: Vec::new(),
        }
    }

    /// Returns the fingerprint of a proposal, which an approval of it names: a hash of the whole model, as text.
    #[must_use]
    pub fn fingerprint(new: &Valid<Ecosystem>) -> Text {
        let mut hasher = blake3::Hasher::new();
        // A hash takes every byte.
        let _ = datasurface_document::write_compact_json(new.as_written(), &mut hasher);
        Text::from(hasher.finalize().to_hex().as_str())
    }

    /// Adds claims that repositories approved a proposal, each as `repository=fingerprint`. A claim about this very
    /// proposal is taken on trust: the caller answers for its truth, and for its being given for this change. Any other one
    /// counts for nothing, and is in the report.
    #[must_use]
    pub fn approved_by(mut self, claims: impl IntoIterator<Item = impl Into<ApprovalClaim>>) -> Self {
        self.claims.extend(claims.into_iter().map(Into::into));
        self
    }

    /// Adds what is proposed beside the model, such as a lock: it is a part of what an approval is about.
    #[must_use]
    pub fn beside(mut self, text: impl Into<Text>) -> Self {
        self.beside = Some(text.into());
        self
    }

    /// The fingerprint of all that is proposed. It takes longer than the rest: only approvals need it.
    fn proposal_fingerprint(&self, new: &Valid<Ecosystem>) -> Text {
        let model = Self::fingerprint(new);
        let Some(beside) = &self.beside else { return model };
        let both = format!("{model}\n{beside}");
        Text::from(blake3::hash(both.as_bytes()).to_hex().as_str())
    }

    /// Adds what validation finds in the old ecosystem and in the new one. The report has the findings that the change
    /// brings, and an error among them refuses it.
    #[must_use]
    pub fn with_findings(mut self, old: &Findings, new: &Findings) -> Self {
        self.findings = [old.clone(), new.clone()];
        self.with_found(old, new)
    }

    /// Sets what is found in the old ecosystem and in the new one, where the caller reports what is new. Where an error that was there before
    /// leads to another container, location, platform or statement, whom it protects has to approve the change.
    #[must_use]
    pub fn with_found(mut self, old: &Findings, new: &Findings) -> Self {
        self.found = [old.clone(), new.clone()];
        self
    }

    /// Sets what is found in the old ecosystem and in the new one, and waivers accept. Where such a finding is new, or leads to another
    /// container, location, platform or statement than before, whoever waived it has to approve the change.
    #[must_use]
    pub fn with_waived(mut self, old: &Findings, new: &Findings) -> Self {
        self.waived = WaivedFindings { old: old.clone(), new: new.clone() };
        self
    }

    /// Sets the documents from which both ecosystems were loaded, named by their paths from the root of the repository. Where
    /// several own the repository, the source may touch a part only in its owner's folder: the owner of a document is the
    /// one whose path is the longest that covers it. Without documents, the folders that the [source](ChangeSource) touches
    /// decide alone.
    #[must_use]
    pub fn in_documents(mut self, old: &Documents, new: &Documents) -> Self {
        self.documents = Some([old.clone(), new.clone()]);
        self
    }

    /// Adds approvals that the change needs for what the model does not show, such as what a lock says of the teams that it names.
    #[must_use]
    pub fn requiring(mut self, approvals: impl IntoIterator<Item = RequiredApproval>) -> Self {
        self.requirements.extend(approvals);
        self
    }

    /// Makes the check strict: warnings refuse a change, too, such as a breaking change that concerns no consumer
    /// yet.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.is_strict = true;
        self
    }

    /// Judges the change from one ecosystem to another: who may make it, what it breaks, and for whom.
    ///
    /// The new one should be valid, too: what validation finds is only known [if it is told](Self::with_findings). If the new
    /// one is taken for valid without being so, nothing is allowed for that reason that would otherwise be refused.
    #[must_use]
    pub fn judge(&self, old: &Valid<Ecosystem>, new: &Valid<Ecosystem>) -> ChangeReport {
        let pruned = Pruned::new(old, new);
        // Who writes a former name has changed nothing when the thing was renamed.
        let written = Pruned::new(old.as_written(), new.as_written());
        let diff = ModelDiff::from_pruned(&written);
        let changes = changed_datastores::stores(&pruned);
        let former = former_keys(&changes);
        let reach = ReachedConsumers::new(&pruned, &changes, new);
        let retiring = retiring_keys(&pruned, &changes, new);
        let asked = reach.datasets().chain(former.values().cloned()).chain(retiring.iter().cloned());
        let uses = DatasetUses::new(new, asked);
        let checker = CompatibilityChecker {
            old,
            uses: &uses,
            former: &former,
            on: self.on,
            is_strict: self.is_strict,
        };
        let mut breaking = checker.breaking(&changes);
        let retirements = self.retirements(&changes, &retiring, new, &uses);
        let concerns = self.concerns(&retirements, &checker, &mut breaking);
        let [before, after] = &self.findings;
        let Decision { evaluation, approvals, required, parts, owner_notices } =
            self.decide(&diff, &pruned, &changes, [old, new]);
        ChangeReport::new(ReportParts {
            source: self.source.repository().clone(),
            authorization: evaluation.authorization,
            approvals,
            required,
            parts,
            breaking,
            concerns,
            validation: new_findings(before, after, [old, new]),
            notices: reach.notices(&uses),
            owner_notices,
            retirements,
            rename_proposals: rename::proposals(&changes),
            diff,
        })
    }

    /// Judges the first check-in: there is no ecosystem yet. Everything is new then, and belongs to those whom the proposal
    /// names: the source must own the ecosystem and each part that it defines, or those who do must approve.
    #[must_use]
    pub fn judge_first(&self, new: &Valid<Ecosystem>) -> ChangeReport {
        // It differs from every proposal in its name at least, so that a stranger's empty ecosystem is denied, too.
        let other_name = format!("no {}", new.name());
        let nothing = Valid::assume_valid(Ecosystem::new(other_name, new.owner(), new.live()));
        let mut report = self.judge(&nothing, new);
        // Nobody used anything before.
        report.notices.clear();
        report
    }

    /// Decides whether the source may make the change, together with those who approved it.
    fn decide(
        &self,
        diff: &ModelDiff,
        pruned: &Pruned,
        stores: &[StoreChange<'_>],
        [old, new]: [&Valid<Ecosystem>; 2],
    ) -> Decision {
        let claimed = (!self.claims.is_empty()).then(|| self.proposal_fingerprint(new));
        let is_about_this = |claim: &&ApprovalClaim| claimed.as_ref() == Some(&claim.fingerprint);
        let (claims, ignored): (Vec<_>, Vec<_>) = self.claims.iter().partition(is_about_this);
        let actors = Actors::new(old, new, &self.source, claims.clone());
        let former = FormerNames::from_diff(diff);
        let paths = OwnerPaths::of(&[old, new], &self.source);
        let documents = self.documents.as_ref().filter(|_| !paths.is_empty());
        let files = documents.map(|[old, new]| (old, new));
        let former_places = FormerPlaces::new(diff, &former);
        let files = files.map(|(old, new)| PartFiles::new(paths, diff, &former_places, [old, new]));
        let owners = Owners { old, new, former: &former, actors: &actors, files };
        let mut evaluation = owners.evaluate(diff, &self.source);

        let change = ChangedModel {
            on: self.on,
            old,
            new,
            pruned,
            stores,
            former: &former,
            former_places: &former_places,
            found: &self.found,
            waived: &self.waived,
        };
        let mut required = Vec::new();
        for needed in required::approvals(&change).into_iter().chain(self.requirements.iter().cloned()) {
            match actors.owning(&needed.owner) {
                Some(Actor::Source) => {}
                Some(Actor::Claim(claim)) => {
                    evaluation.trusted.entry(claim.clone()).or_default().insert(needed.part);
                }
                None => required.push(needed),
            }
        }
        let mut missing = Vec::new();
        for denied in evaluation.authorization.denied() {
            if let Some(owner) = &denied.owner {
                MissingApproval::add(&mut missing, owner, [denied.part.clone()]);
            }
        }
        for needed in &required {
            MissingApproval::add(&mut missing, &needed.owner, [needed.part.clone()]);
        }
        missing.sort_by(|one, other| one.repository.cmp(&other.repository));
        let trusted = claims.into_iter().map(|claim| TrustedClaim {
            claim: claim.clone(),
            parts: evaluation.trusted.get(claim).cloned().unwrap_or_default(),
        });
        let approvals = Approvals {
            trusted: trusted.collect(),
            ignored: ignored.into_iter().cloned().collect(),
            fingerprint: if missing.is_empty() {
                claimed
            } else {
                claimed.or_else(|| Some(self.proposal_fingerprint(new)))
            },
            missing,
        };
        let parts = touched::parts(&evaluation.touched, diff, &owners);
        let is_addressed = |owner: &_| actors.owning(owner) != Some(Actor::Source);
        let mut owner_notices = owner_notice::notices(stores, old, new);
        owner_notices.retain(|notice| is_addressed(&notice.owner));
        Decision { evaluation, approvals, required, parts, owner_notices }
    }

    /// The retirements that the change is about: of datasets that it touches, and of those that the groups want that it
    /// touches.
    fn retirements(
        &self,
        changes: &[StoreChange<'_>],
        retiring: &BTreeSet<DatasetKey>,
        new: &Valid<Ecosystem>,
        uses: &DatasetUses<'_>,
    ) -> Vec<Retirement> {
        let going =
            retiring.iter().filter_map(|dataset| Retirement::for_dataset(new, dataset, uses, self.on));
        let mut retirements: Vec<_> = going.collect();
        for_each_dataset(changes, |change| {
            if let Change::Gone((store, dataset)) = change
                && let Some(retiring) = store.retiring(dataset)
            {
                let path = store.dataset_path(dataset);
                retirements.push(Retirement::removed(store.key(dataset), path, retiring));
            }
        });
        retirements.sort();
        retirements
    }

    /// Returns the findings about deprecations that this change makes. What breaks for those who agreed goes to the breaking
    /// changes.
    fn concerns(
        &self,
        retirements: &[Retirement],
        checker: &CompatibilityChecker<'_>,
        breaking: &mut Vec<BreakingChange>,
    ) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for retirement in retirements.iter().filter(|retirement| retirement.stage != RetirementStage::Removed)
        {
            let name = &retirement.dataset;
            found.extend(checker.joined_after_sunset(retirement));
            let before = retiring_before(checker.old, checker.former.get(name).unwrap_or(name));
            let now = RetirementDates { since: retirement.since, last_day: retirement.last_day };
            if before == Some(now) {
                continue;
            }
            breaking.extend(checker.closer_sunset(retirement, before));
            // Who did not agree to what was in force before is no reason against a longer time, or a better word for it.
            let was_in_force = before.is_some_and(|before| before.since <= self.on);
            if retirement.stage == RetirementStage::AwaitingConsent && !was_in_force {
                let groups: Vec<_> =
                    retirement.missing_consents().map(|c| format!("`{}`", c.group)).collect();
                let message = format!(
                    "`{name}` is deprecated since {}, without consent of {}",
                    now.since,
                    groups.join(", ")
                );
                found.push(self.concern(&codes::NO_CONSENT, retirement, message));
            }
            let last_before = before.and_then(|before| before.last_day);
            let is_later = |last: NaiveDate| last_before.is_some_and(|before| before <= last);
            if let Some(last) = now.last_day.filter(|last| *last < self.on && !is_later(*last)) {
                let message = format!("the last day of `{name}` is set to {last}, which is over");
                found.push(self.concern(&codes::SUNSET_PASSED, retirement, message));
            }
        }
        breaking.sort();
        found.sort();
        found
    }

    fn concern(&self, code: &CodeInfo, retirement: &Retirement, message: String) -> Diagnostic {
        let severity = if self.is_strict { Severity::Error } else { code.severity };
        let code = CodeInfo { severity, ..*code };
        Diagnostic::new(&code, retirement.path.clone(), message).with_help(code.explanation)
    }
}

/// The answer to who may make a change.
struct Decision {
    evaluation: Evaluation,
    approvals: Approvals,
    /// The further approvals that are missing.
    required: Vec<RequiredApproval>,
    parts: Vec<TouchedPart>,
    owner_notices: Vec<OwnerNotice>,
}

/// Returns the dates of the retirement of a dataset before the change, if it was retired.
fn retiring_before(old: &Valid<Ecosystem>, dataset: &DatasetKey) -> Option<RetirementDates> {
    let store = &old.datastore(&dataset.datastore)?.entity;
    changed_datastores::retiring(store, store.datasets().get(&dataset.dataset)?)
}

type LocatedDataset<'c, 'e> = (&'c LocatedStore<'e>, &'e Dataset);

/// Every dataset that is not equal on both sides.
fn for_each_dataset<'c, 'e>(
    changes: &'c [StoreChange<'e>],
    mut visit: impl FnMut(Change<LocatedDataset<'c, 'e>>),
) {
    for change in changes {
        match change {
            Change::Gone(store) => {
                store.store.datasets().iter().for_each(|d| visit(Change::Gone((store, d))))
            }
            Change::New(store) => store.store.datasets().iter().for_each(|d| visit(Change::New((store, d)))),
            Change::Both { old, new } => {
                for change in changed_datastores::datasets(old, new) {
                    visit(match change {
                        Change::Gone(dataset) => Change::Gone((old, dataset)),
                        Change::New(dataset) => Change::New((new, dataset)),
                        Change::Both { old: before, new: after } => {
                            Change::Both { old: (old, before), new: (new, after) }
                        }
                    });
                }
            }
        }
    }
}

/// Returns the former keys of all datasets that changed, also where the key is still the same.
fn former_keys(changes: &[StoreChange<'_>]) -> BTreeMap<DatasetKey, DatasetKey> {
    let mut former = BTreeMap::new();
    for_each_dataset(changes, |change| match change {
        Change::Both { old: (old_store, old), new: (new_store, new) } => {
            former.insert(new_store.key(new), old_store.key(old));
        }
        Change::Gone((store, dataset)) => {
            former.insert(store.key(dataset), store.key(dataset));
        }
        Change::New(_) => {}
    });
    former
}

/// Datasets whose retirement the change can be about.
fn retiring_keys(
    pruned: &Pruned,
    changes: &[StoreChange<'_>],
    new: &Valid<Ecosystem>,
) -> BTreeSet<DatasetKey> {
    let mut keys = BTreeSet::new();
    for change in changes {
        if let Change::New(store) | Change::Both { new: store, .. } = change
            && let Some(whole) = new.datastore(store.store.name())
        {
            // What the datastore says concerns every dataset of it.
            let is_whole = whole.entity.deprecation().is_some();
            let store = if is_whole { &whole.entity } else { store.store };
            let datasets = store
                .datasets()
                .iter()
                .filter(|dataset| changed_datastores::retiring(store, dataset).is_some());
            keys.extend(datasets.map(|dataset| DatasetKey::new(store.name(), dataset.name())));
        }
    }
    for placed in uses::workspaces(&pruned.new) {
        for sink in placed.workspace.groups().iter().flat_map(|group| group.sinks()) {
            let key = sink.name();
            let store = new.datastore(&key.datastore).map(|store| &store.entity);
            let is_retiring = store.is_some_and(|store| {
                let dataset = store.datasets().get(&key.dataset);
                dataset.is_some_and(|dataset| changed_datastores::retiring(store, dataset).is_some())
            });
            if is_retiring {
                keys.insert(key.clone());
            }
        }
    }
    keys
}
