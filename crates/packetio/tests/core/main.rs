//! The running core over real sockets, with peers that have a clock.

mod client;
mod families;
mod isolation;
mod openssl;
mod steering;
