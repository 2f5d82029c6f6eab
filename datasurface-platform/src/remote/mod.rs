//! Platforms that are other programs: they read JSON and write JSON, one value on each line.
//!
//! A program in Rust hands its factory to [`serve`]; one in another language answers each [`RequestLine`] line on its standard
//! input with one [`ResponseLine`] line on its standard output. What else it has to say goes to standard error. A host uses it through
//! [`RemoteFactory`], like any other plug-in.
//!
//! One process serves all instances of a plug-in. All that a platform answers is pure, so nothing is lost when a process
//! goes, and an instance that is created twice may be the same one. A program may also apply what it renders and run jobs: it is then
//! given the rendered files, says what it begins, and goes on where it was if it was killed.

mod answer_lines;
mod client;
mod connection;
mod credential_values;
mod finding;
mod hook_questions;
mod host_hooks;
mod judgements;
mod line;
mod operation;
mod process;
mod program_log;
mod protocol;
mod schema;
mod serve;

pub use client::{RemoteFactory, RemotePlatform, UNREACHABLE};
pub use connection::ConnectionLimits;
pub use finding::Finding;
pub use judgements::{JudgedAction, Judgements, RemoteChange, RemoteJudgement};
pub use line::MAX_LINE_LENGTH;
pub use operation::{AppliedTo, FileContent, RemoteContext};
pub use process::end_programs;
pub use protocol::{Handshake, PROTOCOL, PlanForm, Request, RequestLine, Response, ResponseLine};
pub use schema::{answer_schema, request_schema};
pub use serve::serve;

pub(crate) use answer_lines::answer_lines;
pub(crate) use connection::Connection;
pub(crate) use credential_values::CredentialValues;
pub(crate) use protocol::Answers;
pub(crate) use schema::schema_of;
