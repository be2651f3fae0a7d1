// What the two browsers of `benches.links` do: one shows a moving picture and speaks, the other watches and listens.
// `LivekitClient` is there already.

const WIDTH = 960;
const HEIGHT = 540;
const FRAME_MS = 1000 / 30;

/** Grain and blots, four times the picture: what a camera pans over. */
function scenery() {
  const canvas = new OffscreenCanvas(2 * WIDTH, 2 * HEIGHT);
  const context = canvas.getContext('2d');
  for (let spot = 0; spot < 6000; spot += 1) {
    context.fillStyle = `hsl(${(spot * 47) % 360} 60% ${20 + ((spot * 31) % 60)}%)`;
    context.beginPath();
    const radius = 4 + ((spot * 13) % 28);
    context.arc((spot * 7919) % canvas.width, (spot * 6101) % canvas.height, radius, 0, 2 * Math.PI);
    context.fill();
  }
  return canvas;
}

/** 30 pictures a second of a slow pan with something that moves in front. */
function camera() {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: WIDTH, height: HEIGHT });
  const context = canvas.getContext('2d');
  const behind = scenery();
  const [track] = canvas.captureStream(0).getVideoTracks();
  let next = performance.now();
  let count = 0;
  const draw = () => {
    const t = count / 30;
    count += 1;
    const [x, y] = [(WIDTH / 2) * (1 + Math.sin(t / 4)), (HEIGHT / 2) * (1 + Math.cos(t / 5))];
    context.drawImage(behind, x, y, WIDTH, HEIGHT, 0, 0, WIDTH, HEIGHT);
    context.fillStyle = `hsl(${(t * 40) % 360} 80% 60%)`;
    context.beginPath();
    context.arc(WIDTH * (0.5 + 0.3 * Math.sin(t * 2)), HEIGHT * (0.5 + 0.3 * Math.cos(t * 1.6)), 90, 0, 2 * Math.PI);
    context.fill();
    track.requestFrame();
    next = Math.max(next + FRAME_MS, performance.now());
    setTimeout(draw, next - performance.now());
  };
  draw();
  return track;
}

/** A voice without words and pauses: a buzz whose pitch and loudness wander. */
function microphone() {
  const audio = new AudioContext();
  const voice = new OscillatorNode(audio, { type: 'sawtooth', frequency: 150 });
  const pitch = new OscillatorNode(audio, { frequency: 1.7 });
  const throat = new BiquadFilterNode(audio, { type: 'lowpass', frequency: 1800 });
  const syllables = new OscillatorNode(audio, { frequency: 4 });
  const loudness = new GainNode(audio, { gain: 0.35 });
  const end = new MediaStreamAudioDestinationNode(audio, { channelCount: 1 });
  pitch.connect(new GainNode(audio, { gain: 40 })).connect(voice.frequency);
  syllables.connect(new GainNode(audio, { gain: 0.2 })).connect(loudness.gain);
  voice.connect(throat).connect(loudness).connect(end);
  [voice, pitch, syllables].forEach((each) => each.start());
  return end.stream.getAudioTracks()[0];
}

async function publish({ url, token }) {
  const { Room, Track, VideoPreset } = LivekitClient;
  const room = (window.room = new Room());
  await room.connect(url, token);
  await room.localParticipant.publishTrack(microphone(), { source: Track.Source.Microphone });
  await room.localParticipant.publishTrack(camera(), {
    source: Track.Source.Camera,
    videoCodec: 'vp8',
    simulcast: true,
    videoEncoding: { maxBitrate: 1_400_000, maxFramerate: 30 },
    videoSimulcastLayers: [new VideoPreset(240, 135, 130_000, 30), new VideoPreset(480, 270, 400_000, 30)],
  });
}

async function watch({ url, token }) {
  const { Room, RoomEvent } = LivekitClient;
  const room = (window.room = new Room());
  room.on(RoomEvent.TrackSubscribed, (track) => document.body.append(track.attach()));
  await room.connect(url, token);
}

const numbers = (stats) => Object.fromEntries(Object.entries(stats).filter(([, each]) => typeof each === 'number'));

/** Counters of what is received: `audio` and `video` (RTCInboundRtpStreamStats); `at` in ms of the wall clock. */
async function received() {
  const sample = { at: Date.now() };
  for (const participant of window.room.remoteParticipants.values()) {
    for (const { kind, track } of participant.trackPublications.values()) {
      for (const stats of track ? (await track.receiver.getStats()).values() : []) {
        if (stats.type === 'inbound-rtp') sample[kind] = numbers(stats);
      }
    }
  }
  return sample;
}

/** Counters of what is sent: `audio` and `video`, the latter by layer, lowest first (RTCOutboundRtpStreamStats). */
async function sent() {
  const sample = { at: Date.now(), audio: [], video: [] };
  for (const { kind, track } of window.room.localParticipant.trackPublications.values()) {
    for (const stats of (await track.sender.getStats()).values()) {
      if (stats.type === 'outbound-rtp') sample[kind].push(numbers(stats));
    }
  }
  sample.video.sort((one, other) => (one.frameWidth ?? 0) - (other.frameWidth ?? 0));
  return sample;
}
