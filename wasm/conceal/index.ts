// Packet-loss concealment: the exports of the core.
export {
  concealFill,
  concealFillBegin,
  concealFillTake,
  concealGood,
  concealLost,
  concealOpen,
  concealReset,
} from "./concealer";
