//! Reviews: one verdict on a proposed change, over model, change, lock, choice and the platforms' lint.

use crate::{
    decisions::Decisions, owing_teams::owing_teams, report::ReviewReport, side::ReviewSide,
    waiver_slips::new_waiver_slips,
};
use chrono::NaiveDate;
use datasurface_broker::{Broker, Lock, LockChange, Placed, Session, unknown_waiver_codes};
use datasurface_change::{ApprovalClaim, ChangeControl, ChangeReport, ChangeSource, new_findings};
use datasurface_document::PartialValidation;
use datasurface_model::{Checked, Diagnostic, Ecosystem, Findings, Invalid, Valid, Validation};
use std::collections::BTreeSet;

/// The codes of findings that say that something is missing.
const WANTING: [&str; 2] = ["document/incomplete", "document/undeclared"];

/// The judge of a change from one source, as of one day.
#[derive(Clone, Debug)]
pub struct Review<'a> {
    broker: &'a Broker,
    source: ChangeSource,
    on: NaiveDate,
    is_strict: bool,
    claims: Vec<ApprovalClaim>,
}

impl<'a> Review<'a> {
    /// Creates a review of changes from this source as of a day. The kinds of platforms are those of the broker.
    #[must_use]
    pub fn new(broker: &'a Broker, source: ChangeSource, on: NaiveDate) -> Self {
        Self { broker, source, on, is_strict: false, claims: Vec::new() }
    }

