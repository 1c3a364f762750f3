export { cosPi, sinPi } from "../../../../wasm/math";
