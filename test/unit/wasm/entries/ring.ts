export {
  RING,
  RING_BYTES,
  ringDiscard,
  ringHeld,
  ringOpen,
  ringRead,
  ringRoom,
  ringWrite,
} from "../../../../wasm/ring";

const AREA: usize = memory.data(65536 + 2 * 64, 64) + 64;

export function area(): usize {
  return AREA;
}
