"""PyTorch's gradients of Fourier transforms: torch.fft and torch.stft."""
import numpy as np
import torch
from cases import Family

family = Family(__file__)


def as_complex(x):
    return torch.view_as_complex(x.contiguous()) if x.shape[-1] == 2 else x[..., 0]


def spectrum(x, axis, n=None, inverse=False, onesided=False):
    z = as_complex(x)
    if inverse and onesided:
        return torch.fft.irfft(z, n, axis)[..., None]
    if onesided:
        return torch.view_as_real(torch.fft.rfft(z, n, axis))
    made = (torch.fft.ifft if inverse else torch.fft.fft)(z, n, axis)
    return torch.view_as_real(made.resolve_conj())


for opset in (18, 20):
    for size, axis, form, n in [
        ((2, 8, 1), 1, {}, None),
        ((2, 7, 1), 1, {"onesided": 1}, None),
        ((2, 6, 1), 1, {"onesided": 1}, None),
        ((2, 6, 2), 1, {}, None),
        ((3, 5, 2, 2), 1, {"inverse": 1}, None),
        ((2, 3, 5, 1), 2, {"inverse": 1}, None),
        ((2, 5, 2), 1, {"inverse": 1, "onesided": 1}, None),
        ((2, 5, 2), 1, {"inverse": 1, "onesided": 1}, 9),
        ((2, 6, 1), 1, {"onesided": 1}, 4),
        ((2, 6, 1), 1, {"onesided": 1}, 9),
        ((2, 6, 2), 1, {}, 4),
        ((2, 6, 2), 1, {"inverse": 1}, 9),
        ((3, 2, 4, 2), 0, {}, None),
    ]:
        x = family.draw(*size)
        length = None if n is None else np.array(n, np.int64)
        inputs = [x, length] + ([np.array(axis, np.int64)] if opset == 20 else [])
        while inputs[-1] is None:
            inputs.pop()
        name = ", ".join([f"DFT of {size} along {axis}", *form, *([f"length {n}"] if n else []), f"opset {opset}"])
        family.case(name, "DFT", lambda x, *_: spectrum(x, axis, n, **{k: bool(v) for k, v in form.items()}),
                    inputs, {**form, **({"axis": axis} if opset == 18 else {})}, wrt=[0], opset=opset)

for length, frame, step, onesided, windowed, rank in [
    (20, 8, 4, 1, True, 3), (21, 8, 3, 1, True, 2), (17, 6, 6, 0, False, 3), (23, 5, 2, 1, True, 3), (19, 4, 7, 0, True, 3),
]:
    window = np.hanning(frame + 1)[:-1].astype(np.float32) + np.float32(0.1) if windowed else None

    def short(x, _, w, *rest):
        real = x[..., 0] if rank == 3 else x
        w = torch.ones(frame, dtype=torch.float64) if w is None else w.double()
        made = torch.stft(real, frame, step, frame, w, center=False, onesided=bool(onesided), return_complex=True)
        return torch.view_as_real(made.transpose(1, 2))

    family.case(f"STFT of {length}, frames {frame}, step {step}, onesided {onesided}", "STFT", short,
                [family.draw(2, length, 1) if rank == 3 else family.draw(2, length), np.array(step, np.int64), window,
                 np.array(frame, np.int64)], {"onesided": onesided}, wrt=[0])
family.write()
