use std::time::{Duration, Instant};

use crate::application_limited::ApplicationLimited;
use crate::arrival_groups::ArrivalGroups;
use crate::config::EstimatorConfig;
use crate::delay_control::{DelayControl, Throughput};
use crate::loss_control::LossControl;
use crate::probe::{ProbeCluster, ProbeConditions, ProbeId, Prober};
use crate::rate::{DataRate, micros};
use crate::rate_meter::RateMeter;
use crate::reference_clock::ReferenceClock;
use crate::remb::ReceiverReports;
use crate::send_history::{Report, SendHistory, SentPacket};
use crate::silence::Silence;
use crate::standing_queue::StandingQueue;
use crate::trendline::{Trendline, Usage};

/// Assumed before a round trip was measured.
const INITIAL_ROUND_TRIP: Duration = Duration::from_millis(100);
/// The longest that is believed.
const MAX_ROUND_TRIP: Duration = Duration::from_secs(3);
/// Behind a longer queue a probe would only make it longer.
const MAX_PROBED_QUEUE: Duration = Duration::from_millis(100);
/// Congestion that leaves a shorter queue is none.
const MOMENTARY_QUEUE: Duration = Duration::from_millis(10);
/// Nothing was sent for this long: there is nothing to report on, although more is wanted than there is room for.
const UNASKED: Duration = Duration::from_millis(500);
/// What is left of the estimate when reports come again after a silence. The path may be another one; if it is the old
/// one, the probe that follows at once proves the whole.
const AFTER_SILENCE: f64 = 0.5;

/// How much can be sent to one peer.
///
/// ```text
///  sent ──▶ history ◀── reports
///                │
///        ┌───────┼──────────────┬────────────┐
///        ▼       ▼              ▼            ▼
///     groups  acknowledged    losses       probes
///        ▼       │              ▼            │
///   trendline    │         loss model        │
///        ▼       ▼              ▼            ▼
///      delay control ◀──────────┼──── proven rate
///              └───── min ──────┘
/// ```
///
/// Without transport-wide feedback, REMB messages and receiver reports decide instead. The first transport-wide report
/// ends that for good.
///
/// All times are the caller's. Times that go backwards count as no time passed.
#[derive(Debug)]
pub struct BandwidthEstimator {
    config: EstimatorConfig,
    began: Instant,
    history: SendHistory,
    clock: ReferenceClock,
    groups: ArrivalGroups,
    trendline: Trendline,
    queue: StandingQueue,
    acknowledged: RateMeter,
    offered: RateMeter,
    delay: DelayControl,
    loss: LossControl,
    prober: Prober,
    application: ApplicationLimited,
    silence: Silence,
    reports: ReceiverReports,
    round_trip: Option<Duration>,
    wanted: DataRate,
    /// When a packet was sent last, and the same in microseconds since the estimator began.
    last_sent: Option<(Instant, u64)>,
    /// Whether transport-wide feedback ever came.
    has_feedback: bool,
}

/// What the estimate rests on; for metrics and for judging the connection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EstimatorStatistics {
    /// What may be sent.
    pub estimate: DataRate,
    /// What delays allow.
    pub delay_estimate: DataRate,
    /// What losses allow; `None`: they do not limit.
    pub loss_limit: Option<DataRate>,
    /// What arrived over the last half second.
    pub acknowledged: Option<DataRate>,
    /// The share of packets lost over the last two seconds, 0 to 1.
    pub loss: f64,
    /// The share that would be lost at any rate, as far as is known.
    pub random_loss: f64,
    /// What the path's queue does.
    pub usage: Usage,
    /// How long packets wait in it.
    pub standing_queue: Duration,
    /// Less is sent than could be.
    pub application_limited: bool,
    /// Packets were sent, but for a second or more no report came.
    pub silent: bool,
}

impl BandwidthEstimator {
    /// An estimator for a path about which nothing is known.
    pub fn new(now: Instant, config: EstimatorConfig) -> Self {
        let start = config.bound(config.start);
        Self {
            config,
            began: now,
            history: SendHistory::default(),
            clock: ReferenceClock::default(),
            groups: ArrivalGroups::default(),
            trendline: Trendline::default(),
            queue: StandingQueue::default(),
            acknowledged: RateMeter::default(),
            offered: RateMeter::default(),
            delay: DelayControl::new(start),
            loss: LossControl::default(),
            prober: Prober::new(now),
            application: ApplicationLimited::default(),
            silence: Silence::default(),
            reports: ReceiverReports::new(start),
            round_trip: None,
            wanted: DataRate::ZERO,
            last_sent: None,
            has_feedback: false,
        }
    }

    /// What may be sent now, everything included: media, retransmissions, padding, data; datagrams without IP and UDP
    /// headers if `on_sent` is told them so.
    pub fn estimate(&self) -> DataRate {
        let estimate = if self.has_feedback {
            self.unsilenced().min(self.silence.cap().unwrap_or(DataRate::MAX))
        } else {
            self.reports.estimate()
        };
        self.config.bound(estimate)
    }

