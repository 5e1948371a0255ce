# Writes the weights of a small PyTorch network as safetensors and npz, and prints what it
# predicts for x = 0, 0.1, 0.2, ... : python3 weights.py FOLDER
import json, struct, sys
import numpy as np, torch

def save(path, tensors):
    names = {np.dtype("float32"): "F32", np.dtype("float16"): "F16"}
    head, at = {"__metadata__": {"format": "pt"}}, 0
    for k, v in tensors.items():
        head[k] = {"dtype": names[v.dtype], "shape": list(v.shape), "data_offsets": [at, at + v.nbytes]}
        at += v.nbytes
    text = json.dumps(head).encode()
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + b"".join(v.tobytes() for v in tensors.values()))

class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = torch.nn.Linear(3, 5), torch.nn.Linear(5, 2)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))

torch.manual_seed(1)
net = Net()
state = {k: np.ascontiguousarray(v.numpy()) for k, v in net.state_dict().items()}
save(sys.argv[1] + "/torch.safetensors", state)
np.savez(sys.argv[1] + "/torch.npz", **state)
np.savez_compressed(sys.argv[1] + "/fortran.npz", **{k: np.asfortranarray(v.astype(">f8")) for k, v in state.items()})
x = torch.arange(12, dtype=torch.float32).reshape(4, 3) / 10
print(json.dumps(net(x).flatten().tolist()))
