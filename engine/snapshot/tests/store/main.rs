//! Saving and loading: all that a filesystem is comes back, what is shared is
//! stored once, what is damaged is named, and comparing finds what changed.

mod collecting;
mod comparing;
mod corruption;
mod limits;
mod roundtrip;
mod sharing;
mod trees;
