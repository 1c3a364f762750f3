export * from "../../../../wasm/mixer";
