//! One peer: ICE, DTLS, SRTP and data channels, and what it sends and receives.

use std::time::{Duration, Instant};

use tureen_rtp::rtcp::TransportCcRecorder;
use tureen_srtp::{Inbound, Outbound};
use tureen_units::{Outlet, Path};

use crate::command::{HeaderExtensionIds, OpenTransport, TransportId};
use crate::downlink::Downlink;
use crate::dtls::{DtlsFailed, DtlsOutput, DtlsServer, Identity, Keys};
use crate::ice::IceLite;
use crate::round_trip::RoundTrip;
use crate::sctp::{DataChannels, DataOutput, SendRefused};
use crate::volume::Volume;

/// ICE and DTLS must complete within this time.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);
/// Nothing authentic for this long: the peer is reported as disconnected.
const DISCONNECTED_AFTER: Duration = Duration::from_secs(10);
/// Nothing authentic for this long: consent has expired (RFC 7675 section 5.1).
const EXPIRED_AFTER: Duration = Duration::from_secs(30);

/// A peer that was heard of within this time keeps its address: browsers check every 2.5 s.
const HELD_FOR: Duration = Duration::from_secs(5);

/// Streams that one peer may send: every layer of every track and its retransmissions.
const MAX_STREAMS: usize = 256;

/// How far the peer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// ICE or DTLS is under way.
    Connecting,
    /// Media flows.
    Connected,
    /// Nothing authentic came for a while.
    Disconnected,
}

/// What a silent peer is due for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// It never connected.
    ConnectTimeout,
    /// It has been away long enough to say so.
    Disconnected,
    /// It is gone.
    Expired,
}

/// Which stream an SSRC is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamRef {
    /// Key of the producer within the shard.
    pub producer: usize,
    /// Index of its layer.
    pub layer: u8,
    /// Whether these are the retransmissions.
    pub rtx: bool,
}

/// When periodic feedback is due; `None` while there is nothing to say.
#[derive(Default)]
pub struct Feedback {
    /// Transport-wide congestion control.
    pub transport_cc: Option<Instant>,
    /// Requests for missing packets.
    pub nack: Option<Instant>,
    /// Sender and receiver reports.
    pub report: Option<Instant>,
}

/// SRTP contexts, once DTLS gave the keys.
pub struct Srtp {
    /// What comes from the peer.
    pub inbound: Inbound,
    /// What goes to the peer.
    pub outbound: Outbound,
}

/// What happened while DTLS was driven.
#[derive(Default)]
pub struct DtlsProgress {
    /// The handshake completed.
    pub keys: Option<Keys>,
    /// The peer said goodbye.
    pub closed: bool,
}

/// A peer's transport.
pub struct Transport {
    /// Its id for the control plane.
    pub id: TransportId,
    /// How far it is.
    pub state: State,
    /// ICE.
    pub ice: IceLite,
    /// SRTP, once connected.
    pub srtp: Option<Srtp>,
    /// Header extension ids.
    pub extensions: HeaderExtensionIds,
    /// Keys of the producers on it.
    pub producers: Vec<usize>,
    /// Keys of the consumers on it.
    pub consumers: Vec<usize>,
    /// Arrival times for the peer's congestion control.
    pub arrivals: TransportCcRecorder,
    /// The next transport-wide sequence number that we send.
    pub sent_number: u16,
    /// Bytes that came from the peer, and that went to it, since the last report.
    pub received: Volume,
    /// See [`Self::received`].
    pub sent: Volume,
    /// When the control plane was told last.
    pub reported: Instant,
    /// RTCP reports so far.
    pub rounds: u32,
    /// The sending side, once there is something to send.
    pub downlink: Option<Box<Downlink>>,
    /// How long a packet and its answer take.
    pub round_trip: RoundTrip,
    /// When feedback is due.
    pub feedback: Feedback,
    /// The next wake-up in the shard's timers.
    pub scheduled: Option<Instant>,
    // Boxed, as forwarding does not look at them: what it does look at should lie close together.
    dtls: Box<DtlsServer>,
    data: Option<Box<DataChannels>>,
    max_message_size: u32,
    streams: Vec<(u32, StreamRef)>,
    opened: Instant,
    last_authentic: Instant,
}

