/** RTP on the wire: packets, header extensions, telephone events. Pure; neither sockets nor clocks. */
export { DigitReceiver, type ReceivedDigit } from "./digit-receiver.ts";
export { type DigitOptions, type DigitPacket, digitPackets } from "./digit-sender.ts";
export {
  type AudioLevel,
  audioLevelUri,
  dbovOf,
  packAudioLevel,
  packHeaderExtensions,
  parseAudioLevel,
  parseHeaderExtensions,
} from "./header-extensions.ts";
export { packRtp, parseRtp, type RtpExtension, type RtpPacket } from "./packet.ts";
export { RtpError, type RtpErrorCode } from "./rtp-error.ts";
export {
  digitOfEvent,
  eventOfDigit,
  packTelephoneEvent,
  parseTelephoneEvent,
  type TelephoneEvent,
} from "./telephone-event.ts";
