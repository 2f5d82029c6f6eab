//! Connections to brokers: TCP, TLS and the login, with limits of time and memory.

mod address;
mod connection;
mod login;
pub(crate) mod scram;
mod stream;
mod tls;

pub(crate) use address::Address;
pub(crate) use connection::Connection;
pub(crate) use stream::Stream;
pub(crate) use tls::{certificates, client_config, identity};
