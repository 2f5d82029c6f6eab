//! Servers that are asked by HTTP: requests, the login, and failures.

mod error;
mod http;
mod server;

pub use error::RestError;
pub use http::RestLogin;
pub use server::RestServer;

pub(crate) use http::{Action, Http};

/// Makes nothing of an answer that there is nothing of that name.
pub(crate) fn existing<T>(answer: Result<Option<T>, RestError>) -> Result<Option<T>, RestError> {
    match answer {
        Err(error) if error.status() == Some(404) => Ok(None),
        answer => answer,
    }
}
