# Writes metrics.json: metrics of random outputs and targets, by scikit-learn.
# Run it in this folder with Python 3 and scikit-learn 1.2.
import json, warnings
import numpy as np
from sklearn import metrics as sk

warnings.simplefilter("ignore")
r = np.random.default_rng(7)
cases = []


def cut(n):  # uneven batches
    out = []
    while sum(out) < n:
        out.append(int(min(r.integers(1, 9), n - sum(out))))
    return out


def case(kind, output, target, weight, want, counts=None):
    n = len(output)
    c = {"kind": kind, "batches": cut(n), "shape": list(output.shape[1:]), "output": [float(v) for v in output.ravel()],
         "want": {k: (None if v is None else (v.tolist() if isinstance(v, np.ndarray) else float(v))) for k, v in want.items()}}
    c["label" if target.dtype.kind == "i" else "target"] = target.ravel().tolist()
    if weight is not None:
        c["weight"] = weight.tolist()
    if counts is not None:
        c["counts"] = counts.ravel().tolist()
    cases.append(c)


def weights(n, i):
    return [None, r.uniform(0.1, 3, n), r.integers(1, 4, n).astype(float)][i % 3]


def coarse(x, i):  # every other case has ties
    return np.round(x, 1) if i % 2 else np.round(x, 4)


def guarded(f, *a, **k):
    try:
        v = f(*a, **k)
        return float("nan") if v is None else v
    except ValueError:
        return None


def averaged(y, p, labels, multi, w, want):
    for avg in ["macro", "micro", "weighted"]:
        for zd in [0, 1]:
            k = dict(average=avg, sample_weight=w, zero_division=zd)
            tail = f"_{avg}" + ("_one" if zd else "")
            want["precision" + tail] = sk.precision_score(y, p, **k)
            want["recall" + tail] = sk.recall_score(y, p, **k)
            want["f1" + tail] = sk.f1_score(y, p, **k)
            want["fbeta2" + tail] = sk.fbeta_score(y, p, beta=2, **k)
            if not (avg == "weighted" and zd):
                want["iou" + tail] = sk.jaccard_score(y, p, **k)
    k = dict(average=None, labels=labels, sample_weight=w, zero_division=0)
    for name, f in [("precision", sk.precision_score), ("recall", sk.recall_score), ("f1", sk.f1_score), ("iou", sk.jaccard_score)]:
        for c, v in zip(labels, f(y, p, **k)):
            want[f"{name}_class{c}"] = v


# Classes, some of which are missing.
for i in range(24):
    n, c = int(r.integers(2, 60)), int(r.integers(3, 6))
    y = r.integers(0, c - (i % 4 == 3), n)
    if i % 6 == 5:
        y[:] = y[0]
    z = r.normal(size=(n, c)) * 2 + 1.5 * np.eye(c)[y]
    s = np.exp(z)
    s = coarse(s / s.sum(1, keepdims=True), i)
    counts = None
    if i % 3 == 2:
        counts = r.random(n) < 0.7
        counts[0] = True
    keep = np.ones(n, bool) if counts is None else counts
    w = weights(n, i)
    yy, ss, ww = y[keep], s[keep], None if w is None else w[keep]
    p, labels = ss.argmax(1), list(range(c))
    want = {"accuracy": sk.accuracy_score(yy, p, sample_weight=ww), "balanced_accuracy": sk.balanced_accuracy_score(yy, p, sample_weight=ww),
            "confusion": sk.confusion_matrix(yy, p, labels=labels, sample_weight=ww)}
    averaged(yy, p, labels, False, ww, want)
    want["log_loss"] = sk.log_loss(yy, ss, labels=labels, sample_weight=ww)
    want["perplexity"] = np.exp(want["log_loss"])
    if i % 2 == 0:
        want["top2_accuracy"] = sk.top_k_accuracy_score(yy, ss, k=2, labels=labels, sample_weight=ww)
    hot = np.eye(c, dtype=int)[yy]
    sums = ss / ss.sum(1, keepdims=True)
    for avg in ["macro", "micro", "weighted"]:
        want["average_precision_" + avg] = sk.average_precision_score(hot, ss, average=avg, sample_weight=ww)
        if len(set(yy)) == c:
            want["roc_auc_" + avg] = guarded(sk.roc_auc_score, hot, ss, average=avg, sample_weight=ww)
            assert avg == "micro" or i % 2 or abs(want["roc_auc_" + avg] - sk.roc_auc_score(yy, sums, average=avg, multi_class="ovr", sample_weight=ww)) < 1e-2
    for k in labels:
        v = guarded(sk.roc_auc_score, hot[:, k], ss[:, k], sample_weight=ww)
        want[f"roc_auc_class{k}"] = float("nan") if v is None else v
    case("classes", s, y, w, want, counts)

# One output for two classes.
for i in range(18):
    n = int(r.integers(2, 50))
    y = r.integers(0, 2, n)
    if i % 6 == 4:
        y[:] = 0
    if i % 6 == 5:
        y[:] = 1
    s = coarse(1 / (1 + np.exp(-(r.normal(size=n) * 2 + y - 0.5))), i)
    if i % 5 == 4:
        s = s * 0.4
    w = weights(n, i)
    p = (s >= 0.5).astype(int)
    want = {"accuracy": sk.accuracy_score(y, p, sample_weight=w), "confusion": sk.confusion_matrix(y, p, labels=[0, 1], sample_weight=w),
            "balanced_accuracy": sk.balanced_accuracy_score(y, p, sample_weight=w), "log_loss": sk.log_loss(y, s, labels=[0, 1], sample_weight=w)}
    averaged(y, p, [0, 1], False, w, want)
    for name, f in [("precision", sk.precision_score), ("recall", sk.recall_score), ("f1", sk.f1_score), ("iou", sk.jaccard_score)]:
        want[name] = f(y, p, sample_weight=w, zero_division=0)
    v = guarded(sk.roc_auc_score, y, s, sample_weight=w)
    want["roc_auc"] = want["roc_auc_macro"] = float("nan") if v is None else v
    want["average_precision"] = want["average_precision_macro"] = sk.average_precision_score(y, s, sample_weight=w)
    case("binary", s[:, None], y, w, want)

