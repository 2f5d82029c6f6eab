//! The changes of a year: what teams do, one step after the other, and what nobody may do.

use crate::company::{Company, ZONE, repository, team};
use chrono::{Days, NaiveDate};
use datasurface::model::*;
use std::collections::VecDeque;

/// The days in which all agree to an end, and those from its announcement to the last day.
const AGREEING: Days = Days::new(10);
const NOTICE: Days = Days::new(30);

/// The days after which somebody is late who has something to do.
const LATE: Days = Days::new(7);

/// A proposal.
pub(crate) struct Change {
    /// What is done, in a word.
    pub(crate) kind: &'static str,
    /// The repository that it comes from.
    pub(crate) from: String,
    pub(crate) ecosystem: Ecosystem,
    /// Whether it is nobody's right.
    pub(crate) is_attack: bool,
}

/// A step that follows an earlier one, by position of dataset and number of team.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// A team agrees to read a dataset that is about to end.
    Agree(usize, usize),
    /// The end of a dataset is announced.
    Announce(usize),
    /// A team reads it no more.
    Leave(usize, usize),
    /// It is removed.
    Remove(usize),
    /// A team calls it by its new name.
    Follow(usize, usize),
}

impl Step {
    /// The dataset that is to be removed.
    fn removed(&self) -> Option<usize> {
        match self {
            Self::Remove(dataset) => Some(*dataset),
            _ => None,
        }
    }
}

/// The changes, each of which is drawn when the one before was accepted.
#[derive(Default)]
pub(crate) struct Changes {
    /// What follows, and not before which day.
    due: VecDeque<(NaiveDate, Step)>,
    drawn: usize,
}

impl Changes {
    /// Draws the next change. The company is as it will be after it, unless it is an attack.
    pub(crate) fn next(&mut self, company: &mut Company, ecosystem: &Ecosystem, on: NaiveDate) -> Change {
        self.drawn += 1;
        loop {
            // Nobody waits until it is too late.
            let is_late = self.due.iter().any(|(day, _)| *day + LATE < on);
            let drawn = match fastrand::u8(..20) {
                _ if is_late => self.due(company, ecosystem, on),
                0..8 => self.due(company, ecosystem, on),
                8 | 9 => Some(self.attack(company, ecosystem, on)).flatten(),
                _ => self.begin(company, ecosystem, on),
            };
            if let Some(change) = drawn {
                return change;
            }
        }
    }

    /// Whether something was begun and is not done.
    pub(crate) fn is_pending(&self) -> bool {
        !self.due.is_empty()
    }

    /// What was begun goes on.
    pub(crate) fn due(
        &mut self,
        company: &mut Company,
        ecosystem: &Ecosystem,
        on: NaiveDate,
    ) -> Option<Change> {
        // A former name may be used for longer than what ends.
        let is_due = |(day, _): &(NaiveDate, Step)| *day < on;
        let is_urgent = |one: &(NaiveDate, Step)| is_due(one) && !matches!(one.1, Step::Follow(..));
        let urgent = self.due.iter().position(is_urgent);
        let position = urgent.or_else(|| self.due.iter().position(is_due))?;
        let (_, step) = self.due.remove(position)?;
        Some(match step {
            Step::Agree(dataset, reader) => {
                let want = company.readers[reader].wants.get_mut(&dataset)?;
                want.agreed_until = company.datasets[dataset].last_day;
                of_reader("agree", company, ecosystem, reader)
            }
            Step::Announce(dataset) => {
                let readers = company.datasets[dataset].readers.clone();
                let agrees = |reader: &usize| company.readers[*reader].wants[&dataset].agreed_until.is_some();
                let last = company.datasets[dataset].last_day.filter(|last| *last > on)?;
                // Who has not agreed yet is waited for.
                if !readers.iter().all(agrees) {
                    self.due.push_back((on, step));
                    return None;
                }
                company.datasets[dataset].announced = Some(on);
                for reader in readers {
                    self.due.push_back((on, Step::Leave(dataset, reader)));
                }
                self.due.push_back((last, Step::Remove(dataset)));
                of_store("announce an end", company, ecosystem, dataset)
            }
            Step::Leave(dataset, reader) => {
                company.leave(reader, dataset);
                of_reader("leave", company, ecosystem, reader)
            }
            Step::Remove(dataset) => {
                // Who has not left yet is waited for.
                if !company.datasets[dataset].readers.is_empty() {
                    self.due.push_back((on, step));
                    return None;
                }
                let store = company.datasets[dataset].store;
                company.stores[store].datasets.retain(|one| *one != dataset);
                of_store("remove", company, ecosystem, dataset)
            }
            Step::Follow(dataset, reader) => {
                let called = company.key(dataset);
                company.readers[reader].wants.get_mut(&dataset)?.called = called;
                of_reader("follow a name", company, ecosystem, reader)
            }
        })
    }

