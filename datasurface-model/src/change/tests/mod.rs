//! What change control answers, seen from outside.

mod authorization;
mod compatibility;
mod report;
mod retirement;
mod world;