# Labels of their own.
for i in range(12):
    n, c = int(r.integers(2, 40)), int(r.integers(2, 5))
    y = (r.random((n, c)) < 0.4).astype(float)
    y[0] = 1  # no rows that add up to 1 alone
    if i % 4 == 3:
        y[:, 0] = 0
    s = coarse(1 / (1 + np.exp(-(r.normal(size=(n, c)) * 2 + y - 0.5))), i)
    w = weights(n, i)
    p, t = (s >= 0.5).astype(int), y.astype(int)
    want = {"accuracy": float(np.average((p == t).mean(1), weights=w)), "exact_accuracy": sk.accuracy_score(t, p, sample_weight=w)}
    for k in range(c):
        want[f"accuracy_label{k}"] = sk.accuracy_score(t[:, k], p[:, k], sample_weight=w)
    averaged(t, p, list(range(c)), True, w, want)
    want["log_loss"] = float(np.mean([sk.log_loss(t[:, k], s[:, k], labels=[0, 1], sample_weight=w) for k in range(c)]))
    for avg in ["macro", "micro", "weighted"]:
        want["average_precision_" + avg] = sk.average_precision_score(t, s, average=avg, sample_weight=w)
        v = guarded(sk.roc_auc_score, t, s, average=avg, sample_weight=w)
        if v is not None:
            want["roc_auc_" + avg] = v
    case("labels", s, y, w, want)

# Numbers.
for i in range(16):
    n, c = int(r.integers(2, 40)), int(r.integers(1, 4))
    y = r.normal(size=(n, c)) + [0, 1e6][i % 8 == 7]
    if i % 4 == 3:
        y[:, 0] = 3
    s = y + r.normal(size=(n, c)) * r.choice([0.1, 1, 5])
    if i % 8 == 3:
        s[:, 0] = 3
    w = weights(n, i) if i % 4 != 3 else None  # the weighted mean of equal numbers is another number there
    k = dict(sample_weight=w)
    case("numbers", s, y, w, {"mse": sk.mean_squared_error(y, s, **k), "rmse": sk.mean_squared_error(y, s, squared=False, **k), "mae": sk.mean_absolute_error(y, s, **k),
         "mape": sk.mean_absolute_percentage_error(y, s, **k), "r2": sk.r2_score(y, s, **k), "explained_variance": sk.explained_variance_score(y, s, **k)})

# A class for each step of sequences, and for each pixel of images: some do not count, and in
# every other case a class is in no target.
for i in range(12):
    n, c = int(r.integers(2, 12)), int(r.integers(3, 6))
    shape = (n, int(r.integers(2, 6))) if i % 2 else (n, 3, int(r.integers(2, 5)))
    y = r.integers(0, c - (i // 2) % 2, shape)
    z = r.normal(size=shape + (c,)) * 2 + np.eye(c)[y]
    s = np.exp(z)
    s = coarse(s / s.sum(-1, keepdims=True), i)
    counts = r.random(shape) < 0.8
    if i % 2:  # the ends of sequences
        counts = np.arange(shape[1])[None, :] < r.integers(1, shape[1] + 1, n)[:, None]
    counts.flat[0] = True
    w = weights(n, i)
    yy, ss = y[counts], s[counts]
    ww = None if w is None else np.broadcast_to(w.reshape((n,) + (1,) * (len(shape) - 1)), shape)[counts]
    p, labels = ss.argmax(1), list(range(c))
    want = {"accuracy": sk.accuracy_score(yy, p, sample_weight=ww), "confusion": sk.confusion_matrix(yy, p, labels=labels, sample_weight=ww),
            "log_loss": sk.log_loss(yy, ss, labels=labels, sample_weight=ww)}
    want["perplexity"] = np.exp(want["log_loss"])
    averaged(yy, p, labels, False, ww, want)
    case("steps", s, y, w, want, counts)

# Masks: one output and one target of 0 or 1 for each pixel. Those of all pixels together are
# micro averages.
for i in range(9):
    shape = (int(r.integers(2, 12)), 4, int(r.integers(2, 6)))
    n = shape[0]
    y = (r.random(shape) < 0.4).astype(float)
    y[0] = 1  # no rows that add up to 1 alone
    s = coarse(1 / (1 + np.exp(-(r.normal(size=shape) * 2 + y - 0.5))), i)
    counts = None if i % 2 else r.random(shape) < 0.8
    keep = np.ones(shape, bool) if counts is None else counts
    w = weights(n, i)
    t, p = y[keep].astype(int), (s[keep] >= 0.5).astype(int)
    k = dict(sample_weight=None if w is None else np.broadcast_to(w[:, None, None], shape)[keep], zero_division=0)
    want = {"accuracy": sk.accuracy_score(t, p, sample_weight=k["sample_weight"]), "iou_micro": sk.jaccard_score(t, p, **k), "f1_micro": sk.f1_score(t, p, **k),
            "precision_micro": sk.precision_score(t, p, **k), "recall_micro": sk.recall_score(t, p, **k)}
    case("masks", s, y, w, want, counts)

with open("metrics.json", "w") as f:
    f.write("[\n" + ",\n".join(json.dumps(c).replace("NaN", '"NaN"') for c in cases) + "\n]\n")
