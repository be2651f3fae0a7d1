//! Real sockets on loopback: what is flushed arrives, whole and in order.

mod allocation;
mod ends;
mod receiving;
mod sending;
