//! Input: the model and the lock that a verb works with.

use crate::arguments::Model;
use chrono::NaiveDate;
use datasurface_broker::{Broker, Lock, Placed, Session, unknown_waiver_codes};
use datasurface_document::{Documents, SoundPart, read_regular_text};
use datasurface_model::{Checked, Diagnostic, Ecosystem, Findings, ModelPath, Valid, Validation, segment};
use std::{
    io,
    path::{Path, PathBuf},
};

/// Findings that say that something is missing.
const WANTING: [&str; 2] = ["document/incomplete", "document/undeclared"];

/// A model without errors and its lock, as of a day.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) ecosystem: Valid<Ecosystem>,
    pub(crate) lock: Lock,
    pub(crate) lock_path: PathBuf,
    /// What was found so far; no errors.
    pub(crate) findings: Findings,
    /// What was found, and somebody decided to live with.
    pub(crate) waived: Findings,
    documents: Documents,
}

impl Input {
    /// Reads the model and the lock, and validates. What is wrong with either is reported in one go.
    pub(crate) fn read(arguments: &Model) -> Result<Self, Findings> {
        Self::read_in(&mut Session::default(), arguments, None)
    }

    /// Reads the model, and the lock unless its text is given, and validates, all in a session. What is wrong with either is reported in one
    /// go.
    pub(crate) fn read_in(
        session: &mut Session,
        arguments: &Model,
        lock_text: Option<&str>,
    ) -> Result<Self, Findings> {
        let (lock_path, on) = (arguments.lock(), arguments.date());
        let mut findings = Findings::default();
        let lock = match lock_text {
            Some(text) => Lock::from_text(text)
                .map_err(|error| alone(error.diagnostic(&lock_path.display().to_string()))),
            None => read_lock(&lock_path, arguments),
        };
        let lock = kept(lock, &mut findings);
        let (documents, unread) = documents(arguments);
        let is_complete = unread.is_empty();
        findings.extend(unread);
        let checked = match session.load(&documents) {
            Ok(model) if is_complete => validated(session, model, on, &mut findings),
            Ok(_) => None,
            Err(error) => {
                // What a document lacks may be said by one that could not be read.
                let found = error.into_findings().into_iter();
                findings.extend(found.filter(|finding| is_complete || !WANTING.contains(&finding.code())));
                None
            }
        };
        findings.extend(documents.outdated_headers());
        let findings = documents.located(findings);
        match (checked, lock) {
            (Some(checked), Some(lock)) => {
                let waived = checked.waived().clone();
                let ecosystem = checked.into_ecosystem();
                Ok(Self { ecosystem, lock, lock_path, findings, waived, documents })
            }
            _ => Err(findings),
        }
    }

    /// Decides who serves and who captures.
    pub(crate) fn place(&mut self, broker: &Broker) -> Result<Placed, Findings> {
        self.place_in(&mut Session::new(broker.clone()))
    }

    /// Decides who serves and who captures, in a session.
    pub(crate) fn place_in(&mut self, session: &mut Session) -> Result<Placed, Findings> {
        match session.place(&self.ecosystem, &self.lock) {
            Ok(placed) => {
                self.findings.extend(self.located(placed.findings().clone()));
                self.waived.extend(placed.waived().clone());
                Ok(placed)
            }
            Err(refused) => {
                self.findings.extend(self.located(refused.findings().clone()));
                Err(self.findings.clone())
            }
        }
    }

    /// The findings, with the places where they are written in the model, and those who have to change them.
    pub(crate) fn located(&self, findings: Findings) -> Findings {
        self.documents.located(findings.with_addressees(&self.ecosystem))
    }
}

/// Everything that can be said of a model, whatever is wrong with parts of it.
#[derive(Debug)]
pub(crate) struct JudgedInput {
    pub(crate) ecosystem: Ecosystem,
    pub(crate) on: NaiveDate,
    /// The findings, without their positions.
    pub(crate) findings: Findings,
    pub(crate) waived: Findings,
    /// The part of the model that nothing is wrong with.
    pub(crate) sound: Option<SoundPart>,
    pub(crate) documents: Documents,
}

impl JudgedInput {
    /// Reads the model and the lock as far as that is possible, validates, chooses platforms, and asks these.
    /// Without a broker, no platform is asked.
    pub(crate) fn read(arguments: &Model, broker: Option<&Broker>) -> Self {
        let (lock_path, on) = (arguments.lock(), arguments.date());
        let mut findings = Findings::default();
        let lock = kept(read_lock(&lock_path, arguments), &mut findings);
        let (documents, unread) = documents(arguments);
        let mut model = documents.load_partly();
        if !unread.is_empty() {
            // What a document lacks may be said by one that could not be read.
            let found = std::mem::take(&mut model.findings).into_iter();
            model.findings = found.filter(|finding| !WANTING.contains(&finding.code())).collect();
            model.findings.extend(unread);
            model.unread.push(ModelPath::root());
        }
        let judged = model.validate(&Validation::on(on));
        findings.extend(judged.findings);
        let mut waived = judged.waived;
        let mut found = Findings::default();
        if let (Some(sound), Some(lock), Some(broker)) = (&judged.sound, &lock, broker) {
            let report = Session::new(broker.clone()).check(sound, lock);
            found.extend(report.findings);
            waived.extend(report.waived);
        }
        // Where the error stands that a waiver was to accept, why it does is told with it.
        found.extend(unknown_waiver_codes(&model.ecosystem));
        findings.extend(found.with_addressees(&model.ecosystem));
        Self { findings, waived, on, ecosystem: model.ecosystem, sound: judged.sound, documents }
    }
}

fn validated(
    session: &mut Session,
    model: Ecosystem,
    on: NaiveDate,
    findings: &mut Findings,
) -> Option<Checked> {
    match session.validate(model, on) {
        Ok(checked) => {
            findings.extend(checked.findings().clone().with_addressees(checked.ecosystem()));
            Some(checked)
        }
        Err(invalid) => {
            let mut found = invalid.findings().clone();
            // The error that it was to waive stands: why it does is told with it.
            found.extend(unknown_waiver_codes(invalid.ecosystem()));
            findings.extend(found.with_addressees(invalid.ecosystem()));
            None
        }
    }
}

fn kept<T>(outcome: Result<T, Findings>, findings: &mut Findings) -> Option<T> {
    outcome.map_err(|found| findings.extend(found)).ok()
}

/// A lock that is not there is an empty one. One that was not named is in the folder of the model.
fn read_lock(path: &Path, arguments: &Model) -> Result<Lock, Findings> {
    let name = path.display().to_string();
    let place = ModelPath::root().child(segment::LOCK, &name);
    if !path.exists() {
        return Ok(Lock::default());
    }
    let folder = path.parent().filter(|_| !arguments.names_lock());
    let text = read_regular_text(path, folder, place)?;
    Lock::from_text(&text).map_err(|error| alone(error.diagnostic(&name)))
}

/// The documents of a model that could be read, and what stands in the way of the others.
fn documents(arguments: &Model) -> (Documents, Findings) {
    if !arguments.is_stdin() {
        return Documents::from_path(&arguments.model);
    }
    Documents::from_reader("standard input", io::stdin().lock())
}

/// One finding.
fn alone(finding: Diagnostic) -> Findings {
    [finding].into_iter().collect()
}
