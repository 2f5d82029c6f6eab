//! Pictures: a graph as text that other tools draw or read, written piece by piece: a large graph takes no more memory
//! than a small one.

mod change;
mod dot;
mod graphml;
mod json;
mod mermaid;
mod sketch;
#[cfg(test)]
mod tests;

pub use dot::Dot;
pub use graphml::GraphMl;
pub use json::GraphsPicture;
pub use mermaid::Mermaid;
pub use sketch::{Level, Picture};
