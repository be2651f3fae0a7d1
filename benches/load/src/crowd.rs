//! All participants and the loop that serves them.

use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

use tureen_sfu::IceCredentials;
use tureen_sim::{DtlsCertificate, Handshake};

use crate::messages::{Connect, Order, PathShape, Report, Start};
use crate::orders::Orders;
use crate::participant::{Participant, Shared};
use crate::path::Path;
use crate::poll::Poll;
use crate::receive::ReceiveBatch;
use crate::schedule::{Schedule, Task};
use crate::send::SendBatch;
use crate::socket;
use crate::tally::Tally;

/// The number of standard input; participants have their own.
const STDIN: u64 = u64::MAX;

struct Crowd {
    participants: Vec<Option<Participant>>,
    credentials: Vec<IceCredentials>,
    certificate: DtlsCertificate,
    shared: Shared,
    batch: ReceiveBatch,
    poll: Poll,
}

/// Follows orders until they end.
///
/// # Errors
/// An order that cannot be followed, or the system's.
pub fn run() -> io::Result<()> {
    let mut orders = Orders::default();
    let start = loop {
        orders.fill()?;
        match orders.next()? {
            Some(Order::Start(start)) => break start,
            None if !orders.ended() => {}
            _ => return Err(io::Error::new(io::ErrorKind::InvalidData, "the first order has to be \"start\"")),
        }
    };
    let mut crowd = Crowd::new(start)?;
    crowd.poll.watch(io::stdin().as_raw_fd(), STDIN)?;
    loop {
        while let Some(order) = orders.next()? {
            crowd.follow(order)?;
        }
        if orders.ended() {
            return Ok(());
        }
        if crowd.turn()? {
            orders.fill()?;
        }
    }
}

impl Crowd {
    fn new(start: Start) -> io::Result<Self> {
        let certificate = Handshake::certificate();
        let credentials: Vec<_> = (0..start.participants)
            .map(|number| IceCredentials { ufrag: format!("load{number}"), password: format!("{number:0>24}") })
            .collect();
        let listed = credentials.iter().map(|it| (it.ufrag.clone(), it.password.clone())).collect();
        tell(&Report::Started { fingerprint: certificate.fingerprint_str(), credentials: listed })?;
        let batch = ReceiveBatch::new(start.receive_offload);
        let (outgoing, schedule, tally) = (SendBatch::new(), Schedule::default(), Tally::default());
        Ok(Self {
            participants: (0..start.participants).map(|_| None).collect(),
            credentials,
            certificate,
            shared: Shared { start, outgoing, schedule, tally, aside: Tally::default() },
            batch,
            poll: Poll::new()?,
        })
    }

    fn follow(&mut self, order: Order) -> io::Result<()> {
        let now = Instant::now();
        match order {
            Order::Start(_) => Err(io::Error::new(io::ErrorKind::InvalidData, "it has started already")),
            Order::Connect(connect) => self.connect(connect, now),
            Order::Publish(publish) => {
                let participant = known(&mut self.participants, publish.participant)?;
                participant.publish(publish, now, &mut self.shared);
                Ok(())
            }
            Order::Receive { participant, streams } => {
                known(&mut self.participants, participant)?.receive_streams(streams);
                Ok(())
            }
            Order::Path { participants, path } => {
                participants.into_iter().try_for_each(|number| self.set_path(number, path))
            }
            Order::Tally => {
                let counts = self.participants.iter_mut().flatten().map(Participant::count_streams);
                let (expected, flowing) = counts.fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
                tell(&Report::Tallied(self.shared.tally.take(now, expected, flowing)))
            }
        }
    }

    fn connect(&mut self, order: Connect, now: Instant) -> io::Result<()> {
        let number = order.participant;
        let local = self.credentials.get(number).cloned().ok_or_else(|| stranger(number))?;
        let socket = socket::open(order.address, self.shared.start.receive_offload)?;
        self.poll.watch(socket.as_raw_fd(), number as u64)?;
        let remote = IceCredentials { ufrag: order.ufrag, password: order.password };
        let handshake = Handshake::new(local, remote, self.certificate.clone(), now);
        self.participants[number] = Some(Participant::new(number, socket, handshake, &order.fingerprint));
        for task in [Task::Connection, Task::Feedback, Task::Reports] {
            // Everybody's timers have a phase of their own.
            let phase = Duration::from_micros(if task == Task::Connection { 0 } else { number as u64 * 7919 % 50_000 });
            self.shared.schedule.add(now + phase, number, task);
        }
        Ok(())
    }

    fn set_path(&mut self, number: usize, shape: PathShape) -> io::Result<()> {
        let participant = known(&mut self.participants, number)?;
        let (socket, before) = (participant.socket.as_raw_fd(), participant.is_deaf());
        participant.set_path(Path::from(shape));
        match (before, participant.is_deaf()) {
            (false, true) => self.poll.unwatch(socket),
            (true, false) => self.poll.watch(socket, number as u64),
            _ => Ok(()),
        }
    }

    /// Waits for something and does it; `true` if standard input has something.
    fn turn(&mut self) -> io::Result<bool> {
        let until = self.shared.schedule.next().map(|at| at.saturating_duration_since(Instant::now()));
        let ready = self.poll.wait(until.unwrap_or(Duration::from_secs(3600)));
        let mut ordered = false;
        for index in 0..ready {
            let number = self.poll.number(index);
            if number == STDIN {
                ordered = true;
                continue;
            }
            let Some(participant) = &mut self.participants[number as usize] else { continue };
            if participant.handle_socket(&mut self.batch, &mut self.shared)? {
                let profile = participant.profile().unwrap_or_default();
                tell(&Report::Connected { participant: number as usize, profile })?;
            }
        }
        while let Some((due, number, task)) = self.shared.schedule.pop_due(Instant::now()) {
            if let Some(participant) = &mut self.participants[number] {
                participant.handle_task(task, due, &mut self.shared)?;
            }
        }
        Ok(ordered)
    }
}

fn known(participants: &mut [Option<Participant>], number: usize) -> io::Result<&mut Participant> {
    participants.get_mut(number).and_then(Option::as_mut).ok_or_else(|| stranger(number))
}

fn stranger(number: usize) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("there is no participant {number}, or it is not connected"))
}

fn tell(report: &Report) -> io::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, report)?;
    out.write_all(b"\n")?;
    out.flush()
}
