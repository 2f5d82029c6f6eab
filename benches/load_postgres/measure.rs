//! What two ways take, in turn: of the processor, here and in the server, and on the wall.

use crate::{Result, support::postgres::Server};
use std::{
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

/// The best times of both.
pub(crate) struct Pair {
    /// What the server says of itself.
    postmaster: PathBuf,
    platform: Option<Took>,
    hand: Option<Took>,
}

impl Pair {
    pub(crate) fn of(server: &Server) -> Self {
        let postmaster = Path::new(&server.socket()).join("data/postmaster.pid");
        Self { postmaster, platform: None, hand: None }
    }

    pub(crate) fn add(
        &mut self,
        platform: impl FnOnce() -> Result<()>,
        hand: impl FnOnce() -> Result<()>,
    ) -> Result<()> {
        self.platform = Some(Took::best(self.platform, Took::measure(&self.postmaster, platform)?));
        self.hand = Some(Took::best(self.hand, Took::measure(&self.postmaster, hand)?));
        Ok(())
    }

    /// Says how fast both were, and returns the share of the processor's time.
    pub(crate) fn show(&self, what: &str, records: i64) -> Option<f64> {
        let (platform, hand) = (self.platform?, self.hand?);
        #[expect(clippy::cast_precision_loss, reason = "for people")]
        let speed = |took: Took| records as f64 / took.wall.as_secs_f64();
        let share = |took: fn(&Took) -> Duration| took(&hand).as_secs_f64() / took(&platform).as_secs_f64();
        let of_processor = share(|took| took.here + took.server);
        println!(
            "{what:<24}{:>15.0}{:>15.0}{:>19.2}{:>9.2}",
            speed(platform),
            speed(hand),
            of_processor,
            share(|took| took.wall)
        );
        for (who, took) in [("platform", platform), ("by hand", hand)] {
            let (here, server) = (took.here.as_secs_f64(), took.server.as_secs_f64());
            println!("    {who:<20}{here:>10.2} s here{server:>10.2} s in the server");
        }
        Some(of_processor)
    }
}

/// What something took.
#[derive(Clone, Copy)]
struct Took {
    here: Duration,
    server: Duration,
    wall: Duration,
}

impl Took {
    fn measure(postmaster: &Path, work: impl FnOnce() -> Result<()>) -> Result<Self> {
        let (server, here, begin) = (in_server(postmaster)?, here()?, Instant::now());
        work()?;
        Ok(Self {
            wall: begin.elapsed(),
            here: self::here()? - here,
            server: in_server(postmaster)? - server,
        })
    }

    fn best(before: Option<Self>, now: Self) -> Self {
        match before {
            Some(before) if before.here + before.server < now.here + now.server => {
                Self { wall: before.wall.min(now.wall), ..before }
            }
            Some(before) => Self { wall: before.wall.min(now.wall), ..now },
            None => now,
        }
    }
}

/// How long this thread was on a processor; all of the work is done in one thread.
fn here() -> Result<Duration> {
    let statistics = fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds = statistics.split_whitespace().next().ok_or("no statistics of this thread")?;
    Ok(Duration::from_nanos(nanoseconds.parse()?))
}

/// How long the sessions that have ended were on one. What the server does besides (it writes what is dirty) is not of
/// one session, and not counted.
fn in_server(postmaster: &Path) -> Result<Duration> {
    // A session ends a moment after whoever had it has gone.
    thread::sleep(Duration::from_millis(500));
    let number = fs::read_to_string(postmaster)?;
    let process = number.lines().next().ok_or("the server does not say which process it is")?;
    let statistics = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let (_, fields) = statistics.rsplit_once(") ").ok_or("no statistics of the server")?;
    // Of children that were waited for, in user and in system mode, in hundredths of a second.
    let ended = fields.split(' ').skip(13).take(2).map(str::parse::<u64>);
    let hundredths = ended.sum::<std::result::Result<u64, _>>()?;
    Ok(Duration::from_millis(hundredths * 10))
}
