//! What a flush does with every answer of the kernel: a scripted one stands in for `sendmmsg`.

use std::collections::VecDeque;
use std::time::Duration;

use tureen_units::Path;

use super::*;

const FULL: Result<usize, SendError> = Err(SendError::WouldBlock);

fn error(errno: i32) -> Result<usize, SendError> {
    Err(SendError::Message { errno })
}

/// Answers by a script, then takes everything; notes the datagrams per message of what it took.
#[derive(Default)]
struct Script {
    answers: VecDeque<Result<usize, SendError>>,
    taken: Vec<usize>,
    /// How often waiting helps.
    patience: usize,
}

impl Kernel for Script {
    fn send(&mut self, messages: &mut [libc::mmsghdr]) -> Result<usize, SendError> {
        let sent = self.answers.pop_front().unwrap_or(Ok(messages.len()))?;
        for message in &messages[..sent] {
            assert_eq!(message.msg_hdr.msg_controllen > 0, message.msg_hdr.msg_iovlen > 1);
            self.taken.push(message.msg_hdr.msg_iovlen as _);
        }
        Ok(sent)
    }

    fn wait(&mut self) -> bool {
        let helps = self.patience > 0;
        self.patience = self.patience.saturating_sub(1);
        helps
    }
}

/// Three messages to three peers: a run of 3 (100, 100, 40 bytes), one datagram, a run of 2.
struct Flush {
    sender: Sender,
    report: SendReport,
    egress: Egress,
    now: Instant,
}

impl Flush {
    fn new() -> Self {
        let mut flush = Self {
            sender: Sender { gso: Gso::new(true), ..Sender::new(false) },
            report: SendReport::default(),
            egress: Egress::new(16),
            now: Instant::now(),
        };
        flush.fill();
        flush
    }

    fn fill(&mut self) {
        self.egress.clear();
        for (peer, len) in [(1, 100), (2, 70), (1, 100), (3, 50), (1, 40), (3, 50)] {
            let path = Path { socket: 0, remote: ([10, 0, 0, peer], 9).into() };
            assert!(self.egress.push(path, u32::from(peer), &vec![peer; len]));
        }
    }

    /// Delivers and returns the datagrams per message that the kernel took.
    fn deliver(&mut self, answers: impl Into<VecDeque<Result<usize, SendError>>>) -> Vec<usize> {
        self.deliver_patiently(answers, 0)
    }

    /// The same with a socket that takes something again so many times.
    fn deliver_patiently(
        &mut self,
        answers: impl Into<VecDeque<Result<usize, SendError>>>,
        patience: usize,
    ) -> Vec<usize> {
        let mut script = Script { answers: answers.into(), taken: Vec::new(), patience };
        self.sender.gso.expire(self.now);
        self.sender.prepare(&self.egress, 0..self.egress.datagrams().len());
        self.sender.deliver(self.now, &mut script, 0..self.sender.runs.len(), &mut self.report);
        script.taken
    }
}

#[test]
fn one_call_takes_all_messages() {
    let mut flush = Flush::new();
    assert_eq!(flush.deliver([]), [3, 1, 2]);
    let expected = SendReport {
        datagrams: 6,
        bytes: 410,
        sends: 3,
        system_calls: 1,
        gso_runs: 2,
        gso_segments: 5,
        ..SendReport::default()
    };
    assert_eq!(flush.report, expected);
}

#[test]
fn a_call_that_takes_some_is_followed_by_another() {
    let mut flush = Flush::new();
    assert_eq!(flush.deliver([Ok(1), Ok(1), Ok(1)]), [3, 1, 2]);
    assert_eq!((flush.report.system_calls, flush.report.datagrams), (3, 6));
}

#[test]
fn a_path_that_refuses_runs_gets_single_datagrams_from_then_on() {
    for errno in [libc::EIO, libc::EINVAL, libc::EMSGSIZE] {
        let mut flush = Flush::new();
        assert_eq!(flush.deliver([error(errno)]), [1, 1, 1, 1, 2]);
        let report = flush.report;
        assert_eq!((report.datagrams, report.bytes, report.failed, report.fallbacks), (6, 410, 0, 1));
        assert_eq!((report.gso_runs, report.gso_segments, report.sends), (1, 2, 5));
        flush.fill();
        assert_eq!(flush.deliver([]), [1, 1, 1, 1, 2], "no second attempt");
        assert_eq!(flush.report.fallbacks, 1);
    }
}

#[test]
fn a_path_that_refused_runs_gets_them_again_after_a_while() {
    let mut flush = Flush::new();
    assert_eq!(flush.deliver([error(libc::EMSGSIZE)]), [1, 1, 1, 1, 2]);
    flush.now += Duration::from_secs(60);
    assert_eq!(flush.deliver([]), [1, 1, 1, 1, 2], "the other peer has its runs all the time");
    flush.now += Duration::from_secs(600);
    assert_eq!(flush.deliver([]), [3, 1, 2]);
    assert_eq!(flush.deliver([error(libc::EMSGSIZE)]), [1, 1, 1, 1, 2], "refused again");
    assert_eq!((flush.report.fallbacks, flush.report.failed), (2, 0));
}

#[test]
fn a_bad_message_is_skipped_and_the_rest_goes_on() {
    let mut flush = Flush::new();
    assert_eq!(flush.deliver([Ok(1), error(libc::EPERM), error(libc::EPERM)]), [3, 2]);
    let report = flush.report;
    assert_eq!((report.datagrams, report.failed, report.fallbacks), (5, 1, 0));
    assert_eq!(flush.deliver([error(libc::EPERM), Ok(1), error(libc::EPERM), Ok(1)]), [1, 1, 1, 2]);
    assert_eq!((flush.report.failed, flush.report.fallbacks), (2, 0));
}

#[test]
fn an_error_that_was_left_at_the_socket_costs_no_datagram() {
    let mut flush = Flush::new();
    assert_eq!(flush.deliver([Ok(1), error(libc::ECONNREFUSED)]), [3, 1, 2]);
    assert_eq!((flush.report.datagrams, flush.report.failed), (6, 0));
}

#[test]
fn a_full_socket_is_waited_for() {
    let mut flush = Flush::new();
    assert_eq!(flush.deliver_patiently([Ok(1), FULL, Ok(1), FULL], 2), [3, 1, 2]);
    assert_eq!((flush.report.datagrams, flush.report.waits, flush.report.dropped_would_block), (6, 2, 0));
    let mut flush = Flush::new();
    let never = [FULL; 2 * MAX_WAITS as usize];
    assert_eq!(flush.deliver_patiently(never, usize::MAX), [], "not for ever");
    assert_eq!(flush.report.dropped_would_block, 6);
}

#[test]
fn a_full_socket_drops_the_rest_and_counts_it() {
    let mut flush = Flush::new();
    assert_eq!(flush.deliver([Ok(1), FULL]), [3]);
    assert_eq!((flush.report.datagrams, flush.report.dropped_would_block), (3, 3));
    let mut flush = Flush::new();
    assert_eq!(flush.deliver([error(libc::EIO), Ok(1), FULL, Ok(1), FULL]), [1, 1]);
    assert_eq!((flush.report.datagrams, flush.report.dropped_would_block), (2, 4));
}

#[test]
fn a_socket_that_does_not_exist_fails_its_datagrams_only() {
    let mut flush = Flush::new();
    flush.sender.flush(flush.now, &[], &mut flush.egress, &mut flush.report);
    assert_eq!((flush.report.failed, flush.report.datagrams), (6, 0));
    assert!(flush.egress.datagrams().is_empty());
}
