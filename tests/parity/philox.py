"""The engine's noise, written anew: what torch.randn draws on NVIDIA GPUs."""

import numpy as np


def philox_normals(seed, offset, count):
    """Philox 4x32-10 and Box-Muller, vectorised over the counter; normals as CUDA draws them."""
    low = np.uint64(0xFFFFFFFF)
    counter = [np.full(count, offset, np.uint64), np.zeros(count, np.uint64),
               np.arange(count, dtype=np.uint64), np.zeros(count, np.uint64)]
    key = [seed & 0xFFFFFFFF, seed >> 32]
    for _ in range(10):
        a = counter[0] * np.uint64(0xD2511F53)
        b = counter[2] * np.uint64(0xCD9E8D57)
        counter = [(b >> np.uint64(32)) ^ counter[1] ^ np.uint64(key[0]), b & low,
                   (a >> np.uint64(32)) ^ counter[3] ^ np.uint64(key[1]), a & low]
        key = [(key[0] + 0x9E3779B9) & 0xFFFFFFFF, (key[1] + 0xBB67AE85) & 0xFFFFFFFF]
    u = counter[0].astype(np.float64) * 2.0**-32 + 2.0**-33
    v = (counter[1].astype(np.float64) * 2.0**-32 + 2.0**-33) * 2 * np.pi
    return (np.sqrt(-2 * np.log(u)) * np.sin(v)).astype(np.float32)
