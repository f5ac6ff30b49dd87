/*
 * Reads a model file in a browser or in Node.js 18 or later, with nothing else, and says how well the
 * model predicts a text.
 *
 *     node read_model.js book.safetensors [book.txt]
 *
 * prints the shape of every tensor, and what `rnn evaluate --json` calls natsPerCharacter. The format is
 * in docs/model-file.md.
 */
"use strict";

function required(condition, what) {
  if (!condition) {
    throw new Error(what);
  }
}

/** Metadata, and every tensor as {shape, values}, values row by row, of the Uint8Array of a file. */
async function readModel(bytes) {
  required(bytes.length >= 8, "is shorter than 8 bytes");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = Number(view.getBigUint64(0, true));
  required(length >= 2 && length <= 1 << 20 && 8 + length <= bytes.length, "has a header that does not fit");
  const header = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + length));
  const { __metadata__: info, ...tensors } = JSON.parse(header);
  required(info?.format === "charrnn" && /^[12345]$/.test(info.formatVersion), "is no model of version 1 to 5");
  required(!("plannedSteps" in info), "is a checkpoint");
  const blank = bytes.slice(); // the checksum is that of the file with zeros in the place of its digits
  const at = 8 + new TextEncoder().encode(header.slice(0, header.indexOf(info.sha256))).length;
  blank.fill(48, at, at + 64);
  const subtle = (globalThis.crypto ?? require("node:crypto").webcrypto).subtle;
  const hash = new Uint8Array(await subtle.digest("SHA-256", blank));
  const digits = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
  required(digits === info.sha256, "is damaged: the checksum does not match");
  const symbols = Array.from(info.vocabulary, (symbol) => symbol.codePointAt(0));
  required(symbols.every((code, i) => i === 0 || symbols[i - 1] < code), "has symbols that are not in order");
  const m = Number(info.hiddenSize);
  const K = symbols.length;
  const shapes = { U: [m, K], W: [m, m], V: [K, m], b: [m], c: [K] };
  if ("startState" in info) {
    shapes.start = [m];
  }
  const names = Object.keys(tensors).sort((x, y) => tensors[x].data_offsets[0] - tensors[y].data_offsets[0]);
  required(String(names.slice().sort()) === String(Object.keys(shapes).sort()), "has other tensors than U, W, V, b and c");
  const model = {};
  let end = 0;
  for (const name of names) {
    const { dtype, shape, data_offsets: [first, last] } = tensors[name];
    const count = shapes[name].reduce((x, y) => x * y);
    required(dtype === "F64" && String(shape) === String(shapes[name]), `${name} has another type or shape`);
    required(first === end && last - first === 8 * count && 8 + length + last <= bytes.length, `${name} is out of place`);
    end = last;
    const values = Float64Array.from({ length: count }, (_, i) => view.getFloat64(8 + length + first + 8 * i, true));
    required(values.every(Number.isFinite), `${name} has a number that is not finite`);
    model[name] = { shape, values };
  }
  required(8 + length + end === bytes.length, "is longer than its tensors");
  return { info, model };
}

/** The symbols of a text as a model of documents reads it, and the one before which the state is zero. */
function documents(info, text) {
  if (!("delimiter" in info)) {
    return { symbols: Array.from(text), boundary: null };
  }
  const { delimiter } = info;
  let parts = delimiter ? text.split(delimiter) : [text];
  if (delimiter === "\n") {
    parts = parts.map((line) => line.replace(/\r$/, ""));
  }
  const boundary = Array.from(delimiter).length === 1 ? delimiter : "\u001e";
  const whole = boundary + parts.filter((part) => part).map((part) => part + boundary).join("");
  return { symbols: Array.from(whole), boundary };
}

function natsPerCharacter({ info, model }, text) {
  const { symbols, boundary } = documents(info, text);
  const number = new Map(Array.from(info.vocabulary, (symbol, i) => [symbol, i]));
  const unknown = symbols.find((symbol) => !number.has(symbol));
  required(unknown === undefined, `does not know ${JSON.stringify(unknown)}`);
  required(symbols.length >= 2, "needs a text of two characters");
  const [U, W, V, b, c] = ["U", "W", "V", "b", "c"].map((name) => model[name].values);
  const m = b.length;
  const K = c.length;
  let h = model.start ? model.start.values : new Float64Array(m);
  let loss = 0;
  for (let t = 0; t + 1 < symbols.length; t++) {
    if (symbols[t] === boundary) {
      h = new Float64Array(m);
    }
    const x = number.get(symbols[t]);
    const next = new Float64Array(m);
    for (let i = 0; i < m; i++) {
      let a = U[i * K + x] + b[i];
      for (let j = 0; j < m; j++) {
        a += W[i * m + j] * h[j];
      }
      next[i] = Math.tanh(a);
    }
    h = next;
    const o = c.map((bias, i) => {
      for (let j = 0; j < m; j++) {
        bias += V[i * m + j] * h[j];
      }
      return bias;
    });
    const most = o.reduce((p, q) => Math.max(p, q));
    const sum = o.reduce((total, value) => total + Math.exp(value - most), 0);
    loss += Math.log(sum) + most - o[number.get(symbols[t + 1])];
  }
  return loss / (symbols.length - 1);
}

if (typeof require === "function" && typeof module === "object" && require.main === module) {
  const fs = require("node:fs");
  const [file, textFile] = process.argv.slice(2);
  if (!file) {
    console.error("usage: read_model.js MODEL [TEXT]");
    process.exit(1);
  }
  (async () => {
    const read = await readModel(new Uint8Array(fs.readFileSync(file)));
    for (const [name, { shape }] of Object.entries(read.model)) {
      console.log(name, ...shape);
    }
    if (textFile) {
      const text = new TextDecoder("utf-8", { fatal: true }).decode(fs.readFileSync(textFile)); // drops a byte order mark
      console.log("nats per character", natsPerCharacter(read, text));
    }
  })().catch((e) => {
    console.error(`${file}: ${e.message}`);
    process.exitCode = 1;
  });
}
