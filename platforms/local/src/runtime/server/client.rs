//! A connection that is waited for: the client crate is asynchronous, and the runtime does one thing at a time.

use super::{socket::Line, tls::Tls};
use futures_util::{SinkExt as _, Stream as _};
use std::{
    fmt,
    future::{Future, poll_fn},
    io,
    pin::{Pin, pin},
    task::Poll,
    time::Duration,
};
use tokio::{
    runtime::Runtime,
    time::{Instant, sleep_until, timeout},
};
use tokio_postgres::{CopyInSink, Error, NoTls, Row, RowStream, Statement, types::ToSql};

/// A connection to a database of a server, for one statement at a time.
pub(in crate::runtime) struct Client {
    // It goes first: then the driver has a connection that nobody wants any more, and takes leave.
    client: tokio_postgres::Client,
    driver: Driver,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

/// What moves bytes while somebody waits.
pub(super) struct Driver {
    runtime: Runtime,
    /// None once the connection has ended.
    connection: Option<Connection>,
    /// How long a server may take for a statement: it stops one by itself before.
    timeout: Option<Duration>,
}

/// What has to be asked again and again for bytes to move.
pub(super) type Connection = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

impl Driver {
    pub(super) fn new(runtime: Runtime, connection: Connection, timeout: Option<Duration>) -> Self {
        Self { runtime, connection: Some(connection), timeout }
    }

    /// When a statement that is sent now has to be done.
    fn deadline(&self) -> Option<Instant> {
        self.timeout.map(|timeout| Instant::now() + timeout)
    }

    /// Waits for an answer, for as long as a statement may take.
    fn wait<T>(&mut self, answer: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        self.wait_until(self.deadline(), answer)
    }

    /// Waits for an answer. Where the connection breaks first, why it did is the answer; one that comes too late is not
    /// waited for, and the connection is given up.
    fn wait_until<T>(
        &mut self,
        deadline: Option<Instant>,
        answer: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let Self { runtime, connection, .. } = self;
        runtime.block_on(async {
            let mut answer = pin!(answer);
            let mut too_late = pin!(deadline.map(sleep_until));
            poll_fn(|context| {
                // Whoever sends without end gives a timer no turn.
                if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                    *connection = None;
                }
                if let Some(open) = connection
                    && let Poll::Ready(ended) = open.as_mut().poll(context)
                {
                    *connection = None;
                    if let Err(why) = ended {
                        return Poll::Ready(Err(why));
                    }
                }
                let answered = answer.as_mut().poll(context);
                if answered.is_pending()
                    && let Some(too_late) = too_late.as_mut().as_pin_mut()
                    && too_late.poll(context).is_ready()
                {
                    *connection = None;
                    return answer.as_mut().poll(context);
                }
                answered
            })
            .await
        })
    }
}

/// For how long taking leave may take.
const LEAVE_WITHIN: Duration = Duration::from_secs(1);

impl Drop for Driver {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            // The server ends the session at once, rather than when it misses us.
            let _ = self.runtime.block_on(async { timeout(LEAVE_WITHIN, connection).await });
        }
    }
}

impl Client {
    pub(super) fn new(driver: Driver, client: tokio_postgres::Client) -> Self {
        Self { client, driver }
    }

    /// Executes statements without parameters.
    pub(in crate::runtime) fn batch_execute(&mut self, sql: &str) -> Result<(), Error> {
        self.driver.wait(self.client.batch_execute(sql))
    }

    /// The rows of a statement, all at once.
    pub(in crate::runtime) fn query(
        &mut self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, Error> {
        self.driver.wait(self.client.query(sql, parameters))
    }

    /// The one row of a statement.
    pub(in crate::runtime) fn query_one(
        &mut self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Row, Error> {
        self.driver.wait(self.client.query_one(sql, parameters))
    }

    /// Prepares a statement.
    pub(in crate::runtime) fn prepare(&mut self, sql: &str) -> Result<Statement, Error> {
        self.driver.wait(self.client.prepare(sql))
    }

    /// The rows of a statement, as they come.
    pub(in crate::runtime) fn stream(
        &mut self,
        statement: &Statement,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Rows<'_>, Error> {
        let parameters = parameters.iter().copied();
        let deadline = self.driver.deadline();
        let rows = self.driver.wait_until(deadline, self.client.query_raw(statement, parameters))?;
        Ok(Rows { driver: &mut self.driver, rows: Box::pin(rows), has_more: true, deadline })
    }

    /// Sends data through a COPY.
    pub(in crate::runtime) fn copy_in(&mut self, sql: &str) -> Result<Copy<'_>, Error> {
        let deadline = self.driver.deadline();
        let sink = self.driver.wait_until(deadline, self.client.copy_in(sql))?;
        Ok(Copy { driver: &mut self.driver, sink: Box::pin(sink), deadline })
    }

    /// Asks the server on another line to stop the statement.
    pub(super) fn cancel(
        &mut self,
        within: Duration,
        tls: Option<Tls>,
        line: impl Future<Output = io::Result<Box<dyn Line>>>,
    ) {
        let token = self.client.cancel_token();
        let asked = async {
            let line = line.await.ok()?;
            match tls {
                Some(tls) => token.cancel_query_raw(line, tls).await.ok(),
                None => token.cancel_query_raw(line, NoTls).await.ok(),
            }
        };
        // If it is not heard, the statement ends with the connection.
        let _ = self.driver.runtime.block_on(async { timeout(within, asked).await });
    }
}

/// Rows that are on their way.
pub(in crate::runtime) struct Rows<'c> {
    driver: &'c mut Driver,
    rows: Pin<Box<RowStream>>,
    has_more: bool,
    /// When the last of them has to be there.
    deadline: Option<Instant>,
}

/// As many are handed out together, if they are there.
const TOGETHER: usize = 256;

impl Rows<'_> {
    /// The next rows: those that are there, and at least one; none after the last.
    pub(in crate::runtime) fn next_some(&mut self, into: &mut Vec<Row>) -> Result<(), Error> {
        into.clear();
        let Self { driver, rows, has_more, deadline } = self;
        driver.wait_until(
            *deadline,
            poll_fn(|context| {
                while *has_more && into.len() < TOGETHER {
                    match rows.as_mut().poll_next(context) {
                        Poll::Ready(Some(row)) => into.push(row?),
                        Poll::Ready(None) => *has_more = false,
                        Poll::Pending if into.is_empty() => return Poll::Pending,
                        Poll::Pending => break,
                    }
                }
                Poll::Ready(Ok(()))
            }),
        )
    }
}

/// A COPY that takes data. Without [`Copy::finish`], nothing of it arrives.
pub(in crate::runtime) struct Copy<'c> {
    driver: &'c mut Driver,
    sink: Pin<Box<CopyInSink<io::Cursor<Vec<u8>>>>>,
    /// When the server has to have taken all of it.
    deadline: Option<Instant>,
}

impl Copy<'_> {
    pub(in crate::runtime) fn send(&mut self, data: Vec<u8>) -> Result<(), Error> {
        self.driver.wait_until(self.deadline, self.sink.send(io::Cursor::new(data)))
    }

    pub(in crate::runtime) fn finish(mut self) -> Result<(), Error> {
        self.driver.wait_until(self.deadline, self.sink.as_mut().finish()).map(|_| ())
    }
}