    /// Makes change control strict: its warnings refuse a change, too.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.is_strict = true;
        self
    }

    /// Adds claims that repositories approved the proposal, each as `repository=fingerprint`. The fingerprint is that of model and lock,
    /// which the report has where an approval is missing.
    #[must_use]
    pub fn approved_by(mut self, claims: impl IntoIterator<Item = impl Into<ApprovalClaim>>) -> Self {
        self.claims.extend(claims.into_iter().map(Into::into));
        self
    }

    /// Judges the change from one side to the other.
    ///
    /// Errors that the old side has already refuse nothing; an error that is new does, whatever else was wrong before. What cannot be
    /// read cannot be judged: then the change is refused.
    ///
    /// Where several own the source's repository, each part must be written in its owner's folder, and the source acts for the
    /// owners of the documents that differ, unless it names a folder itself.
    #[must_use]
    pub fn judge(&self, old: &ReviewSide, new: &ReviewSide) -> ReviewReport {
        self.judge_in(&mut Session::new(self.broker.clone()), old, new)
    }

    /// Judges the change from one side to the other, as [`judge`](Self::judge) does, in a session of the same broker. What a side has that the session
    /// was asked about before is not read and not judged again: so a proposal that is corrected costs what was corrected.
    #[must_use]
    pub fn judge_in(&self, session: &mut Session, old: &ReviewSide, new: &ReviewSide) -> ReviewReport {
        let mut unread = old.unread.clone();
        unread.extend(new.unread.clone());
        let locks = [old.lock(&mut unread), new.lock(&mut unread)];
        let loaded = [old, new].map(|side| loaded(session, side, &mut unread));
        match loaded {
            [Some(before), Some(after)] if !unread.has_errors() => {
                let [before, after] = [(before, old), (after, new)]
                    .map(|(model, side)| JudgedModel::new(session.validate(model, self.on), side));
                let judge = |control: ChangeControl| control.judge(&before.ecosystem, &after.ecosystem);
                self.judged(session, Some(&before), &after, &locks, [old, new], judge)
            }
            _ => self.refuse_unread(unread, [old, new]),
        }
    }

    /// Judges the first check-in: nothing is live yet. All of it belongs to those whom the proposal names: the source must own the
    /// ecosystem and each part that is defined, or those who do must approve.
    ///
    /// The caller answers for there being no live model: whoever proposes the first one names its owners.
    #[must_use]
    pub fn judge_first(&self, new: &ReviewSide) -> ReviewReport {
        let mut unread = new.unread.clone();
        let locks = [Lock::default(), new.lock(&mut unread)];
        let mut session = Session::new(self.broker.clone());
        match loaded(&mut session, new, &mut unread) {
            Some(after) if !unread.has_errors() => {
                let after = JudgedModel::new(session.validate(after, self.on), new);
                let judge = |control: ChangeControl| control.judge_first(&after.ecosystem);
                self.judged(&mut session, None, &after, &locks, [&ReviewSide::default(), new], judge)
            }
            _ => self.refuse_unread(unread, [&ReviewSide::default(), new]),
        }
    }

    /// Refuses a change for what hinders judging it, such as a conflict of a merge.
    #[must_use]
    pub fn refuse(&self, findings: Findings) -> ReviewReport {
        ReviewReport::unread(self.source.repository().clone(), self.on, findings)
    }

    /// Refuses a change of which a side cannot be read. New slips in waivers are reported too: they are seen in what can be read.
    fn refuse_unread(&self, mut unread: Findings, sides: [&ReviewSide; 2]) -> ReviewReport {
        unread.extend(new_waiver_slips(sides, self.on));
        self.refuse(unread)
    }

    /// Judges the models, if there are two, by change control, and all that is beside them.
    fn judged(
        &self,
        session: &mut Session,
        before: Option<&JudgedModel>,
        after: &JudgedModel,
        locks: &[Lock; 2],
        [old_side, new_side]: [&ReviewSide; 2],
        judge: impl FnOnce(ChangeControl) -> ChangeReport,
    ) -> ReviewReport {
        let nothing = Findings::default();
        let ecosystems = [before.unwrap_or(after), after].map(|model| &model.ecosystem);
        let (mut found, mut known) =
            news(before.map_or(&nothing, |before| &before.findings), &after.findings, ecosystems);
        let [old, new] = locks;
        let mut waived =
            [before.map(|before| before.waived.clone()).unwrap_or_default(), after.waived.clone()];
        let mut all =
            [before.map(|before| before.findings.clone()).unwrap_or_default(), after.findings.clone()];
        let mut placed = None;
        // Platforms asked about a model with new errors would report what follows from these. An error that a waiver was to accept
        // is among them, where its code has a slip.
        let is_sound = !found.has_errors();
        if !is_sound {
            let before = before.map(|before| unknown_waiver_codes(&before.ecosystem)).unwrap_or_default();
            let (new, old) = news(&before, &unknown_waiver_codes(&after.ecosystem), ecosystems);
            found.extend(new);
            known.extend(old);
        } else {
            let now = self.placed(session, &after.ecosystem, new);
            // What is not found now does not have to be told from what was found before.
            let before = before.filter(|_| !now.findings.is_empty() || !now.waived.is_empty());
            let before =
                before.map(|before| self.placed(session, &before.ecosystem, old)).unwrap_or_default();
            let (new, old) = news(&before.findings, &now.findings, ecosystems);
            found.extend(new);
            known.extend(old);
            waived.iter_mut().zip([before.waived, now.waived]).for_each(|(all, more)| all.extend(more));
            all.iter_mut().zip([before.findings, now.findings]).for_each(|(all, more)| all.extend(more));
            placed = now.placed;
        }
        let mut control = self.control(old_side, new_side);
        if let Some(before) = before {
            let ([found_before, found], [waived_before, waived]) = (&all, &waived);
            control = control
                .requiring(owing_teams(locks, [&before.ecosystem, &after.ecosystem]))
                .with_found(found_before, found)
                .with_waived(waived_before, waived);
        }
        let change = judge(control);
        if let Some(before) = before {
            let ecosystems = [&before.ecosystem, &after.ecosystem];
            let is_gone = old_side.lock_text.is_some() && new_side.lock_text.is_none();
            // What rendering decides about a model with new errors is unknown, and the change is refused for them.
            if is_sound && !is_gone {
                found.extend(Decisions::edited(session, ecosystems, [old, new], placed.as_ref()));
            }
            let placed = placed.as_ref().map(|placed| placed.placed_lock(old, self.on));
            let locks = LockChange { old, new, is_gone, ecosystems, placed: placed.as_ref(), on: self.on };
            found.extend(locks.findings());
        }
        found.extend(change.findings());
        let located =
            |findings: Findings| new_side.documents.located(findings.with_addressees(&after.ecosystem));
        ReviewReport::new(self.source.repository().clone(), self.on, [found, known], change, located)
    }

    /// Returns change control of these sides: it is told whether the lock differs, and which files do. Approvals are about the lock, too.
    fn control(&self, old: &ReviewSide, new: &ReviewSide) -> ChangeControl {
        let mut source = self.source.clone();
        if old.lock_text != new.lock_text {
            source = source.touching_lock();
        }
        if old.configuration != new.configuration {
            source = source.touching_configuration();
        }
        let documents = [old.in_repository(), new.in_repository()];
        let [before, after] = &documents;
        if source.repository().owner_path().is_none() {
            source = source.touching_files(old.changed_files(new, [before, after]));
        }
        let beside: Vec<_> =
            [&new.lock_text, &new.configuration].into_iter().flatten().map(|text| text.as_str()).collect();
        let control =
            ChangeControl::new(source, self.on).beside(beside.join("\n")).in_documents(before, after);
        let control = if self.is_strict { control.strict() } else { control };
        control.approved_by(self.claims.iter().cloned())
    }

    /// Everything that choosing and platforms find.
    fn placed(&self, session: &mut Session, ecosystem: &Valid<Ecosystem>, lock: &Lock) -> JudgedPlaces {
        match session.place(ecosystem, lock) {
            Ok(placed) => {
                let lint = session.lint(&placed);
                let [mut findings, mut waived] = [placed.findings(), placed.waived()].map(Findings::clone);
                findings.extend(lint.findings);
                waived.extend(lint.waived);
                JudgedPlaces { findings, waived, placed: Some(placed) }
            }
            // What is wrong with one part hides nothing of the others.
            Err(refused) => {
                let whole = ecosystem.as_written().clone();
                let model = PartialValidation::new(whole, &Validation::on(self.on), &[]);
                let rest = model.sound.map(|sound| session.check(&sound, lock)).unwrap_or_default();
                let mut findings = refused.findings().clone();
                findings.extend(rest.findings);
                JudgedPlaces { findings, waived: rest.waived, placed: None }
            }
        }
    }
}