    /// What the estimate rests on.
    pub fn statistics(&self) -> EstimatorStatistics {
        EstimatorStatistics {
            estimate: self.estimate(),
            delay_estimate: self.delay.estimate(),
            loss_limit: self.loss.limit(),
            acknowledged: self.acknowledged.rate(),
            loss: if self.has_feedback { self.loss.loss() } else { self.reports.loss() },
            random_loss: self.loss.random_loss(),
            usage: self.trendline.usage(),
            standing_queue: self.queue.delay(),
            application_limited: self.application.is_limited(),
            silent: self.silence.cap().is_some(),
        }
    }

    /// The last round trip; `None` before one was measured.
    pub fn round_trip(&self) -> Option<Duration> {
        self.round_trip
    }

    /// What would be sent if there were room for everything. Probing looks for room up to twice as much and rests once
    /// the estimate suffices; before this is called there are no probes.
    pub fn set_wanted(&mut self, wanted: DataRate) {
        self.wanted = wanted;
    }

    /// A packet left with this transport-wide sequence number, which rises by one with each.
    pub fn on_sent(&mut self, now: Instant, sequence: u16, bytes: usize, probe: Option<ProbeId>) {
        let bytes_on_wire = u16::try_from(bytes).unwrap_or(u16::MAX);
        let sent = match self.last_sent {
            // Packets leave in batches, all of one at the same moment.
            Some((last, micros)) if last == now => micros,
            _ => micros(now.saturating_duration_since(self.began)),
        };
        let packet = SentPacket { sent, bytes: bytes_on_wire, probe };
        self.history.insert(sequence, packet);
        self.last_sent = Some((now, sent));
        self.prober.on_sent(&packet);
        // What fills a probe says nothing of how much there is to send.
        self.application.on_sent(if probe.is_none() { bytes } else { 0 });
        if self.has_feedback {
            self.silence.on_sent(now, self.round_trip_or_guess());
        }
    }

    /// Transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1): the reference time as
    /// in the message (units of 64 ms, 24 bits), and for each packet its sequence number and how many microseconds it
    /// arrived after the received one before it, the first after the reference time; `None` if it did not arrive. What
    /// is not about packets of ours, or not new, is ignored.
    pub fn on_feedback(
        &mut self,
        now: Instant,
        reference_time: u32,
        statuses: impl Iterator<Item = (u16, Option<i32>)>,
    ) {
        let mut arrival = self.clock.micros(reference_time);
        let mut newest_sent = None;
        for (sequence, delta) in statuses {
            arrival += i64::from(delta.unwrap_or(0));
            if newest_sent.is_none() {
                self.credit_skipped(sequence, arrival);
            }
            let Some(report) = self.history.report(sequence, delta.is_some()) else { continue };
            newest_sent = newest_sent.max(Some(self.handle_report(now, report, arrival)));
        }
        let Some(newest_sent) = newest_sent else { return };
        self.clock.advance(reference_time);
        self.queue.finish_report(newest_sent);
        self.has_feedback = true;
        if self.round_trip.is_none() {
            // Includes the wait for the report; better than a guess.
            let sent = self.began + Duration::from_micros(newest_sent);
            self.on_round_trip(now.saturating_duration_since(sent));
        }
        if self.silence.on_report() {
            self.return_from_silence(now);
        }
        self.update(now);
    }

    /// A round trip was measured, by receiver reports for example. Until then it is guessed by the first feedback.
    pub fn on_round_trip(&mut self, round_trip: Duration) {
        let round_trip = round_trip.min(MAX_ROUND_TRIP);
        self.round_trip = Some(round_trip);
        self.reports.on_round_trip(round_trip);
    }

    /// The peer's own estimate (draft-alvestrand-rmcat-remb-03); used while there is no transport-wide feedback.
    pub fn on_remb(&mut self, now: Instant, rate: DataRate) {
        self.reports.on_remb(now, self.config.bound(rate));
    }

    /// A receiver report's fraction lost, of 256; used while there is no transport-wide feedback. Of several report
    /// blocks give the mean by packets.
    pub fn on_loss_report(&mut self, now: Instant, fraction_lost: u8) {
        self.reports.on_loss(now, fraction_lost, self.round_trip, self.wanted);
    }

    /// A cluster that should be sent now; to be asked for after each report and when [`Self::deadline`] has come, as
    /// long as there is media to send. It counts as sent from now on.
    pub fn poll_probe(&mut self, now: Instant) -> Option<ProbeCluster> {
        let conditions = self.probe_conditions();
        self.prober.poll(now, &conditions)
    }

    /// Whether something should be sent, be it padding, although no probe is due: more is wanted than there is room for, and
    /// as long as nothing is sent nobody can report that the path is back, or wider.
    pub fn wants_report(&self, now: Instant) -> bool {
        let rested = self.last_sent.is_some_and(|(last, _)| now.saturating_duration_since(last) >= UNASKED);
        self.has_feedback && rested && self.probe_conditions().is_short()
    }

