// What a page notes of the person on the other side of its call (`tests/e2e/watched.py`): when pictures are shown and sound is heard.
// It runs before the page's own scripts. A microphone is a steady tone here, so that each silence is a gap.
(({ speaks }) => {
  const TONE_HZ = 1000;
  const QUIET = 0.005;
  const METER = `registerProcessor('meter', class extends AudioWorkletProcessor {
    process([[samples]]) {
      const isLoud = samples !== undefined && samples.some((one) => Math.abs(one) > ${QUIET});
      if (isLoud !== this.isLoud) this.port.postMessage({ at: currentTime, isLoud });
      this.isLoud = isLoud;
      return true;
    }
  });`;
  const pictures = [];
  const sounds = [{ at: 0, isLoud: false }];
  let audio;
  let meter;
  let noticedAt = null;

  /** The tone, instead of the device. */
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    if (wanted.video) return open({ video: { width: 640, height: 360, frameRate: 30 } });
    await start();
    const end = audio.createMediaStreamDestination();
    const tone = new OscillatorNode(audio, { frequency: TONE_HZ });
    tone.connect(new GainNode(audio, { gain: speaks ? 0.3 : 0 })).connect(end);
    tone.start();
    return end.stream;
  };

  async function start() {
    audio ??= new AudioContext({ latencyHint: 'interactive' });
    meter ??= audio.audioWorklet.addModule(URL.createObjectURL(new Blob([METER], { type: 'text/javascript' }))).then(() => {
      const node = new AudioWorkletNode(audio, 'meter');
      node.port.onmessage = ({ data }) => sounds.push(data);
      node.connect(audio.destination);
      return node;
    });
    return meter;
  }

  /** Looks and listens wherever the page plays something. */
  const { get, set } = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'srcObject');
  const heard = new WeakMap();
  Object.defineProperty(HTMLMediaElement.prototype, 'srcObject', {
    get,
    set(stream) {
      set.call(this, stream);
      if (this instanceof HTMLVideoElement) look(this);
      else void listen(this, stream);
    },
  });

  const looking = new WeakSet();
  function look(video) {
    if (looking.has(video)) return;
    looking.add(video);
    const note = () => {
      if (video.dataset.mirrored !== 'true') pictures.push({ at: performance.now(), who: video.closest('[data-identity]')?.dataset.identity });
      video.requestVideoFrameCallback(note);
    };
    video.requestVideoFrameCallback(note);
  }

  async function listen(element, stream) {
    heard.get(element)?.disconnect();
    heard.delete(element);
    if (!stream) return;
    const source = (await start(), new MediaStreamAudioSourceNode(audio, { mediaStream: stream }));
    if (element.srcObject !== stream) return;
    heard.set(element, source);
    source.connect(await meter);
  }

  /** When the page takes its direct path for broken. */
  const { restartIce } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.restartIce = function () {
    noticedAt ??= performance.now();
    return restartIce.call(this);
  };

  const longest = (points) => points.slice(1).reduce((most, at, index) => Math.max(most, at - points[index]), 0);

  /** When it became loud or still, by the page's clock. */
  const soundTurns = (now) => sounds.map(({ at, isLoud }) => ({ at: now + (at - audio.currentTime) * 1000, isLoud }));

  /** The longest time without a picture of `who` and without sound since then, in ms; a gap that still lasts counts. */
  window.gapsSince = (since, who) => {
    const now = performance.now();
    const shown = pictures.filter((one) => one.at >= since && one.who === who).map(({ at }) => at);
    const turns = soundTurns(now);
    const silences = turns.map(({ at, isLoud }, index) => (isLoud ? 0 : (turns[index + 1]?.at ?? now) - Math.max(at, since)));
    return { picture: longest([since, ...shown, now]), sound: Math.max(0, ...silences) };
  };

  /** The same from the moment at which the page took its path for broken; null if it did not. */
  window.gapsFromNotice = (who) => {
    if (noticedAt === null) return null;
    const now = performance.now();
    const picture = pictures.find((one) => one.at >= noticedAt && one.who === who)?.at ?? now;
    const turns = soundTurns(now);
    const isHeard = turns.findLast(({ at }) => at <= noticedAt)?.isLoud === true;
    const sound = isHeard ? noticedAt : (turns.find(({ at, isLoud }) => isLoud && at > noticedAt)?.at ?? now);
    return { picture: picture - noticedAt, sound: sound - noticedAt };
  };
  window.forgetNotice = () => void (noticedAt = null);

  /** All that plays and flows in this page, for whoever wonders why no picture came. */
  window.whatPlays = async () => {
    const seen = [...document.querySelectorAll('video')].map((video) => ({
      who: video.closest('[data-identity]')?.dataset.identity,
      isOwn: video.dataset.mirrored === 'true',
      state: [video.readyState, video.paused ? 'paused' : 'playing', video.videoWidth],
      tracks: video.srcObject?.getTracks().map(({ muted, readyState }) => [readyState, muted ? 'muted' : 'unmuted']),
    }));
    const flows = [];
    for (const peer of window.peers) {
      for (const one of (await peer.getStats()).values()) {
        if (!['inbound-rtp', 'outbound-rtp'].includes(one.type) || one.kind !== 'video') continue;
        const { packetsReceived, framesReceived, framesDecoded, framesEncoded, framesSent } = one;
        flows.push({ peer: peer.connectionState, packetsReceived, framesReceived, framesDecoded, framesEncoded, framesSent });
      }
    }
    return { seen, flows, hidden: document.hidden };
  };
  window.hasPictureOf = (who) => pictures.some((one) => one.who === who);
})
