import { goGenerator } from "../bench/server/go-program.ts";
import { testGenerator } from "../unit/node/generator-contract.ts";

testGenerator("Go", goGenerator());
