//! One participant: its socket, its transport, what it publishes and what it receives.

use std::io;
use std::net::UdpSocket;
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

use tureen_rtp::RtpHeader;
use tureen_rtp::extension::decode_transport_cc;
use tureen_rtp::rtcp::RtcpWriter;
use tureen_sim::Handshake;
use tureen_srtp::Inbound;

use crate::clock;
use crate::feedback::{self, Feedback, Room};
use crate::messages::{Incoming, Publish, Start};
use crate::path::{NarrowLink, Path};
use crate::publishing::Publishing;
use crate::receive::ReceiveBatch;
use crate::received_stream::ReceivedStream;
use crate::schedule::{Schedule, Task};
use crate::send::SendBatch;
use crate::sent_stream::Uplink;
use crate::stamp;
use crate::tally::Tally;

/// Time between ICE checks and DTLS timers until the transport is connected, and between ICE checks from then on.
const CONNECTING_INTERVAL: Duration = Duration::from_millis(100);
const CONSENT_INTERVAL: Duration = Duration::from_millis(2500);
/// The SSRC that feedback is sent from, by somebody who may not publish anything (RFC 3550 section 6.4.2).
const FEEDBACK_SSRC: u32 = 1;

/// What all participants share.
pub struct Shared {
    /// What was negotiated.
    pub start: Start,
    /// Buffers for sending.
    pub outgoing: SendBatch,
    /// Tasks of all.
    pub schedule: Schedule,
    /// Counts of all but those who were set aside.
    pub tally: Tally,
    /// Counts of those.
    pub aside: Tally,
}

/// A participant.
pub struct Participant {
    /// Its way to the server.
    pub socket: UdpSocket,
    handshake: Handshake,
    expected_fingerprint: String,
    checked: bool,
    number: usize,
    sent_number: u16,
    publishing: Publishing,
    streams: Vec<ReceivedStream>,
    feedback: Feedback,
    cname: String,
    /// Once it is set aside.
    path: Option<Path>,
}

impl Participant {
    /// A participant that starts to connect.
    pub fn new(number: usize, socket: UdpSocket, handshake: Handshake, expected_fingerprint: &str) -> Self {
        Self {
            socket,
            handshake,
            expected_fingerprint: expected_fingerprint.to_ascii_uppercase(),
            checked: false,
            number,
            sent_number: 0,
            publishing: Publishing::default(),
            streams: Vec::new(),
            feedback: Feedback::default(),
            cname: format!("load-{number}"),
            path: None,
        }
    }

