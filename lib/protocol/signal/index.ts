export {
  type HubAddress,
  hubClose,
  hubSubprotocol,
  hubSubprotocols,
  hubUrl,
  type Resumption,
  resumptionOf,
} from "./address.ts";
export {
  type HubType,
  isPlainType,
  isRelayed,
  type PlainType,
  type PresenceStatus,
  plainTypes,
  type RejectCode,
  type RelayedType,
  type SignalData,
  type SignalErrorCode,
  type SignalType,
} from "./messages.ts";
export { SignalInbox, SignalOutbox } from "./outbox.ts";
export { encodePlain } from "./plain-text.ts";
export { decodeSignal, encodeSignal, type SignalMessage, type SignalMessageOf } from "./signal-message.ts";
export { isClientId, maxIdLength, maxSignalLength } from "./text.ts";
