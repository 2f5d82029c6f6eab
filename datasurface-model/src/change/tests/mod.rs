//! What change control answers, seen from outside.

mod authorization;
mod world;
