"""The peer "numpy": backpropagation by hand. Arguments: text, file, dtype, threads."""

import sys

import reason  # before what may be missing

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from peer import Problem, serve


def activate(name, z):
    if name == "relu":
        return np.maximum(z, 0, out=z)
    if name == "tanh":
        return np.tanh(z, out=z)
    return sigmoid(z)


def sigmoid(z):
    np.negative(z, out=z)
    np.exp(z, out=z)
    z += 1
    return np.reciprocal(z, out=z)


def through(name, d, y):
    """d times the activation's derivative, given its result y."""
    if name == "relu":
        d *= y > 0
    elif name == "tanh":
        d *= 1 - y * y
    else:
        d *= y * (1 - y)
    return d


class Dense:
    def __init__(self, w, b, act):
        self.w, self.b, self.act = w, b, act

    def forward(self, x):
        self.x = x
        y = x @ self.w
        y += self.b
        self.y = activate(self.act, y) if self.act else y
        return self.y

    def backward(self, d, need):
        if self.act:
            d = through(self.act, d, self.y)
        self.grads = [self.x.T @ d, d.sum(0)]
        return d @ self.w.T if need else None

    def params(self):
        return [self.w, self.b]


class Conv:
    def __init__(self, w, b, image, pad, stride, act):
        self.w, self.b, self.image, self.pad, self.stride, self.act = w, b, image, pad, stride, act

    def forward(self, x):
        o, c, k, _ = self.w.shape
        x = x.reshape(-1, *self.image)
        p = self.pad
        self.padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
        win = sliding_window_view(self.padded, (k, k), axis=(2, 3))[:, :, :: self.stride, :: self.stride]
        n, _, oh, ow = win.shape[:4]
        self.cols = win.transpose(1, 4, 5, 0, 2, 3).reshape(c * k * k, n * oh * ow)
        y = (self.w.reshape(o, -1) @ self.cols).reshape(o, n, oh, ow)
        y += self.b[:, None, None, None]
        self.y = activate(self.act, y).transpose(1, 0, 2, 3)
        return self.y

    def backward(self, d, need):
        o, c, k, _ = self.w.shape
        n, _, oh, ow = self.y.shape
        d = through(self.act, d, self.y).transpose(1, 0, 2, 3).reshape(o, -1)
        self.grads = [(d @ self.cols.T).reshape(self.w.shape), d.sum(1)]
        if not need:
            return None
        cols = (self.w.reshape(o, -1).T @ d).reshape(c, k, k, n, oh, ow)
        dx = np.zeros_like(self.padded)
        s = self.stride
        for i in range(k):
            for j in range(k):
                dx[:, :, i : i + oh * s : s, j : j + ow * s : s] += cols[:, i, j].transpose(1, 0, 2, 3)
        p, (_, h, w) = self.pad, self.image
        return dx[:, :, p : p + h, p : p + w]

    def params(self):
        return [self.w, self.b]


