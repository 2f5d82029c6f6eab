//! Checks: everything that choosing and platforms find, of as much of a model as nothing is wrong with.

use crate::{broker::Broker, configured_platform::configure_platform, propose::LintReport, session::Session};
use datasurface_document::SoundPart;
use datasurface_model::{
    DatastoreName, Diagnostic, Ecosystem, Entity, Findings, GroupKey, ModelPath, Severity, Valid, segment,
};
use datasurface_state::{Lock, storage::StorageRecord};
use std::collections::BTreeSet;

/// The greatest number of times that something is left out. Most often the first time is the last one.
const MAX_ROUNDS: usize = 32;

impl Broker {
    /// Chooses platforms for the sound part of a model, and asks them what they find of it. Nothing is rendered, and no target is needed.
    ///
    /// What cannot be served or captured hides nothing of what can: platforms are asked about the rest. No finding is a consequence of
    /// an error elsewhere. For that reason nothing is said of what a platform would only do because another one, or somebody who reads the
    /// same data, has an error: what is neither pinned, nor decided in the lock, nor can be done by one platform alone.
    #[must_use]
    pub fn check(&self, model: &SoundPart, lock: &Lock) -> LintReport {
        Session::new(self.clone()).check(model, lock)
    }

    /// Returns what platforms with another error find wrong with their settings.
    fn settings_findings(&self, model: &SoundPart) -> Vec<Diagnostic> {
        let (ecosystem, names) = (model.ecosystem(), StorageRecord::default());
        let configured = model
            .platforms_with_sound_settings()
            .map(|declaration| configure_platform(self.registry(), declaration, (ecosystem, &names), None));
        configured.filter_map(Result::err).map(|finding| *finding).collect()
    }
}

impl Session {
    /// Chooses platforms for the sound part of a model, and asks them what they find of it, as [`Broker::check`] does.
    pub fn check(&mut self, model: &SoundPart, lock: &Lock) -> LintReport {
        let mut found = self.broker().settings_findings(model);
        let mut waived = Findings::default();
        let mut rest = decided(model.clone(), lock);
        let mut is_placed_before = false;
        for _ in 0..MAX_ROUNDS {
            let Some(sound) = rest else { break };
            let (placing, errors) = match self.place(sound.ecosystem(), lock) {
                Ok(placed) => {
                    let report = self.lint(&placed);
                    found.extend(report.findings);
                    waived.extend(report.waived);
                    waived.extend(placed.waived().clone());
                    (placed.findings().clone(), Vec::new())
                }
                Err(refused) => {
                    let findings = refused.findings().clone();
                    let errors = findings.iter().filter(|finding| finding.severity() == Severity::Error);
                    let errors: Vec<ModelPath> = errors.map(|error| error.path().clone()).collect();
                    let is_cause = |finding: &&Diagnostic| !follows_from(&errors, finding);
                    (findings.iter().filter(is_cause).cloned().collect(), errors)
                }
            };
            // What is found when parts are left out again is known, or a consequence of that.
            if !is_placed_before {
                found.extend(placing);
            }
            is_placed_before = true;
            if errors.is_empty() {
                break;
            }
            rest = sound.without(&errors).and_then(|sound| decided(sound, lock));
        }
        if !model.is_whole() {
            found.retain(|finding| is_about_more_than_waivers(finding) && !model.is_waived(finding));
        }
        LintReport { findings: found.into_iter().collect(), waived }
    }
}

/// Whether a finding says what is pinned to a platform that has an error itself: whether it can is known when that is mended.
fn follows_from(errors: &[ModelPath], finding: &Diagnostic) -> bool {
    let is_of_a_pin = [segment::GROUP_PINS, segment::PRIMARY_PINS].contains(&first_segment(finding.path()));
    let platforms = errors.iter().filter(|error| first_segment(error) == segment::PLATFORMS);
    let mut names = platforms.filter_map(|error| error.segments().nth(1));
    is_of_a_pin && names.any(|name| finding.message().starts_with(&format!("`{name}` cannot ")))
}

fn first_segment(path: &ModelPath) -> &str {
    path.segments().next().unwrap_or_default()
}

/// Of waivers, those that look unused may be about a part that was left out.
fn is_about_more_than_waivers(finding: &Diagnostic) -> bool {
    first_segment(finding.path()) != segment::WAIVERS
}

/// Leaves out what a platform may be chosen for only because something was left out. `None` if nothing remains.
fn decided(mut sound: SoundPart, lock: &Lock) -> Option<SoundPart> {
    for _ in 0..MAX_ROUNDS {
        let undecided = undecided(&sound, lock);
        if undecided.is_empty() {
            return Some(sound);
        }
        sound = sound.without(&undecided)?;
    }
    None
}

fn undecided(sound: &SoundPart, lock: &Lock) -> Vec<ModelPath> {
    let ecosystem = sound.ecosystem();
    let mut paths = Vec::new();
    if sound.lacks_platforms() {
        for workspace in ecosystem.workspaces() {
            if workspace.entity.transformer().is_some() {
                continue;
            }
            for group in workspace.entity.groups() {
                let key = GroupKey::new(workspace.entity.name(), group.name());
                let is_pinned = ecosystem.group_pins().get(&key).is_some();
                if !is_pinned && lock.assignments().group(&key).is_none() {
                    paths.push(workspace.path().child(segment::GROUPS, group.name()));
                }
            }
        }
        let all = ecosystem.datastores().into_iter().map(|store| store.entity.name().clone());
        paths.extend(undecided_captures(ecosystem, all, lock));
    } else if ecosystem.platforms().len() > 1 {
        paths.extend(undecided_captures(ecosystem, read_by_the_rest(sound), lock));
    }
    paths
}

/// The datastores that are read by what was left out, and what these are made of.
fn read_by_the_rest(sound: &SoundPart) -> BTreeSet<DatastoreName> {
    let mut all = sound.unread_datastores();
    let mut open: Vec<DatastoreName> = all.iter().cloned().collect();
    while let Some(name) = open.pop() {
        let producer = sound.ecosystem().producer(&name);
        for group in producer.into_iter().flat_map(|workspace| workspace.entity.groups()) {
            for sink in group.sinks() {
                let input = &sink.name().datastore;
                if all.insert(input.clone()) {
                    open.push(input.clone());
                }
            }
        }
    }
    all
}

/// The places of those of these datastores whose capture is neither pinned nor decided in the lock.
fn undecided_captures(
    ecosystem: &Valid<Ecosystem>,
    names: impl IntoIterator<Item = DatastoreName>,
    lock: &Lock,
) -> Vec<ModelPath> {
    let is_decided = |name: &DatastoreName| {
        ecosystem.primary_pins().get(name).is_some() || lock.assignments().primary_stages(name).is_some()
    };
    let undecided = names.into_iter().filter(|name| !is_decided(name));
    undecided.filter_map(|name| Some(ecosystem.datastore(&name)?.path())).collect()
}
