// Packet-loss concealment: the exports of the core.
export {
  concealEnd,
  concealFill,
  concealFillBegin,
  concealFillStep,
  concealFillTake,
  concealGood,
  concealLost,
  concealOpen,
  concealReset,
} from "./concealer";
