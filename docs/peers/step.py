"""Times a training step of docs/recipe.md in NumPy or PyTorch, double precision, one thread, one stream.

    python3 docs/peers/step.py numpy|products|torch TEXT HIDDEN SEQUENCE SECONDS

numpy: a matrix times a vector at every step, as min-char-rnn has it. products: what can be one product over time is
one. torch: nn.RNN and torch.optim.Adagrad. Prints microseconds of processor time a step, which other programs on the
machine change little, and the smooth loss.
"""
import os, sys, time
os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
import numpy as np

kind, path, m, n, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5])
text = open(path, encoding="utf-8-sig", newline="").read()
symbols = sorted(set(text))
number = {s: i for i, s in enumerate(symbols)}
ids, K = np.array([number[s] for s in text]), len(symbols)
rng = np.random.default_rng(1)
U, W, V, b, c = p = [rng.normal(0, 0.01, shape) for shape in ((m, K), (m, m), (K, m))] + [np.zeros(m), np.zeros(K)]
memory = [np.zeros_like(a) for a in p]


def textbook(x, y, h):
    hs, xs, ps, loss = [h], [], [], 0.0
    for t in range(n):
        one = np.zeros(K)
        one[x[t]] = 1
        xs.append(one)
        hs.append(np.tanh(U @ one + W @ hs[-1] + b))
        o = V @ hs[-1] + c
        e = np.exp(o - o.max())
        ps.append(e / e.sum())
        loss -= np.log(ps[t][y[t]])
    g, back = [np.zeros_like(a) for a in p], np.zeros(m)
    for t in reversed(range(n)):
        do = ps[t]
        do[y[t]] -= 1
        da = (V.T @ do + back) * (1 - hs[t + 1] ** 2)
        for i, d in enumerate((np.outer(da, xs[t]), np.outer(da, hs[t]), np.outer(do, hs[t + 1]), da, do)):
            g[i] += d
        back = W.T @ da
    return loss, g, hs[-1]


def products(x, y, h):
    H, dA, a = np.empty((n + 1, m)), np.empty((n, m)), U.T[x] + b
    H[0] = h
    for t in range(n):
        H[t + 1] = np.tanh(a[t] + W @ H[t])
    O = H[1:] @ V.T + c
    P = np.exp(O - O.max(1, keepdims=True))
    P /= P.sum(1, keepdims=True)
    loss = -np.log(P[np.arange(n), y]).sum()
    P[np.arange(n), y] -= 1
    dH, slope, back = P @ V, 1 - H[1:] ** 2, np.zeros(m)
    for t in reversed(range(n)):
        dA[t] = (dH[t] + back) * slope[t]
        back = W.T @ dA[t]
    dU = np.zeros((K, m))
    np.add.at(dU, x, dA)
    return loss, [dU.T, dA.T @ H[:-1], P.T @ H[1:], dA.sum(0), P.sum(0)], H[n]


def numpy_step(passes):
    def step(x, y, h):
        loss, gradient, h = passes(x, y, h)
        for theta, g, M in zip(p, gradient, memory):
            g = np.clip(g, -5, 5)
            M += g * g
            theta -= 0.1 * g / np.sqrt(M + 1e-8)
        return loss, h
    return step, np.zeros(m)


def torch_step():
    import torch
    torch.set_num_threads(1)
    torch.manual_seed(1)
    rnn, out = torch.nn.RNN(K, m, dtype=torch.float64), torch.nn.Linear(m, K, dtype=torch.float64)
    weights = [*rnn.parameters(), *out.parameters()]
    adagrad, one_hot = torch.optim.Adagrad(weights, lr=0.1), torch.eye(K, dtype=torch.float64)

    def step(x, y, h):
        states, h = rnn(one_hot[x], h)
        loss = torch.nn.functional.cross_entropy(out(states), torch.from_numpy(y), reduction="sum")
        adagrad.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_value_(weights, 5)
        adagrad.step()
        return loss.item(), h.detach()
    return step, torch.zeros(1, m, dtype=torch.float64)


step, zero = torch_step() if kind == "torch" else numpy_step(products if kind == "products" else textbook)
at, h, steps, smooth, times = 0, zero, 0, None, []
end = time.perf_counter() + seconds
while time.perf_counter() < end or steps < 20:
    if at + n + 1 > len(ids):
        at, h = 0, zero
    start = time.process_time()
    loss, h = step(ids[at:at + n], ids[at + 1:at + n + 1], h)
    times.append(time.process_time() - start)
    at, steps, smooth = at + n, steps + 1, loss if smooth is None else 0.999 * smooth + 0.001 * loss
print("%.1f us a step, the median of %d; smooth loss %.2f" % (np.median(times) * 1e6, steps, smooth))
