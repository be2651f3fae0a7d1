"""A camera in VP9 for those who know it, and in VP8 for those who do not."""

from __future__ import annotations

from tests.e2e.meeting import Meeting
from tests.e2e.observed import CAMERA, decodes_on
from tests.e2e.waiting import eventually
from tests.e2e.window import Window

SWITCH_S = 20.0
"""The publisher is asked, negotiates once more, and encodes a key frame."""

WITHOUT_VP9 = """
const addTransceiver = RTCPeerConnection.prototype.addTransceiver;
RTCPeerConnection.prototype.addTransceiver = function (...asked) {
  const transceiver = addTransceiver.apply(this, asked);
  if (transceiver.receiver.track.kind === 'video') {
    const { codecs } = RTCRtpReceiver.getCapabilities('video');
    transceiver.setCodecPreferences(codecs.filter(({ mimeType }) => mimeType !== 'video/VP9'));
  }
  return transceiver;
};
"""
_PUBLISH_IN_VP9 = """async () => {
  const { localParticipant } = window.tureenRoom;
  const old = localParticipant.getTrackPublication('camera').track;
  const copy = old.mediaStreamTrack.clone();
  await localParticipant.unpublishTrack(old);
  await localParticipant.publishTrack(copy, { source: 'camera', videoCodec: 'vp9', backupCodec: { codec: 'vp8' } });
}"""
_CODEC = """async ([identity, source]) => {
  const publication = window.tureenRoom?.remoteParticipants.get(identity)?.getTrackPublication(source);
  const report = await publication?.track?.receiver?.getStats();
  const inbound = [...(report?.values() ?? [])].find(({ type }) => type === 'inbound-rtp');
  return report?.get(inbound?.codecId)?.mimeType ?? null;
}"""


async def decodes_in(window: Window, identity: str, codec: str) -> None:
    """Waits until somebody's camera comes in this codec."""

    async def used() -> str | None:
        found: str | None = await window.ask(_CODEC, [identity, CAMERA])
        return found

    await eventually(used, lambda now: now == codec, f"{identity}'s camera comes in {codec}", SWITCH_S)
    await decodes_on(window, identity)


async def test_each_viewer_gets_a_codec_that_it_knows(meeting: Meeting) -> None:
    ana, ben = await meeting.join("Ana"), await meeting.join("Ben")
    cem = await meeting.visitor("Cem")
    await cem.page.add_init_script(WITHOUT_VP9)
    await cem.page.goto(meeting.link)
    await cem.enter()
    # The client complains of a track that arrives when it is not published any more.
    await decodes_on(ben, ana.identity)
    await decodes_on(cem, ana.identity)
    await ana.ask(_PUBLISH_IN_VP9)
    await decodes_in(ben, ana.identity, "video/VP9")
    await decodes_in(cem, ana.identity, "video/VP8")
    await decodes_in(ben, ana.identity, "video/VP9")