    /// The SRTP profile, once it is connected.
    pub fn profile(&self) -> Option<&'static str> {
        self.handshake.profile().map(tureen_srtp::Profile::name)
    }

    /// Publishes a track.
    pub fn publish(&mut self, order: Publish, now: Instant, shared: &mut Shared) {
        self.publishing.add(order, shared.start.payload_types, now, &mut shared.schedule);
    }

    /// Takes over what the last answer says that it receives. Streams that stay keep their state.
    pub fn receive_streams(&mut self, incoming: Vec<Incoming>) {
        let mut before = std::mem::take(&mut self.streams);
        self.streams = incoming
            .into_iter()
            .map(|incoming| match before.iter().position(|stream| stream.incoming.ssrc == incoming.ssrc) {
                Some(index) => before.swap_remove(index),
                None => ReceivedStream::new(incoming),
            })
            .collect();
    }

    /// Sets it aside.
    pub fn set_path(&mut self, path: Path) {
        self.path = Some(path);
    }

    /// Whether it neither reads nor writes.
    pub fn is_deaf(&self) -> bool {
        matches!(self.path, Some(Path::Deaf))
    }

    /// How many streams it expects, and how many came since the last call; none if it is set aside.
    pub fn count_streams(&mut self) -> (usize, usize) {
        if self.path.is_some() {
            return (0, 0);
        }
        let flowing =
            self.streams.iter_mut().filter_map(|stream| std::mem::take(&mut stream.flows).then_some(())).count();
        (self.streams.len(), flowing)
    }

    /// Does something that is due.
    ///
    /// # Errors
    /// When the server is not the one that was signalled.
    pub fn handle_task(&mut self, task: Task, due: Instant, shared: &mut Shared) -> io::Result<()> {
        if self.is_deaf() {
            // It does everything later.
            shared.schedule.add(due + CONNECTING_INTERVAL, self.number, task);
            return Ok(());
        }
        self.counted(shared, |it, shared| it.do_task(task, due, shared))
    }

    fn do_task(&mut self, task: Task, due: Instant, shared: &mut Shared) -> io::Result<()> {
        let now = Instant::now();
        match task {
            Task::Connection => self.keep_connected(now, shared)?,
            Task::Feedback => {
                self.send_feedback(shared);
                shared.schedule.add(now.max(due + feedback::INTERVAL), self.number, Task::Feedback);
            }
            Task::Reports => {
                self.send_reports(shared);
                shared.schedule.add(now.max(due + feedback::REPORT_INTERVAL), self.number, Task::Reports);
            }
            Task::Link => self.take_carried(shared),
            Task::Frame(camera, layer) => {
                shared.tally.lateness.record(now.saturating_duration_since(due));
                let next = self
                    .uplink(shared, |publishing, _, uplink| publishing.send_frame((camera, layer), due, now, uplink));
                // Before the keys are there, nothing is sent.
                let (packets, next) = next.unwrap_or((0, now + CONNECTING_INTERVAL));
                shared.tally.published += packets;
                shared.schedule.add(next, self.number, task);
            }
            Task::Sound(index) => {
                shared.tally.lateness.record(now.saturating_duration_since(due));
                let next = self.uplink(shared, |publishing, _, uplink| publishing.send_sound(index, due, now, uplink));
                shared.tally.published += u64::from(next.is_some());
                shared.schedule.add(next.unwrap_or(now + CONNECTING_INTERVAL), self.number, task);
            }
        }
        self.flush(shared);
        Ok(())
    }

    /// Takes what its socket has; `true` if it became connected by that.
    pub fn handle_socket(&mut self, batch: &mut ReceiveBatch, shared: &mut Shared) -> io::Result<bool> {
        self.counted(shared, |it, shared| it.read_socket(batch, shared))
    }

    fn read_socket(&mut self, batch: &mut ReceiveBatch, shared: &mut Shared) -> io::Result<bool> {
        let connected = self.handshake.srtp.is_some();
        let socket = self.socket.as_raw_fd();
        let mut more = true;
        while more {
            more = batch.receive(socket, &mut |datagram, arrival| match &mut self.path {
                Some(Path::Narrow(link)) => {
                    if link.take(datagram, arrival) {
                        schedule_link(link, self.number, &mut shared.schedule);
                    }
                }
                _ => self.handle_datagram(datagram, arrival, shared),
            });
        }
        self.request_missing(shared);
        self.flush(shared);
        self.check_server()?;
        Ok(!connected && self.handshake.srtp.is_some())
    }

    fn take_carried(&mut self, shared: &mut Shared) {
        while let Some(Path::Narrow(link)) = &mut self.path {
            let Some((arrival, mut datagram)) = link.pop_due(clock::now()) else {
                schedule_link(link, self.number, &mut shared.schedule);
                break;
            };
            self.handle_datagram(&mut datagram, arrival, shared);
        }
        self.request_missing(shared);
    }

    fn request_missing(&mut self, shared: &mut Shared) {
        if self.streams.iter().any(ReceivedStream::is_incomplete) {
            self.send_requests(shared);
        }
    }

    /// Does something of which the counts go where this participant's go.
    fn counted<T>(&mut self, shared: &mut Shared, work: impl FnOnce(&mut Self, &mut Shared) -> T) -> T {
        let aside = self.path.is_some();
        if aside {
            std::mem::swap(&mut shared.tally, &mut shared.aside);
        }
        let done = work(self, shared);
        if aside {
            std::mem::swap(&mut shared.tally, &mut shared.aside);
        }
        done
    }

    fn handle_datagram(&mut self, datagram: &mut [u8], arrival: Duration, shared: &mut Shared) {
        match datagram {
            [128..=191, 192..=223, ..] => self.handle_rtcp(datagram, arrival, shared),
            [128..=191, ..] => self.handle_rtp(datagram, arrival, shared),
            [20..=63, ..] => self.handshake.handle_record(Instant::now(), datagram),
            [0..=3, ..] if !self.checked && self.handshake.is_response(datagram) => {
                self.checked = true;
                self.handshake.start(Instant::now());
            }
            _ => {}
        }
    }

    fn handle_rtp(&mut self, datagram: &mut [u8], arrival: Duration, shared: &mut Shared) {
        let (Some((inbound, _)), Ok(header)) = (&self.handshake.srtp, RtpHeader::parse_untrusted(datagram)) else {
            return;
        };
        let id = shared.start.extensions.transport_cc;
        if let Some(number) = header.extension(datagram, id).and_then(decode_transport_cc) {
            self.feedback.arrivals.record(number, arrival);
        }
        if header.payload_type == shared.start.payload_types.rtx {
            take_repeated(inbound, &mut self.streams, &header, datagram, &mut shared.tally);
            return;
        }
        let Some(stream) = self.streams.iter_mut().find(|stream| stream.incoming.ssrc == header.ssrc) else {
            shared.tally.strays += 1;
            return;
        };
        shared.tally.packets += 1;
        shared.tally.bytes += datagram.len() as u64;
        stream.on_packet(&header, arrival);
        stream.until_sample -= 1;
        if stream.until_sample == 0 {
            stream.until_sample = shared.start.sample_every.max(1);
            sample(inbound, stream, &header, datagram, arrival, &mut shared.tally);
        }
    }

    fn handle_rtcp(&mut self, datagram: &mut [u8], arrival: Duration, shared: &mut Shared) {
        let Some((inbound, outbound)) = &mut self.handshake.srtp else { return };
        let Ok(len) = inbound.open_rtcp(datagram) else {
            shared.tally.unauthentic += 1;
            return;
        };
        let mut uplink = Uplink {
            outbound,
            socket: &self.socket,
            batch: &mut shared.outgoing,
            number: &mut self.sent_number,
            extensions: shared.start.extensions,
        };
        let plain = &datagram[..len];
        feedback::take(plain, arrival, &mut self.streams, &mut self.publishing, &mut uplink, &mut shared.tally);
    }

    fn keep_connected(&mut self, now: Instant, shared: &mut Shared) -> io::Result<()> {
        let connected = self.handshake.srtp.is_some();
        if connected || !self.checked {
            self.handshake.check();
        }
        self.handshake.handle_timeout(now);
        self.check_server()?;
        let interval = if connected { CONSENT_INTERVAL } else { CONNECTING_INTERVAL };
        shared.schedule.add(now + interval, self.number, Task::Connection);
        Ok(())
    }

    fn check_server(&self) -> io::Result<()> {
        match &self.handshake.server_fingerprint {
            Some(found) if !found.eq_ignore_ascii_case(&self.expected_fingerprint) => {
                let text = format!("the server's certificate is {found}, and not {}", self.expected_fingerprint);
                Err(io::Error::new(io::ErrorKind::PermissionDenied, text))
            }
            _ => Ok(()),
        }
    }

    fn send_feedback(&mut self, shared: &mut Shared) {
        let mut room: Room = [0; 1200];
        loop {
            let plain =
                self.feedback.write(FEEDBACK_SSRC, &mut self.streams, clock::now(), &mut shared.tally, &mut room);
            if plain.is_empty() || !send_rtcp(&mut self.handshake, &self.socket, plain, &mut shared.outgoing) {
                return;
            }
        }
    }

    fn send_requests(&mut self, shared: &mut Shared) {
        let mut room: Room = [0; 1200];
        let mut writer = RtcpWriter::new(&mut room);
        let streams = &mut self.streams;
        self.feedback.write_requests(FEEDBACK_SSRC, streams, clock::now(), &mut shared.tally, &mut writer);
        let len = writer.len();
        if len > 0 {
            send_rtcp(&mut self.handshake, &self.socket, &room[..len], &mut shared.outgoing);
        }
    }

    fn send_reports(&mut self, shared: &mut Shared) {
        let mut room: Room = [0; 1200];
        let now = clock::now();
        for stream in self.publishing.streams() {
            let mut writer = RtcpWriter::new(&mut room);
            if stream.report(stream.ticks(now), now, &mut writer) && writer.push_sdes_cname(stream.ssrc(), &self.cname)
            {
                let len = writer.len();
                send_rtcp(&mut self.handshake, &self.socket, &room[..len], &mut shared.outgoing);
            }
        }
        if !self.streams.is_empty() {
            let plain = self.feedback.write_report(FEEDBACK_SSRC, &self.cname, &mut self.streams, now, &mut room);
            send_rtcp(&mut self.handshake, &self.socket, plain, &mut shared.outgoing);
        }
    }

    /// Does something with what leads to the server; `None` before the keys are there.
    fn uplink<T>(
        &mut self,
        shared: &mut Shared,
        work: impl FnOnce(&mut Publishing, &mut [ReceivedStream], &mut Uplink<'_>) -> T,
    ) -> Option<T> {
        let (_, outbound) = self.handshake.srtp.as_ref()?;
        let mut uplink = Uplink {
            outbound,
            socket: &self.socket,
            batch: &mut shared.outgoing,
            number: &mut self.sent_number,
            extensions: shared.start.extensions,
        };
        Some(work(&mut self.publishing, &mut self.streams, &mut uplink))
    }

    fn flush(&mut self, shared: &mut Shared) {
        for datagram in std::mem::take(&mut self.handshake.outbox) {
            shared.outgoing.slot(&self.socket)[..datagram.len()].copy_from_slice(&datagram);
            shared.outgoing.commit(datagram.len());
        }
        shared.outgoing.flush(&self.socket);
        shared.tally.unsent += std::mem::take(&mut shared.outgoing.unsent);
    }
}

