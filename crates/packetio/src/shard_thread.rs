//! The thread of a shard: waits for sockets, commands and time, and feeds them to the sans-IO [`Shard`].

use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::Instant;

use tureen_sfu::{Command, Event};
use tureen_units::{Outlet, Path};

use crate::core::Mailbox;
use crate::junction::Junction;
use crate::load::Load;
use crate::receive::ReceiveBatch;
use crate::socket::UdpSocket;

/// Batches taken from one socket before the others have their turn.
const BATCHES_PER_TURN: usize = 4;

/// What other threads tell a shard.
pub enum Message {
    /// Carry these out, in order.
    Commands(Vec<Command>),
    /// Close everything and end.
    Stop,
}

/// Everything that a shard's thread owns.
pub struct ShardThread {
    junction: Junction,
    batch: ReceiveBatch,
    messages: Receiver<Message>,
    mailbox: Arc<Mailbox>,
    index: usize,
    events: Vec<Event>,
}

impl ShardThread {
    /// A thread's worth of state; [`Self::run`] is its life.
    pub fn new(junction: Junction, messages: Receiver<Message>, mailbox: Arc<Mailbox>, index: usize) -> Self {
        Self { junction, batch: ReceiveBatch::new(), messages, mailbox, index, events: Vec::new() }
    }

    /// Serves until it is told to stop.
    pub fn run(mut self) {
        let mut load = Load::new(Instant::now());
        loop {
            let since = Instant::now();
            let sockets = &self.junction.outlet.sockets;
            let mut ready = wait(sockets, self.mailbox.wake(self.index).fd(), self.junction.shard.deadline());
            let mut now = Instant::now();
            let pause = load.on_work(since, now);
            if !pause.is_zero() {
                std::thread::sleep(pause);
                // What came meanwhile is served in this round as well.
                (ready, now) = (u64::MAX, Instant::now());
            }
            if ready & 1 != 0 && !self.take_messages(now) {
                return;
            }
            self.take_parcels(now);
            for socket in 0..self.junction.outlet.sockets.len() {
                if ready & (2 << socket) != 0 {
                    self.receive(now, socket);
                }
            }
            let mailbox = &self.mailbox;
            self.junction.flush(now, |shard| mailbox.wake(shard).set());
            self.publish();
        }
    }

    /// Carries out the commands that wait; `false` to end.
    fn take_messages(&mut self, now: Instant) -> bool {
        self.mailbox.wake(self.index).clear();
        let Junction { shard, outlet, .. } = &mut self.junction;
        loop {
            match self.messages.try_recv() {
                Ok(Message::Commands(commands)) => {
                    for command in commands {
                        shard.handle_command(now, command, outlet);
                    }
                }
                Err(TryRecvError::Empty) => return true,
                Ok(Message::Stop) | Err(TryRecvError::Disconnected) => {
                    shard.close_all(outlet);
                    outlet.flush();
                    return false;
                }
            }
        }
    }

    fn take_parcels(&mut self, now: Instant) {
        if !self.junction.take_parcels(now) {
            // There are more; the sockets have their turn first.
            self.mailbox.wake(self.index).set();
        }
    }

    fn receive(&mut self, now: Instant, socket: usize) {
        for _ in 0..BATCHES_PER_TURN {
            // An error here is one peer's ICMP message at most: the next call goes on.
            let count = self.batch.receive(&self.junction.outlet.sockets[socket]).unwrap_or(0);
            // What a neighbour answered to a check is on its way to the peer only when we have been told whose the path
            // is: so look before the peer's next datagram is handled.
            self.take_parcels(now);
            for index in 0..count {
                let path = Path { socket: socket as u16, remote: self.batch.remote(index) };
                self.junction.receive(now, path, self.batch.buffer_mut(index));
            }
            if count < ReceiveBatch::CAPACITY {
                return;
            }
        }
    }

    fn publish(&mut self) {
        self.junction.shard.drain_events(&mut self.events);
        self.mailbox.publish(&mut self.events);
        self.mailbox.count(self.index, &self.junction);
    }
}

/// Waits until a socket or the wake-up is readable or the deadline has come. Bit 0 of the result is the wake-up, bit n + 1
/// socket n.
fn wait(sockets: &[UdpSocket], wake: i32, deadline: Instant) -> u64 {
    let mut entries = [libc::pollfd { fd: -1, events: libc::POLLIN, revents: 0 }; MAX_ENTRIES];
    entries[0].fd = wake;
    for (entry, socket) in entries[1..].iter_mut().zip(sockets) {
        entry.fd = socket.fd();
    }
    let count = 1 + sockets.len().min(MAX_ENTRIES - 1);
    let timeout = deadline.saturating_duration_since(Instant::now());
    let timeout = libc::timespec {
        tv_sec: timeout.as_secs().min(3600) as libc::time_t,
        tv_nsec: libc::c_long::from(timeout.subsec_nanos() as i32),
    };
    // SAFETY: `entries` has at least `count` elements and, like `timeout`, outlives the call; no signal mask is passed.
    let result =
        unsafe { libc::ppoll(entries.as_mut_ptr(), count as libc::nfds_t, &raw const timeout, std::ptr::null()) };
    if result < 0 {
        // A signal came: nothing is ready, and the loop looks again.
        return 0;
    }
    entries[..count]
        .iter()
        .enumerate()
        .filter(|(_, entry)| entry.revents != 0)
        .fold(0, |ready, (index, _)| ready | 1 << index)
}

/// Sockets of one shard, and the wake-up.
pub const MAX_ENTRIES: usize = 32;
