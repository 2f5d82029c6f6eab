//! A year of a company: `cargo run --release --example year -- --teams 300 --datasets 10000 --changes 10000 --kills 100`.
//!
//! Teams add datasets and columns, rename, read, leave, and end what they announced; now and then somebody proposes what is nobody's right.
//! Each change is validated and judged; what is accepted is rendered some changes later, into a target that a tool follows, which skips
//! renderings. Twice, the platform is frozen for some days. Some renderings are killed at an operation of the disk. After each apply, all data is compared with what is wanted and owed,
//! which this program computes by itself; and in the end what is remembered with what a target that was made from nothing remembers.
//! The first difference ends the program.

#![expect(clippy::print_stdout, reason = "it shows what it found")]
#![expect(clippy::indexing_slicing, reason = "positions are those of the company itself")]

mod change;
mod company;
mod costs;
mod platform;
mod target;

use change::{Change, Changes};
use chrono::{Days, NaiveDate};
use clap::Parser;
use company::Company;
use costs::{Costs, timed};
use datasurface::{
    broker::{Base, Lock, Session},
    change::{ChangeControl, ChangeSource},
    model::{Checked, Ecosystem},
};
use target::Site;

/// The days for which the platform is frozen.
const FREEZE: Days = Days::new(9);

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[derive(Debug, Parser)]
struct Arguments {
    /// The teams of the company.
    #[arg(long, default_value_t = 300)]
    teams: usize,
    /// The datasets on the first day.
    #[arg(long, default_value_t = 10_000)]
    datasets: usize,
    /// The changes of the year, attacks included.
    #[arg(long, default_value_t = 10_000)]
    changes: usize,
    /// The renderings that are killed.
    #[arg(long, default_value_t = 100)]
    kills: usize,
    /// The changes from one rendering to the next one, on average.
    #[arg(long, default_value_t = 20)]
    batch: usize,
    /// The most datasets of a shard.
    #[arg(long, default_value_t = 400)]
    shard: u64,
    /// What random numbers begin with.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    fastrand::seed(arguments.seed);
    let folder = tempfile::tempdir()?;
    Year::begin(&arguments, folder.path())?.live()
}

/// A year, as far as it went.
struct Year<'a> {
    arguments: &'a Arguments,
    company: Company,
    /// What is accepted.
    accepted: Checked,
    session: Session,
    site: Site,
    on: NaiveDate,
    costs: Costs,
}

impl<'a> Year<'a> {
    fn begin(arguments: &'a Arguments, folder: &std::path::Path) -> Result<Self> {
        let on = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap_or_default();
        let company = Company::new(arguments.teams, arguments.datasets);
        let mut session = Session::new(target::broker());
        let accepted = session.validate(company.ecosystem(arguments.shard), on)?;
        let site = Site::new(folder)?;
        Ok(Self { arguments, company, accepted, session, site, on, costs: Costs::default() })
    }

    fn live(mut self) -> Result<()> {
        self.render(None)?;
        self.apply()?;
        self.costs.state("first day", self.site.state_bytes()?);
        let (mut changes, mut kills) = (Changes::default(), 0);
        let all = self.arguments.changes;
        for number in 1..=all {
            self.on = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap_or_default()
                + Days::new((number * 364 / all) as u64);
            if number == all / 3 || number == all * 2 / 3 {
                self.freeze()?;
            }
            let change = changes.next(&mut self.company, self.accepted.ecosystem().as_written(), self.on);
            self.judge(change)?;
            if fastrand::usize(..self.arguments.batch) == 0 || number == all {
                // The later of those that are left are as likely as the earlier ones.
                let left = (all - number) / self.arguments.batch + 1;
                let is_killed = fastrand::usize(..left) < self.arguments.kills - kills;
                kills += usize::from(is_killed);
                self.render(is_killed.then(|| fastrand::usize(..60)))?;
                if fastrand::u8(..3) == 0 || number == all {
                    self.apply()?;
                }
            }
            if number % (all / 4).max(1) == 0 {
                self.costs.state(&self.on.to_string(), self.site.state_bytes()?);
            }
        }
        self.end(&mut changes)?;
        self.is_no_larger_than_it_must_be()?;
        println!(
            "{} teams, {} datasets, {kills} renderings killed",
            self.arguments.teams,
            self.company.datasets.len()
        );
        print!("{}", self.costs.to_table());
        Ok(())
    }

