import { nodeGenerator } from "../../bench/server/generator.ts";
import { testGenerator } from "./generator-contract.ts";

testGenerator("Node", nodeGenerator);
