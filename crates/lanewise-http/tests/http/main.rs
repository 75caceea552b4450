//! Heads and bodies against slow readers, in every split.
mod bodies;
mod heads;
mod oracle;
