"""The peers "torch-eager", "torch-jit" and "torch-compile": PyTorch's own layers,
autograd and optimizers. Arguments: eager, jit or compile, text, file, dtype, threads."""

import sys

import reason  # before what may be missing

import numpy as np
import torch
from torch import nn

from peer import Problem, serve


class Last(nn.Module):
    """The last hidden state of an LSTM or a GRU, of sequences of all steps."""

    def __init__(self, p):
        super().__init__()
        self.steps, self.size = p.steps, p.__dict__["in"]
        self.cells = (nn.GRU if p.kind == "gru" else nn.LSTM)(self.size, p.hidden, batch_first=True)

    def forward(self, x):
        y, _ = self.cells(x.view(-1, self.steps, self.size))
        return y[:, -1]


class LastOfEach(Last):
    """The same of sequences that have lengths."""

    def forward(self, x, lengths):
        x = x.view(-1, self.steps, self.size)
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        _, last = self.cells(packed)
        return (last[0] if isinstance(last, tuple) else last)[0]


def convolved(c, out, k, pad, stride, norm):
    """A convolution, with a norm or a bias."""
    layers = [nn.Conv2d(c, out, k, stride=stride, padding=pad, bias=not norm)]
    return layers + [nn.BatchNorm2d(out)] if norm else layers


class Residual(nn.Module):
    """Two convolutions; their input is added to what they return."""

    def __init__(self, c, out, k, pad, stride, norm, act):
        super().__init__()
        self.stride, self.more = stride, out - c
        first, second = convolved(c, out, k, pad, stride, norm), convolved(out, out, k, pad, 1, norm)
        self.layers, self.act = nn.Sequential(*first, act(), *second), act()

    def forward(self, x):
        y = self.layers(x)
        if self.stride > 1:
            x = x[:, :, :: self.stride, :: self.stride]
        if self.more > 0:
            x = nn.functional.pad(x, (0, 0, 0, 0, 0, self.more))
        return self.act(x + y)


class Encoder(nn.Module):
    """Blocks of a Transformer, whose norms come first, and the mean over the steps."""

    def __init__(self, p):
        super().__init__()
        self.steps, self.size = p.steps, p.__dict__["in"]
        self.enter = nn.Linear(self.size, p.hidden)
        self.positions = nn.Parameter(torch.empty(p.steps, p.hidden))
        self.blocks = nn.Sequential(*(nn.TransformerEncoderLayer(p.hidden, p.heads, p.inner, dropout=0.0, activation="gelu", batch_first=True,
            norm_first=True) for _ in range(p.layers)))
        self.norm = nn.LayerNorm(p.hidden)

    def forward(self, x):
        x = self.enter(x.view(-1, self.steps, self.size)) + self.positions
        return self.norm(self.blocks(x)).mean(1)


class Classifier(nn.Module):
    """A linear layer behind a model of sequences."""

    def __init__(self, features, width, out):
        super().__init__()
        self.features, self.out = features, nn.Linear(width, out)

    def forward(self, *x):
        return self.out(self.features(*x))


def build(p):
    act = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}[p.activation]
    layers, sizes = [], list(p.sizes)
    if p.kind == "transformer":
        return Classifier(Encoder(p), p.hidden, sizes[0])
    if p.kind in ("lstm", "gru"):
        return Classifier((Last if p.lengths is None else LastOfEach)(p), p.hidden, sizes[0])
    if p.kind == "cnn":
        c, h, w = p.image
        layers.append(nn.Unflatten(1, (c, h, w)))
        for out, k, pad, stride, pool, norm, residual in p.blocks:
            if residual:
                layers.append(Residual(c, out, k, pad, stride, norm, act))
            else:
                layers += [*convolved(c, out, k, pad, stride, norm), act()]
            c, h, w = out, (h + 2 * pad - k) // stride + 1, (w + 2 * pad - k) // stride + 1
            if pool > 1:
                layers.append(nn.MaxPool2d(pool))
                h, w = h // pool, w // pool
        if "means of channels" in p.parts:
            layers.append(nn.AdaptiveAvgPool2d(1))
            h, w = 1, 1
        layers.append(nn.Flatten())
        sizes = [c * h * w] + sizes
    for i in range(len(sizes) - 1):
        layers.append(nn.Linear(sizes[i], sizes[i + 1]))
        if i < len(sizes) - 2:
            layers.append(act())
    return nn.Sequential(*layers)


def load(m, q):
    """Sets the first weights of a module to the next ones of q: matrices lie transposed,
    an LSTM has two biases."""
    if isinstance(m, (nn.LSTM, nn.GRU)):
        m.weight_ih_l0.copy_(next(q).T)
        m.weight_hh_l0.copy_(next(q).T)
        m.bias_ih_l0.copy_(next(q))
        if isinstance(m, nn.GRU):
            m.bias_hh_l0.copy_(next(q))
        else:
            m.bias_hh_l0.zero_()
            m.bias_hh_l0.requires_grad_(False)
    elif isinstance(m, nn.Linear):
        m.weight.copy_(next(q).T)
        m.bias.copy_(next(q))
    elif isinstance(m, (nn.Conv2d, nn.BatchNorm2d, nn.LayerNorm)):
        m.weight.copy_(next(q))
        if m.bias is not None:
            m.bias.copy_(next(q))
    elif isinstance(m, nn.MultiheadAttention):
        for w, b in zip(m.in_proj_weight.chunk(3), m.in_proj_bias.chunk(3)):
            w.copy_(next(q).T)
            b.copy_(next(q))
        load(m.out_proj, q)
    elif isinstance(m, nn.TransformerEncoderLayer):
        for part in (m.norm1, m.self_attn, m.norm2, m.linear1, m.linear2):
            load(part, q)
    elif isinstance(m, Encoder):
        load(m.enter, q)
        m.positions.copy_(next(q))
        load(m.blocks, q)
        load(m.norm, q)
    else:
        for part in m.children():
            load(part, q)


def main():
    torch.set_num_threads(int(sys.argv[5]))
    dtype = getattr(torch, sys.argv[4])
    torch.set_default_dtype(dtype)
    p = Problem(sys.argv[3], np.dtype(sys.argv[4]))
    model = build(p)
    with torch.no_grad():
        load(model, iter(torch.from_numpy(np.ascontiguousarray(w)) for w in p.params))
    x = [torch.from_numpy(p.x)]
    if p.lengths is not None:
        x.append(torch.from_numpy(p.lengths))
    y = torch.from_numpy(p.y if p.mse else p.labels)
    if sys.argv[1] == "jit":
        model = torch.jit.trace(model, tuple(v[: p.batch] for v in x))
    weights = [w for w in model.parameters() if w.requires_grad]
    if p.adam:
        opt = torch.optim.Adam(weights, lr=p.rate)
    else:
        opt = torch.optim.SGD(weights, lr=p.rate)
    criterion = nn.functional.mse_loss if p.mse else nn.functional.cross_entropy

    def loss_of(target, *inputs):
        return criterion(model(*inputs), target)

    update = opt.step
    if sys.argv[1] == "compile":
        if not hasattr(torch, "compile"):
            raise RuntimeError("torch.compile needs PyTorch 2")
        loss_of, update = torch.compile(loss_of, dynamic=False), torch.compile(update)

    def step(k):
        at = p.span(k)
        opt.zero_grad(set_to_none=True)
        loss = loss_of(y[at], *(v[at] for v in x))
        loss.backward()
        update()
        return loss.item()

    serve(step, "PyTorch " + torch.__version__)


if __name__ == "__main__":
    main()
