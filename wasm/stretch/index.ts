// Time-stretching: the exports of the core.
export {
  stretchDebt,
  stretchFeed,
  stretchHeld,
  stretchInserted,
  stretchOpen,
  stretchPull,
  stretchReady,
  stretchRemoved,
  stretchReset,
  stretchRoom,
  stretchTrim,
} from "./stretcher";
