//! A platform as a program of its own: it answers requests in JSON on its standard input, line by line, and can be
//! started by [`RemoteFactory`](datasurface_platform::remote::RemoteFactory).
//!
//! ```text
//! $ echo '{"number":1,"request":{"hello":{"protocol":1}}}' | cargo run --quiet --example connectors
//! ```

#[path = "../tests/it/connectors.rs"]
mod connectors;

use connectors::Connectors;
use datasurface_platform::{TypedFactory, remote::serve};
use std::io;

fn main() -> io::Result<()> {
    serve(&TypedFactory::<Connectors>::new(), io::stdin().lock(), io::stdout().lock())
}