    /// When to call [`Self::handle_timeout`] and [`Self::poll_probe`] next, if nothing else happens before.
    pub fn deadline(&self) -> Option<Instant> {
        let probe = self.prober.deadline(&self.probe_conditions());
        [self.silence.deadline(), probe].into_iter().flatten().min()
    }

    /// Applies what time alone changes.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.silence.handle_timeout(now, self.unsilenced(), self.config.min);
        if self.prober.is_overdue(now) {
            self.finish_probe(now);
        }
        self.application.update(now, self.estimate());
    }

    /// Delay and loss together, while reports come.
    fn unsilenced(&self) -> DataRate {
        self.delay.estimate().min(self.loss.limit().unwrap_or(DataRate::MAX))
    }

    /// Reports that were lost were about packets of which most arrived like those around them.
    fn credit_skipped(&mut self, sequence: u16, arrival: i64) {
        let skipped = self.history.skip_to(sequence);
        if skipped > 0 {
            let arrived = (skipped as f64 * (1.0 - self.loss.loss())) as u64;
            self.acknowledged.add(arrival, arrived);
        }
    }

    /// Returns when the packet was sent.
    fn handle_report(&mut self, now: Instant, report: Report, arrival: i64) -> u64 {
        let (packet, received) = match report {
            Report::Received(packet) => {
                self.queue.add(packet.sent, arrival);
                if let Some(delta) = self.groups.add(packet.sent, arrival) {
                    self.trendline.add(&delta);
                }
                (packet, true)
            }
            Report::Lost(packet) => (packet, false),
            Report::Late(packet) => {
                self.loss.forgive();
                self.acknowledged.add(arrival, u64::from(packet.bytes));
                return packet.sent;
            }
        };
        if received {
            self.acknowledged.add(arrival, u64::from(packet.bytes));
        }
        self.offered.add(packet.sent as i64, u64::from(packet.bytes));
        self.loss.add(now, packet.sent, packet.bytes, received);
        self.prober.on_report(&packet, received.then_some(arrival));
        packet.sent
    }

    fn update(&mut self, now: Instant) {
        self.application.update(now, self.estimate());
        let arrived = 1.0 / (1.0 - self.loss.random_loss());
        let throughput = Throughput {
            // What is lost by chance passed the bottleneck, or would have.
            acknowledged: self.acknowledged.rate().map(|rate| rate.scaled(arrived)),
            recent: self.acknowledged.recent().map(|rate| rate.scaled(arrived)),
            offered: self.offered.recent(),
            application_limited: self.application.is_limited(),
            standing_queue: self.queue.delay(),
            round_trip: self.round_trip_or_guess(),
        };
        let usage = match self.trendline.usage() {
            // The frame that made the queue has passed.
            Usage::Overuse if throughput.standing_queue < MOMENTARY_QUEUE => Usage::Underuse,
            // Neither more nor less until the probe has told.
            Usage::Overuse if self.prober.explains_queue(now) => Usage::Underuse,
            Usage::Overuse if throughput.application_limited && self.prober.may_explain_queue(now) => Usage::Underuse,
            // No slope is needed to see that.
            Usage::Normal | Usage::Underuse if throughput.is_stuck() && !self.prober.explains_queue(now) => {
                Usage::Overuse
            }
            usage => usage,
        };
        if self.delay.update(now, usage, &throughput) {
            self.prober.on_overuse(now);
        }
        if let Some(until) = self.loss.closed_until() {
            self.prober.rest_until(until);
        }
        self.finish_probe(now);
        self.delay.set_bounds(&self.config);
    }

    fn finish_probe(&mut self, now: Instant) {
        if let Some(proven) = self.prober.finish(now, self.estimate()) {
            let proven = self.config.bound(proven);
            self.delay.set_estimate(now, proven.max(self.delay.estimate()));
            self.loss.on_proven(now, proven);
        }
    }

    fn return_from_silence(&mut self, now: Instant) {
        let estimate = self.config.bound(self.delay.estimate().scaled(AFTER_SILENCE));
        self.delay.set_estimate(now, estimate);
        self.groups.reset();
        self.trendline.reset();
        self.queue.reset();
        self.acknowledged.reset();
        self.offered.reset();
        self.loss.reset();
        self.prober.restart(now);
    }

    fn probe_conditions(&self) -> ProbeConditions {
        ProbeConditions {
            estimate: self.estimate(),
            // What is lost by chance will be sent again.
            wanted: self.wanted.scaled(1.0 / (1.0 - self.loss.random_loss())),
            max: self.config.max,
            permitted: self.trendline.usage() == Usage::Normal
                && self.queue.delay() < MAX_PROBED_QUEUE
                && self.loss.is_calm()
                && self.silence.cap().is_none()
                // A peer that does not report will not tell either what becomes of probes.
                && (self.has_feedback || !self.prober.has_begun()),
            random_loss: self.loss.random_loss(),
            round_trip: self.round_trip_or_guess(),
        }
    }

    fn round_trip_or_guess(&self) -> Duration {
        self.round_trip.unwrap_or(INITIAL_ROUND_TRIP)
    }
}
