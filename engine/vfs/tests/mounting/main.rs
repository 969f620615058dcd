//! Mounted trees: they behave as if everything in them lay in memory.

mod answers;
mod memory;
mod oracle;
