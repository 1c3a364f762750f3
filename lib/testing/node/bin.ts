import { runFaultProxy } from "./run-fault-proxy.ts";

process.exitCode = await runFaultProxy(process.argv.slice(2));
