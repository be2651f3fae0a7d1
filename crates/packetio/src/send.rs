use std::ops::Range;
use std::time::Instant;

use tureen_units::Egress;

use crate::gso::{Gso, probe_gso};
use crate::kernel::{Kernel, SendError, SendMmsg};
use crate::messages::Messages;
use crate::order::Order;
use crate::runs::{Run, plan};
use crate::socket::UdpSocket;

/// Datagrams that are put in order and described to the kernel at once; also the most messages that it takes per call.
const WINDOW: usize = 1024;

/// How often a full socket is waited for within one window.
const MAX_WAITS: u32 = 8;

/// What became of the datagrams that were flushed. Flushes add to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SendReport {
    /// Datagrams that the kernel took.
    pub datagrams: u64,
    /// Their payload bytes.
    pub bytes: u64,
    /// Messages that the kernel took: a run counts as one.
    pub sends: u64,
    /// Calls of `sendmmsg`.
    pub system_calls: u64,
    /// Messages with more than one datagram.
    pub gso_runs: u64,
    /// Datagrams in those.
    pub gso_segments: u64,
    /// Times that a full socket was waited for.
    pub waits: u64,
    /// Datagrams dropped because the socket's buffer was full.
    pub dropped_would_block: u64,
    /// Datagrams that the kernel refused.
    pub failed: u64,
    /// Runs that had to be sent datagram by datagram, because the path refused segmentation.
    pub fallbacks: u64,
}

impl SendReport {
    fn sent(&mut self, run: &Run) {
        self.sends += 1;
        self.datagrams += run.count as u64;
        self.bytes += run.bytes as u64;
        if run.count > 1 {
            self.gso_runs += 1;
            self.gso_segments += run.count as u64;
        }
    }
}

/// Empties arenas into sockets: brings the datagrams of a group together, joins them into runs for UDP segmentation
/// offload, and sends as many messages per system call as fit. Nothing is allocated per flush.
///
/// Within a group and path the order of commits is kept; groups may overtake each other.
pub struct Sender {
    gso: Gso,
    order: Order,
    runs: Vec<Run>,
    messages: Messages,
}

impl Sender {
    /// A sender that uses segmentation offload if it is wanted and [`probe_gso`] finds it.
    pub fn new(gso: bool) -> Self {
        Self {
            gso: Gso::new(gso && probe_gso()),
            order: Order::new(WINDOW),
            runs: Vec::with_capacity(WINDOW),
            messages: Messages::new(WINDOW),
        }
    }

    /// Whether runs are sent at all; for the report of the node's abilities.
    pub fn uses_gso(&self) -> bool {
        matches!(self.gso, Gso::On(_))
    }

    /// Sends everything in the arena and clears it. A full socket is waited for, a few milliseconds at most; what it does
    /// not take then is dropped and counted, as is what the kernel refuses; the datagrams after it are sent.
    pub fn flush(&mut self, now: Instant, sockets: &[UdpSocket], egress: &mut Egress, report: &mut SendReport) {
        self.gso.expire(now);
        let waiting = egress.datagrams().len();
        for start in (0..waiting).step_by(WINDOW) {
            self.prepare(egress, start..waiting.min(start + WINDOW));
            let mut next = 0;
            while let Some(run) = self.runs.get(next) {
                let socket = run.socket;
                let end = next + self.runs[next..].partition_point(|run| run.socket == socket);
                match sockets.get(usize::from(socket)) {
                    Some(socket) => self.deliver(now, &mut SendMmsg(socket.fd()), next..end, report),
                    None => report.failed += self.count(next..end),
                }
                next = end;
            }
        }
        egress.clear();
    }

    /// Orders these datagrams, plans their runs and describes them to the kernel.
    fn prepare(&mut self, egress: &Egress, window: Range<usize>) {
        let datagrams = &egress.datagrams()[window.clone()];
        self.order.arrange(datagrams);
        plan(datagrams, self.order.indices(), |address| self.gso.allows(address), &mut self.runs);
        self.messages.load(egress, self.order.indices().map(|index| window.start + index), &self.runs);
    }

    /// Sends messages of one socket. A call stops at the first bad message: that one is tried again datagram by
    /// datagram, then the rest goes on.
    fn deliver(&mut self, now: Instant, kernel: &mut impl Kernel, messages: Range<usize>, report: &mut SendReport) {
        let (mut next, mut waits) = (messages.start, 0);
        while next < messages.end {
            report.system_calls += 1;
            let outcome = kernel.send(self.messages.batch(next..messages.end));
            match outcome {
                Ok(sent) => {
                    let sent = sent.clamp(1, messages.end - next);
                    self.runs[next..next + sent].iter().for_each(|run| report.sent(run));
                    next += sent;
                }
                Err(SendError::WouldBlock) if waits < MAX_WAITS && kernel.wait() => {
                    report.waits += 1;
                    waits += 1;
                }
                Err(SendError::WouldBlock) => {
                    report.dropped_would_block += self.count(next..messages.end);
                    return;
                }
                Err(SendError::Message { errno }) => {
                    self.note_refusal(now, next, errno, report);
                    self.deliver_singly(kernel, next, report);
                    next += 1;
                }
            }
        }
    }

    fn note_refusal(&mut self, now: Instant, message: usize, errno: i32, report: &mut SendReport) {
        if self.runs[message].count > 1 && self.gso.refuse(now, self.messages.remote(message), errno) {
            report.fallbacks += 1;
        }
    }

    /// Sends each datagram of a message alone. A message of one datagram gets its second chance this way: the error may
    /// have been one that an earlier send left at the socket.
    fn deliver_singly(&mut self, kernel: &mut impl Kernel, message: usize, report: &mut SendReport) {
        let run = self.runs[message];
        for datagram in 0..run.count {
            let mut single = self.messages.single(message, datagram);
            let bytes = if datagram + 1 < run.count { run.segment } else { run.bytes - run.segment * (run.count - 1) };
            report.system_calls += 1;
            match kernel.send(std::slice::from_mut(&mut single)) {
                Ok(_) => report.sent(&Run { count: 1, bytes, ..run }),
                Err(SendError::WouldBlock) => report.dropped_would_block += 1,
                Err(SendError::Message { .. }) => report.failed += 1,
            }
        }
    }

    /// Datagrams of these messages.
    fn count(&self, messages: Range<usize>) -> u64 {
        self.runs[messages].iter().map(|run| run.count as u64).sum()
    }
}

#[cfg(test)]
#[path = "send_tests.rs"]
mod tests;
