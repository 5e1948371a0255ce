"""The peers "torch-eager" and "torch-jit": PyTorch's own layers, autograd and
optimizers. Arguments: eager or jit, text, file, dtype, threads."""

import sys

import numpy as np
import torch
from torch import nn

from peer import Problem, serve


class Last(nn.Module):
    """The last hidden state of an LSTM."""

    def __init__(self, p):
        super().__init__()
        self.steps, self.size = p.steps, p.__dict__["in"]
        self.lstm = nn.LSTM(self.size, p.hidden, batch_first=True)

    def forward(self, x):
        y, _ = self.lstm(x.view(-1, self.steps, self.size))
        return y[:, -1]


def build(p):
    act = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}[p.activation]
    layers, sizes = [], list(p.sizes)
    if p.kind == "cnn":
        c, h, w = p.image
        layers.append(nn.Unflatten(1, (c, h, w)))
        for out, k, pad, stride, pool, *_ in p.blocks:
            layers += [nn.Conv2d(c, out, k, stride=stride, padding=pad), act()]
            c, h, w = out, (h + 2 * pad - k) // stride + 1, (w + 2 * pad - k) // stride + 1
            if pool > 1:
                layers.append(nn.MaxPool2d(pool))
                h, w = h // pool, w // pool
        layers.append(nn.Flatten())
        sizes = [c * h * w] + sizes
    elif p.kind == "lstm":
        layers.append(Last(p))
        sizes = [p.hidden] + sizes
    for i in range(len(sizes) - 1):
        layers.append(nn.Linear(sizes[i], sizes[i + 1]))
        if i < len(sizes) - 2:
            layers.append(act())
    return nn.Sequential(*layers)


def load(model, p):
    """Sets the first weights: matrices lie transposed, an LSTM has two biases."""
    q = iter(torch.from_numpy(np.ascontiguousarray(w)) for w in p.params)
    with torch.no_grad():
        for m in model.modules():
            if isinstance(m, nn.LSTM):
                m.weight_ih_l0.copy_(next(q).T)
                m.weight_hh_l0.copy_(next(q).T)
                m.bias_ih_l0.copy_(next(q))
                m.bias_hh_l0.zero_()
                m.bias_hh_l0.requires_grad_(False)
            elif isinstance(m, nn.Linear):
                m.weight.copy_(next(q).T)
                m.bias.copy_(next(q))
            elif isinstance(m, nn.Conv2d):
                m.weight.copy_(next(q))
                m.bias.copy_(next(q))


def main():
    torch.set_num_threads(int(sys.argv[5]))
    dtype = getattr(torch, sys.argv[4])
    torch.set_default_dtype(dtype)
    p = Problem(sys.argv[3], np.dtype(sys.argv[4]))
    if p.parts:
        print("it has no code here for %s" % ", ".join(p.parts))
        return
    model = build(p)
    load(model, p)
    x = torch.from_numpy(p.x)
    y = torch.from_numpy(p.y if p.mse else p.labels)
    if sys.argv[1] == "jit":
        model = torch.jit.trace(model, x[: p.batch])
    weights = [w for w in model.parameters() if w.requires_grad]
    if p.adam:
        opt = torch.optim.Adam(weights, lr=p.rate)
    else:
        opt = torch.optim.SGD(weights, lr=p.rate)
    criterion = nn.functional.mse_loss if p.mse else nn.functional.cross_entropy

    def step(k):
        at = p.span(k)
        opt.zero_grad(set_to_none=True)
        loss = criterion(model(x[at]), y[at])
        loss.backward()
        opt.step()
        return loss.item()

    serve(step, "PyTorch " + torch.__version__)


if __name__ == "__main__":
    main()