    /// Something begins.
    fn begin(&mut self, company: &mut Company, ecosystem: &Ecosystem, on: NaiveDate) -> Option<Change> {
        let dataset = fastrand::usize(..company.datasets.len());
        let reader = fastrand::usize(..company.teams);
        let is_there = company.stores[company.datasets[dataset].store].datasets.contains(&dataset);
        let ends = company.datasets[dataset].last_day.is_some();
        match fastrand::u8(..10) {
            0 | 1 => {
                let store = company.datasets[dataset].store;
                company.produce(store);
                Some(of_store("add a dataset", company, ecosystem, dataset))
            }
            2..5 if is_there => {
                company.datasets[dataset].columns += 1;
                Some(of_store("add a column", company, ecosystem, dataset))
            }
            5 | 6 if is_there && !ends && !company.readers[reader].wants.contains_key(&dataset) => {
                company.want(reader, dataset);
                Some(of_reader("read", company, ecosystem, reader))
            }
            7 if is_there && company.is_called_by_its_name(dataset) => {
                company.datasets[dataset].name.rename(format!("renamed_{}", self.drawn));
                self.follow(company, dataset, on);
                Some(of_store("rename a dataset", company, ecosystem, dataset))
            }
            8 => self.rename_store(company, ecosystem, dataset, on),
            9 if is_there && !ends && company.is_called_by_its_name(dataset) => {
                let last = on + AGREEING + NOTICE;
                company.datasets[dataset].last_day = Some(last);
                for reader in &company.datasets[dataset].readers {
                    self.due.push_back((on, Step::Agree(dataset, *reader)));
                }
                self.due.push_back((on + AGREEING, Step::Announce(dataset)));
                None
            }
            _ => None,
        }
    }

    fn rename_store(
        &mut self,
        company: &mut Company,
        ecosystem: &Ecosystem,
        dataset: usize,
        on: NaiveDate,
    ) -> Option<Change> {
        let store = company.datasets[dataset].store;
        let datasets = company.stores[store].datasets.clone();
        if !datasets.iter().all(|dataset| company.is_called_by_its_name(*dataset)) {
            return None;
        }
        let before = company.stores[store].name.current.clone();
        company.stores[store].name.rename(format!("store_renamed_{}", self.drawn));
        for dataset in datasets {
            self.follow(company, dataset, on);
        }
        let change =
            |team: Team| team.without_datastore(&before.as_str().into()).datastore(company.datastore(store));
        let of = company.stores[store].team;
        let ecosystem = ecosystem.clone().edit_team(ZONE, team(of), change);
        Some(Change { kind: "rename a datastore", from: repository(of), ecosystem, is_attack: false })
    }

    /// All who read a dataset will call it by its new name.
    fn follow(&mut self, company: &Company, dataset: usize, on: NaiveDate) {
        for reader in &company.datasets[dataset].readers {
            self.due.push_back((on, Step::Follow(dataset, *reader)));
        }
    }

    /// Something that is refused. The company is as it was after it.
    fn attack(&self, company: &mut Company, ecosystem: &Ecosystem, on: NaiveDate) -> Option<Change> {
        let tried = fastrand::u8(..7);
        let dataset = match tried {
            3 | 6 => {
                fastrand::choice(self.due.iter().filter_map(|(_, step)| step.removed()).collect::<Vec<_>>())?
            }
            _ => fastrand::usize(..company.datasets.len()),
        };
        let store = company.datasets[dataset].store;
        let is_there = company.stores[store].datasets.contains(&dataset);
        let (owner, stranger) = (company.team_of(dataset), fastrand::usize(..company.teams));
        if owner == stranger || !is_there || company.datasets[dataset].readers.is_empty() {
            return None;
        }
        let before = (
            company.stores[store].clone(),
            company.datasets[dataset].clone(),
            company.readers[stranger].clone(),
        );
        let attack = self.attack_by((tried, owner, stranger), dataset, company, ecosystem, on);
        (company.stores[store], company.datasets[dataset], company.readers[stranger]) = before;
        attack
    }