impl Transport {
    /// A transport that waits for the peer's first check.
    pub fn new(parameters: OpenTransport, identity: &Identity, now: Instant) -> Self {
        Self {
            id: parameters.transport,
            state: State::Connecting,
            ice: IceLite::new(parameters.local_ice, &parameters.remote_ice),
            srtp: None,
            extensions: parameters.extensions,
            producers: Vec::new(),
            consumers: Vec::new(),
            arrivals: TransportCcRecorder::default(),
            sent_number: 0,
            received: Volume::default(),
            sent: Volume::default(),
            reported: now,
            rounds: 0,
            downlink: None,
            round_trip: RoundTrip::default(),
            feedback: Feedback::default(),
            scheduled: None,
            dtls: Box::new(DtlsServer::new(identity, &parameters.remote_fingerprint, now)),
            data: None,
            max_message_size: parameters.max_message_size,
            streams: Vec::new(),
            opened: now,
            last_authentic: now,
        }
    }

    /// Notes an authentic packet; true if the peer is back after a silence.
    pub fn on_authentic(&mut self, now: Instant) -> bool {
        self.last_authentic = now;
        let back = self.state == State::Disconnected;
        if back {
            self.state = State::Connected;
        }
        back
    }

    /// Takes a measured round-trip time.
    pub fn on_round_trip(&mut self, sample: Duration) {
        self.round_trip.record(sample);
        if let Some(downlink) = &mut self.downlink {
            downlink.estimator.on_round_trip(sample);
        }
    }

    /// Whether the path is what this peer's running call uses, so that it can be nobody else's.
    pub fn holds(&self, path: Path, now: Instant) -> bool {
        let silent = now.saturating_duration_since(self.last_authentic);
        self.state == State::Connected && self.ice.selected() == Some(path) && silent < HELD_FOR
    }

    /// What the peer's silence is due for, if anything.
    pub fn silence(&mut self, now: Instant) -> Option<Silence> {
        let silent = now.saturating_duration_since(self.last_authentic);
        match self.state {
            State::Connecting if now >= self.opened + CONNECT_TIMEOUT => Some(Silence::ConnectTimeout),
            State::Connected if silent >= DISCONNECTED_AFTER => {
                self.state = State::Disconnected;
                Some(Silence::Disconnected)
            }
            State::Disconnected if silent >= EXPIRED_AFTER => Some(Silence::Expired),
            _ => None,
        }
    }

    /// When anything of this transport is due.
    pub fn deadline(&self) -> Instant {
        let silence = match self.state {
            State::Connecting => self.opened + CONNECT_TIMEOUT,
            State::Connected => self.last_authentic + DISCONNECTED_AFTER,
            State::Disconnected => self.last_authentic + EXPIRED_AFTER,
        };
        let data = self.data.as_ref().and_then(|data| data.deadline());
        let downlink = self.downlink.as_ref().and_then(|downlink| downlink.deadline());
        let Feedback { transport_cc, nack, report } = self.feedback;
        [self.dtls.deadline(), data, downlink, transport_cc, nack, report]
            .into_iter()
            .flatten()
            .fold(silence, Instant::min)
    }

    /// Which stream this SSRC is, if it is known.
    pub fn stream(&self, ssrc: u32) -> Option<StreamRef> {
        self.streams.iter().find(|(known, _)| *known == ssrc).map(|(_, stream)| *stream)
    }

    /// Remembers which stream an SSRC is; `false` when there are too many.
    pub fn learn_stream(&mut self, ssrc: u32, stream: StreamRef) -> bool {
        self.streams.retain(|(known, old)| *known != ssrc && *old != stream);
        if self.streams.len() >= MAX_STREAMS {
            return false;
        }
        self.streams.push((ssrc, stream));
        true
    }

