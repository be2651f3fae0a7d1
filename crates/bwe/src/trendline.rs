use crate::arrival_groups::GroupDelta;

/// Groups in the regression.
const WINDOW: usize = 20;
/// Weight of what was before in the smoothed delay.
const SMOOTHING: f64 = 0.9;
/// What the slope is multiplied with, besides the number of groups up to [`MAX_GROUPS`], to be comparable with the
/// threshold. Gain and group count are libwebrtc's, so that the draft's thresholds keep their meaning.
const GAIN: f64 = 4.0;
const MAX_GROUPS: u32 = 60;

/// The threshold of draft-ietf-rmcat-gcc-02, section 5.4, milliseconds.
const INITIAL_THRESHOLD: f64 = 12.5;
const MIN_THRESHOLD: f64 = 6.0;
const MAX_THRESHOLD: f64 = 600.0;
/// How fast the threshold follows a trend above it and below it, per millisecond. The draft has 0.01 and 0.00018; the
/// second leaves the detector deaf for minutes after one disturbance. These are libwebrtc's.
const RISE: f64 = 0.0087;
const FALL: f64 = 0.002;
/// A trend this far above the threshold is a sudden change, to which the threshold must not adapt, milliseconds.
const MAX_EXCESS: f64 = 15.0;
/// The longest step of the threshold, milliseconds.
const MAX_STEP: f64 = 100.0;
/// How long the trend must stay above the threshold, milliseconds.
const OVERUSE_TIME: f64 = 10.0;

/// What the path's queue does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Usage {
    /// Its length is steady.
    #[default]
    Normal,
    /// It grows: more is sent than passes.
    Overuse,
    /// It empties.
    Underuse,
}

/// Tells from the delays of groups whether a queue grows: a line through the last smoothed delays has a slope, and an
/// adaptive threshold tells which slopes matter (draft-ietf-rmcat-gcc-02, sections 5.3 and 5.4, with a regression in
/// place of the Kalman filter).
#[derive(Debug)]
pub(crate) struct Trendline {
    /// (arrival, smoothed delay), milliseconds; a ring.
    points: [(f64, f64); WINDOW],
    count: usize,
    next: usize,
    groups: u32,
    first_arrival: Option<i64>,
    delay: f64,
    smoothed: f64,
    previous_trend: f64,
    threshold: f64,
    threshold_at: Option<i64>,
    over_for: Option<f64>,
    over_groups: u32,
    usage: Usage,
}

impl Default for Trendline {
    fn default() -> Self {
        Self {
            points: [(0.0, 0.0); WINDOW],
            count: 0,
            next: 0,
            groups: 0,
            first_arrival: None,
            delay: 0.0,
            smoothed: 0.0,
            previous_trend: 0.0,
            threshold: INITIAL_THRESHOLD,
            threshold_at: None,
            over_for: None,
            over_groups: 0,
            usage: Usage::Normal,
        }
    }
}

impl Trendline {
    pub fn usage(&self) -> Usage {
        self.usage
    }

    pub fn add(&mut self, delta: &GroupDelta) {
        let first = *self.first_arrival.get_or_insert(delta.at);
        self.groups = (self.groups + 1).min(MAX_GROUPS);
        self.delay += millis(delta.arrived - delta.sent as i64);
        self.smoothed = SMOOTHING * self.smoothed + (1.0 - SMOOTHING) * self.delay;
        self.points[self.next] = (millis(delta.at - first), self.smoothed);
        self.next = (self.next + 1) % WINDOW;
        self.count = (self.count + 1).min(WINDOW);
        // A line through fewer points than the window tells more of jitter than of queues.
        let slope = if self.count == WINDOW { self.slope() } else { None };
        let trend = slope.map_or(self.previous_trend, |slope| slope * f64::from(self.groups) * GAIN);
        self.judge(trend, millis(delta.sent as i64));
        self.adapt(trend, delta.at);
        self.previous_trend = trend;
    }

    /// Forgets the delays but keeps the threshold, which knows the path's jitter.
    pub fn reset(&mut self) {
        *self = Self { threshold: self.threshold, ..Self::default() };
    }

    /// The slope of the least-squares line, milliseconds per millisecond.
    fn slope(&self) -> Option<f64> {
        let points = &self.points[..self.count];
        let count = points.len() as f64;
        let (sum_x, sum_y) = points.iter().fold((0.0, 0.0), |(x, y), point| (x + point.0, y + point.1));
        let (mean_x, mean_y) = (sum_x / count, sum_y / count);
        let covariance: f64 = points.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
        let variance: f64 = points.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
        (variance > 0.0).then(|| covariance / variance)
    }

    fn judge(&mut self, trend: f64, sent_delta: f64) {
        if trend > self.threshold {
            // The first group counts by half: the queue began to grow somewhere within it.
            let over_for = self.over_for.map_or(sent_delta / 2.0, |time| time + sent_delta);
            self.over_for = Some(over_for);
            self.over_groups += 1;
            if over_for > OVERUSE_TIME && self.over_groups > 1 && trend >= self.previous_trend {
                self.over_for = Some(0.0);
                self.over_groups = 0;
                self.usage = Usage::Overuse;
            }
            return;
        }
        self.over_for = None;
        self.over_groups = 0;
        self.usage = if trend < -self.threshold { Usage::Underuse } else { Usage::Normal };
    }

    fn adapt(&mut self, trend: f64, at: i64) {
        let step = millis(at - self.threshold_at.replace(at).unwrap_or(at)).clamp(0.0, MAX_STEP);
        let excess = trend.abs() - self.threshold;
        if excess > MAX_EXCESS {
            return;
        }
        let gain = if excess > 0.0 { RISE } else { FALL };
        self.threshold = (self.threshold + gain * excess * step).clamp(MIN_THRESHOLD, MAX_THRESHOLD);
    }
}

fn millis(micros: i64) -> f64 {
    micros as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Groups every 20 ms of which each takes `extra` microseconds longer than the one before.
    fn feed(trendline: &mut Trendline, from: i64, groups: i64, extra: impl Fn(i64) -> i64) -> i64 {
        let mut at = from;
        for index in 0..groups {
            let arrived = 20_000 + extra(index);
            at += arrived;
            trendline.add(&GroupDelta { sent: 20_000, arrived, at });
        }
        at
    }

    #[test]
    fn a_growing_queue_is_overuse_and_an_emptying_one_underuse() {
        let mut trendline = Trendline::default();
        let at = feed(&mut trendline, 0, 40, |_| 0);
        assert_eq!(trendline.usage(), Usage::Normal);
        let at = feed(&mut trendline, at, 14, |_| 4000);
        assert_eq!(trendline.usage(), Usage::Overuse);
        let at = feed(&mut trendline, at, 20, |_| -4000);
        assert_eq!(trendline.usage(), Usage::Underuse);
        feed(&mut trendline, at, 60, |_| 0);
        assert_eq!(trendline.usage(), Usage::Normal);
    }

    #[test]
    fn alternating_delay_is_normal() {
        let mut trendline = Trendline::default();
        feed(&mut trendline, 0, 200, |index| if index % 2 == 0 { 15_000 } else { -15_000 });
        assert_eq!(trendline.usage(), Usage::Normal);
    }
}