/// What choosing and platforms find of a model.
#[derive(Default)]
struct JudgedPlaces {
    findings: Findings,
    waived: Findings,
    placed: Option<Placed>,
}

/// The ecosystem of a side, unless its documents do not describe one.
fn loaded(session: &mut Session, side: &ReviewSide, unread: &mut Findings) -> Option<Ecosystem> {
    let is_complete = side.unread.is_empty();
    let outcome = session.load(&side.documents).map_err(|error| {
        // What a document lacks may be said by one that could not be read.
        let found = error.into_findings().into_iter();
        unread.extend(found.filter(|finding| is_complete || !WANTING.contains(&finding.code())));
    });
    outcome.ok()
}

/// A model that was validated, whether it has errors or not.
struct JudgedModel {
    ecosystem: Valid<Ecosystem>,
    findings: Findings,
    waived: Findings,
}

impl JudgedModel {
    fn new(outcome: Result<Checked, Invalid>, side: &ReviewSide) -> Self {
        let [mut findings, waived] = match &outcome {
            Ok(checked) => [checked.findings(), checked.waived()],
            Err(invalid) => [invalid.findings(), invalid.waived()],
        }
        .map(Findings::clone);
        let ecosystem = match outcome {
            Ok(checked) => checked.into_ecosystem(),
            // What a change touches and breaks can be told of a model with errors, too.
            Err(invalid) => Valid::assume_valid(invalid.into_ecosystem()),
        };
        findings.extend(side.documents.outdated_headers());
        Self { ecosystem, findings, waived }
    }
}

/// Parts the findings of the new side into those that come with the change and those that were there before.
fn news(old: &Findings, new: &Findings, ecosystems: [&Valid<Ecosystem>; 2]) -> (Findings, Findings) {
    let news = new_findings(old, new, ecosystems);
    let of_change: BTreeSet<&Diagnostic> = news.iter().collect();
    let known = new.iter().filter(|finding| !of_change.contains(finding)).cloned().collect();
    (news, known)
}