    /// Draws an attack, and leaves its traces in the company.
    fn attack_by(
        &self,
        (tried, owner, stranger): (u8, usize, usize),
        dataset: usize,
        company: &mut Company,
        ecosystem: &Ecosystem,
        on: NaiveDate,
    ) -> Option<Change> {
        let store = company.datasets[dataset].store;
        let of = &mut company.datasets[dataset];
        let mut by = owner;
        let kind = match tried {
            0 => {
                company.stores[store].datasets.retain(|one| *one != dataset);
                "remove what is read"
            }
            1 => {
                of.columns = of.columns.checked_sub(1)?;
                "remove a column that is read"
            }
            2 => {
                of.columns += 1;
                by = stranger;
                "change what is another team's"
            }
            3 => {
                of.announced?;
                of.last_day = Some(of.last_day?.checked_sub_days(Days::new(20)).filter(|day| *day >= on)?);
                "end earlier than announced"
            }
            4 => {
                let stolen = Datastore::new(&*company.stores[store].name.current).captured(
                    Capture::sql_snapshot(ContainerKey::new(ZONE, team(stranger), "Sources"))
                        .with_consistency(Consistency::SingleDataset),
                );
                let stolen = company.stores[store].datasets.iter().fold(stolen, |it, one| {
                    it.dataset(Dataset::new(company.key(*one).dataset, "id Integer key"))
                });
                let ecosystem =
                    ecosystem.clone().edit_team(ZONE, team(stranger), |team| team.datastore(stolen));
                let from = repository(stranger);
                return Some(Change { kind: "take a name", from, ecosystem, is_attack: true });
            }
            5 => {
                let from = ContainerKey::new(ZONE, team(owner), "Sources");
                let spied = Datastore::new(format!("spied_{}", self.drawn))
                    .captured(Capture::sql_snapshot(from).with_consistency(Consistency::SingleDataset))
                    .dataset(Dataset::new("all", "id Integer key"));
                let ecosystem =
                    ecosystem.clone().edit_team(ZONE, team(stranger), |team| team.datastore(spied));
                let from = repository(stranger);
                return Some(Change { kind: "capture from another team", from, ecosystem, is_attack: true });
            }
            _ => {
                of.announced?;
                if company.readers[stranger].wants.contains_key(&dataset) {
                    return None;
                }
                company.want(stranger, dataset);
                let change = of_reader("read what ends", company, ecosystem, stranger);
                return Some(Change { is_attack: true, ..change });
            }
        };
        let change = of_store(kind, company, ecosystem, dataset);
        Some(Change { from: repository(by), is_attack: true, ..change })
    }
}

/// A change of a datastore, by its team.
fn of_store(kind: &'static str, company: &Company, ecosystem: &Ecosystem, dataset: usize) -> Change {
    let store = company.datasets[dataset].store;
    let of = company.stores[store].team;
    let name = DatastoreName::from(&*company.stores[store].name.current);
    let datastore = company.datastore(store);
    let change = |team: Team| team.without_datastore(&name).datastore(datastore);
    let ecosystem = ecosystem.clone().edit_team(ZONE, team(of), change);
    Change { kind, from: repository(of), ecosystem, is_attack: false }
}

/// A change of what a team reads, by that team.
fn of_reader(kind: &'static str, company: &Company, ecosystem: &Ecosystem, reader: usize) -> Change {
    let workspace = company.workspace(reader);
    let change = |team: Team| team.without_workspace(workspace.name()).workspace(workspace.clone());
    let ecosystem = ecosystem.clone().edit_team(ZONE, team(reader), change);
    Change { kind, from: repository(reader), ecosystem, is_attack: false }
}
