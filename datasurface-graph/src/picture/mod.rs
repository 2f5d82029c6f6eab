//! Pictures: a graph as text that other tools draw or read.

mod json;
mod mermaid;
#[cfg(test)]
mod tests;

pub use json::GraphsPicture;
pub use mermaid::Mermaid;
