"""PyTorch's gradients of rotary positions, which are written as products of complex numbers here."""
import numpy as np
import torch
from cases import Family

family = Family(__file__)


def rotate(x, cosine, sine, at, interleaved, heads):
    b, s = (x.shape[0], x.shape[1]) if heads else (x.shape[0], x.shape[2])
    split = x.reshape(b, s, heads, -1).transpose(1, 2) if heads else x
    cosine, sine = (t.double() if at is None else t.double()[at] for t in (cosine, sine))
    turned = 2 * cosine.shape[-1]
    part, rest = split[..., :turned], split[..., turned:]
    real, imaginary = (part[..., 0::2], part[..., 1::2]) if interleaved else part.chunk(2, -1)
    z = torch.complex(real, imaginary) * torch.complex(cosine, sine)[:, None]
    made = torch.stack([z.real, z.imag], -1).flatten(-2) if interleaved else torch.cat([z.real, z.imag], -1)
    whole = torch.cat([made, rest], -1)
    return whole.transpose(1, 2).reshape(x.shape) if heads else whole


for interleaved in (0, 1):
    for heads, turned in ((0, 4), (0, 2), (3, 4)):
        for positions in (True, False):
            if positions and turned == 2:
                continue
            x = family.draw(2, 3, 12) if heads else family.draw(2, 3, 3, 4)
            angles = family.draw(*((6, turned // 2) if positions else (2, 3, turned // 2)), low=-3.0, high=3.0)
            at = np.array([[0, 5, 2], [3, 1, 4]], np.int64) if positions else None
            name = f"RotaryEmbedding of {x.shape}, {turned} features" + (", interleaved" if interleaved else "")
            family.case(name + (", by position" if positions else ""), "RotaryEmbedding",
                        lambda x, c, s, p=None: rotate(x, c, s, p, interleaved, heads),
                        [x, np.cos(angles), np.sin(angles), *([at] if positions else [])],
                        {"interleaved": interleaved, **({"num_heads": heads} if heads else {}),
                         **({"rotary_embedding_dim": turned} if turned == 2 else {})}, wrt=[0], opset=23)
family.write()
