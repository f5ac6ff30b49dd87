# Checks a NumPy version of the network and of the recipe "course" against rnn: docs/check-your-own.md.
import csv, json, sys
import numpy as np

def read(path):  # a safetensors file, as a dictionary of arrays
    data = open(path, "rb").read()
    n = int.from_bytes(data[:8], "little")
    header = json.loads(data[8:8 + n])
    about, kinds = header.pop("__metadata__"), {"F64": "<f8", "I64": "<i8"}
    return about, {k: np.frombuffer(data[8 + n:][slice(*t["data_offsets"])], kinds[t["dtype"]]).reshape(t["shape"])
                   for k, t in header.items()}

def loss_and_gradient(p, x, y, h):  # your own implementation goes here
    hs, dO, loss = [h], [], 0.0
    for t in range(len(x)):
        hs.append(np.tanh(p["U"][:, x[t]] + p["W"] @ hs[-1] + p["b"]))
        o = p["V"] @ hs[-1] + p["c"]
        e = np.exp(o - o.max())
        loss -= o[y[t]] - o.max() - np.log(e.sum())
        dO.append(e / e.sum() - np.eye(len(o))[y[t]])
    g, back = {name: np.zeros_like(a) for name, a in p.items()}, 0.0
    for t in reversed(range(len(x))):
        da = (p["V"].T @ dO[t] + back) * (1 - hs[t + 1] ** 2)
        g["U"][:, x[t]] += da
        g["W"] += np.outer(da, hs[t])
        g["V"] += np.outer(dO[t], hs[t + 1])
        g["b"] += da
        g["c"] += dO[t]
        back = p["W"].T @ da
    return loss, g, hs[-1]

_, a = read("gradients.safetensors")
loss, g, _ = loss_and_gradient({k: a[k] for k in "UWVbc"}, a["inputs"], a["targets"], a["state"])
print("one window: the loss differs by %.1e" % abs(loss - a["loss"][0]))
for k in "UWVbc":
    print("gradient of %s: differs by %.1e at most" % (k, np.abs(g[k] - a["gradient." + k]).max()))

about, start = read("start.safetensors")
p = {k: start[k].copy() for k in "UWVbc"}
memory, h = {k: np.zeros_like(w) for k, w in p.items()}, np.zeros(len(p["b"]))
text = [about["vocabulary"].index(s) for s in open(sys.argv[1], encoding="utf-8-sig", newline="").read()]
for row in csv.DictReader(open("losses.csv")):
    at = 25 * (int(row["step"]) - 1)
    loss, g, h = loss_and_gradient(p, text[at:at + 25], text[at + 1:at + 26], h)
    print("step %2d: the loss differs by %.1e" % (int(row["step"]), abs(loss - float(row["loss"]))))
    for k in p:
        clipped = np.clip(g[k], -5, 5)
        memory[k] += clipped ** 2
        p[k] -= 0.1 * clipped / np.sqrt(memory[k] + 1e-8)
