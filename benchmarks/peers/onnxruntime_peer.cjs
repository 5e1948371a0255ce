// The peer "onnxruntime": predicts with an ONNX file. Arguments: folder, threads. The folder has
// model.onnx, empty.onnx (which has nothing to compute) and inputs.json: a list of inputs with name,
// kind, shape and the file of their elements. It needs onnxruntime-node, found by NODE_PATH or beside
// this file.
const fs = require("fs"), path = require("path"), readline = require("readline");

const [folder, threads] = process.argv.slice(2);
const kinds = {float32: Float32Array, int64: BigInt64Array};

// median and p99 of a list of times.
const at = (list, share) => list[Math.min(list.length - 1, Math.floor(share * list.length))];

(async () => {
  let ort;
  try {
    ort = require("onnxruntime-node");
  } catch (e) {
    console.log(`no onnxruntime-node: ${e.code || e.message}`);
    return;
  }
  const options = {graphOptimizationLevel: "all", executionMode: "sequential", intraOpNumThreads: Number(threads), interOpNumThreads: 1, logSeverityLevel: 3};
  const open = name => ort.InferenceSession.create(path.join(folder, name), options);
  const model = await open("model.onnx"), empty = await open("empty.onnx");
  const feeds = {};
  for (const x of JSON.parse(fs.readFileSync(path.join(folder, "inputs.json")))) {
    const b = fs.readFileSync(path.join(folder, x.file)), Array = kinds[x.kind];
    feeds[x.name] = new ort.Tensor(x.kind, new Array(b.buffer, b.byteOffset, b.length / Array.BYTES_PER_ELEMENT), x.shape);
  }
  const nothing = {x: new ort.Tensor("float32", new Float32Array(1), [1])};
  console.log(`ready ONNX Runtime ${ort.env?.versions?.node || ort.env?.versions?.common || ""}`);
  for await (const line of readline.createInterface({input: process.stdin})) {
    const [word, ms] = line.split(" ");
    if (word === "outputs") {
      const out = Object.values(await model.run(feeds))[0];
      console.log(Array.from(out.data).join(" "));
      continue;
    }
    const [session, inputs] = word === "call" ? [empty, nothing] : [model, feeds];
    const times = [], end = process.hrtime.bigint() + BigInt(Math.round(ms * 1e6));
    do {
      const start = process.hrtime.bigint();
      await session.run(inputs);
      times.push(Number(process.hrtime.bigint() - start));
    } while (process.hrtime.bigint() < end);
    times.sort((a, b) => a - b);
    console.log(at(times, 0.5), at(times, 0.99), times.length);
  }
})();