class Pool:
    def __init__(self, size):
        self.size = size

    def blocks(self, x):
        n, c, h, w = x.shape
        s = self.size
        return x[:, :, : h // s * s, : w // s * s].reshape(n, c, h // s, s, w // s, s)

    def forward(self, x):
        self.x = x
        v = self.blocks(x)
        self.y = v.max(axis=(3, 5))
        return self.y

    def backward(self, d, need):
        d = d.reshape(self.y.shape)
        dx = np.zeros_like(self.x)
        out, v = self.blocks(dx), self.blocks(self.x)
        taken = np.zeros(self.y.shape, bool)
        for i in range(self.size):
            for j in range(self.size):
                hit = (v[:, :, :, i, :, j] == self.y) & ~taken
                taken |= hit
                out[:, :, :, i, :, j] = np.where(hit, d, 0)
        n, c, h, w = self.x.shape
        s = self.size
        dx[:, :, : h // s * s, : w // s * s] = out.reshape(n, c, h // s * s, w // s * s)
        return dx

    def params(self):
        return []


class LSTM:
    def __init__(self, wx, wh, b, steps, size):
        self.wx, self.wh, self.b, self.steps, self.size = wx, wh, b, steps, size

    def forward(self, x):
        t, h = self.steps, self.wh.shape[0]
        n = len(x)
        self.x = np.ascontiguousarray(x.reshape(n, t, self.size).transpose(1, 0, 2))
        self.z = (self.x.reshape(t * n, -1) @ self.wx).reshape(t, n, 4 * h)
        self.z += self.b
        self.h = np.zeros((t + 1, n, h), x.dtype)
        self.c = np.zeros((t + 1, n, h), x.dtype)
        self.tc = np.empty((t, n, h), x.dtype)
        for i in range(t):
            z = self.z[i]
            if i:
                z += self.h[i] @ self.wh
            sigmoid(z[:, : 2 * h])
            np.tanh(z[:, 2 * h : 3 * h], out=z[:, 2 * h : 3 * h])
            sigmoid(z[:, 3 * h :])
            self.c[i + 1] = z[:, h : 2 * h] * self.c[i] + z[:, :h] * z[:, 2 * h : 3 * h]
            np.tanh(self.c[i + 1], out=self.tc[i])
            np.multiply(z[:, 3 * h :], self.tc[i], out=self.h[i + 1])
        return self.h[t]

    def backward(self, d, need):
        t, h, n = self.steps, self.wh.shape[0], len(d)
        dz, dc = np.empty_like(self.z), np.zeros_like(d)
        for i in reversed(range(t)):
            z, tc = self.z[i], self.tc[i]
            a, f, g, o = z[:, :h], z[:, h : 2 * h], z[:, 2 * h : 3 * h], z[:, 3 * h :]
            dc += d * o * (1 - tc * tc)
            dz[i, :, :h] = dc * g * a * (1 - a)
            dz[i, :, h : 2 * h] = dc * self.c[i] * f * (1 - f)
            dz[i, :, 2 * h : 3 * h] = dc * a * (1 - g * g)
            dz[i, :, 3 * h :] = d * tc * o * (1 - o)
            dc *= f
            if i:
                d = dz[i] @ self.wh.T
        flat = dz.reshape(t * n, -1)
        self.grads = [self.x.reshape(t * n, -1).T @ flat, self.h[:t].reshape(t * n, -1).T @ flat, flat.sum(0)]

    def params(self):
        return [self.wx, self.wh, self.b]


def build(p):
    layers, q = [], iter(p.params)
    sizes = list(p.sizes)
    if p.kind == "cnn":
        c, h, w = p.image
        for out, k, pad, stride, pool, *_ in p.blocks:
            layers.append(Conv(next(q), next(q), (c, h, w), pad, stride, p.activation))
            c, h, w = out, (h + 2 * pad - k) // stride + 1, (w + 2 * pad - k) // stride + 1
            if pool > 1:
                layers.append(Pool(pool))
                h, w = h // pool, w // pool
        sizes = [c * h * w] + sizes
    elif p.kind == "lstm":
        layers.append(LSTM(next(q), next(q), next(q), p.steps, p.__dict__["in"]))
        sizes = [p.hidden] + sizes
    for i in range(len(sizes) - 1):
        layers.append(Dense(next(q), next(q), p.activation if i < len(sizes) - 2 else None))
    return layers


def main():
    dtype = np.dtype(sys.argv[3])
    p = Problem(sys.argv[2], dtype)
    if p.parts:
        print("it has no code here for %s" % ", ".join(p.parts))
        return
    layers = build(p)
    params = [q for l in layers for q in l.params()]
    m, v = [np.zeros_like(q) for q in params], [np.zeros_like(q) for q in params]
    rows = np.arange(p.batch)
    t = 0

    def step(k):
        nonlocal t
        at = p.span(k)
        h = p.x[at]
        for l in layers:
            if isinstance(l, Dense):
                h = h.reshape(p.batch, -1)
            h = l.forward(h)
        if p.mse:
            d = h - p.y[at]
            loss = np.vdot(d, d) / d.size
            d *= dtype.type(2 / d.size)
        else:
            y = p.labels[at]
            d = h - h.max(1, keepdims=True)
            z = d[rows, y].copy()
            np.exp(d, out=d)
            s = d.sum(1)
            loss = (np.log(s) - z).sum() / p.batch
            d /= s[:, None]
            d[rows, y] -= 1
            d *= dtype.type(1 / p.batch)
        for i in reversed(range(len(layers))):
            if isinstance(layers[i], Conv):
                d = d.reshape(layers[i].y.shape)
            d = layers[i].backward(d, i > 0)
        t += 1
        grads = [g for l in layers if l.params() for g in l.grads]
        if not p.adam:
            for q, g in zip(params, grads):
                g *= dtype.type(p.rate)
                q -= g
            return loss
        c1, c2 = 1 - 0.9**t, 1 - 0.999**t
        for q, g, a, b in zip(params, grads, m, v):
            a *= dtype.type(0.9)
            a += dtype.type(0.1) * g
            b *= dtype.type(0.999)
            g *= g
            b += dtype.type(0.001) * g
            r = np.sqrt(b * dtype.type(1 / c2))
            r += dtype.type(1e-8)
            q -= dtype.type(p.rate / c1) * a / r
        return loss

    serve(step, "numpy " + np.__version__)


if __name__ == "__main__":
    main()