    /// Forgets the streams of a producer.
    pub fn forget_streams(&mut self, producer: usize) {
        self.streams.retain(|(_, stream)| stream.producer != producer);
    }

    /// Takes a DTLS datagram from a validated path.
    pub fn handle_dtls(
        &mut self,
        now: Instant,
        path: Path,
        group: u32,
        datagram: &[u8],
        out: &mut dyn Outlet,
    ) -> Result<DtlsProgress, DtlsFailed> {
        let target = self.ice.selected().unwrap_or(path);
        let mut progress = DtlsProgress::default();
        let Self { ice, dtls, data, max_message_size, .. } = self;
        dtls.handle_datagram(now, datagram, &mut |output| match output {
            DtlsOutput::Record(record) => out.send(target, group, record),
            DtlsOutput::Keys(keys) => {
                ice.on_fresh(path);
                progress.keys = Some(keys);
            }
            DtlsOutput::Data(packet) => {
                ice.on_fresh(path);
                data.get_or_insert_with(|| Box::new(DataChannels::new(*max_message_size))).handle_packet(now, packet);
            }
            DtlsOutput::Closed => progress.closed = true,
        })?;
        Ok(progress)
    }

    /// Runs the timers of DTLS and SCTP that are due.
    pub fn handle_timeout(&mut self, now: Instant, group: u32, out: &mut dyn Outlet) -> Result<(), DtlsFailed> {
        let path = self.ice.selected();
        if self.dtls.deadline().is_some_and(|deadline| now >= deadline) {
            self.dtls.handle_timeout(now, &mut |output| {
                if let (DtlsOutput::Record(record), Some(path)) = (output, path) {
                    out.send(path, group, record);
                }
            })?;
        }
        if let Some(data) = &mut self.data
            && data.deadline().is_some_and(|deadline| now >= deadline)
        {
            data.handle_timeout(now);
        }
        Ok(())
    }

    /// Sends the SCTP packets that may leave and hands over everything else that came out of the data channels.
    pub fn pump_data(
        &mut self,
        now: Instant,
        group: u32,
        out: &mut dyn Outlet,
        take: &mut dyn FnMut(DataOutput),
    ) -> Result<(), DtlsFailed> {
        let Self { data: Some(data), dtls, downlink, ice, sent, .. } = self else { return Ok(()) };
        data.take_outputs().into_iter().for_each(take);
        let Some(path) = ice.selected() else { return Ok(()) };
        loop {
            if downlink.as_mut().is_some_and(|downlink| downlink.must_data_wait(now)) {
                break;
            }
            let Some(packet) = data.poll_packet(now) else { break };
            dtls.send(&packet, &mut |output| {
                if let DtlsOutput::Record(record) = output {
                    sent.add(record.len());
                    if let Some(downlink) = downlink {
                        downlink.on_sent(now, None, record.len());
                        downlink.note_data(now, record.len());
                    }
                    out.send(path, group, record);
                }
            })?;
        }
        if let Some(downlink) = downlink {
            // More may be left than left: one look too many costs little.
            let held = downlink.must_data_wait(now);
            downlink.set_data_waits(held);
            downlink.plan(now);
        }
        Ok(())
    }

    /// Takes over how large messages the peer takes.
    pub fn set_max_message_size(&mut self, max_message_size: u32) {
        self.max_message_size = max_message_size;
        if let Some(data) = &mut self.data {
            data.set_max_send(max_message_size);
        }
    }

    /// Queues a data channel message; [`Self::pump_data`] sends it.
    pub fn send_data(&mut self, label: &str, payload: &[u8], binary: bool) -> Result<(), SendRefused> {
        self.data.as_mut().ok_or(SendRefused::NoChannel)?.send(label, payload, binary)
    }

    /// Says goodbye to the peer.
    pub fn close(&mut self, group: u32, out: &mut dyn Outlet) {
        if let Some(path) = self.ice.selected() {
            self.dtls.close(&mut |output| {
                if let DtlsOutput::Record(record) = output {
                    out.send(path, group, record);
                }
            });
        }
    }
}