/// Comes back when the link has carried its first datagram, if it has any.
fn schedule_link(link: &NarrowLink, participant: usize, schedule: &mut Schedule) {
    if let Some(at) = link.next() {
        schedule.add(Instant::now() + at.saturating_sub(clock::now()), participant, Task::Link);
    }
}

/// Seals an RTCP packet into the batch; `false` before the keys are there.
fn send_rtcp(handshake: &mut Handshake, socket: &UdpSocket, plain: &[u8], batch: &mut SendBatch) -> bool {
    let Some((_, outbound)) = &mut handshake.srtp else { return false };
    let len = outbound.seal_rtcp(plain, batch.slot(socket)).expect("room for a report");
    batch.commit(len);
    true
}

/// Decrypts a packet and takes its time.
fn sample(
    inbound: &Inbound,
    stream: &mut ReceivedStream,
    header: &RtpHeader,
    datagram: &mut [u8],
    arrival: Duration,
    tally: &mut Tally,
) {
    match inbound.open_rtp(&mut stream.srtp, datagram, header.header_len, header.sequence, header.ssrc) {
        Ok(len) => {
            let payload = header.payload(&datagram[..len]).unwrap_or_default();
            if let Some(sent) = stamp::read(payload) {
                tally.latency.record(arrival.saturating_sub(sent));
            }
        }
        Err(_) => tally.unauthentic += 1,
    }
}

/// Takes a retransmission: which packet it is, only its plain text says.
fn take_repeated(
    inbound: &Inbound,
    streams: &mut [ReceivedStream],
    header: &RtpHeader,
    datagram: &mut [u8],
    tally: &mut Tally,
) {
    let Some(stream) = streams.iter_mut().find(|stream| stream.incoming.rtx_ssrc == Some(header.ssrc)) else {
        tally.strays += 1;
        return;
    };
    tally.rtx_packets += 1;
    match inbound.open_rtp(&mut stream.rtx_srtp, datagram, header.header_len, header.sequence, header.ssrc) {
        Ok(len) => {
            if let Ok([high, low, ..]) = header.payload(&datagram[..len]) {
                stream.on_repaired(u16::from_be_bytes([*high, *low]));
            }
        }
        Err(_) => tally.unauthentic += 1,
    }
}
