//! The decisions of a lock beside those of the lock before it: each is as it was, as placing decides, or the next step of a move.
//!
//! A review has no target and no history. It places each of the two models as often as an entry is left that nothing accounts for: an
//! unedited lock differs by what rendering the proposed model writes, and needs one placing at most.

use datasurface_broker::{Lock, LockChange, MoveStep, Placed, PlatformTask, Session};
use datasurface_graph::{Assignments, Node, Stages};
use datasurface_model::{Diagnostic, Ecosystem, PlatformName, Valid};

/// The decisions of two locks, with what they are judged by.
pub(crate) struct Decisions<'a> {
    ecosystems: [&'a Valid<Ecosystem>; 2],
    locks: [&'a Lock; 2],
    /// The locks under the names of the proposed model.
    named: [Lock; 2],
    /// The proposed model as the new lock says, if it can be placed.
    placed: Option<&'a Placed>,
    /// The live model as the live lock says: what a rendering writes that is behind. Placed when somebody asks.
    live: Option<Option<Placed>>,
}

impl<'a> Decisions<'a> {
    /// Returns the decisions that nothing accounts for, as findings.
    pub(crate) fn edited(
        session: &mut Session,
        ecosystems: [&'a Valid<Ecosystem>; 2],
        locks: [&'a Lock; 2],
        placed: Option<&'a Placed>,
    ) -> Vec<Diagnostic> {
        let [old, new] = locks;
        if old == new {
            return Vec::new();
        }
        let named = locks.map(|lock| lock.named_for(ecosystems[1]));
        let mut decisions = Self { ecosystems, locks, named, placed, live: None };
        let mut entries = decisions.tasks(session);
        entries.extend(decisions.lost_placements(session));
        entries.extend(decisions.earlier_versions());
        entries.extend(decisions.unknown_revision(session));
        entries.iter().map(|entry| LockChange::edited_entry(entry)).collect()
    }

    /// The tasks of which the new lock says what neither placing nor a step of a move makes of the old one.
    fn tasks(&mut self, session: &mut Session) -> Vec<String> {
        let [_, proposed] = self.ecosystems;
        let [was, now] = self.named.clone();
        let (before, after) = (was.assignments(), now.assignments());
        let is_known = |name: &PlatformName| proposed.platforms().get(name).is_some();
        let mut left = changed(before, after);
        left.retain(|task| !is_step(task, before, after, &is_known));
        // What is left is decided anew, beside what is accounted for.
        if let Some(placed) = self.place_without(session, &left) {
            left.retain(|task| task.stages(placed.lock().assignments()) != task.stages(after));
        }
        if !left.is_empty()
            && let Some(live) = self.live(session).map(|live| live.lock().named_for(proposed))
        {
            let begun = live.assignments();
            left.retain(|task| {
                task.stages(begun) != task.stages(after) && !is_step(task, begun, after, &is_known)
            });
            if !left.is_empty()
                && let Ok(placed) = session.place(proposed, &live)
            {
                left.retain(|task| task.stages(placed.lock().assignments()) != task.stages(after));
            }
        }
        let entry = |task: &PlatformTask| match task {
            PlatformTask::Group(_) => format!("which platform serves `{task}`"),
            PlatformTask::Datastore(_) => format!("which platform captures `{task}`"),
        };
        left.iter().map(entry).collect()
    }

    /// The proposed model as the new lock says, where these tasks are decided as in the old one.
    fn place_without(&self, session: &mut Session, tasks: &[PlatformTask]) -> Option<Placed> {
        if tasks.is_empty() {
            return None;
        }
        let [_, proposed] = self.ecosystems;
        let [was, now] = &self.named;
        let mut lock = now.clone();
        for task in tasks {
            let before = task.stages(was.assignments()).cloned().unwrap_or_default();
            replace(lock.assignments_mut(), task, before);
        }
        session.place(proposed, &lock).ok()
    }

    /// The platforms of which the new lock does not say any more where a node is that is still there. Where the nodes are unknown, each
    /// difference counts that rendering the live model does not make.
    fn lost_placements(&mut self, session: &mut Session) -> Vec<String> {
        let [_, proposed] = self.ecosystems;
        let [was, now] = self.named.clone();
        let mut lost = Vec::new();
        for (name, before) in &was.platforms {
            let after = now.placement(name);
            if after == Some(&before.placement) {
                continue;
            }
            let is_lost = |node: &Node<'_>| {
                let key = node.key();
                before.placement.shard(&key).is_some()
                    && after.is_none_or(|after| after.shard(&key).is_none())
            };
            let nodes = self.placed.map(|placed| {
                let nodes = placed.graphs().graph(name).into_iter().flat_map(|graph| graph.nodes());
                nodes.filter(is_lost).map(|node| node.key()).collect::<Vec<_>>()
            });
            if nodes.as_ref().is_some_and(Vec::is_empty) {
                continue;
            }
            // What the live model has no more may be back.
            let live = self.live(session).map(|live| live.lock().named_for(proposed));
            let live = live.as_ref().and_then(|live| live.placement(name));
            let is_accounted = live.is_some_and(|live| match &nodes {
                Some(nodes) => nodes.iter().all(|key| live.shard(key).is_none()),
                None => after == Some(live),
            });
            if !is_accounted {
                lost.push(format!("where `{name}` has what it makes"));
            }
        }
        lost
    }

    /// The platforms of which the new lock names no version, or one before that of the old lock, which is not the one that renders now.
    fn earlier_versions(&self) -> Vec<String> {
        let [was, now] = &self.named;
        let is_earlier = |name: &PlatformName| {
            let before = was.platforms.get(name).and_then(|before| before.version.as_ref());
            let after = now.platforms.get(name).and_then(|after| after.version.as_ref());
            let renders = self.placed.and_then(|placed| placed.platform(name));
            let renders = renders.map(|platform| &platform.instance().version);
            after < before && (after.is_none() || after != renders)
        };
        let names = now.platforms.keys().filter(|name| is_earlier(name));
        names.map(|name| format!("the version of `{name}`")).collect()
    }

    /// The revision that was reached, where it is none of either model, by either lock.
    fn unknown_revision(&mut self, session: &mut Session) -> Option<String> {
        let ([old, new], [live, proposed]) = (self.locks, self.ecosystems);
        if old.base_revision() == new.base_revision() {
            return None;
        }
        let is_reached = new.base_revision().is_some_and(|reached| {
            self.placed.is_some_and(|placed| placed.is_revision(reached))
                || session.place(proposed, old).is_ok_and(|placed| placed.is_revision(reached))
                || self.live(session).is_some_and(|placed| placed.is_revision(reached))
                || session.place(live, new).is_ok_and(|placed| placed.is_revision(reached))
        });
        (!is_reached).then(|| "the revision that was reached".to_owned())
    }

    fn live(&mut self, session: &mut Session) -> Option<&Placed> {
        let ([live, _], [old, _]) = (self.ecosystems, self.locks);
        self.live.get_or_insert_with(|| session.place(live, old).ok()).as_ref()
    }
}

/// The tasks about which two locks say something else.
fn changed(before: &Assignments, after: &Assignments) -> Vec<PlatformTask> {
    let groups = before.changed_groups(after).map(|(group, ..)| PlatformTask::Group(group.clone()));
    let stores = before.changed_primaries(after).map(|(store, ..)| PlatformTask::Datastore(store.clone()));
    groups.chain(stores).collect()
}

fn replace(decided: &mut Assignments, task: &PlatformTask, stages: Stages) {
    match task {
        PlatformTask::Group(group) => decided.replace_group(group.clone(), stages),
        PlatformTask::Datastore(datastore) => decided.replace_primary(datastore.clone(), stages),
    }
}

/// Whether one step of a move leads from what was decided about a task to what is decided, or a start that was taken back. What is said of
/// platforms that are not declared counts for nothing.
fn is_step(
    task: &PlatformTask,
    before: &Assignments,
    after: &Assignments,
    is_known: &dyn Fn(&PlatformName) -> bool,
) -> bool {
    let known = |decided: &Assignments| {
        let stages = task.stages(decided).into_iter().flatten();
        stages.filter(|(name, _)| is_known(name)).map(|(name, stage)| (name.clone(), *stage)).collect()
    };
    let wanted: Stages = known(after);
    let mut begun = Assignments::default();
    replace(&mut begun, task, task.stages(before).cloned().unwrap_or_default());
    let starts = wanted.keys().cloned().map(MoveStep::Start);
    let mut steps = starts.chain([MoveStep::Complete, MoveStep::Abandon]);
    known(before) == wanted
        || steps.any(|step| {
            step.taken(task, &begun).is_ok_and(|taken| {
                let is_taken_back = || {
                    matches!(step, MoveStep::Start(_))
                        && MoveStep::Abandon.taken(task, &taken).is_ok_and(|back| known(&back) == wanted)
                };
                known(&taken) == wanted || is_taken_back()
            })
        })
}
