// Runs a WASI program under Node: node wasi.mjs PROGRAM ARGS..., for go test -exec.
import { readFile } from "node:fs/promises";
import { setFlagsFromString } from "node:v8";
import { WASI } from "node:wasi";

// A fast call into WASI that V8's collector interrupts corrupts V8's heap
// (github.com/nodejs/node/issues/46777).
setFlagsFromString("--no-turbo-fast-api-calls");

const [program, ...args] = process.argv.slice(2);
const wasi = new WASI({
  version: "preview1",
  returnOnExit: false,
  args: [program, ...args],
  env: { ...process.env, PWD: process.cwd() },
  preopens: { "/": "/" },
});
const module = await WebAssembly.compile(await readFile(program));
process.exit(wasi.start(await WebAssembly.instantiate(module, wasi.getImportObject())));
