//! What change control answers, seen from outside.

mod authorization;
mod compatibility;
mod laws;
mod rename;
mod report;
mod retirement;
mod sarif;
mod world;