    /// Freezes the platform: what is rendered stays for some days, whatever teams change.
    fn freeze(&mut self) -> Result<()> {
        self.company.frozen_until = Some(self.on + FREEZE);
        let ecosystem = self.company.ecosystem(self.arguments.shard);
        self.judge(Change { kind: "freeze", from: company::OWNER.to_owned(), ecosystem, is_attack: false })
    }

    /// What was begun is done, day by day, and then the last data that was owed is over.
    fn end(&mut self, changes: &mut Changes) -> Result<()> {
        while changes.is_pending() {
            self.on = self.on + Days::new(1);
            for _ in 0..self.arguments.teams {
                let ecosystem = self.accepted.ecosystem().as_written();
                match changes.due(&mut self.company, ecosystem, self.on) {
                    Some(change) => self.judge(change)?,
                    None => break,
                }
            }
        }
        for days in [0, u64::from(company::RETENTION) + 1] {
            self.on = self.on + Days::new(days);
            self.render(None)?;
            self.apply()?;
        }
        self.costs.state("nothing owed any more", self.site.state_bytes()?);
        Ok(())
    }

    /// Validates and judges a change, and accepts it, or not: an attack is refused, and nothing else is.
    fn judge(&mut self, change: Change) -> Result<()> {
        let Change { kind, from, ecosystem, is_attack } = change;
        let (outcome, cost) = timed(|| self.validate(ecosystem, &from));
        self.costs.add(kind, cost);
        match (outcome, is_attack) {
            (Ok(accepted), false) => self.accepted = accepted,
            (Err(_), true) => {}
            (Ok(_), true) => return Err(format!("{}: `{kind}` by {from} was accepted", self.on).into()),
            (Err(why), false) => {
                return Err(format!("{}: `{kind}` by {from} was refused: {why}", self.on).into());
            }
        }
        Ok(())
    }

    fn validate(&mut self, ecosystem: Ecosystem, from: &str) -> std::result::Result<Checked, String> {
        let new = self.session.validate(ecosystem, self.on).map_err(|invalid| invalid.to_string())?;
        let control = ChangeControl::new(ChangeSource::new(from), self.on);
        let control = control.with_findings(self.accepted.findings(), new.findings());
        let report = control.judge(self.accepted.ecosystem(), new.ecosystem());
        if report.is_allowed() { Ok(new) } else { Err(report.to_string()) }
    }

    /// Renders what is accepted, killed after so many operations of the disk, if at all: then once more.
    fn render(&mut self, killed_after: Option<usize>) -> Result<()> {
        let mut killed_after = killed_after;
        loop {
            let (placed, cost) = timed(|| self.session.place(self.accepted.ecosystem(), &self.site.lock));
            let placed = placed?;
            self.costs.add("place", cost);
            let base = Base::Target(self.site.target.manifest());
            let (proposal, cost) = timed(|| self.session.propose(&placed, base, self.on));
            let proposal = proposal?;
            self.costs.add("propose", cost);
            let (is_written, cost) = timed(|| self.site.write(&proposal, killed_after));
            self.costs.add("write", cost);
            let stays = proposal.plan(&"P".into()).is_none();
            if stays != self.company.frozen_until.is_some_and(|until| self.on < until) {
                return Err(
                    format!("{}: the platform {}", self.on, if stays { "stays" } else { "goes" }).into()
                );
            }
            match is_written? {
                true if stays => return Ok(()),
                true => break,
                false => killed_after = None,
            }
        }
        self.site.rendered(&self.company, self.on);
        Ok(())
    }

    /// Applies what is rendered, and judges what is there.
    fn apply(&mut self) -> Result<()> {
        let (applied, cost) = timed(|| self.site.apply());
        applied?;
        self.costs.add("apply", cost);
        let (judged, cost) = timed(|| self.site.judge());
        self.costs.add("compare with what is owed", cost);
        judged
    }

    /// When nothing is owed any more, what is remembered is what a target remembers that was made from nothing, and the names of before of
    /// what was renamed.
    fn is_no_larger_than_it_must_be(&mut self) -> Result<()> {
        let placed = self.session.place(self.accepted.ecosystem(), &Lock::default())?;
        let (now, least) = (self.site.state_bytes()?, Site::from_nothing(&placed, self.on)?);
        self.costs.state("from nothing", least);
        for (what, now, least) in [("lock", now[0], least[0]), ("state", now[1], least[1])] {
            if now > least * 11 / 10 {
                return Err(format!("the {what} has {now} bytes, and {least} would do").into());
            }
        }
        Ok(())
    }
}
