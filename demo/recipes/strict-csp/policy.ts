/** Nothing inline, nothing from elsewhere, WebAssembly, and a WebSocket to the page's own host. */
export const policy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'", // the worklet is a script; WebAssembly needs its own word
  "worker-src 'self'", // the socket lives in a Worker
  "connect-src 'self' ws: wss:", // name your host: wss://voice.example.com
].join("; ");
