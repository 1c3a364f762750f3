// `npm start`: builds the assets that are missing or out of date, then serves the demo and its agents on one origin.
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { createServer } from "vite";

const root = resolve(import.meta.dirname, "..");
for (const step of ["wasm/build.mjs", "worklets/build.mjs", "lib/transport/build.mjs", "lib/react/build.mjs"]) {
  execFileSync(process.execPath, [resolve(root, step)], { cwd: root, stdio: "inherit" });
}
try {
  const server = await createServer({ configFile: resolve(root, "vite.config.ts") });
  await server.listen();
  const { port } = server.config.server;
  console.log(
    `voicebridge demo: http://localhost:${port}   agents: /rtvbp/echo  /rtvbp/ivr  /rtvbp/talker   people: /hub`,
  );
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => server.close().finally(() => process.exit(0)));
  }
} catch (error) {
  if (/port .* is (already )?in use/i.test(String(error?.message))) {
    console.error(`${error.message}. Choose another: PORT=5174 npm start`);
    process.exit(1);
  }
  throw error;
}
